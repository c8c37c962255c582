//! What can be told from a few numbers of each side: medians, an interval for their difference, and how often chance
//! alone would set the sides apart. Pure. What follows from it for a verdict is in `difference`.
//!
//! The interval is the percentile bootstrap of the difference of medians. With so few numbers its distribution can be
//! computed instead of drawn: the chance that a resample's median falls on each of the numbers is a sum of binomials. So
//! there are no random numbers, and the same runs always give the same interval.

use serde::{Deserialize, Serialize};

/// The part of the bootstrap distribution that the interval covers.
pub(crate) const CONFIDENCE: f64 = 0.95;

/// Where a difference most likely lies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Interval {
    /// Its lower end.
    pub(crate) low: f64,
    /// Its upper end.
    pub(crate) high: f64,
}

impl Interval {
    /// No difference is outside of it.
    pub(crate) fn excludes_zero(self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// The middle value, or the mean of the two middle ones.
pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

/// The interval of `median(to) - median(from)`. Absent when a side has fewer than two numbers: one number does not show
/// how far others would lie from it.
pub(crate) fn interval(from: &[f64], to: &[f64]) -> Option<Interval> {
    if from.len() < 2 || to.len() < 2 {
        return None;
    }
    let (from, to) = (medians(from), medians(to));
    let mut differences: Vec<(f64, f64)> = from
        .iter()
        .flat_map(|(a, p)| to.iter().map(move |(b, q)| (b - a, p * q)))
        .collect();
    differences.sort_by(|a, b| a.0.total_cmp(&b.0));
    let outside = (1.0 - CONFIDENCE) / 2.0;
    Some(Interval {
        low: quantile(differences.iter(), outside)?,
        high: quantile(differences.iter().rev(), outside)?,
    })
}

/// The first value at which more than `part` of the chance is passed.
fn quantile<'a>(values: impl Iterator<Item = &'a (f64, f64)>, part: f64) -> Option<f64> {
    let mut passed = 0.0;
    let mut last = None;
    for (value, chance) in values {
        passed += chance;
        last = Some(*value);
        if passed > part {
            break;
        }
    }
    last
}

/// Each median that a resample of the numbers (as many, drawn with replacement) can have, with its chance.
fn medians(values: &[f64]) -> Vec<(f64, f64)> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    // The chance that the k-th smallest of n draws is among the i smallest numbers: at least k draws are.
    let among = |k: usize, i: usize| -> f64 {
        let p = i as f64 / n as f64;
        (k..=n)
            .map(|draws| {
                binomial(n, draws) * p.powi(draws as i32) * (1.0 - p).powi((n - draws) as i32)
            })
            .sum()
    };
    let exactly = |k: usize, i: usize| among(k, i + 1) - among(k, i);
    if n % 2 == 1 {
        return (0..n)
            .map(|i| (sorted[i], exactly(n.div_ceil(2), i)))
            .collect();
    }
    let half = n / 2;
    let mut out = Vec::new();
    for i in 0..n {
        let mut both = exactly(half, i);
        for j in i + 1..n {
            // Exactly half of the draws are the i-th number or smaller, with the i-th among them; the others are the
            // j-th or larger, with the j-th among them.
            let part = |k: usize| (k as f64 / n as f64).powi(half as i32);
            let chance =
                binomial(n, half) * (part(i + 1) - part(i)) * (part(n - j) - part(n - j - 1));
            both -= chance;
            out.push((f64::midpoint(sorted[i], sorted[j]), chance));
        }
        out.push((sorted[i], both.max(0.0)));
    }
    out
}

/// `n` over `k`.
fn binomial(n: usize, k: usize) -> f64 {
    (0..k).map(|i| (n - i) as f64 / (i + 1) as f64).product()
}

/// More numbers than this in all are not dealt out in every way: there are too many ways, and chance is small by then.
const DEALT_OUT: usize = 14;

/// The part of all ways to deal the numbers out to two sides of these sizes in which `differ` says that the sides do:
/// how often it would say so by chance if the sides were alike. Absent for many numbers.
pub(crate) fn differ_by_chance(
    from: &[f64],
    to: &[f64],
    differ: impl Fn(&[f64], &[f64]) -> bool,
) -> Option<f64> {
    let all = [from, to].concat();
    if all.len() > DEALT_OUT {
        return None;
    }
    let (mut ways, mut found) = (0_u32, 0_u32);
    for chosen in 0_u32..1 << all.len() {
        if chosen.count_ones() as usize != from.len() {
            continue;
        }
        let side = |is: bool| -> Vec<f64> {
            let numbers = all.iter().enumerate();
            let of_side = numbers.filter(|(place, _)| (chosen >> place & 1 == 1) == is);
            of_side.map(|(_, number)| *number).collect()
        };
        ways += 1;
        found += u32::from(differ(&side(true), &side(false)));
    }
    Some(f64::from(found) / f64::from(ways))
}

/// How many numbers each side would need in all, so that a difference of this size would most likely be told from
/// chance, if further numbers scatter as these do. A rule of thumb for normal scatter: 80 % of such comparisons would
/// have an interval without zero; a median scatters 1.25 times as much as a mean.
pub(crate) fn runs_needed(from: &[f64], to: &[f64], difference: f64) -> Option<usize> {
    const BOTH_QUANTILES: f64 = 1.96 + 0.84;
    const OF_MEDIAN: f64 = 1.253;
    let scatter = (variance(from)? + variance(to)?).sqrt();
    let needed = (BOTH_QUANTILES * OF_MEDIAN * scatter / difference.abs())
        .powi(2)
        .ceil();
    (needed.is_finite() && needed >= 1.0).then_some(needed as usize)
}

fn variance(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some(squares / (values.len() - 1) as f64)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    /// All resamples one by one, to check the formulas against.
    fn counted(values: &[f64]) -> Vec<(f64, f64)> {
        let n = values.len();
        let all = n.pow(n as u32);
        let one = |mut number: usize| {
            let drawn = (0..n).map(|_| {
                let value = values[number % n];
                number /= n;
                value
            });
            median(drawn.collect()).unwrap()
        };
        (0..all)
            .map(|number| (one(number), 1.0 / all as f64))
            .collect()
    }

    fn chance_of(medians: &[(f64, f64)], value: f64) -> f64 {
        let equal = medians.iter().filter(|(median, _)| *median == value);
        equal.map(|(_, chance)| chance).sum()
    }

    #[test]
    fn chances_of_medians_are_those_of_counting_all_resamples() {
        for values in [
            vec![3.0, 7.0],
            vec![1.0, 2.0, 4.0],
            vec![8.0, 1.0, 2.0, 4.0],
            vec![1.0, 2.0, 4.0, 8.0, 16.0],
            vec![5.0, 5.0, 9.0],
            vec![1.0, 2.0, 4.0, 8.0, 16.0, 32.0],
        ] {
            let (computed, counted) = (medians(&values), counted(&values));
            let total: f64 = computed.iter().map(|(_, chance)| chance).sum();
            assert!((total - 1.0).abs() < 1e-9, "{values:?}: {total}");
            for (value, _) in &counted {
                let (a, b) = (chance_of(&computed, *value), chance_of(&counted, *value));
                assert!(
                    (a - b).abs() < 1e-9,
                    "{value} of {values:?}: {a} against {b}"
                );
            }
        }
    }

    #[test]
    fn interval_of_three_runs_reaches_from_end_to_end() {
        let interval = interval(&[100.0, 102.0, 104.0], &[120.0, 130.0, 125.0]).unwrap();
        assert_eq!((interval.low, interval.high), (16.0, 30.0));
        assert!(interval.excludes_zero());
    }

    #[test]
    fn interval_of_many_runs_is_narrower_than_their_range() {
        let side = |start: f64| (0..9).map(|i| start + f64::from(i)).collect::<Vec<_>>();
        let interval = interval(&side(0.0), &side(10.0)).unwrap();
        assert!(interval.low > 2.0 && interval.high < 18.0, "{interval:?}");
        assert!(
            (interval.low + interval.high - 20.0).abs() < 1e-9,
            "{interval:?}"
        );
    }

    #[test]
    fn one_number_gives_no_interval() {
        assert_eq!(interval(&[1.0], &[2.0, 3.0]), None);
        assert_eq!(interval(&[1.0, 2.0], &[]), None);
    }

    #[test]
    fn chance_sets_three_and_three_apart_once_in_ten() {
        let apart = |a: &[f64], b: &[f64]| interval(a, b).is_some_and(Interval::excludes_zero);
        let by_chance = |a: &[f64], b: &[f64]| differ_by_chance(a, b, apart);
        assert_eq!(by_chance(&[1.0, 2.0, 3.0], &[11.0, 12.0, 13.0]), Some(0.1));
        assert_eq!(by_chance(&[1.0, 2.0], &[11.0, 12.0]), Some(1.0 / 3.0));
        let five = |start: f64| (0..5).map(|i| start + f64::from(i)).collect::<Vec<_>>();
        assert!(by_chance(&five(0.0), &five(10.0)).is_some_and(|share| share < 0.05));
        let eight = [five(0.0), five(5.0)].concat();
        assert_eq!(by_chance(&eight, &eight), None);
    }

    #[test]
    fn smaller_differences_need_more_runs() {
        let (from, to) = ([100.0, 104.0, 96.0], [106.0, 110.0, 102.0]);
        // A scatter of 4 on each side: (2.8 × 1.253 × √32 / difference)².
        assert_eq!(runs_needed(&from, &to, 6.0), Some(11));
        assert_eq!(runs_needed(&from, &to, 3.0), Some(44));
        assert_eq!(runs_needed(&from, &to, 0.0), None);
        assert_eq!(runs_needed(&[1.0], &to, 3.0), None);
    }

    #[test]
    fn median_of_an_even_number_lies_between() {
        assert_eq!(median(vec![4.0, 1.0, 2.0, 9.0]), Some(3.0));
        assert_eq!(median(vec![]), None);
    }
}
