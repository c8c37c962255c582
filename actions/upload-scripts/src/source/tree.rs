//! The files under the source folder that belong to the set, and what must not. Reads names and sizes, no content.

use super::{patterns::Filter, secrets};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The files found, and everything that is wrong with what was found.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// In the order of their keys.
    pub(crate) files: Vec<LocalFile>,
    /// In words, each with what to do.
    pub(crate) problems: Vec<String>,
    /// How many files `include` and `exclude` left out; what is in folders that are left out is not counted.
    pub(crate) left_out: usize,
}

/// One file of the tree.
#[derive(Clone, Debug)]
pub(crate) struct LocalFile {
    /// Relative to the tree, with slashes.
    pub(crate) relative: String,
    /// Where to read it: never a link.
    pub(crate) path: PathBuf,
    /// In bytes.
    pub(crate) size: u64,
    /// Whether it may hold what looks like a secret.
    pub(crate) may_be_secret: bool,
}

/// Why a tree cannot be read.
#[derive(Debug)]
pub(crate) struct TreeError {
    /// Where.
    pub(crate) path: PathBuf,
    /// Why.
    pub(crate) error: io::Error,
}

/// Finds the files under a folder that the filter leaves.
pub(crate) fn read(root: &Path, filter: &Filter) -> Result<Tree, TreeError> {
    let root = fs::canonicalize(root).map_err(at(root))?;
    let mut walk = Walk {
        root: &root,
        filter,
        tree: Tree::default(),
    };
    walk.folder(&root, "", false)?;
    let mut tree = walk.tree;
    tree.files
        .sort_unstable_by(|one, other| one.relative.cmp(&other.relative));
    tree.problems.sort();
    Ok(tree)
}

struct Walk<'a> {
    root: &'a Path,
    filter: &'a Filter,
    tree: Tree,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, prefix: &str, allowed: bool) -> Result<(), TreeError> {
        for entry in fs::read_dir(folder).map_err(at(folder))? {
            let entry = entry.map_err(at(folder))?;
            let path = entry.path();
            let Ok(name) = entry.file_name().into_string() else {
                self.problem(
                    &path.to_string_lossy(),
                    "its name is not UTF-8",
                    "rename it",
                );
                continue;
            };
            let relative = format!("{prefix}{name}");
            let kind = entry.file_type().map_err(at(&path))?;
            if self.filter.excluded(&relative, kind.is_dir()).is_some() {
                self.tree.left_out += 1;
            } else if kind.is_dir() {
                self.subfolder(&path, &relative, allowed)?;
            } else if self.filter.included(&relative) {
                self.entry(path, relative, kind, allowed)?;
            } else {
                self.tree.left_out += 1;
            }
        }
        Ok(())
    }

    fn subfolder(&mut self, path: &Path, relative: &str, allowed: bool) -> Result<(), TreeError> {
        let allowed = allowed || self.filter.allowed(relative, true);
        if !allowed && is_hidden(relative) && !self.may_be_inside() {
            self.hidden(&format!("{relative}/"));
            return Ok(());
        }
        self.folder(path, &format!("{relative}/"), allowed)
    }

    /// With `include` or `allow` lines a hidden folder may hold nothing that is wanted, or something that is allowed.
    fn may_be_inside(&self) -> bool {
        self.filter.include.is_some() || !self.filter.allow.is_empty()
    }

    fn entry(
        &mut self,
        path: PathBuf,
        relative: String,
        kind: fs::FileType,
        allowed: bool,
    ) -> Result<(), TreeError> {
        let allowed = allowed || self.filter.allowed(&relative, false);
        if relative.chars().any(char::is_control) {
            self.problem(&relative, "its name holds control characters", "rename it");
        } else if !allowed && relative.split('/').any(is_hidden) {
            self.hidden(&relative);
        } else if let Some(why) = secrets::name(&relative).filter(|_| !allowed) {
            self.problem(&relative, &format!("it looks like {why}"), HOW_TO_ALLOW);
        } else if kind.is_symlink() {
            match linked_file(self.root, &path) {
                Ok(target) if !allowed && self.is_refused(&target) => {
                    let what = "it is a link to a file that is hidden or looks like a secret";
                    self.problem(&relative, what, HOW_TO_ALLOW);
                }
                Ok(target) => self.add(relative, target, allowed)?,
                Err(why) => {
                    self.problem(&relative, why, "exclude it, or put the file in its place")
                }
            }
        } else if kind.is_file() {
            self.add(relative, path, allowed)?;
        } else {
            self.problem(&relative, "it is not an ordinary file", "exclude it");
        }
        Ok(())
    }

    /// Whether a file inside the tree would be refused under its own name.
    fn is_refused(&self, target: &Path) -> bool {
        let relative = target.strip_prefix(self.root).unwrap_or(target);
        let relative = relative.to_string_lossy();
        relative.split('/').any(is_hidden) || secrets::name(&relative).is_some()
    }

    fn add(&mut self, relative: String, path: PathBuf, allowed: bool) -> Result<(), TreeError> {
        let size = fs::metadata(&path).map_err(at(&path))?.len();
        self.tree.files.push(LocalFile {
            relative,
            path,
            size,
            may_be_secret: allowed,
        });
        Ok(())
    }

    fn hidden(&mut self, relative: &str) {
        self.problem(relative, "it is hidden", HOW_TO_ALLOW);
    }

    fn problem(&mut self, relative: &str, what: &str, fix: &str) {
        self.tree
            .problems
            .push(format!("`{relative}`: {what}; {fix}"));
    }
}

/// For what is refused unless asked for.
pub(crate) const HOW_TO_ALLOW: &str =
    "name it in `exclude`, or in `allow` if it is meant to be uploaded";

fn is_hidden(relative: &str) -> bool {
    let name = relative.rsplit('/').next().unwrap_or(relative);
    name.starts_with('.')
}

/// The file inside the tree that a link leads to. Links to folders could lead in circles.
fn linked_file(root: &Path, link: &Path) -> Result<PathBuf, &'static str> {
    let target = fs::canonicalize(link).map_err(|_| "it is a link that leads nowhere")?;
    if !target.starts_with(root) {
        return Err("it is a link that leads out of the folder");
    }
    if target.is_file() {
        Ok(target)
    } else {
        Err("it is a link to a folder, which is not followed")
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> TreeError {
    move |error| TreeError {
        path: path.to_owned(),
        error,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::super::patterns::{NEVER, Patterns};
    use super::*;
    use std::os::unix::fs::symlink;

    fn filter(include: &[&str], exclude: &[&str], allow: &[&str]) -> Filter {
        let parse = |lines: &[&str]| Patterns::parse(lines.iter().copied()).unwrap();
        Filter {
            include: (!include.is_empty()).then(|| parse(include)),
            include_lines: Vec::new(),
            exclude: parse(&[NEVER, exclude].concat()),
            allow: parse(allow),
        }
    }

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for name in names {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        root
    }

    fn names(tree: &Tree) -> Vec<&str> {
        tree.files
            .iter()
            .map(|file| file.relative.as_str())
            .collect()
    }

    #[test]
    fn links_that_lead_out_in_circles_or_nowhere_are_refused_together() {
        let root = folder(&[
            "src/job.py",
            "a.txt",
            ".git/config",
            "src/__pycache__/x.pyc",
        ]);
        let outside = folder(&["secret"]);
        symlink(outside.path().join("secret"), root.path().join("escape")).unwrap();
        symlink(outside.path(), root.path().join("escape-folder")).unwrap();
        symlink(root.path(), root.path().join("circle")).unwrap();
        symlink("nowhere", root.path().join("broken")).unwrap();
        symlink("src/job.py", root.path().join("same.py")).unwrap();
        symlink(".git/config", root.path().join("git.txt")).unwrap();

        let tree = read(root.path(), &filter(&[], &[], &[])).unwrap();
        assert_eq!(names(&tree), ["a.txt", "same.py", "src/job.py"]);
        assert_eq!(tree.left_out, 2);
        let expected = [
            ("broken", "leads nowhere"),
            ("circle", "link to a folder"),
            ("escape-folder", "out of the folder"),
            ("escape", "out of the folder"),
            ("git.txt", "hidden or looks like a secret"),
        ];
        assert_eq!(tree.problems.len(), 5, "{:?}", tree.problems);
        for ((name, why), problem) in expected.iter().zip(&tree.problems) {
            assert!(problem.starts_with(&format!("`{name}`: ")), "{problem}");
            assert!(problem.contains(why), "{problem}");
        }
    }

    #[test]
    fn hidden_and_secret_looking_files_are_refused_unless_excluded_or_allowed() {
        let all = ["src/job.py", ".env", ".cache/x", "id_rsa", "src/tls.key"];
        let root = folder(&all);
        let tree = read(root.path(), &filter(&[], &[], &[])).unwrap();
        assert_eq!(names(&tree), ["src/job.py"]);
        assert_eq!(tree.problems.len(), 4, "{:?}", tree.problems);
        assert!(tree.problems[0].starts_with("`.cache/`: it is hidden; "));

        let excluded = filter(&[], &[".*", "id_rsa", "*.key"], &[]);
        let tree = read(root.path(), &excluded).unwrap();
        assert_eq!((names(&tree), tree.problems.len()), (vec!["src/job.py"], 0));

        let allowed = filter(&[], &[], &[".env", ".cache/", "id_rsa", "*.key"]);
        let tree = read(root.path(), &allowed).unwrap();
        assert_eq!(tree.problems, [""; 0]);
        assert_eq!(tree.files.len(), all.len());
        assert!(tree.files.iter().filter(|file| file.may_be_secret).count() == 4);
    }

    #[test]
    fn what_is_not_included_is_not_refused() {
        let root = folder(&["src/job.py", ".env", "id_rsa", ".cache/x"]);
        let tree = read(root.path(), &filter(&["src/"], &[], &[])).unwrap();
        assert_eq!((names(&tree), tree.problems.len()), (vec!["src/job.py"], 0));
    }

    #[test]
    fn a_missing_folder_is_named() {
        let error = read(Path::new("/does/not/exist"), &filter(&[], &[], &[])).unwrap_err();
        assert_eq!(error.path, Path::new("/does/not/exist"));
    }
}
