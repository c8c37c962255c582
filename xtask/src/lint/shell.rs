//! ShellCheck: the scripts of workflows, and those of the repository.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::workflow::Workflow;
use crate::children;
use crate::interrupt::Interrupt;
use crate::problem::{Problem, Result, WhileDoing as _};
use crate::tidy::tracked::TrackedFile;

/// How the file of a script of the repository begins.
const SCRIPTS: [&str; 3] = ["#!/usr/bin/env bash", "#!/bin/bash", "#!/bin/sh"];

/// Checks every script; what is wrong is the text of the error.
pub(super) async fn check(
    python: &Path,
    workflows: &[Workflow<'_>],
    files: &[TrackedFile],
    interrupt: &Interrupt,
) -> Result<String> {
    let folder = tempfile::tempdir().while_doing(|| "make a temporary folder".into())?;
    let paths = write(folder.path(), workflows, files)
        .while_doing(|| "write the scripts to a temporary folder".into())?;
    if paths.is_empty() {
        return Ok("no script".to_owned());
    }
    let mut command = Command::new(python.with_file_name("shellcheck"));
    command
        .current_dir(folder.path())
        .args(["--norc", "--format=gcc", "--severity=style"])
        .args(&paths);
    let finished = children::output(command, interrupt).await?;
    if finished.status.success() {
        return Ok(format!("{} scripts", paths.len()));
    }
    let said = finished.stdout + &finished.stderr;
    Err(Problem::new(said.trim().to_owned())
        .help("each finding has its page: https://www.shellcheck.net/wiki/SC1234"))
}

/// Writes the scripts to files whose names say where they come from.
fn write(
    folder: &Path,
    workflows: &[Workflow<'_>],
    files: &[TrackedFile],
) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    let mut write = |path: PathBuf, text: &str| {
        let file = folder.join(&path);
        std::fs::create_dir_all(file.parent().unwrap_or(folder))?;
        paths.push(path);
        std::fs::write(file, text)
    };
    for workflow in workflows {
        for (name, job) in workflow.jobs() {
            for step in workflow.steps(name, job) {
                // A shell that is none, such as python, is not for ShellCheck.
                let shell = step
                    .shell
                    .unwrap_or("bash")
                    .split(' ')
                    .next()
                    .unwrap_or_default();
                if let Some(run) = step.run.filter(|_| ["bash", "sh"].contains(&shell)) {
                    // GitHub's own start of a script: it ends at the first failure.
                    let text = format!("#!/usr/bin/env {shell}\nset -e\n{run}\n");
                    write(Path::new(workflow.path).join(step.place), &text)?;
                }
            }
        }
    }
    for file in files {
        if SCRIPTS.iter().any(|start| file.text.starts_with(start)) {
            write(PathBuf::from(&file.path), &file.text)?;
        }
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::super::prepared;
    use super::super::workflow::Workflow;
    use crate::environment::LINT_PYTHON;
    use crate::interrupt::Interrupt;
    use crate::tidy::tracked::TrackedFile;

    async fn check(step: &str, script: &str) -> Result<String, String> {
        let text = format!("jobs:\n  a:\n    steps:\n      - uses: x\n      - {step}\n");
        let workflow = Workflow::read("w.yml", &text).unwrap();
        let file = TrackedFile {
            path: "tool".to_owned(),
            text: script.to_owned(),
        };
        let (_sender, interrupt) = Interrupt::by_hand();
        let python = prepared::path(LINT_PYTHON);
        super::check(&python, &[workflow], &[file], &interrupt)
            .await
            .map_err(|problem| problem.to_string())
    }

    #[tokio::test]
    async fn careful_scripts_pass() {
        let said = check("run: echo \"$A\"", "#!/bin/sh\necho \"$1\"\n").await;
        assert_eq!(said.unwrap(), "2 scripts");
        let python = check("{ run: 'print(1', shell: python }", "text").await;
        assert_eq!(python.unwrap(), "no script");
    }

    #[tokio::test]
    async fn mistakes_are_found_where_they_are() {
        let problem = check("run: rm $A/*", "#!/bin/sh\nif true; then\n")
            .await
            .unwrap_err();
        assert!(problem.contains("w.yml/a, step 2:3:"), "{problem}");
        assert!(
            problem.contains("SC2086") && problem.contains("tool:2:"),
            "{problem}"
        );
    }
}
