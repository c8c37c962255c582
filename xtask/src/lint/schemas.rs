//! check-jsonschema: the shape of workflows, action files and Dependabot's settings, by the schemas it brings with it.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::subjects::Subjects;
use crate::children;
use crate::interrupt::Interrupt;
use crate::problem::{Problem, Result};

/// Holds every file to the schemas of its kind; what is wrong is the text of the error.
pub(crate) async fn check(
    python: &Path,
    root: &Path,
    subjects: &Subjects,
    interrupt: &Interrupt,
) -> Result<String> {
    let kinds: [(&str, &[PathBuf]); 4] = [
        ("vendor.github-workflows", &subjects.workflows),
        // A job that hangs is paid for until somebody looks.
        (
            "custom.github-workflows-require-timeout",
            &subjects.workflows,
        ),
        ("vendor.github-actions", &subjects.actions),
        ("vendor.dependabot", &subjects.dependabot),
    ];
    let mut faults = Vec::new();
    for (schema, files) in kinds.into_iter().filter(|(_, files)| !files.is_empty()) {
        let mut command = Command::new(python);
        command
            .current_dir(root)
            .args(["-m", "check_jsonschema", "--color", "never"])
            .args(["--builtin-schema", schema])
            .args(files);
        let finished = children::output(command, interrupt).await?;
        if !finished.status.success() {
            let said = finished.stdout + &finished.stderr;
            faults.push(format!("{schema}: {}", said.trim()));
        }
    }
    if faults.is_empty() {
        return Ok(format!("{} files fit", subjects.all().count()));
    }
    Err(Problem::new(faults.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::super::prepared;
    use super::super::subjects::Subjects;
    use crate::environment::LINT_PYTHON;
    use crate::interrupt::Interrupt;
    use crate::problem::Result;

    const WORKFLOW: &str =
        "on: push\njobs:\n  a:\n    runs-on: x\n    timeout-minutes: 1\n    steps: [{run: x}]\n";
    const ACTION: &str = "name: a\ndescription: b\nruns:\n  using: docker\n  image: Dockerfile\n  post-entrypoint: /x\n";
    const DEPENDABOT: &str = "version: 2\nupdates:\n  - package-ecosystem: cargo\n    directory: /\n    \
                              schedule: {interval: weekly}\n";

    async fn check(workflow: &str, action: &str, dependabot: &str) -> Result<String> {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).unwrap();
            vec![name.into()]
        };
        let subjects = Subjects {
            workflows: write("w.yml", workflow),
            actions: write("action.yml", action),
            dependabot: write("dependabot.yml", dependabot),
        };
        let (_sender, interrupt) = Interrupt::by_hand();
        let python = prepared::path(LINT_PYTHON);
        super::check(&python, folder.path(), &subjects, &interrupt).await
    }

    #[tokio::test]
    async fn files_of_the_right_shape_pass() {
        assert_eq!(
            check(WORKFLOW, ACTION, DEPENDABOT).await.unwrap(),
            "3 files fit"
        );
    }

    #[tokio::test]
    async fn each_kind_of_file_is_held_to_its_schema() {
        let misspelt = WORKFLOW.replace("runs-on", "run-on");
        let endless = WORKFLOW.replace("    timeout-minutes: 1\n", "");
        let action = ACTION.replace("post-entrypoint", "post-entry");
        let dependabot = DEPENDABOT.replace("weekly", "sometimes");
        for (workflow, action, dependabot, said) in [
            (misspelt.as_str(), ACTION, DEPENDABOT, "w.yml"),
            (&endless, ACTION, DEPENDABOT, "timeout-minutes"),
            (WORKFLOW, &action, DEPENDABOT, "action.yml"),
            (WORKFLOW, ACTION, &dependabot, "sometimes"),
        ] {
            let problem = check(workflow, action, dependabot).await.unwrap_err();
            assert!(problem.to_string().contains(said), "{said}: {problem}");
        }
    }
}
