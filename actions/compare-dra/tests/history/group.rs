//! A process as the leader of a group of its own, so that ending it ends what it started.

use std::{
    os::unix::process::CommandExt as _,
    process::{Child, Command, ExitStatus},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process_group};

/// A process and its group; dropping it ends both.
pub(crate) struct Group {
    child: Child,
}

impl Group {
    pub(crate) fn start(command: &mut Command) -> Self {
        let child = command.process_group(0).spawn();
        Self {
            child: child.unwrap_or_else(|cause| panic!("cannot start {command:?}: {cause}")),
        }
    }

    /// Waits until the leader has ended.
    pub(crate) fn wait(&mut self, at_most: Duration) -> ExitStatus {
        let mut status = None;
        poll(at_most, "the process has ended", || {
            status = self.child.try_wait().unwrap();
            status
        })
    }

    /// The exit status, if it has ended.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let leader = Pid::from_raw(self.child.id().cast_signed());
        if let Some(leader) = leader {
            // It may be gone already.
            let _ = kill_process_group(leader, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

/// Asks until there is an answer; panics with `what` in words when there is none in time.
pub(crate) fn poll<T>(at_most: Duration, what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + at_most;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(
            Instant::now() < deadline,
            "after {} s still not so: {what}",
            at_most.as_secs()
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}
