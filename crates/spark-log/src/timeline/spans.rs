//! When something held, in few intervals: where there are too many, those with the shortest pauses between them become
//! one. For drawing; how long it held in all is counted in `union`.

use crate::EpochMillis;

/// The most intervals that are handed over.
pub const SPANS: usize = 64;

/// Disjoint intervals in order of time.
#[derive(Debug, Default)]
pub(crate) struct Spans(Vec<(EpochMillis, EpochMillis)>);

impl Spans {
    /// Adds an interval. Nearly always it is later than all before it.
    pub(crate) fn add(&mut self, from: EpochMillis, to: EpochMillis) {
        let place = self.0.partition_point(|(start, _)| *start <= from);
        self.0.insert(place, (from, to));
        if self.0.len() >= 2 * SPANS {
            self.shorten();
        }
    }

    /// The intervals between `from` and `to`.
    pub(crate) fn finish(
        mut self,
        from: EpochMillis,
        to: EpochMillis,
    ) -> Vec<(EpochMillis, EpochMillis)> {
        let to = to.max(from);
        for (start, end) in &mut self.0 {
            (*start, *end) = ((*start).clamp(from, to), (*end).clamp(from, to));
        }
        self.0.retain(|(start, end)| start < end);
        self.shorten();
        self.0
    }

    /// Joins neighbours until there are few enough.
    fn shorten(&mut self) {
        let many = self.0.len().saturating_sub(SPANS);
        if many == 0 {
            return;
        }
        let pause = |pair: &[(EpochMillis, EpochMillis)]| pair[1].0.0 - pair[0].1.0;
        let mut pauses: Vec<(i64, usize)> = self.0.windows(2).map(pause).zip(1..).collect();
        pauses.sort_unstable();
        let mut joined: Vec<usize> = pauses.iter().take(many).map(|(_, place)| *place).collect();
        joined.sort_unstable();
        let mut joined = joined.into_iter().peekable();
        let mut out: Vec<(EpochMillis, EpochMillis)> = Vec::with_capacity(2 * SPANS);
        for (place, span) in self.0.drain(..).enumerate() {
            match (joined.next_if_eq(&place), out.last_mut()) {
                (Some(_), Some(before)) => before.1 = before.1.max(span.1),
                _ => out.push(span),
            }
        }
        self.0 = out;
    }
}

#[cfg(test)]
mod tests {
    use super::{SPANS, Spans};
    use crate::EpochMillis;

    fn spans(intervals: impl Iterator<Item = (i64, i64)>) -> Vec<(i64, i64)> {
        let mut spans = Spans::default();
        for (from, to) in intervals {
            spans.add(EpochMillis(from), EpochMillis(to));
        }
        let all = spans.finish(EpochMillis(0), EpochMillis(1_000_000));
        all.into_iter().map(|(from, to)| (from.0, to.0)).collect()
    }

    #[test]
    fn few_intervals_stay_as_they_are_and_are_cut_to_the_executors_life() {
        let given = [(-5, 3), (10, 20), (900_000, 2_000_000)];
        assert_eq!(
            spans(given.into_iter()),
            [(0, 3), (10, 20), (900_000, 1_000_000)]
        );
    }

    #[test]
    fn of_many_the_longest_pauses_are_kept() {
        // Every tenth pause is 500, the others 10.
        let mut at = 0;
        let given = (0..600).map(|n| {
            let from = at;
            at += 100 + if n % 10 == 9 { 500 } else { 10 };
            (from, from + 100)
        });
        let given: Vec<_> = given.collect();
        let kept = spans(given.iter().copied());
        assert_eq!(kept.len(), SPANS);
        assert_eq!((kept[0].0, kept[SPANS - 1].1), (given[0].0, given[599].1));
        let pauses = kept.windows(2).filter(|pair| pair[1].0 - pair[0].1 == 500);
        assert_eq!(pauses.count(), 59, "all long pauses");
    }
}
