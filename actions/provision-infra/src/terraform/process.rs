//! Running the program: its own process group, its lines as they come, one SIGINT on cancel, and never SIGKILL.
//!
//! Killing Terraform leaves its state lock behind and its state unsaved, so this waits for as long as it takes.

use rustix::process::{Pid, Signal, kill_process};
use std::collections::VecDeque;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader, Split};
use tokio::process::{Child, Command};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Lines of standard error kept for the message of a failure.
const TAIL: usize = 20;

/// How long to go on reading after the program ended: something it started may hold its output open for ever.
const DRAIN: Duration = Duration::from_secs(2);

/// What to run.
pub(super) struct Invocation<'a> {
    pub(super) program: &'a Path,
    pub(super) arguments: Vec<OsString>,
    /// Added to the inherited environment.
    pub(super) environment: Vec<(&'static str, String)>,
}

/// Where a line came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Output,
    Error,
}

/// How it ended.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) status: ExitStatus,
    /// Whether it was asked to stop.
    pub(super) interrupted: bool,
    /// The last lines of standard error.
    pub(super) tail: Vec<String>,
}

/// Asks the program something short and returns what it printed.
///
/// # Errors
/// When it cannot be started or does not end well.
pub(super) async fn ask(program: &Path, arguments: &[&str]) -> io::Result<String> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .await?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!(
        "{}: {}",
        output.status,
        said.trim()
    )))
}

/// Runs the program to its end and hands over each line as it comes. When cancelled, interrupts it once.
///
/// # Errors
/// When it cannot be started or its output cannot be read.
pub(super) async fn run(
    invocation: Invocation<'_>,
    cancel: &CancellationToken,
    mut on_line: impl FnMut(Source, &str),
) -> io::Result<Finished> {
    let mut child = spawn(invocation)?;
    let mut output = Lines::new(child.stdout.take());
    let mut error = Lines::new(child.stderr.take());
    let (mut status, mut interrupted) = (None, false);
    let mut tail = VecDeque::new();
    let mut drained = Instant::now();
    while status.is_none() || output.open() || error.open() {
        tokio::select! {
            // Lines first, so that none is lost when everything happens at once.
            biased;
            line = output.next(), if output.open() => {
                if let Some(line) = line? { on_line(Source::Output, &line); }
            }
            line = error.next(), if error.open() => {
                if let Some(line) = line? {
                    on_line(Source::Error, &line);
                    if tail.len() == TAIL { tail.pop_front(); }
                    tail.push_back(line);
                }
            }
            () = cancel.cancelled(), if !interrupted && status.is_none() => {
                interrupted = true;
                interrupt(&child)?;
            }
            ended = child.wait(), if status.is_none() => {
                status = Some(ended?);
                drained = Instant::now() + DRAIN;
            }
            () = tokio::time::sleep_until(drained), if status.is_some() => break,
        }
    }
    let status = status.ok_or_else(|| io::Error::other("the program's end was not seen"))?;
    Ok(Finished {
        status,
        interrupted,
        tail: tail.into(),
    })
}

fn spawn(invocation: Invocation<'_>) -> io::Result<Child> {
    Command::new(invocation.program)
        .args(invocation.arguments)
        .envs(invocation.environment)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A terminal sends Ctrl-C to the whole foreground group. Terraform takes a second one as "stop at once".
        .process_group(0)
        .spawn()
}

fn interrupt(child: &Child) -> io::Result<()> {
    let pid = child
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .and_then(Pid::from_raw);
    match pid {
        Some(pid) => Ok(kill_process(pid, Signal::INT)?),
        // It has just ended by itself.
        None => Ok(()),
    }
}

/// The lines of one stream, until it ends.
struct Lines<R>(Option<Split<BufReader<R>>>);

impl<R: AsyncRead + Unpin> Lines<R> {
    fn new(stream: Option<R>) -> Self {
        Self(stream.map(|stream| BufReader::new(stream).split(b'\n')))
    }

    fn open(&self) -> bool {
        self.0.is_some()
    }

    /// The next line, or none when the stream has just ended.
    async fn next(&mut self) -> io::Result<Option<String>> {
        let Some(stream) = &mut self.0 else {
            return Ok(None);
        };
        match stream.next_segment().await? {
            Some(line) => Ok(Some(String::from_utf8_lossy(&line).trim_end().to_owned())),
            None => {
                self.0 = None;
                Ok(None)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shell that can be interrupted even when the tests themselves run in the background of a script.
    fn shell(script: &str) -> Invocation<'_> {
        Invocation {
            program: Path::new("/usr/bin/env"),
            arguments: ["--default-signal=INT", "sh", "-c", script]
                .map(OsString::from)
                .into(),
            environment: Vec::new(),
        }
    }

    #[tokio::test]
    async fn lines_of_both_streams_arrive_and_the_last_errors_are_kept() {
        let mut lines = Vec::new();
        let script = "echo out; for i in $(seq 30); do echo $i >&2; done; printf half; exit 3";
        let finished = run(shell(script), &CancellationToken::new(), |source, line| {
            if source == Source::Output {
                lines.push(line.to_owned());
            }
        })
        .await
        .unwrap();
        assert_eq!(lines, ["out", "half"]);
        assert_eq!(finished.status.code(), Some(3));
        assert_eq!(finished.tail.len(), TAIL);
        assert_eq!(finished.tail[TAIL - 1], "30");
        assert!(!finished.interrupted);
    }

    #[tokio::test]
    async fn cancelling_interrupts_once_and_waits_for_the_end() {
        let cancel = CancellationToken::new();
        let script = "n=0; trap 'n=$((n+1))' INT; echo ready; i=0; \
                      while [ $n -eq 0 ] && [ $i -lt 600 ]; do sleep 0.05; i=$((i+1)); done; sleep 0.2; echo $n; exit 7";
        let mut lines = Vec::new();
        let finished = run(shell(script), &cancel, |_, line| {
            lines.push(line.to_owned());
            cancel.cancel();
        })
        .await
        .unwrap();
        assert_eq!(lines, ["ready", "1"]);
        assert_eq!(finished.status.code(), Some(7));
        assert!(finished.interrupted);
    }

    #[tokio::test]
    async fn an_orphan_that_holds_the_output_open_does_not_hold_us() {
        let started = Instant::now();
        let mut orphan = None;
        let finished = run(
            shell("sleep 60 & echo $!"),
            &CancellationToken::new(),
            |_, line| {
                orphan = line.parse().ok().and_then(Pid::from_raw);
            },
        )
        .await
        .unwrap();
        kill_process(orphan.unwrap(), Signal::KILL).unwrap();
        assert!(finished.status.success());
        assert!(started.elapsed() < Duration::from_secs(30));
    }
}
