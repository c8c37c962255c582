//! When to ask EMR for the state again: soon after a change, then ever less often. Pure; the caller sleeps.

use std::time::Duration;

/// The first question after a change comes this soon.
const QUICK: Duration = Duration::from_secs(1);

/// The rhythm of polling one job run.
#[derive(Debug)]
pub(crate) struct Pace {
    steady: Duration,
    next: Duration,
}

impl Pace {
    /// A rhythm that never asks more often than `steady` while nothing changes.
    pub(crate) fn new(steady: Duration) -> Self {
        Self {
            steady,
            next: QUICK.min(steady),
        }
    }

    /// Something changed, so more may change soon: start quickly again.
    pub(crate) fn changed(&mut self) {
        self.next = QUICK.min(self.steady);
    }

    /// How long to wait before asking again. `jitter` from 0 to 1 spreads pollers that started together: it only
    /// ever lengthens the wait, by up to a quarter.
    pub(crate) fn wait(&mut self, jitter: f64) -> Duration {
        let wait = self.next;
        self.next = (self.next * 2).min(self.steady);
        wait.mul_f64(1.0 + jitter.clamp(0.0, 1.0) / 4.0)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Pace;

    fn waits(pace: &mut Pace, count: usize) -> Vec<u64> {
        (0..count).map(|_| pace.wait(0.0).as_secs()).collect()
    }

    #[test]
    fn waits_double_up_to_the_interval_and_start_again_after_a_change() {
        let mut pace = Pace::new(Duration::from_secs(10));
        assert_eq!(waits(&mut pace, 6), [1, 2, 4, 8, 10, 10]);
        pace.changed();
        assert_eq!(waits(&mut pace, 2), [1, 2]);
    }

    #[test]
    fn jitter_only_lengthens() {
        let mut pace = Pace::new(Duration::from_secs(10));
        waits(&mut pace, 5);
        let wait = pace.wait(1.0);
        assert_eq!(wait, Duration::from_millis(12_500));
    }

    #[test]
    fn a_short_interval_is_kept() {
        assert_eq!(
            Pace::new(Duration::from_millis(200)).wait(0.0),
            Duration::from_millis(200)
        );
    }

    #[test]
    fn ten_minutes_cost_at_most_eighty_questions() {
        let mut pace = Pace::new(Duration::from_secs(10));
        let mut asked = 0;
        // Four changes (PENDING, SUBMITTED, RUNNING, the end) within ten minutes, without any jitter to help.
        for quarter in 0..4 {
            pace.changed();
            let mut elapsed = Duration::ZERO;
            while elapsed < Duration::from_secs(150) {
                elapsed += pace.wait(0.0);
                asked += 1;
            }
            assert!(
                asked <= 20 * (quarter + 1),
                "{asked} questions after {} changes",
                quarter + 1
            );
        }
        assert!(asked <= 80, "{asked} questions");
    }
}
