//! Sets of spans of time, as lists that are in order and do not overlap. Pure.

use jiff::Timestamp;

/// From one instant to a later one.
pub(crate) type Span = (Timestamp, Timestamp);

/// What is covered by at least one of the spans.
pub(crate) fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|(from, to)| from < to);
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::new();
    for (from, to) in spans {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}

/// What is covered by the first set and not by the second.
pub(crate) fn minus(of: &[Span], without: &[Span]) -> Vec<Span> {
    let mut left = Vec::new();
    for (from, to) in of {
        let mut at = *from;
        for (start, end) in without {
            if *end <= at || start >= to {
                continue;
            }
            left.push((at, *start));
            at = *end;
        }
        left.push((at, *to));
    }
    left.retain(|(from, to)| from < to);
    left
}

/// Milliseconds of the set that lie in a span.
pub(crate) fn ms_within(spans: &[Span], (from, to): Span) -> i64 {
    let inside = spans
        .iter()
        .map(|(start, end)| ms((*start).max(from), (*end).min(to)));
    inside.sum()
}

/// Milliseconds from one instant to another; 0 when that is not later.
pub(crate) fn ms(from: Timestamp, to: Timestamp) -> i64 {
    (to.as_millisecond() - from.as_millisecond()).max(0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::{Span, minus, ms_within, union};

    fn spans(of: &[(i64, i64)]) -> Vec<Span> {
        let at = |second| jiff::Timestamp::from_second(second).unwrap();
        of.iter().map(|(from, to)| (at(*from), at(*to))).collect()
    }

    #[test]
    fn union_joins_what_touches_and_drops_what_is_empty() {
        let given = spans(&[(20, 30), (0, 10), (5, 12), (12, 14), (40, 40), (50, 45)]);
        assert_eq!(union(given), spans(&[(0, 14), (20, 30)]));
    }

    #[test]
    fn what_is_taken_away_leaves_gaps() {
        let whole = spans(&[(0, 100)]);
        let used = spans(&[(-5, 10), (20, 30), (90, 120)]);
        assert_eq!(minus(&whole, &used), spans(&[(10, 20), (30, 90)]));
        assert_eq!(minus(&whole, &[]), whole);
        assert_eq!(minus(&used, &whole), spans(&[(-5, 0), (100, 120)]));
        assert_eq!(minus(&whole, &whole), []);
    }

    #[test]
    fn only_the_part_inside_counts() {
        let set = spans(&[(0, 10), (20, 30)]);
        assert_eq!(ms_within(&set, spans(&[(5, 22)])[0]), 7_000);
        assert_eq!(ms_within(&set, spans(&[(11, 19)])[0]), 0);
    }
}
