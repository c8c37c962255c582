//! Starts the probe in an environment made for one test.

use crate::runner_model::{Command, file_entries, log_commands};
use std::{ffi::OsStr, path::PathBuf, process};
use tempfile::TempDir;

/// One invocation of the probe.
pub(crate) struct Probe {
    pub(crate) command: process::Command,
    folder: TempDir,
}

/// What an invocation left.
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    folder: TempDir,
}

/// `cargo test` and `cargo nextest run` build the examples beside the tests.
pub(crate) fn program() -> PathBuf {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    path.push("examples/probe");
    assert!(
        path.exists(),
        "{} is missing: run all tests of the crate, or add `--examples`",
        path.display()
    );
    path
}

impl Probe {
    /// As a person starts it.
    pub(crate) fn by_hand() -> Self {
        let mut command = process::Command::new(program());
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default());
        Self {
            command,
            folder: TempDir::new().unwrap(),
        }
    }

    /// As the runner starts it.
    pub(crate) fn in_actions() -> Self {
        let probe = Self::by_hand();
        let file = |name: &str| probe.folder.path().join(name);
        let (output, state, summary) = (file("output"), file("state"), file("summary"));
        probe
            .set("GITHUB_ACTIONS", "true")
            .set("GITHUB_OUTPUT", output)
            .set("GITHUB_STATE", state)
            .set("GITHUB_STEP_SUMMARY", summary)
    }

    pub(crate) fn set(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn argument(mut self, argument: &str) -> Self {
        self.command.arg(argument);
        self
    }

    /// Writes a file into the test's folder and names it in a variable.
    pub(crate) fn file(self, variable: &str, text: &str) -> Self {
        let path = self.folder.path().join(variable);
        std::fs::write(&path, text).unwrap();
        self.set(variable, path)
    }

    pub(crate) fn run(mut self) -> Outcome {
        let output = self.command.output().unwrap();
        Outcome {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            folder: self.folder,
        }
    }
}

impl Outcome {
    /// What the runner would make of the log.
    pub(crate) fn commands(&self) -> Vec<Command> {
        log_commands(&self.stdout)
            .into_iter()
            .chain(log_commands(&self.stderr))
            .collect()
    }

    /// The text of a file command's file.
    pub(crate) fn text(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(file)).unwrap_or_default()
    }

    /// The entries of a file command's file.
    pub(crate) fn entries(&self, file: &str) -> Vec<(String, String)> {
        file_entries(&self.text(file)).unwrap()
    }
}
