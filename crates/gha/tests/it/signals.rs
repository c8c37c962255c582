//! Cancellation: SIGINT and SIGTERM, also as process 1 of a container.

use crate::probe::{Probe, program};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

/// A probe that is under way, or the `unshare` around it.
struct Running {
    child: Child,
    probe: Pid,
    stdout: BufReader<ChildStdout>,
    _folder: Probe,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    fn ordinary(what: &str) -> Self {
        let mut probe = Probe::in_actions().set("INPUT_DO", what);
        let child = probe
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let id = Pid::from_child(&child);
        Self::ready(child, probe, |_| id)
    }

    /// As process 1 of its own PID namespace, like in a container; an ordinary process where that is not allowed.
    fn first_process(what: &str) -> Self {
        let namespace = ["--pid", "--fork", "--kill-child"];
        let allowed = Command::new("unshare")
            .args(namespace)
            .arg("true")
            .stderr(Stdio::null())
            .status();
        if !allowed.is_ok_and(|status| status.success()) {
            return Self::ordinary(what);
        }
        let probe = Probe::in_actions();
        let mut command = Command::new("unshare");
        command.args(namespace).arg(program()).env_clear();
        command.envs(
            probe
                .command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        let child = command
            .env("INPUT_DO", what)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self::ready(child, probe, |unshare| {
            let children =
                std::fs::read_to_string(format!("/proc/{unshare}/task/{unshare}/children"))
                    .unwrap();
            Pid::from_raw(children.trim().parse().unwrap()).unwrap()
        })
    }

    fn ready(mut child: Child, folder: Probe, find: impl FnOnce(u32) -> Pid) -> Self {
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        let probe = find(child.id());
        Self {
            child,
            probe,
            stdout,
            _folder: folder,
        }
    }

    fn send(&self, signal: Signal) {
        kill_process(self.probe, signal).unwrap();
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line
    }

    fn end(&mut self) -> (ExitStatus, String) {
        let deadline = Instant::now() + Duration::from_secs(20);
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "the probe did not end");
            std::thread::sleep(Duration::from_millis(5));
        };
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        (status, rest)
    }
}

#[test]
fn each_signal_cancels_and_the_action_ends_with_130() {
    for signal in [Signal::INT, Signal::TERM] {
        for mut running in [Running::first_process("wait"), Running::ordinary("wait")] {
            running.send(signal);
            let (status, log) = running.end();
            assert_eq!(status.code(), Some(130), "{signal:?}: {log}");
            assert!(log.contains("stopped cleanly"), "{signal:?}: {log}");
        }
    }
}

#[test]
fn a_second_signal_ends_an_action_that_is_stuck() {
    for (first, second) in [(Signal::INT, Signal::TERM), (Signal::INT, Signal::INT)] {
        for mut running in [Running::first_process("hang"), Running::ordinary("hang")] {
            running.send(first);
            let line = running.line();
            assert!(line.contains("SIGINT received"), "{line}");
            assert_eq!(
                running.child.try_wait().unwrap(),
                None,
                "one signal must not end it"
            );
            running.send(second);
            assert_eq!(running.end().0.code(), Some(130));
        }
    }
}

#[test]
fn an_action_that_must_finish_is_not_ended_by_further_signals() {
    let mut running = Running::ordinary("finish");
    for signal in [Signal::INT, Signal::TERM, Signal::TERM] {
        running.send(signal);
        let line = running.line();
        assert!(line.contains("the lock must be given back"), "{line}");
    }
    drop(running.child.stdin.take());
    let (status, log) = running.end();
    assert_eq!(status.code(), Some(130), "{log}");
    assert!(log.contains("gave back the lock"), "{log}");
}
