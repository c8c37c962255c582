//! The highest value of a count that goes up and down, told in nearly the order of time.

use std::collections::BTreeMap;

use crate::EpochMillis;

/// How far behind the newest change a change may come, in milliseconds, and still be put in its place.
const LATE_MS: i64 = 10_000;

/// A count and its peak. Changes of the same millisecond count together, so that what is handed over is not counted twice.
#[derive(Debug, Default)]
pub(crate) struct Peak {
    now: i64,
    peak: i64,
    newest: i64,
    recent: BTreeMap<i64, i64>,
}

impl Peak {
    /// The count changes by `by` at `at`.
    pub(crate) fn change(&mut self, at: EpochMillis, by: i64) {
        *self.recent.entry(at.0).or_insert(0) += by;
        if at.0 > self.newest {
            self.newest = at.0;
            let settled = self.newest.saturating_sub(LATE_MS);
            while let Some(oldest) = self.recent.first_entry().filter(|e| *e.key() < settled) {
                self.now += oldest.remove();
                self.peak = self.peak.max(self.now);
            }
        }
    }

    /// The highest value.
    pub(crate) fn finish(mut self) -> i64 {
        for by in self.recent.into_values() {
            self.now += by;
            self.peak = self.peak.max(self.now);
        }
        self.peak
    }
}

#[cfg(test)]
mod tests {
    use super::Peak;
    use crate::EpochMillis;

    fn peak(changes: &[(i64, i64)]) -> i64 {
        let mut peak = Peak::default();
        for (at, by) in changes {
            peak.change(EpochMillis(*at), *by);
        }
        peak.finish()
    }

    #[test]
    fn a_hand_over_in_one_millisecond_is_one() {
        assert_eq!(peak(&[(0, 1), (5, 1), (5, -1), (9, -1)]), 1);
        assert_eq!(peak(&[(0, 1), (4, 1), (5, -1), (9, -1)]), 2);
    }

    #[test]
    fn changes_that_come_late_are_put_in_their_place() {
        assert_eq!(peak(&[(0, 1), (9_000, 1), (8_000, -1), (20_000, 1)]), 2);
        assert_eq!(peak(&[(0, 3), (50_000, 1), (60_000, -4)]), 4);
    }
}
