//! A child process that prints where it listens as its first line of JSON, and perhaps more lines later.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;
use tokio::task::JoinHandle;

use crate::children::{self, Group};
use crate::interrupt::Interrupt;
use crate::problem::{Problem, Result, WhileDoing as _};

/// How long the first line may take.
const START: Duration = Duration::from_secs(60);
/// How long it may take to end.
const END: Duration = Duration::from_secs(20);

/// A server that ends with its standard input, so that none is left when this process is killed.
#[derive(Debug)]
pub(super) struct Server {
    process: Group,
    lines: JoinHandle<Vec<String>>,
}

impl Server {
    /// Starts a server, and gives its first line.
    pub(super) async fn start(
        mut command: Command,
        interrupt: &Interrupt,
    ) -> Result<(Self, Value)> {
        let called = children::as_typed(&command);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = Group::start(command)?;
        let stdout = process
            .stdout()
            .ok_or_else(|| Problem::new("a child process has no standard output"))?;
        let mut reader = BufReader::new(stdout).lines();
        let first = tokio::select! {
            line = tokio::time::timeout(START, reader.next_line()) => line,
            () = interrupt.raised() => return Err(Problem::interrupted()),
        };
        let Ok(Ok(Some(first))) = first else {
            return Err(Problem::new(format!("`{called}` did not start")));
        };
        let ready = serde_json::from_str(&first).while_doing(|| format!("read `{first}`"))?;
        // Read all the time, or the server would wait for room in the pipe.
        let lines = tokio::spawn(async move {
            let mut lines = Vec::new();
            while let Ok(Some(line)) = reader.next_line().await {
                lines.push(line);
            }
            lines
        });
        Ok((Self { process, lines }, ready))
    }

    /// Ends it, and gives every line after the first.
    pub(super) async fn end(mut self) -> Result<Vec<String>> {
        // Waiting closes its standard input.
        if tokio::time::timeout(END, self.process.wait())
            .await
            .is_err()
        {
            self.process.end(Signal::KILL, END).await;
        }
        self.lines
            .await
            .while_doing(|| "read what a server said".into())
    }
}

#[cfg(test)]
mod tests {
    use super::{Command, Server};
    use crate::interrupt::Interrupt;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[tokio::test]
    async fn it_ends_with_its_input_and_leaves_what_it_said() {
        let (_sender, interrupt) = Interrupt::by_hand();
        let script = shell(r#"echo '{"address": "here"}'; cat; echo one; echo two"#);
        let (server, ready) = Server::start(script, &interrupt).await.unwrap();
        assert_eq!(ready["address"], "here");
        assert_eq!(server.end().await.unwrap(), ["one", "two"]);
    }

    #[tokio::test]
    async fn one_that_does_not_start_is_named() {
        let (_sender, interrupt) = Interrupt::by_hand();
        for script in ["exit 1", "echo hello"] {
            let problem = Server::start(shell(script), &interrupt).await.unwrap_err();
            let said = problem.to_string();
            assert!(
                said.contains("did not start") || said.contains("hello"),
                "{said}"
            );
        }
    }
}
