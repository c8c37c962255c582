//! The files under the source folder. Reads names and sizes, no content.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The files found, and the links and special files that were left out.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// In the order of their relative paths.
    pub(crate) files: Vec<LocalFile>,
    /// In words.
    pub(crate) left_out: Vec<String>,
}

/// One file of the tree.
#[derive(Debug)]
pub(crate) struct LocalFile {
    /// Relative to the tree, with slashes.
    pub(crate) relative: String,
    /// Where to read it.
    pub(crate) path: PathBuf,
    /// In bytes.
    pub(crate) size: u64,
}

/// Why a tree cannot be read.
#[derive(Debug)]
pub(crate) struct TreeError {
    /// Where.
    pub(crate) path: PathBuf,
    /// Why.
    pub(crate) error: io::Error,
}

/// Finds every file under a folder. Names that begin with a dot are left out, as are links that leave the tree.
pub(crate) fn read(root: &Path) -> Result<Tree, TreeError> {
    let real_root = fs::canonicalize(root).map_err(at(root))?;
    let mut tree = Tree::default();
    walk(&real_root, &real_root, "", &mut tree)?;
    tree.files
        .sort_by(|one, other| one.relative.cmp(&other.relative));
    Ok(tree)
}

fn walk(root: &Path, folder: &Path, prefix: &str, tree: &mut Tree) -> Result<(), TreeError> {
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let entry = entry.map_err(at(folder))?;
        let path = entry.path();
        let name = entry
            .file_name()
            .into_string()
            .map_err(|_| not_utf8(&path))?;
        if name.starts_with('.') {
            continue;
        }
        let relative = format!("{prefix}{name}");
        let kind = entry.file_type().map_err(at(&path))?;
        if kind.is_dir() {
            walk(root, &path, &format!("{relative}/"), tree)?;
        } else if kind.is_symlink() {
            match linked_file(root, &path) {
                Ok(target) => add(relative, target, tree)?,
                Err(why) => tree.left_out.push(format!("left out `{relative}`: {why}")),
            }
        } else if kind.is_file() {
            add(relative, path, tree)?;
        } else {
            tree.left_out
                .push(format!("left out `{relative}`: not an ordinary file"));
        }
    }
    Ok(())
}

fn add(relative: String, path: PathBuf, tree: &mut Tree) -> Result<(), TreeError> {
    let size = fs::metadata(&path).map_err(at(&path))?.len();
    tree.files.push(LocalFile {
        relative,
        path,
        size,
    });
    Ok(())
}

/// The file inside the tree that a link leads to. Links to folders could lead in circles.
fn linked_file(root: &Path, link: &Path) -> Result<PathBuf, &'static str> {
    let target = fs::canonicalize(link).map_err(|_| "a link that leads nowhere")?;
    if !target.starts_with(root) {
        return Err("a link that leaves the folder");
    }
    if target.is_file() {
        Ok(target)
    } else {
        Err("a link to a folder")
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> TreeError {
    move |error| TreeError {
        path: path.to_owned(),
        error,
    }
}

fn not_utf8(path: &Path) -> TreeError {
    TreeError {
        path: path.to_owned(),
        error: io::Error::other("the name is not UTF-8"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn hidden_files_and_links_that_leave_are_left_out() {
        let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let file = |path: PathBuf| {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        };
        for name in ["src/job.py", "a.txt", ".env", ".git/config", "src/.cache/x"] {
            file(root.path().join(name));
        }
        file(outside.path().join("secret"));
        symlink(outside.path().join("secret"), root.path().join("escape")).unwrap();
        symlink(outside.path(), root.path().join("escape-folder")).unwrap();
        symlink(root.path(), root.path().join("circle")).unwrap();
        symlink("nowhere", root.path().join("broken")).unwrap();
        symlink("src/job.py", root.path().join("same.py")).unwrap();

        let tree = read(root.path()).unwrap();
        let names: Vec<&str> = tree
            .files
            .iter()
            .map(|file| file.relative.as_str())
            .collect();
        assert_eq!(names, ["a.txt", "same.py", "src/job.py"]);
        assert_eq!(tree.left_out.len(), 4, "{:?}", tree.left_out);
    }

    #[test]
    fn a_missing_folder_is_named() {
        let error = read(Path::new("/does/not/exist")).unwrap_err();
        assert_eq!(error.path, Path::new("/does/not/exist"));
    }
}
