//! Child processes in groups of their own, so that ending one ends all it started and nothing else.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

use crate::interrupt::Interrupt;
use crate::problem::{Problem, Result, WhileDoing as _};

/// A child and whatever it started, as one process group. Dropping it kills the group.
#[derive(Debug)]
pub(crate) struct Group {
    child: Child,
    leader: Option<Pid>,
}

impl Group {
    /// Starts `command` as the leader of a new process group.
    pub(crate) fn start(mut command: Command) -> Result<Self> {
        command.process_group(0).kill_on_drop(true);
        let program = command
            .as_std()
            .get_program()
            .to_string_lossy()
            .into_owned();
        let child = command
            .spawn()
            .while_doing(|| format!("start `{program}`"))?;
        let leader = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        Ok(Self { child, leader })
    }

    pub(crate) fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    pub(crate) fn stderr(&mut self) -> Option<ChildStderr> {
        self.child.stderr.take()
    }

    /// Signals the leader alone, as the GitHub runner does.
    pub(crate) fn signal(&self, signal: Signal) {
        if let Some(leader) = self.leader {
            // It may have ended meanwhile, which is what the signal is for.
            let _ = kill_process(leader, signal);
        }
    }

    /// Signals every process of the group.
    pub(crate) fn signal_all(&self, signal: Signal) {
        if let Some(leader) = self.leader {
            let _ = kill_process_group(leader, signal);
        }
    }

    /// Waits for the leader.
    pub(crate) async fn wait(&mut self) -> Result<ExitStatus> {
        self.child
            .wait()
            .await
            .while_doing(|| "wait for a child process".into())
    }

    /// Asks the leader to end with `first`, and after `patience` kills what is left of the group.
    pub(crate) async fn end(mut self, first: Signal, patience: Duration) -> Option<ExitStatus> {
        self.signal(first);
        let status = tokio::time::timeout(patience, self.child.wait()).await;
        self.signal_all(Signal::KILL);
        match status {
            Ok(status) => status.ok(),
            Err(_) => self.child.wait().await.ok(),
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal_all(Signal::KILL);
    }
}

/// What a finished program said.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a program to its end and returns what it said, whatever its exit status.
pub(crate) async fn output(mut command: Command, interrupt: &Interrupt) -> Result<Finished> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut group = Group::start(command)?;
    let (stdout, stderr) = (group.stdout(), group.stderr());
    let reading = async { tokio::join!(read_all(stdout), read_all(stderr), group.wait()) };
    tokio::select! {
        (stdout, stderr, status) = reading => Ok(Finished { status: status?, stdout, stderr }),
        () = interrupt.raised() => {
            group.end(Signal::INT, Duration::from_secs(3)).await;
            Err(Problem::interrupted())
        }
    }
}

/// Runs a program and returns its standard output; its failure shows how it was called and its last words.
pub(crate) async fn succeed(command: Command, interrupt: &Interrupt) -> Result<String> {
    let called = as_typed(&command);
    let finished = output(command, interrupt).await?;
    if finished.status.success() {
        return Ok(finished.stdout);
    }
    let said = if finished.stderr.trim().is_empty() {
        &finished.stdout
    } else {
        &finished.stderr
    };
    Err(Problem::new(format!(
        "`{called}` ended with {}\n{}",
        finished.status,
        last_lines(said, 20)
    )))
}

/// Runs a program with this program's own output streams, and returns its exit status.
pub(crate) async fn pass_through(
    mut command: Command,
    interrupt: &Interrupt,
) -> Result<ExitStatus> {
    command.stdin(Stdio::null());
    let mut group = Group::start(command)?;
    tokio::select! {
        status = group.wait() => status,
        () = interrupt.raised() => {
            group.signal_all(Signal::INT);
            group.end(Signal::INT, Duration::from_secs(20)).await;
            Err(Problem::interrupted())
        }
    }
}

/// The command as a person would type it.
pub(crate) fn as_typed(command: &Command) -> String {
    let command = command.as_std();
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

async fn read_all(stream: Option<impl tokio::io::AsyncRead + Unpin>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        // A broken pipe means the program is gone; what it said so far is still worth having.
        let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut bytes).await;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Command, output, succeed};
    use crate::interrupt::Interrupt;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[tokio::test]
    async fn a_failure_shows_the_call_and_the_last_words() {
        let (_sender, interrupt) = Interrupt::by_hand();
        let problem = succeed(shell("echo bad luck >&2; exit 3"), &interrupt)
            .await
            .unwrap_err()
            .to_string();
        assert!(
            problem.contains("sh -c") && problem.ends_with("bad luck"),
            "{problem}"
        );
    }

    #[tokio::test]
    async fn an_interrupt_ends_the_whole_group() {
        let folder = tempfile::tempdir().unwrap();
        let pid_file = folder.path().join("pid");
        let (sender, interrupt) = Interrupt::by_hand();
        let script = format!(
            "sleep 60 & echo $! > {}.new; mv {0}.new {0}; wait",
            pid_file.display()
        );
        let raise = async {
            while !pid_file.exists() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            sender.send_modify(|count| *count += 1);
        };
        let (result, ()) = tokio::join!(output(shell(&script), &interrupt), raise);
        assert!(result.unwrap_err().is_interrupt());
        let pid = std::fs::read_to_string(&pid_file).unwrap();
        let stat = format!("/proc/{}/stat", pid.trim());
        let began = Instant::now();
        // A killed child is gone, or a zombie until its new parent has read its status.
        while std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z ")) {
            assert!(
                began.elapsed() < Duration::from_secs(5),
                "the grandchild is still running"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
