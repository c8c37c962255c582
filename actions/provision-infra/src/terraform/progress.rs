//! What a person follows while Terraform applies: what is done, how long it took, and what still goes on.
//! Pure: events and the time since the start go in, lines come out. The full log is shown elsewhere.

use super::stream::{Doing, Event, Hook};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

/// Between two lines about what still goes on.
const QUIET: Duration = Duration::from_secs(30);
/// Most resources named in such a line.
const NAMED: usize = 4;

/// How far an apply has come.
#[derive(Debug)]
pub(super) struct Progress {
    /// How many resources are added, changed and destroyed in all.
    total: u64,
    done: u64,
    running: BTreeMap<String, Running>,
    said: Duration,
}

#[derive(Debug)]
struct Running {
    doing: Doing,
    since: Duration,
}

impl Progress {
    pub(super) fn new(total: u64) -> Self {
        Self {
            total,
            done: 0,
            running: BTreeMap::new(),
            said: Duration::ZERO,
        }
    }

    /// The line to show for an event, if any; `now` is the time since the apply was started.
    pub(super) fn note(&mut self, event: &Event, now: Duration) -> Option<String> {
        match event {
            Event::Started(hook) => {
                let running = Running {
                    doing: hook.doing,
                    since: now,
                };
                self.running.insert(hook.address.clone(), running);
                None
            }
            Event::Applied(hook) => {
                self.done += 1;
                Some(self.ended(hook, hook.doing.past(), now))
            }
            Event::Failed(hook) => Some(self.ended(hook, "FAILED", now)),
            Event::Progress if now.saturating_sub(self.said) >= QUIET => self.still(now),
            _ => None,
        }
    }

    fn ended(&mut self, hook: &Hook, how: &str, now: Duration) -> String {
        self.said = now;
        let since = self
            .running
            .remove(&hook.address)
            .map(|run| now - run.since);
        let took = hook.elapsed.or(since).unwrap_or_default();
        let width = self.total.to_string().len();
        format!(
            "{:>width$}/{}  {how:<9}  {}  {}",
            self.done,
            self.total,
            hook.address,
            span(took)
        )
    }

    fn still(&mut self, now: Duration) -> Option<String> {
        self.said = now;
        let mut running: Vec<_> = self.running.iter().collect();
        running.sort_by_key(|(_, run)| run.since);
        let (first, _) = running.split_at_checked(NAMED).unwrap_or((&running, &[]));
        let named: Vec<String> = first
            .iter()
            .map(|(address, run)| {
                format!(
                    "{} {address} for {}",
                    run.doing.present(),
                    span(now - run.since)
                )
            })
            .collect();
        if named.is_empty() {
            return None;
        }
        let mut line = format!("      still {}", named.join(", "));
        if running.len() > NAMED {
            let _ = write!(line, " and {} more", running.len() - NAMED);
        }
        Some(line)
    }
}

/// `9 min 12 s`.
pub(crate) fn span(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hook(address: &str, elapsed: Option<u64>) -> Hook {
        Hook {
            address: address.to_owned(),
            doing: Doing::Create,
            elapsed: elapsed.map(Duration::from_secs),
        }
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn each_resource_that_is_done_is_a_line_with_its_time() {
        let mut progress = Progress::new(12);
        assert_eq!(
            progress.note(&Event::Started(hook("a.b", None)), at(1)),
            None
        );
        assert_eq!(
            progress.note(&Event::Applied(hook("a.b", Some(552))), at(553)),
            Some(" 1/12  created    a.b  9 min 12 s".to_owned())
        );
    }

    #[test]
    fn a_program_that_tells_no_times_is_timed_here() {
        let mut progress = Progress::new(1);
        progress.note(&Event::Started(hook("a.b", None)), at(2));
        assert_eq!(
            progress.note(&Event::Failed(hook("a.b", None)), at(9)),
            Some("0/1  FAILED     a.b  7 s".to_owned())
        );
    }

    #[test]
    fn what_still_goes_on_is_said_now_and_then_the_longest_first() {
        let mut progress = Progress::new(9);
        for (second, name) in ["f", "e", "d", "c", "b"].iter().enumerate() {
            progress.note(&Event::Started(hook(name, None)), at(second as u64));
        }
        assert_eq!(progress.note(&Event::Progress, at(10)), None);
        assert_eq!(
            progress.note(&Event::Progress, at(70)).unwrap(),
            "      still creating f for 1 min 10 s, creating e for 1 min 9 s, creating d for 1 min 8 s, \
             creating c for 1 min 7 s and 1 more"
        );
        assert_eq!(
            progress.note(&Event::Progress, at(80)),
            None,
            "not every time"
        );
    }
}
