//! zizmor: what an attacker could make of a workflow. With its strictest persona, and without asking GitHub.

use std::path::Path;

use tokio::process::Command;

use super::subjects::Subjects;
use crate::children;
use crate::interrupt::Interrupt;
use crate::problem::{Problem, Result};

const SETTINGS: &str = ".github/zizmor.yml";

/// Audits every file; what is wrong is the text of the error.
pub(crate) async fn check(
    python: &Path,
    root: &Path,
    subjects: &Subjects,
    interrupt: &Interrupt,
) -> Result<String> {
    let mut command = Command::new(python.with_file_name("zizmor"));
    // The strictest persona finds all that `pedantic` finds. A file that it cannot read must not count as clean.
    command.current_dir(root).args([
        "--offline",
        "--persona=auditor",
        "--strict-collection",
        "--no-progress",
        "--color=never",
        "--render-links=never",
    ]);
    if root.join(SETTINGS).is_file() {
        command.args(["--config", SETTINGS]);
    }
    command.args(subjects.all());
    let called = children::as_typed(&command);
    let finished = children::output(command, interrupt).await?;
    if finished.status.success() {
        return Ok(format!(
            "{} files: {}",
            subjects.all().count(),
            finished.stdout.trim()
        ));
    }
    // Findings are on standard output; why it could not start is on the other stream.
    let said = if finished.stdout.trim().is_empty() {
        finished.stderr
    } else {
        finished.stdout
    };
    Err(
        Problem::new(format!("{}\n(from `{called}`)", said.trim())).help(
            "each finding names its page of https://docs.zizmor.sh/audits; what is right as it is gets \
             `# zizmor: ignore[RULE] REASON` on its line",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::super::prepared;
    use super::super::subjects::Subjects;
    use crate::environment::LINT_PYTHON;
    use crate::interrupt::Interrupt;
    use crate::problem::Result;

    const GOOD: &str = r"
name: good
on: { push: { branches: [main] } }
permissions: {}
concurrency: { group: 'good-${{ github.ref }}', cancel-in-progress: true }
jobs:
  one:
    name: one
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - name: greet
        run: echo hello
";

    async fn check(workflow: &str) -> Result<String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("w.yml"), workflow).unwrap();
        let subjects = Subjects {
            workflows: vec!["w.yml".into()],
            ..Subjects::default()
        };
        let (_sender, interrupt) = Interrupt::by_hand();
        let python = prepared::path(LINT_PYTHON);
        super::check(&python, folder.path(), &subjects, &interrupt).await
    }

    #[tokio::test]
    async fn a_careful_workflow_passes() {
        let said = check(GOOD).await.unwrap();
        assert!(said.starts_with("1 files: No findings"), "{said}");
    }

    #[tokio::test]
    async fn what_an_attacker_could_use_is_found() {
        let step = |step: &str| GOOD.replace("      - name: greet\n        run: echo hello", step);
        for (rule, workflow) in [
            (
                "unpinned-uses",
                step("      - name: x\n        uses: some/action@v1"),
            ),
            (
                "template-injection",
                step(
                    "      - name: x\n        run: echo \"${{ github.event.pull_request.title }}\"",
                ),
            ),
            (
                "excessive-permissions",
                GOOD.replace("permissions: {}", "permissions: write-all"),
            ),
            (
                "dangerous-triggers",
                GOOD.replace("push: { branches: [main] }", "pull_request_target: {}"),
            ),
            // Only the pedantic persona minds these.
            (
                "concurrency-limits",
                GOOD.replace("concurrency:", "x-concurrency:"),
            ),
            (
                "undocumented-permissions",
                GOOD.replace(
                    "    steps:",
                    "    permissions: { issues: write }\n    steps:",
                ),
            ),
        ] {
            let problem = check(&workflow).await.unwrap_err().to_string();
            assert!(problem.contains(&format!("[{rule}]")), "{rule}: {problem}");
        }
    }

    #[tokio::test]
    async fn a_file_that_is_no_workflow_is_not_clean() {
        let problem = check("name: [broken").await.unwrap_err().to_string();
        assert!(problem.contains("w.yml"), "{problem}");
    }
}
