//! A driver that waits for a node for long: says once what it waits for. Pure; the caller has the clock.

use std::time::Duration;

use tokio::time::Instant;

use crate::watch::{Phase, Waiting};

/// A node is usually there within this time.
const LONG: Duration = Duration::from_mins(2);

/// How far the driver has come, and since when it waits.
#[derive(Debug, Default)]
pub(crate) struct DriverWait {
    phase: Phase,
    since: Option<Instant>,
    told: bool,
}

impl DriverWait {
    /// Takes in the driver's phase; true when it is another one.
    pub(crate) fn note(&mut self, phase: Phase, now: Instant) -> bool {
        let changed = phase != self.phase;
        if changed {
            self.phase = phase;
            self.since = (phase == Phase::Pending).then_some(now);
        }
        changed
    }

    /// When something is to be said, if at all.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.since.filter(|_| !self.told).map(|since| since + LONG)
    }

    /// Says it, once.
    pub(crate) fn say(&mut self, waiting: &Waiting, now: Instant) -> String {
        self.told = true;
        let seconds = self.since.map_or(0, |since| (now - since).as_secs());
        let waited = format!("{}m{}s", seconds / 60, seconds % 60);
        const POOLS: &str = "check that the NodePools exist: kubectl get nodepools";
        match waiting {
            Waiting::Placed => format!(
                "driver pod pending for {waited}: it has a node, but its container does not run yet: kubectl describe pod tells why"
            ),
            Waiting::Refused(message) => {
                format!("driver pod pending for {waited}: {message} ({POOLS})")
            }
            Waiting::Unknown => format!("driver pod pending for {waited}: {POOLS}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::DriverWait;
    use crate::watch::{Phase, Waiting};

    #[test]
    fn a_long_wait_is_explained_once() {
        let start = Instant::now();
        let mut wait = DriverWait::default();
        assert_eq!(wait.due(), None);
        assert!(wait.note(Phase::Pending, start));
        assert!(!wait.note(Phase::Pending, start + Duration::from_secs(60)));
        let due = start + Duration::from_secs(120);
        assert_eq!(wait.due(), Some(due));
        assert_eq!(
            wait.say(&Waiting::Unknown, due),
            "driver pod pending for 2m0s: check that the NodePools exist: kubectl get nodepools"
        );
        assert_eq!(wait.due(), None);
    }

    #[test]
    fn a_driver_that_runs_is_not_waited_for() {
        let start = Instant::now();
        let mut wait = DriverWait::default();
        wait.note(Phase::Pending, start);
        assert!(wait.note(Phase::Running, start));
        assert_eq!(wait.due(), None);
    }

    #[test]
    fn the_schedulers_own_words_come_first() {
        let start = Instant::now();
        let mut wait = DriverWait::default();
        wait.note(Phase::Pending, start);
        let said = wait.say(
            &Waiting::Refused("0/3 nodes are available".into()),
            start + Duration::from_secs(125),
        );
        assert!(
            said.starts_with("driver pod pending for 2m5s: 0/3 nodes are available (check"),
            "{said}"
        );
    }
}
