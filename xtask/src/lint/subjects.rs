//! Which files the checks of workflows look at: those that GitHub, or an adopter, would read.

use std::path::{Path, PathBuf};

use crate::problem::{Problem, Result};
use crate::tidy::tracked::TrackedFile;

/// Files by what GitHub takes them for, relative to the repository's root, sorted.
#[derive(Debug, Default)]
pub(crate) struct Subjects {
    /// Workflows of this repository and those that adopters copy.
    pub(crate) workflows: Vec<PathBuf>,
    /// `action.yml` of actions.
    pub(crate) actions: Vec<PathBuf>,
    /// Dependabot's settings.
    pub(crate) dependabot: Vec<PathBuf>,
}

impl Subjects {
    /// Sorts the files of a repository; one without a workflow or an action is not this one.
    pub(crate) fn among(files: &[TrackedFile]) -> Result<Self> {
        let mut subjects = Self::default();
        for file in files {
            let path = PathBuf::from(&file.path);
            if let Some(list) = subjects.list_of(&path) {
                list.push(path);
            }
        }
        for list in [
            &mut subjects.workflows,
            &mut subjects.actions,
            &mut subjects.dependabot,
        ] {
            list.sort();
        }
        if subjects.workflows.is_empty() || subjects.actions.is_empty() {
            return Err(Problem::new(
                "there is no workflow in .github/workflows, or no action.yml: nothing would be checked",
            ));
        }
        Ok(subjects)
    }

    fn list_of(&mut self, path: &Path) -> Option<&mut Vec<PathBuf>> {
        let extension = path.extension()?.to_str()?;
        if !["yml", "yaml"].contains(&extension) {
            return None;
        }
        let (folder, stem) = (path.parent()?.to_str()?, path.file_stem()?.to_str()?);
        match (folder, stem) {
            (".github/workflows" | ".github/adopt", _) => Some(&mut self.workflows),
            (".github", "dependabot") => Some(&mut self.dependabot),
            (_, "action") => Some(&mut self.actions),
            _ => None,
        }
    }

    /// All of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = &PathBuf> {
        self.workflows
            .iter()
            .chain(&self.actions)
            .chain(&self.dependabot)
    }
}

#[cfg(test)]
mod tests {
    use super::Subjects;
    use crate::tidy::tracked::TrackedFile;

    fn among(paths: &[&str]) -> Option<Subjects> {
        let files: Vec<TrackedFile> = paths
            .iter()
            .map(|path| TrackedFile {
                path: (*path).to_owned(),
                text: String::new(),
            })
            .collect();
        Subjects::among(&files).ok()
    }

    #[test]
    fn files_are_taken_for_what_github_takes_them_for() {
        let subjects = among(&[
            ".github/workflows/b.yml",
            ".github/workflows/a.yaml",
            ".github/adopt/copy.yml",
            ".github/workflows/README.md",
            ".github/zizmor.yml",
            ".github/dependabot.yml",
            "actions/x/action.yml",
            "actions/x/y/action.yml",
            "fixtures/other.yml",
        ])
        .unwrap();
        let all: Vec<_> = subjects.all().map(|path| path.to_str().unwrap()).collect();
        assert_eq!(
            all,
            [
                ".github/adopt/copy.yml",
                ".github/workflows/a.yaml",
                ".github/workflows/b.yml",
                "actions/x/action.yml",
                "actions/x/y/action.yml",
                ".github/dependabot.yml"
            ]
        );
    }

    #[test]
    fn nothing_to_check_is_not_a_pass() {
        assert!(among(&["actions/x/action.yml"]).is_none());
        assert!(among(&[".github/workflows/a.yml"]).is_none());
    }
}
