//! The step summary: Markdown on the run's page.

use crate::{environment::Environment, failure::Failure, file_command::append, log::Log};
use std::path::PathBuf;

/// What GitHub keeps of a step's summary, in bytes.
const LIMIT: u64 = 1024 * 1024;

/// Room kept for saying that something was left out, in bytes.
const RESERVE: u64 = 512;

/// Writes the step summary. Cheap to clone. A no-op without `GITHUB_STEP_SUMMARY`.
#[derive(Clone)]
pub struct Summary {
    file: Option<PathBuf>,
    log: Log,
}

impl Summary {
    pub(crate) fn new(environment: &Environment, log: Log) -> Self {
        Self {
            file: environment.get("GITHUB_STEP_SUMMARY").map(PathBuf::from),
            log,
        }
    }

    /// Appends Markdown. A part that does not fit in GitHub's 1 MiB per step is left out, which the summary says.
    ///
    /// # Errors
    /// An outside failure if the runner's file cannot be written.
    pub fn append(&self, markdown: &str) -> Result<(), Failure> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let used = std::fs::metadata(file).map_or(0, |metadata| metadata.len());
        let text = fitting(markdown, used);
        if text != complete(markdown) {
            self.log.warning("Summary too long", text.trim());
        }
        append(file, &text).map_err(|error| {
            Failure::outside(
                "Summary not written",
                format!("cannot write the step summary to `{}`", file.display()),
            )
            .because(&error)
        })
    }
}

fn complete(markdown: &str) -> String {
    format!("{}\n", markdown.trim_end_matches('\n'))
}

/// The part itself if it fits behind `used` bytes, else a sentence in its place, else nothing.
fn fitting(markdown: &str, used: u64) -> String {
    let whole = complete(markdown);
    if used + whole.len() as u64 + RESERVE <= LIMIT {
        return whole;
    }
    let note = format!(
        "\nA part of this summary is left out: it has {} KiB, and GitHub keeps 1 MiB per step.\n",
        whole.len().div_ceil(1024)
    );
    if used + note.len() as u64 <= LIMIT {
        note
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_fits_is_kept_and_ends_with_one_line_break() {
        assert_eq!(fitting("# Hello", 0), "# Hello\n");
        assert_eq!(fitting("# Hello\n\n", 0), "# Hello\n");
    }

    #[test]
    fn a_part_that_does_not_fit_is_replaced_by_words() {
        let note = fitting(&"x".repeat(2 * 1024 * 1024), 0);
        assert!(
            note.contains("2049 KiB") && note.contains("1 MiB"),
            "{note}"
        );
        assert_eq!(fitting("x", LIMIT), "");
    }
}
