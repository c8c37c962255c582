//! How an action fails: what, why, how to fix it, and with which exit code.
//!
//! Rendering to the log is done in `log`; this file only makes the text.

use std::{error::Error, fmt};

/// Exit codes of every action. Zero is success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// A mistake in this program.
    Bug = 1,
    /// The inputs cannot be used.
    BadInputs = 2,
    /// An outside system refused or could not be reached.
    Outside = 3,
    /// The Spark job failed.
    JobFailed = 4,
    /// The verdict failed by policy.
    Policy = 5,
    /// A signal asked the program to stop.
    Cancelled = 130,
}

/// Why an action did not succeed, in words for the person who reads the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The exit code it leads to.
    pub exit: Exit,
    /// A few words: the annotation's title.
    pub title: String,
    /// What failed, and where.
    pub what: String,
    /// How to fix it.
    pub help: Option<String>,
    /// The causes, outermost first; or the single problems of a list.
    pub causes: Vec<String>,
}

impl Failure {
    fn new(exit: Exit, title: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            exit,
            title: title.into(),
            what: what.into(),
            help: None,
            causes: Vec::new(),
        }
    }

    /// An outside system refused or could not be reached.
    pub fn outside(title: impl Into<String>, what: impl Into<String>) -> Self {
        Self::new(Exit::Outside, title, what)
    }

    /// The Spark job failed.
    pub fn job_failed(title: impl Into<String>, what: impl Into<String>) -> Self {
        Self::new(Exit::JobFailed, title, what)
    }

    /// The verdict failed by policy.
    pub fn policy(title: impl Into<String>, what: impl Into<String>) -> Self {
        Self::new(Exit::Policy, title, what)
    }

    /// The action stopped because a signal asked it to.
    pub fn cancelled(title: impl Into<String>, what: impl Into<String>) -> Self {
        Self::new(Exit::Cancelled, title, what)
    }

    /// One input turned out to be wrong after all inputs were parsed.
    pub fn bad_input(input: &str, message: impl fmt::Display) -> Self {
        Self::new(
            Exit::BadInputs,
            "Bad input",
            format!("input `{input}`: {message}"),
        )
    }

    /// Several inputs are wrong; each problem is one line.
    #[must_use]
    pub fn bad_inputs(problems: Vec<String>) -> Self {
        let what = match problems.len() {
            1 => "1 input cannot be used".to_owned(),
            count => format!("{count} inputs cannot be used"),
        };
        Self {
            causes: problems,
            ..Self::new(Exit::BadInputs, "Bad inputs", what)
        }
    }

    /// A mistake in this program.
    pub fn bug(what: impl Into<String>) -> Self {
        Self::new(Exit::Bug, "Bug", what)
            .help("this is a mistake in the action, not in your workflow: report it with this log")
    }

    /// Says how to fix it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds an error and everything behind it as causes.
    #[must_use]
    pub fn because(mut self, error: &dyn Error) -> Self {
        let mut next = Some(error);
        while let Some(error) = next {
            let text = error.to_string();
            // Many libraries repeat their source's text in their own.
            if !self.causes.last().is_some_and(|last| last.ends_with(&text)) {
                self.causes.push(text);
            }
            next = error.source();
        }
        self
    }

    /// Everything but the title, one thing per line.
    pub(crate) fn body(&self) -> String {
        let label = if self.exit == Exit::BadInputs {
            ""
        } else {
            "caused by: "
        };
        let causes = self
            .causes
            .iter()
            .map(|cause| format!("  {label}{}", indented(cause)));
        let help = self
            .help
            .iter()
            .map(|help| format!("hint: {}", indented(help)));
        std::iter::once(self.what.clone())
            .chain(causes)
            .chain(help)
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// As a person reads it outside Actions, without the leading `error:`.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.title, self.body())
    }
}

impl Error for Failure {}

fn indented(text: &str) -> String {
    text.trim_end().replace('\n', "\n    ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Outer(std::io::Error);
    impl fmt::Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("cannot read the log")
        }
    }
    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn causes_are_listed_once_and_before_the_hint() {
        let failure = Failure::outside("Upload failed", "cannot upload `a.py`")
            .because(&Outer(std::io::Error::other("disk on fire")))
            .help("try again\nlater");
        assert_eq!(
            failure.to_string(),
            "Upload failed: cannot upload `a.py`\n  caused by: cannot read the log\n  caused by: disk on fire\nhint: try again\n    later"
        );
    }

    #[test]
    fn exit_codes_are_the_documented_ones() {
        let codes = [
            Exit::Bug,
            Exit::BadInputs,
            Exit::Outside,
            Exit::JobFailed,
            Exit::Policy,
            Exit::Cancelled,
        ];
        assert_eq!(codes.map(|exit| exit as u8), [1, 2, 3, 4, 5, 130]);
    }
}
