//! Which files of the source belong to the set, by patterns in git-ignore syntax. Pure.
//!
//! In this order: `include` says what may belong (nothing given: everything), then `exclude` takes away; its lines
//! come after those in [`NEVER`], and of the lines that match a path the last decides. Within one input a line that
//! begins with `!` takes back what an earlier line matched.

use ignore::{
    Match,
    gitignore::{Gitignore, GitignoreBuilder},
};
use std::path::Path;

/// What version control, editors and Python leave in a folder, as the first lines of `exclude`.
pub(crate) const NEVER: &[&str] = &[
    ".git",
    ".gitignore",
    ".gitattributes",
    ".gitkeep",
    ".github/",
    ".DS_Store",
    ".idea/",
    ".vscode/",
    ".venv/",
    ".ipynb_checkpoints/",
    ".mypy_cache/",
    ".pytest_cache/",
    ".ruff_cache/",
    "__pycache__/",
    "*.pyc",
];

/// The lines of one input.
#[derive(Clone, Debug)]
pub(crate) struct Patterns {
    matcher: Gitignore,
}

/// What is asked of each path.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    /// None: everything is included.
    pub(crate) include: Option<Patterns>,
    pub(crate) exclude: Patterns,
    /// The lines of `include` that do not take back, each by itself.
    pub(crate) include_lines: Vec<(String, Patterns)>,
    /// Hidden and secret-looking files that may be uploaded all the same.
    pub(crate) allow: Patterns,
}

impl Patterns {
    /// From lines; those that are no patterns are given back with what is wrong.
    pub(crate) fn parse<'a>(
        lines: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, Vec<(String, String)>> {
        let mut builder = GitignoreBuilder::new("");
        let mut problems = Vec::new();
        for line in lines {
            if let Err(error) = builder.add_line(None, line) {
                problems.push((line.to_owned(), without_glob(error)));
            }
        }
        match builder.build() {
            Ok(matcher) if problems.is_empty() => Ok(Self { matcher }),
            Ok(_) => Err(problems),
            Err(error) => {
                problems.push((String::new(), error.to_string()));
                Err(problems)
            }
        }
    }

    /// Whether there are no lines.
    pub(crate) fn is_empty(&self) -> bool {
        self.matcher.is_empty()
    }

    /// Whether the path itself or a folder above it is matched.
    fn covers(&self, path: &str, is_folder: bool) -> bool {
        self.matcher
            .matched_path_or_any_parents(Path::new(path), is_folder)
            .is_ignore()
    }

    /// What the lines say of the path itself.
    fn of(&self, path: &str, is_folder: bool) -> Match<&str> {
        self.matcher
            .matched(Path::new(path), is_folder)
            .map(|glob| glob.original())
    }
}

impl Filter {
    /// The line that takes a path away, if one does. What is in a folder that is taken away cannot come back.
    pub(crate) fn excluded(&self, path: &str, is_folder: bool) -> Option<&str> {
        match self.exclude.of(path, is_folder) {
            Match::Ignore(line) => Some(line),
            Match::None | Match::Whitelist(_) => None,
        }
    }

    /// Whether a file is wanted at all.
    pub(crate) fn included(&self, path: &str) -> bool {
        self.include
            .as_ref()
            .is_none_or(|include| include.covers(path, false))
    }

    /// The lines of `include` that match none of the paths: most likely there is a mistake in them.
    pub(crate) fn without_a_file<'a>(
        &self,
        paths: impl Iterator<Item = &'a str> + Clone,
    ) -> Vec<&str> {
        let unused =
            |(_, line): &&(String, Patterns)| !paths.clone().any(|path| line.covers(path, false));
        let lines = self.include_lines.iter().filter(unused);
        lines.map(|(text, _)| text.as_str()).collect()
    }

    /// Whether a hidden or secret-looking file is asked for.
    pub(crate) fn allowed(&self, path: &str, is_folder: bool) -> bool {
        self.allow.covers(path, is_folder)
    }
}

/// The library repeats the pattern; ours is named already.
fn without_glob(error: ignore::Error) -> String {
    match error {
        ignore::Error::Glob { err, .. } => err,
        ignore::Error::WithLineNumber { err, .. } | ignore::Error::WithPath { err, .. } => {
            without_glob(*err)
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn patterns(lines: &[&str]) -> Patterns {
        Patterns::parse(lines.iter().copied()).unwrap()
    }

    fn filter(include: &[&str], exclude: &[&str]) -> Filter {
        let exclude: Vec<&str> = NEVER.iter().chain(exclude).copied().collect();
        Filter {
            include: Some(patterns(include)).filter(|_| !include.is_empty()),
            include_lines: include
                .iter()
                .map(|line| ((*line).to_owned(), patterns(&[line])))
                .collect(),
            exclude: patterns(&exclude),
            allow: patterns(&[]),
        }
    }

    #[test]
    fn without_lines_everything_is_included_but_what_tools_leave() {
        let filter = filter(&[], &[]);
        assert!(filter.included("src/job.py"));
        assert_eq!(filter.excluded("src/job.py", false), None);
        assert_eq!(filter.excluded(".git", true), Some(".git"));
        assert_eq!(
            filter.excluded("src/__pycache__", true),
            Some("__pycache__/")
        );
        assert_eq!(filter.excluded("src/a.pyc", false), Some("*.pyc"));
    }

    #[test]
    fn a_folder_includes_what_is_in_it_and_the_last_line_decides() {
        let filter = filter(&["/src/", "*.sql", "!src/old/", "src/old/kept.py"], &[]);
        assert!(filter.included("src/job.py") && filter.included("a/b/q.sql"));
        assert!(!filter.included("lib/src/job.py") && !filter.included("README.md"));
        assert!(!filter.included("src/old/gone.py"));
        assert!(filter.included("src/old/kept.py"));
    }

    #[test]
    fn lines_of_include_without_a_file_are_told() {
        let filter = filter(&["src/", "*.sqll", "lib"], &[]);
        let paths = ["src/a.py", "lib/b.py"];
        assert_eq!(filter.without_a_file(paths.into_iter()), ["*.sqll"]);
    }

    #[test]
    fn exclude_may_take_back_what_is_never_uploaded() {
        let filter = filter(&[], &["*.csv", "!keep.csv", "!*.pyc"]);
        assert_eq!(filter.excluded("a/b.csv", false), Some("*.csv"));
        assert_eq!(filter.excluded("a/keep.csv", false), None);
        assert_eq!(filter.excluded("a.pyc", false), None);
    }

    #[test]
    fn a_line_that_is_no_pattern_is_named() {
        let problems = Patterns::parse(["*.py", "a[z-a]"]).unwrap_err();
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].0, "a[z-a]");
        assert!(!problems[0].1.contains("a[z-a]"), "{problems:?}");
    }
}
