//! One metric of both sides: whether they differ, and how sure that is. Pure; the rules in prose are in COMPARING.md.

use serde::{Deserialize, Serialize};

use crate::{
    metric::Direction,
    statistics::{Interval, interval, median, runs_needed},
};

/// Below this, a difference between single runs is taken for chance.
pub(crate) const CHANCE: f64 = 0.10;
/// From this on, the direction of a difference between one or two runs of a side is taken as clear.
pub(crate) const CLEAR: f64 = 0.20;
/// With repeats, a difference of medians below this is no difference.
pub(crate) const NEGLIGIBLE: f64 = 0.05;
/// So many runs of each variant show how far runs lie apart.
pub(crate) const ENOUGH_RUNS: usize = 3;

/// What the runs say of DRA in one metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Word {
    /// In the metric's own direction.
    Better,
    /// Against the metric's own direction.
    Worse,
    /// No difference that could be told from chance.
    CannotTell,
}

/// Where DRA lies from static, beyond chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Less,
    Same,
    More,
}

/// The difference of one metric between the sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Difference {
    /// Median of the static runs.
    pub(crate) from: f64,
    /// Median of the DRA runs.
    pub(crate) to: f64,
    pub(crate) change: Change,
    /// The direction is beyond reasonable doubt.
    pub(crate) clear: bool,
    /// Where the difference of medians most likely lies. Absent when a side has one run.
    pub(crate) interval: Option<Interval>,
    /// Runs of each variant that would most likely tell. Only when these did not, and more could.
    pub(crate) runs_needed: Option<usize>,
}

impl Difference {
    /// Compares the values of both sides. `None` when one has none.
    pub(crate) fn of(fixed: &[f64], dra: &[f64]) -> Option<Self> {
        let (from, to) = (median(fixed.to_vec())?, median(dra.to_vec())?);
        let size = size(from, to);
        let interval = interval(fixed, dra);
        let beyond_chance = match interval {
            None => size >= CHANCE,
            Some(interval) => interval.excludes_zero() && size >= NEGLIGIBLE,
        };
        let change = match (beyond_chance, to > from) {
            (false, _) => Change::Same,
            (true, true) => Change::More,
            (true, false) => Change::Less,
        };
        let runs = fixed.len().min(dra.len());
        let clear = match interval {
            Some(interval) if runs >= ENOUGH_RUNS => interval.excludes_zero(),
            _ => size >= CLEAR,
        };
        let could_tell = change == Change::Same && size >= NEGLIGIBLE;
        let runs_needed = runs_needed(fixed, dra, to - from)
            .filter(|_| could_tell)
            .map(|needed| needed.max(runs + 1).max(ENOUGH_RUNS));
        Some(Self {
            from,
            to,
            change,
            clear,
            interval,
            runs_needed,
        })
    }

    /// Better, worse or neither, by the metric's direction.
    pub(crate) fn word(&self, direction: Direction) -> Word {
        match (self.change, direction) {
            (Change::Same, _) => Word::CannotTell,
            (Change::Less, Direction::LowerIsBetter)
            | (Change::More, Direction::HigherIsBetter) => Word::Better,
            _ => Word::Worse,
        }
    }

    /// The difference is too small to matter, however many runs would prove it.
    pub(crate) fn is_negligible(&self) -> bool {
        size(self.from, self.to) < NEGLIGIBLE
    }
}

/// The difference as a part of the static value. Something against nothing is an infinite difference; nothing against
/// nothing is none.
fn size(from: f64, to: f64) -> f64 {
    if from == to {
        0.0
    } else {
        ((to - from) / from).abs()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn word(fixed: &[f64], dra: &[f64]) -> Word {
        Difference::of(fixed, dra)
            .unwrap()
            .word(Direction::LowerIsBetter)
    }

    #[test]
    fn direction_of_the_metric_decides_what_is_better() {
        let more = Difference::of(&[10.0], &[20.0]).unwrap();
        assert_eq!(more.word(Direction::LowerIsBetter), Word::Worse);
        assert_eq!(more.word(Direction::HigherIsBetter), Word::Better);
    }

    #[test]
    fn single_runs_need_a_tenth() {
        assert_eq!(word(&[100.0], &[91.0]), Word::CannotTell);
        assert_eq!(word(&[100.0], &[90.0]), Word::Better);
        assert_eq!(word(&[0.0], &[1.0]), Word::Worse);
        assert_eq!(word(&[0.0], &[0.0]), Word::CannotTell);
    }

    #[test]
    fn repeats_need_an_interval_without_zero_and_a_twentieth() {
        assert_eq!(
            word(&[100.0, 101.0, 102.0], &[108.0, 109.0, 110.0]),
            Word::Worse
        );
        assert_eq!(
            word(&[100.0, 101.0, 109.0], &[108.0, 109.0, 110.0]),
            Word::CannotTell
        );
        assert_eq!(
            word(&[100.0, 101.0, 102.0], &[103.0, 103.5, 104.0]),
            Word::CannotTell
        );
    }

    #[test]
    fn one_outlier_of_many_runs_does_not_hide_a_difference() {
        let fixed = [100.0, 101.0, 102.0, 103.0, 104.0, 105.0, 131.0];
        let dra = [120.0, 121.0, 122.0, 123.0, 124.0, 125.0, 126.0];
        assert_eq!(word(&fixed, &dra), Word::Worse);
    }

    #[test]
    fn more_runs_are_asked_for_only_where_they_could_tell() {
        let needed = |fixed: &[f64], dra: &[f64]| Difference::of(fixed, dra).unwrap().runs_needed;
        assert_eq!(
            needed(&[100.0, 130.0, 101.0], &[110.0, 111.0, 140.0]),
            Some(72)
        );
        // Told already, too small to matter, and nothing known of how runs scatter.
        assert_eq!(needed(&[100.0, 101.0, 102.0], &[150.0, 151.0, 152.0]), None);
        assert_eq!(needed(&[100.0, 130.0, 101.0], &[101.0, 102.0, 131.0]), None);
        assert_eq!(needed(&[100.0], &[107.0]), None);
    }
}
