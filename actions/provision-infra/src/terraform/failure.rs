//! What to say when a Terraform step did not end well. Pure: words made from what was seen.

use super::process::Finished;
use crate::diagnostic::Diagnostic;
use gha::Failure;
use std::path::Path;

/// Most errors and resources that a message lists; the log has all of them.
const LISTED: usize = 10;

/// A step that failed or was interrupted.
pub(super) struct StepFailure<'a> {
    pub(super) step: &'static str,
    pub(super) root: &'a Path,
    pub(super) finished: &'a Finished,
    pub(super) errors: &'a [Diagnostic],
    /// Resources that were done by then.
    pub(super) done: &'a [String],
}

impl From<StepFailure<'_>> for Failure {
    fn from(failure: StepFailure<'_>) -> Self {
        if failure.finished.interrupted {
            failure.interrupted()
        } else {
            failure.failed()
        }
    }
}

impl StepFailure<'_> {
    fn interrupted(&self) -> Failure {
        let (step, root) = (self.step, self.root.display());
        let what = format!(
            "terraform {step} in `{root}` was interrupted; it has ended by itself ({}){}",
            self.finished.status,
            self.progress()
        );
        let failure = Failure::cancelled("Terraform was interrupted", what);
        if self.step == "apply" {
            failure.help("run the same command again: Terraform goes on from the state it saved")
        } else {
            failure
        }
    }

    fn failed(&self) -> Failure {
        let (step, root) = (self.step, self.root.display());
        let count = match self.errors.len() {
            0 => String::new(),
            1 => ": 1 error".to_owned(),
            count => format!(": {count} errors"),
        };
        let what = format!(
            "terraform {step} in `{root}` failed ({}){count}{}",
            self.finished.status,
            self.progress()
        );
        let mut failure =
            Failure::outside(format!("Terraform {step} failed"), what).help(self.advice());
        failure.causes = self.causes();
        failure
    }

    /// The errors, or for a program that reports none as JSON, the end of what it printed.
    fn causes(&self) -> Vec<String> {
        if self.errors.is_empty() {
            let tail = self.finished.tail.join("\n");
            return if tail.is_empty() {
                Vec::new()
            } else {
                vec![tail]
            };
        }
        let mut causes: Vec<_> = self
            .errors
            .iter()
            .take(LISTED)
            .map(|error| error.headline(self.root))
            .collect();
        if self.errors.len() > LISTED {
            causes.push(format!(
                "and {} more, in the log above",
                self.errors.len() - LISTED
            ));
        }
        causes
    }

    fn progress(&self) -> String {
        if self.step != "apply" {
            return String::new();
        }
        match self.done.len() {
            0 => "; no resource was completed".to_owned(),
            count if count <= LISTED => {
                format!("; completed before that: {}", self.done.join(", "))
            }
            count => format!("; {count} resources were completed before that"),
        }
    }

    fn advice(&self) -> &'static str {
        let in_a_file = self.errors.iter().any(|error| error.range.is_some());
        match self.step {
            "apply" => {
                "fix the cause, then run the same command again: Terraform goes on from the state it saved"
            }
            _ if in_a_file => {
                "fix what is said about the named lines of the root module, then run the same command again"
            }
            "init" => {
                "check the `backend-config` input, the credentials, and that providers and modules can be downloaded"
            }
            _ => {
                "fix the cause, then run the same command again; the log above has everything Terraform said"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gha::Exit;
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::ExitStatus;

    fn finished(interrupted: bool) -> Finished {
        Finished {
            status: ExitStatus::from_raw(1 << 8),
            interrupted,
            tail: vec!["Error: no".to_owned()],
        }
    }

    fn failure(finished: &Finished, errors: &[Diagnostic], done: &[String]) -> Failure {
        StepFailure {
            step: "apply",
            root: Path::new("infra"),
            finished,
            errors,
            done,
        }
        .into()
    }

    #[test]
    fn a_failed_apply_says_what_was_completed() {
        let error =
            serde_json::from_str(r#"{"severity":"error","summary":"quota","address":"a.b"}"#)
                .unwrap();
        let failure = failure(&finished(false), &[error], &["x.y".to_owned()]);
        assert_eq!(failure.exit, Exit::Outside);
        assert_eq!(
            failure.what,
            "terraform apply in `infra` failed (exit status: 1): 1 error; completed before that: x.y"
        );
        assert_eq!(failure.causes, ["quota (a.b)"]);
    }

    #[test]
    fn without_diagnostics_the_end_of_the_error_output_is_the_cause() {
        assert_eq!(failure(&finished(false), &[], &[]).causes, ["Error: no"]);
    }

    #[test]
    fn an_interrupted_apply_is_cancelled_and_says_how_to_go_on() {
        let failure = failure(&finished(true), &[], &[]);
        assert_eq!(failure.exit, Exit::Cancelled);
        assert!(
            failure.what.contains("no resource was completed"),
            "{}",
            failure.what
        );
        assert!(failure.help.unwrap().contains("again"));
    }
}
