//! Whether a number has moved away from those of earlier runs. Pure; the rule in prose is in COMPARING.md.

use crate::{
    metric::{Direction, Metric, MetricId},
    statistics::median,
};

/// Fewer earlier runs do not show what is usual.
pub(crate) const FEWEST: usize = 4;

/// The median absolute deviation of normally distributed numbers times this is their standard deviation.
const TO_DEVIATION: f64 = 1.4826;
/// So many of these are usual.
const USUAL_DEVIATIONS: f64 = 3.0;

/// The metrics that decide. Few, as each further one would drift by chance now and then.
pub(crate) const WATCHED: [MetricId; 5] = [
    MetricId::ExecutorSeconds,
    MetricId::JobDuration,
    MetricId::ApplicationDuration,
    MetricId::NodeSeconds,
    MetricId::Cost,
];

/// A number among those of earlier runs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    pub(crate) metric: MetricId,
    pub(crate) dra: bool,
    pub(crate) now: Option<f64>,
    /// Of earlier runs, oldest first. Runs without the number are left out.
    pub(crate) before: Vec<f64>,
    /// Absent when there are not enough earlier runs.
    pub(crate) usual: Option<Usual>,
    pub(crate) word: Word,
}

/// What earlier runs had.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Usual {
    pub(crate) median: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    Usual,
    Better,
    Worse,
    /// Too few numbers.
    Unknown,
}

impl Word {
    pub(crate) fn has_drifted(self) -> bool {
        matches!(self, Self::Better | Self::Worse)
    }
}

impl Usual {
    /// Median and usual range; absent for too few numbers.
    pub(crate) fn of(before: &[f64]) -> Option<Self> {
        if before.len() < FEWEST {
            return None;
        }
        let middle = median(before.to_vec())?;
        let off = before.iter().map(|value| (value - middle).abs()).collect();
        let spread = USUAL_DEVIATIONS * TO_DEVIATION * median(off)?;
        // Not their whole range: a drift that lasts would be usual from its second run on.
        let (low, high) = (middle - spread, middle + spread);
        Some(Self {
            median: middle,
            low,
            high,
        })
    }
}

impl Line {
    /// A number beside those before; `by` is the part of the median that it must have moved.
    pub(crate) fn of(
        metric: MetricId,
        dra: bool,
        now: Option<f64>,
        before: Vec<f64>,
        by: f64,
    ) -> Self {
        let usual = Usual::of(&before);
        let word = match (now, usual) {
            (Some(now), Some(usual)) => word(metric.metric(), now, usual, by),
            _ => Word::Unknown,
        };
        Self {
            metric,
            dra,
            now,
            before,
            usual,
            word,
        }
    }

    /// How far it has moved, as a part of the median.
    pub(crate) fn change(&self) -> Option<f64> {
        let median = self.usual?.median;
        Some((self.now? - median) / median).filter(|change| change.is_finite())
    }
}

fn word(metric: &Metric, now: f64, usual: Usual, by: f64) -> Word {
    let moved = now - usual.median;
    let outside = now < usual.low || now > usual.high;
    if !outside || moved.abs() <= by * usual.median.abs() {
        return Word::Usual;
    }
    let less = moved < 0.0;
    match metric.direction {
        Direction::LowerIsBetter if less => Word::Better,
        Direction::HigherIsBetter if !less => Word::Better,
        _ => Word::Worse,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word_of(before: &[f64], now: f64) -> Word {
        let before = before.to_vec();
        Line::of(MetricId::ExecutorSeconds, true, Some(now), before, 0.15).word
    }

    #[test]
    fn a_number_must_be_far_from_the_median_and_outside_of_the_usual_range() {
        let steady = [100.0, 101.0, 99.0, 100.0];
        assert_eq!(word_of(&steady, 114.0), Word::Usual, "less than 15 %");
        assert_eq!(word_of(&steady, 116.0), Word::Worse);
        assert_eq!(word_of(&steady, 84.0), Word::Better);
        let wide = [60.0, 140.0, 100.0, 90.0, 110.0, 70.0, 130.0, 100.0];
        assert_eq!(word_of(&wide, 130.0), Word::Usual, "inside of the range");
    }

    #[test]
    fn a_drift_that_lasts_is_not_usual_from_its_second_run_on() {
        assert_eq!(word_of(&[100.0, 100.0, 100.0, 200.0], 190.0), Word::Worse);
        assert_eq!(
            word_of(&[100.0, 101.0, 99.0, 100.0, 200.0], 190.0),
            Word::Worse
        );
    }

    #[test]
    fn three_runs_tell_nothing_and_a_missing_number_neither() {
        assert_eq!(word_of(&[100.0; 3], 900.0), Word::Unknown);
        let missing = Line::of(MetricId::Cost, true, None, vec![1.0; 9], 0.15);
        assert_eq!(missing.word, Word::Unknown);
    }

    #[test]
    fn change_from_nothing_has_no_percentage() {
        let line = Line::of(MetricId::Cost, true, Some(1.0), vec![0.0; 4], 0.15);
        assert_eq!((line.change(), line.word), (None, Word::Worse));
    }
}
