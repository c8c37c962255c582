//! What to say when a Terraform step did not end well. Pure: words made from what was seen.

use super::lock::Lock;
use super::process::Finished;
use crate::bundled;
use crate::diagnostic::Diagnostic;
use gha::Failure;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;

/// Most resources that a message lists; the log has all of them.
const LISTED: usize = 10;

/// A step that failed or was interrupted.
pub(super) struct StepFailure<'a> {
    pub(super) step: &'static str,
    pub(super) root: &'a Path,
    pub(super) finished: &'a Finished,
    pub(super) errors: &'a [Diagnostic],
    /// Whether the errors have been shown as annotations, so that they need not be told again.
    pub(super) annotated: bool,
    /// What was given in the input `variables`.
    pub(super) variables: &'a [(String, String)],
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
        let mut what = format!(
            "terraform {step} in `{root}` was interrupted; it has ended by itself ({}){}",
            self.finished.status,
            self.progress()
        );
        if !self.annotated {
            what.extend(self.errors.iter().map(|error| self.below(error)));
        }
        let failure = Failure::cancelled("Terraform was interrupted", what);
        match self.step {
            _ if self.was_killed() => failure.help(self.lock_left_behind()),
            "apply" => failure
                .help("run the same command again: Terraform goes on from the state it saved"),
            _ => failure,
        }
    }

    fn was_killed(&self) -> bool {
        self.finished.status.signal().is_some()
    }

    /// A program that was killed could not give its lock back.
    fn lock_left_behind(&self) -> String {
        // Terraform itself catches both and ends by itself.
        if matches!(self.finished.status.signal(), Some(2 | 15)) {
            return format!(
                "the program died of the signal, as Terraform never does: it is a wrapper, and Terraform may still run behind it. \
                 Name Terraform's own program in the input `terraform`; do not remove a lock on the state of `{}` before no \
                 terraform process runs any more",
                self.root.display()
            );
        }
        format!(
            "Terraform was killed, so its lock on the state is most likely still there and what it had done may not be in \
             the state. The next run names the lock's ID; when nothing else uses the state, remove it in `{}` with \
             `terraform force-unlock ID`, then run the same command again and look at what it plans",
            self.root.display()
        )
    }

    fn locked(&self, lock: &Lock) -> Failure {
        Failure::outside(
            "State is locked",
            format!(
                "terraform {} in `{}` cannot start: the state is {} (lock {})",
                self.step,
                self.root.display(),
                lock.holder(),
                lock.id
            ),
        )
        .help(format!(
            "wait until that run has ended, then run this again. If it was killed and nothing else uses the state, remove \
             its lock: `terraform force-unlock {}` in `{}`, after `terraform init` with the same `backend-config`",
            lock.id,
            self.root.display()
        ))
    }

    fn failed(&self) -> Failure {
        if let Some(lock) = Lock::of(self.errors) {
            return self.locked(&lock);
        }
        let mut failure = Failure::outside(format!("Terraform {} failed", self.step), self.what())
            .help(self.advice());
        // A program that reports no errors as JSON has printed them.
        if self.errors.is_empty() && !self.finished.tail.is_empty() {
            failure.causes.push(self.finished.tail.join("\n"));
        }
        failure
    }

    /// The first error, then the rest of them below it; only their number where they are annotated.
    fn what(&self) -> String {
        let (step, root, status) = (self.step, self.root.display(), self.finished.status);
        let progress = self.progress();
        let Some((first, others)) = self.errors.split_first() else {
            return format!("terraform {step} in `{root}` failed ({status}){progress}");
        };
        let count = match self.errors.len() {
            1 => "1 error".to_owned(),
            count => format!("{count} errors"),
        };
        if self.annotated {
            return format!(
                "terraform {step} in `{root}` failed ({status}): {count}, shown above{progress}"
            );
        }
        let others: String = others.iter().map(|error| self.below(error)).collect();
        format!(
            "{}{}{others}\n  terraform {step} in `{root}` failed ({status}): {count}{progress}",
            first.headline(self.root),
            indented(&first.detail, 2),
        )
    }

    /// An error on lines of its own, below the message.
    fn below(&self, error: &Diagnostic) -> String {
        format!(
            "{}{}",
            indented(&error.headline(self.root), 2),
            indented(&error.detail, 4)
        )
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

    fn advice(&self) -> String {
        if self.was_killed() {
            return self.lock_left_behind();
        }
        let variable = |error: &Diagnostic| {
            let mut names = self.variables.iter().map(|(name, _)| name);
            names.find(|name| error.is_about_variable(name))
        };
        if let Some(name) = self.errors.iter().find_map(variable) {
            return format!(
                "correct `{name}` in the input `variables`, or the variable's declaration in the root module `{}`",
                self.root.display()
            );
        }
        let theirs = !bundled::is_here(self.root);
        let in_a_file = theirs && self.errors.iter().any(|error| error.range.is_some());
        match self.step {
            "apply" => {
                "fix the cause, then run the same command again: Terraform goes on from the state it saved".to_owned()
            }
            _ if in_a_file => {
                "fix what is said about the named lines of the root module, then run the same command again".to_owned()
            }
            "init" => {
                format!(
                    "check the `backend-config` input, the credentials, and that providers and modules can be downloaded; \
                     if the backend was changed on purpose, delete `{}`, which forgets the old backend: a state that is \
                     still needed must be moved first, with `terraform init -migrate-state`",
                    self.root.join(".terraform").display()
                )
            }
            _ => {
                "fix the cause, then run the same command again; the log above has everything Terraform said".to_owned()
            }
        }
    }
}

/// The lines of a text, each after a line break and so many spaces.
fn indented(text: &str, spaces: usize) -> String {
    let lines = text.trim().lines();
    lines
        .map(|line| match line.trim_end() {
            "" => "\n".to_owned(),
            line => format!("\n{:spaces$}{line}", ""),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use gha::Exit;
    use std::process::ExitStatus;

    fn finished(interrupted: bool) -> Finished {
        Finished {
            status: ExitStatus::from_raw(1 << 8),
            interrupted,
            tail: vec!["Error: no".to_owned()],
        }
    }

    fn step<'a>(
        step: &'static str,
        finished: &'a Finished,
        errors: &'a [Diagnostic],
    ) -> StepFailure<'a> {
        StepFailure {
            step,
            root: Path::new("infra"),
            finished,
            errors,
            annotated: false,
            variables: &[],
            done: &[],
        }
    }

    fn errors(json: &str) -> Vec<Diagnostic> {
        serde_json::from_str(json).unwrap()
    }

    const TWO: &str = r#"[
        {"severity":"error","summary":"quota","detail":"Too many.\n\nAsk for more.","address":"a.b"},
        {"severity":"error","summary":"typo","detail":"No x.","range":{"filename":"main.tf","start":{"line":3}}}]"#;

    #[test]
    fn the_first_error_is_the_message_and_the_others_are_below() {
        let (finished, errors, done) = (finished(false), errors(TWO), ["x.y".to_owned()]);
        let failure = Failure::from(StepFailure {
            done: &done,
            ..step("apply", &finished, &errors)
        });
        assert_eq!(failure.exit, Exit::Outside);
        assert_eq!(
            failure.what,
            "quota (a.b)\n  Too many.\n\n  Ask for more.\n  infra/main.tf:3: typo\n    No x.\n  \
             terraform apply in `infra` failed (exit status: 1): 2 errors; completed before that: x.y"
        );
        assert_eq!(failure.causes, Vec::<String>::new());
    }

    #[test]
    fn annotated_errors_are_only_counted() {
        let (finished, errors) = (finished(false), errors(TWO));
        let failure = Failure::from(StepFailure {
            annotated: true,
            ..step("plan", &finished, &errors)
        });
        assert_eq!(
            failure.what,
            "terraform plan in `infra` failed (exit status: 1): 2 errors, shown above"
        );
        assert_eq!(failure.causes, Vec::<String>::new());
    }

    #[test]
    fn without_diagnostics_the_end_of_the_error_output_is_the_cause() {
        let failure = Failure::from(step("apply", &finished(false), &[]));
        assert_eq!(failure.causes, ["Error: no"]);
    }

    #[test]
    fn an_interrupted_apply_is_cancelled_and_says_how_to_go_on() {
        let (finished, errors) = (finished(true), errors(TWO));
        let failure = Failure::from(step("apply", &finished, &errors));
        assert_eq!(failure.exit, Exit::Cancelled);
        assert!(
            failure
                .what
                .contains("no resource was completed\n  quota (a.b)"),
            "{}",
            failure.what
        );
        assert!(failure.help.unwrap().contains("again"));
    }

    #[test]
    fn only_a_variable_that_was_given_is_blamed() {
        let errors = errors(
            r#"[{"severity":"error","summary":"no","detail":"A variable named \"nope\" was assigned."}]"#,
        );
        let (finished, given) = (finished(false), ["region", "nope"]);
        let variables = given.map(|name| (name.to_owned(), "x".to_owned()));
        let failure = Failure::from(StepFailure {
            variables: &variables,
            ..step("plan", &finished, &errors)
        });
        assert!(
            failure
                .help
                .unwrap()
                .contains("`nope` in the input `variables`")
        );
        let failure = Failure::from(step("plan", &finished, &errors));
        assert!(!failure.help.unwrap().contains("input `variables`"));
    }
}
