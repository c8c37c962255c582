//! One problem that Terraform found, and where. Knows nothing of how it is shown.

use serde::Deserialize;
use std::path::{Component, Path, PathBuf};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    /// Terraform stopped because of it.
    Error,
    /// Terraform went on. Severities that later programs add are read as this one.
    #[serde(other)]
    Warning,
}

/// A diagnostic of Terraform's JSON stream.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Diagnostic {
    pub(crate) severity: Severity,
    pub(crate) summary: String,
    #[serde(default)]
    pub(crate) detail: String,
    /// The resource it is about.
    #[serde(default)]
    pub(crate) address: Option<String>,
    /// Where in the configuration; absent when it is not about the configuration.
    #[serde(default)]
    pub(crate) range: Option<Range>,
}

/// A place in a file of the root module.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Range {
    /// Relative to the root module.
    pub(crate) filename: PathBuf,
    pub(crate) start: Position,
}

/// Line and column, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct Position {
    pub(crate) line: u32,
}

impl Diagnostic {
    /// The file it is about, with the root module in front, and the line.
    pub(crate) fn location(&self, root: &Path) -> Option<(PathBuf, u32)> {
        let range = self.range.as_ref()?;
        // The runner would not match `./infra/main.tf` with a file of the repository.
        let path = root.join(&range.filename);
        let file = path
            .components()
            .filter(|part| *part != Component::CurDir)
            .collect();
        Some((file, range.start.line))
    }

    /// `Unsupported argument (terraform_data.a)`: one line.
    pub(crate) fn title(&self) -> String {
        let summary = self
            .summary
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        match &self.address {
            Some(address) => format!("{summary} ({address})"),
            None => summary,
        }
    }

    /// `infra/main.tf:3: Unsupported argument (terraform_data.a)`: one line, with the place in front.
    pub(crate) fn headline(&self, root: &Path) -> String {
        match self.location(root) {
            Some((file, line)) => format!("{}:{line}: {}", file.display(), self.title()),
            None => self.title(),
        }
    }

    /// Whether it is a sentence about nothing in particular.
    pub(crate) fn says_only_a_summary(&self) -> bool {
        self.range.is_none() && self.address.is_none() && self.detail.trim().is_empty()
    }

    /// Whether it is about the value given for a variable of the root module.
    pub(crate) fn is_about_variable(&self, name: &str) -> bool {
        // By the name, which is ours: the words around it are Terraform's and may change.
        let unplaced = self.range.is_none() && self.address.is_none();
        (unplaced && self.detail.contains(&format!("\"{name}\"")))
            || self.detail.contains(&format!("-var=\"{name}="))
    }

    /// The same with the file's own name and the line in front.
    pub(crate) fn text_with_place(&self) -> String {
        match &self.range {
            Some(range) => format!(
                "{}:{}: {}",
                range.filename.display(),
                range.start.line,
                self.text()
            ),
            None => self.text(),
        }
    }

    /// The title and the detail below it, without the place.
    pub(crate) fn text(&self) -> String {
        let detail = self.detail.trim();
        if detail.is_empty() {
            self.title()
        } else {
            format!("{}\n{detail}", self.title())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diagnostic(json: &str) -> Diagnostic {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_headline_names_file_and_line_from_the_workspace() {
        let read = diagnostic(
            r#"{"severity":"error","summary":"Unsupported\nargument","detail":"No x here.","address":"a.b",
                "range":{"filename":"main.tf","start":{"line":16,"column":5,"byte":3},"end":{"line":16,"column":6,"byte":4}}}"#,
        );
        assert_eq!(
            read.headline(Path::new("./infra")),
            "infra/main.tf:16: Unsupported argument (a.b)"
        );
        assert_eq!(read.text(), "Unsupported argument (a.b)\nNo x here.");
    }

    #[test]
    fn a_diagnostic_without_a_place_is_just_its_summary() {
        let read = diagnostic(r#"{"severity":"notice","summary":"State is locked"}"#);
        assert_eq!(read.severity, Severity::Warning);
        assert_eq!(read.location(Path::new("infra")), None);
        assert_eq!(read.headline(Path::new("infra")), "State is locked");
    }
}
