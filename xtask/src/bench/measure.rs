//! One program, run several times: the shortest time, and the most memory. The first run warms the page cache and is
//! not counted.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4 as _;

use crate::interrupt::Interrupt;
use crate::problem::{Problem, Result, WhileDoing as _};

/// On which cores a program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cores {
    One,
    All,
}

/// What a program took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    /// Of the fastest run, from start to end.
    pub(crate) time: Duration,
    /// The most memory of any run, in bytes.
    pub(crate) memory: u64,
    /// The least time that processors worked for it, in the program and in the kernel.
    pub(crate) processors: Duration,
}

impl Taken {
    /// Bytes in a second.
    pub(crate) fn rate(&self, bytes: u64) -> f64 {
        bytes as f64 / self.time.as_secs_f64()
    }

    /// Both runs: the shortest times and the most memory.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            time: self.time.min(other.time),
            memory: self.memory.max(other.memory),
            processors: self.processors.min(other.processors),
        }
    }
}

/// Runs a program so many times and once more, with its output thrown away.
pub(crate) fn measure(
    program: &Path,
    arguments: &[&Path],
    cores: Cores,
    runs: u32,
    interrupt: &Interrupt,
) -> Result<Taken> {
    let mut best: Option<Taken> = None;
    for run in 0..=runs {
        interrupt.check()?;
        let taken = once(program, arguments, cores)?;
        best = match best {
            _ if run == 0 => None,
            None => Some(taken),
            Some(best) => Some(best.and(taken)),
        };
    }
    best.ok_or_else(|| Problem::new("nothing was measured").help("give --runs at least 1"))
}

fn once(program: &Path, arguments: &[&Path], cores: Cores) -> Result<Taken> {
    let mut command = match cores {
        Cores::All => Command::new(program),
        Cores::One => {
            let mut command = Command::new("taskset");
            command.args(["-c", "0"]).arg(program);
            command
        }
    };
    command.args(arguments);
    timed(command)
}

/// Runs a command once, with its output thrown away.
pub(crate) fn timed(mut command: Command) -> Result<Taken> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let began = Instant::now();
    let mut child = command
        .spawn()
        .while_doing(|| format!("start `{}`", program(&command)))?;
    let ended = child
        .wait4()
        .while_doing(|| format!("wait for `{}`", program(&command)))?;
    let time = began.elapsed();
    if !ended.status.success() {
        let called = crate::children::as_typed(&tokio::process::Command::from(command));
        return Err(Problem::new(format!(
            "`{called}` ended with {}",
            ended.status
        )));
    }
    Ok(Taken {
        time,
        memory: ended.rusage.maxrss,
        processors: ended.rusage.utime + ended.rusage.stime,
    })
}

fn program(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}
