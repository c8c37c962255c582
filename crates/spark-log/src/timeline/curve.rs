//! How many of something there were over time, in a fixed number of equal steps whatever the length of the run.

use crate::EpochMillis;

/// Steps of a curve, at most.
const STEPS: usize = 512;

/// A count over time, as its mean in equal steps.
#[derive(Clone)]
pub struct Curve {
    /// Where the first step begins.
    pub start: EpochMillis,
    /// The width of a step in milliseconds: 2ⁿ.
    pub step_ms: i64,
    /// Step by step, the milliseconds that all of them lasted in it, without those of `whole`.
    inside: Vec<i64>,
    /// Step by step, how many more than in the step before lasted through all of it.
    whole: Vec<i64>,
}

impl PartialEq for Curve {
    fn eq(&self, other: &Self) -> bool {
        // Not how the sums came about.
        (self.start, self.step_ms) == (other.start, other.step_ms)
            && self.lasted().eq(other.lasted())
    }
}

impl std::fmt::Debug for Curve {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Curve({} ms in {} steps of {} ms from {:?})",
            self.total_ms(),
            self.inside.len(),
            self.step_ms,
            self.start
        )
    }
}

impl Default for Curve {
    fn default() -> Self {
        Self::starting(EpochMillis(0))
    }
}

impl Curve {
    /// An empty curve. What lies before its start is not counted.
    pub(crate) fn starting(start: EpochMillis) -> Self {
        Self {
            start,
            step_ms: 1,
            inside: Vec::new(),
            whole: Vec::new(),
        }
    }

    /// Counts one more from `from` to `to`.
    pub(crate) fn add(&mut self, from: EpochMillis, to: EpochMillis) {
        self.add_many(from, to, 1);
    }

    /// Counts `many` more from `from` to `to`.
    pub(crate) fn add_many(&mut self, from: EpochMillis, to: EpochMillis, many: i64) {
        let from = from.0.saturating_sub(self.start.0).max(0);
        let to = to.0.saturating_sub(self.start.0);
        if to <= from {
            return;
        }
        while to > self.step_ms.saturating_mul(STEPS as i64) {
            self.widen();
        }
        let (first, last) = (from / self.step_ms, (to - 1) / self.step_ms);
        let (first, last) = (first as usize, last as usize);
        if self.inside.len() <= last {
            self.inside.resize(last + 1, 0);
            self.whole.resize(last + 2, 0);
        }
        if first == last {
            self.inside[first] += many * (to - from);
        } else {
            self.inside[first] += many * ((first as i64 + 1) * self.step_ms - from);
            self.inside[last] += many * (to - last as i64 * self.step_ms);
            self.whole[first + 1] += many;
            self.whole[last] -= many;
        }
    }

    /// Step by step, the milliseconds that all of them lasted in it.
    fn lasted(&self) -> impl Iterator<Item = i64> {
        self.inside
            .iter()
            .zip(&self.whole)
            .scan(0, |through, (inside, change)| {
                *through += change;
                Some(inside + *through * self.step_ms)
            })
    }

    /// Makes the steps twice as wide.
    fn widen(&mut self) {
        let lasted: Vec<i64> = self.lasted().collect();
        self.inside = lasted.chunks(2).map(|pair| pair.iter().sum()).collect();
        self.whole = vec![0; self.inside.len() + 1];
        self.step_ms = self.step_ms.saturating_mul(2);
    }

    /// The mean count in the step around `at`.
    #[must_use]
    pub fn at(&self, at: EpochMillis) -> f64 {
        let Ok(after) = usize::try_from(at.0.saturating_sub(self.start.0)) else {
            return 0.0;
        };
        let step = after / usize::try_from(self.step_ms).unwrap_or(usize::MAX);
        self.means().nth(step).unwrap_or(0.0)
    }

    /// The mean count in each step.
    pub fn means(&self) -> impl Iterator<Item = f64> {
        self.lasted().map(|ms| ms as f64 / self.step_ms as f64)
    }

    /// The count, summed over time, in milliseconds.
    #[must_use]
    pub fn total_ms(&self) -> i64 {
        self.lasted().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::Curve;
    use crate::EpochMillis;

    #[test]
    fn sums_stay_exact_however_wide_the_steps_become() {
        let mut curve = Curve::starting(EpochMillis(1_000));
        let mut expected = 0;
        for n in 0..10_000_i64 {
            curve.add(
                EpochMillis(1_000 + n * 7),
                EpochMillis(1_000 + n * 7 + n % 50),
            );
            expected += n % 50;
        }
        assert_eq!(curve.total_ms(), expected);
        assert!(curve.means().count() <= 512 && curve.step_ms == 256);
    }

    #[test]
    fn a_step_shows_the_mean_count() {
        let mut curve = Curve::starting(EpochMillis(0));
        curve.add(EpochMillis(0), EpochMillis(1024));
        curve.add(EpochMillis(512), EpochMillis(1024));
        assert_eq!(curve.step_ms, 2);
        assert_eq!(
            (curve.at(EpochMillis(511)), curve.at(EpochMillis(512))),
            (1.0, 2.0)
        );
        assert_eq!(
            (curve.at(EpochMillis(-1)), curve.at(EpochMillis(1024))),
            (0.0, 0.0)
        );
    }

    #[test]
    fn what_lies_before_the_start_is_not_counted() {
        let mut curve = Curve::starting(EpochMillis(100));
        curve.add(EpochMillis(50), EpochMillis(110));
        curve.add(EpochMillis(0), EpochMillis(100));
        assert_eq!(curve.total_ms(), 10);
        curve.add(EpochMillis(i64::MIN), EpochMillis(i64::MAX));
        assert!(curve.total_ms() > 0, "no overflow");
    }
}
