//! One run of an action's binary: its lines as they come, and the runner's way of cancelling it.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::Signal;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::Command;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::variables::Environment;
use crate::children::Group;
use crate::interrupt::Interrupt;
use crate::problem::Result;

/// After SIGINT the runner waits this long before SIGTERM.
const BEFORE_TERM: Duration = Duration::from_millis(7500);
/// After SIGTERM the runner waits this long before it gives up.
const BEFORE_GIVING_UP: Duration = Duration::from_millis(2500);
/// How long output may go on after the binary has ended.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// How a run of a binary ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// By itself; no code when a signal killed it.
    Exit(Option<i32>),
    /// After the job was cancelled, with the code it still gave.
    Cancelled(Option<i32>),
}

/// What to run.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) binary: PathBuf,
    pub(crate) args: Vec<String>,
    pub(crate) folder: PathBuf,
    pub(crate) environment: Environment,
}

/// Runs the binary with exactly this environment, and hands on every line of both streams.
pub(crate) async fn run(
    program: &Program,
    interrupt: &Interrupt,
    mut on_line: impl FnMut(&str),
) -> Result<Ended> {
    let mut command = Command::new(&program.binary);
    command
        .args(&program.args)
        .current_dir(&program.folder)
        .env_clear()
        .envs(&program.environment)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut group = Group::start(command)?;
    let (sender, mut lines) = mpsc::channel(256);
    relay(group.stdout(), sender.clone());
    relay(group.stderr(), sender);

    let mut cancelling = Cancelling::NotYet;
    let status = loop {
        tokio::select! {
            Some(line) = lines.recv() => on_line(&line),
            status = group.wait() => break Some(status?),
            () = interrupt.raised(), if cancelling == Cancelling::NotYet => {
                group.signal(Signal::INT);
                cancelling = Cancelling::Interrupted(Instant::now() + BEFORE_TERM);
            }
            () = cancelling.over() => match cancelling {
                Cancelling::Interrupted(_) => {
                    group.signal(Signal::TERM);
                    cancelling = Cancelling::Terminated(Instant::now() + BEFORE_GIVING_UP);
                }
                _ => break None,
            },
        }
    };
    // What the binary started and left behind may hold the streams open.
    let last_words = async {
        while let Some(line) = lines.recv().await {
            on_line(&line);
        }
    };
    let _ = tokio::time::timeout(
        if status.is_some() {
            LAST_WORDS
        } else {
            Duration::ZERO
        },
        last_words,
    )
    .await;
    group.signal_all(Signal::KILL);
    let code = match status {
        Some(status) => status.code(),
        None => group
            .end(Signal::KILL, Duration::from_secs(1))
            .await
            .and_then(|status| status.code()),
    };
    Ok(if cancelling == Cancelling::NotYet {
        Ended::Exit(code)
    } else {
        Ended::Cancelled(code)
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cancelling {
    NotYet,
    Interrupted(Instant),
    Terminated(Instant),
}

impl Cancelling {
    /// Returns when the runner's patience for this stage is over.
    async fn over(self) {
        match self {
            Self::NotYet => std::future::pending().await,
            Self::Interrupted(until) | Self::Terminated(until) => sleep_until(until).await,
        }
    }
}

/// Sends the lines of a stream, each without its end and with what is not UTF-8 replaced.
fn relay(stream: Option<impl AsyncRead + Unpin + Send + 'static>, lines: mpsc::Sender<String>) {
    let Some(stream) = stream else { return };
    tokio::spawn(async move {
        let mut reader = BufReader::new(stream);
        let mut bytes = Vec::new();
        while matches!(reader.read_until(b'\n', &mut bytes).await, Ok(count) if count > 0) {
            let line = String::from_utf8_lossy(&bytes);
            if lines
                .send(line.trim_end_matches(['\r', '\n']).to_owned())
                .await
                .is_err()
            {
                return;
            }
            bytes.clear();
        }
    });
}
