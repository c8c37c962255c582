//! The union of many time intervals, without keeping them all. Says how long at least one of them held.

use std::time::Duration;

use crate::EpochMillis;

/// How many separate intervals are kept open to late neighbours. Spark logs tasks in the order of its scheduler's
/// decisions, so an interval that comes late touches one of the last few.
const KEPT: usize = 64;

/// The union of the intervals it was given.
#[derive(Debug, Default)]
pub(crate) struct Union {
    /// Disjoint, in order of time, at most [`KEPT`].
    recent: Vec<(EpochMillis, EpochMillis)>,
    settled: Duration,
}

impl Union {
    /// Adds an interval. Gives one that is settled: long ago, and not counted again.
    pub(crate) fn add(
        &mut self,
        from: EpochMillis,
        to: EpochMillis,
    ) -> Option<(EpochMillis, EpochMillis)> {
        if to <= from {
            return None;
        }
        let first = self.recent.partition_point(|(_, end)| *end < from);
        let after = self.recent.partition_point(|(start, _)| *start <= to);
        if first < after {
            let merged = (
                from.min(self.recent[first].0),
                to.max(self.recent[after - 1].1),
            );
            self.recent.splice(first..after, [merged]);
        } else {
            self.recent.insert(first, (from, to));
        }
        if self.recent.len() <= KEPT {
            return None;
        }
        let oldest = self.recent.remove(0);
        self.settled += oldest.1.since(oldest.0);
        Some(oldest)
    }

    /// The intervals that are not settled, cut to `from` and `to`, and how long all of them held.
    pub(crate) fn finish(
        self,
        from: EpochMillis,
        to: EpochMillis,
    ) -> (Duration, Vec<(EpochMillis, EpochMillis)>) {
        let cut: Vec<_> = self
            .recent
            .into_iter()
            .map(|(start, end)| {
                (
                    start.clamp(from, to.max(from)),
                    end.clamp(from, to.max(from)),
                )
            })
            .filter(|(start, end)| start < end)
            .collect();
        let recent: Duration = cut.iter().map(|(start, end)| end.since(*start)).sum();
        (self.settled + recent, cut)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Union;
    use crate::EpochMillis;

    fn union(intervals: &[(i64, i64)]) -> Duration {
        let mut union = Union::default();
        for (from, to) in intervals {
            union.add(EpochMillis(*from), EpochMillis(*to));
        }
        union.finish(EpochMillis(0), EpochMillis(i64::MAX)).0
    }

    #[test]
    fn overlaps_count_once_in_any_order() {
        let intervals = [
            (0, 5),
            (3, 8),
            (8, 9),
            (20, 30),
            (22, 25),
            (40, 40),
            (50, 45),
        ];
        let mut backwards = intervals;
        backwards.reverse();
        assert_eq!(union(&intervals), Duration::from_millis(19));
        assert_eq!(union(&backwards), Duration::from_millis(19));
    }

    #[test]
    fn a_late_interval_joins_what_it_touches() {
        assert_eq!(
            union(&[(0, 5), (10, 15), (4, 11)]),
            Duration::from_millis(15)
        );
    }

    #[test]
    fn many_intervals_are_settled_and_still_counted() {
        let mut union = Union::default();
        let settled: Vec<_> = (0..1000)
            .filter_map(|n| union.add(EpochMillis(n * 10), EpochMillis(n * 10 + 3)))
            .collect();
        let (total, left) = union.finish(EpochMillis(0), EpochMillis(9_992));
        assert_eq!(settled.len() + left.len(), 1000);
        assert_eq!(
            total,
            Duration::from_millis(999 * 3 + 2),
            "the last one is cut"
        );
    }
}
