//! `fail-on`: what the user does not accept, and whether the comparison shows it. Pure.
//!
//! A condition that cannot be checked counts as broken: a gate that opens when a run has failed is none.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{
    difference::Word,
    metric::{METRICS, MetricId, Unit},
    number::{amount, difference},
    report::{MetricReport, Report},
    verdict::Verdict,
};

/// One line of the policy.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    /// As it was written.
    text: String,
    what: What,
}

#[derive(Debug, Clone, PartialEq)]
enum What {
    Verdict(Verdict),
    Number {
        /// The duration that the verdict is about when absent.
        metric: Option<MetricId>,
        /// DRA has more of it; else less.
        more: bool,
        than: Option<Limit>,
    },
}

/// How much more or less is accepted.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Limit {
    /// A part of the static value.
    Share(f64),
    /// In the metric's own unit.
    Amount(f64),
}

/// Whether a condition holds for a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    /// It does not: the policy is kept.
    Kept,
    /// It does.
    Broken,
    /// What it asks about is not known.
    Unknown,
}

/// A condition with its outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checked {
    pub(crate) condition: String,
    pub(crate) outcome: Outcome,
    /// The number or the words behind it.
    pub(crate) because: String,
}

const EXPECTED: &str = "expected a verdict (`worse`, `mixed`, `cannot tell`, `not comparable`), `dra slower than 20 %`, \
     `dra costs more than 5 %`, or a metric of COMPARING.md with `more` or `less`, such as `executor-seconds more` or \
     `never-used-executors more than 2`";

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lower = text.to_lowercase().replace('%', " %");
        let mut words: Vec<&str> = lower.split_whitespace().collect();
        if words.first() == Some(&"dra") {
            words.remove(0);
        }
        let (said, than) = match words.iter().position(|word| *word == "than") {
            Some(at) => (&words[..at], Some(limit(&words[at + 1..])?)),
            None => (&words[..], None),
        };
        let what = match said {
            ["worse"] if than.is_none() => What::Verdict(Verdict::Worse),
            ["mixed"] if than.is_none() => What::Verdict(Verdict::Mixed),
            ["cannot", "tell"] | ["cannot-tell"] if than.is_none() => {
                What::Verdict(Verdict::CannotTell)
            }
            ["not", "comparable"] | ["not-comparable"] if than.is_none() => {
                What::Verdict(Verdict::NotComparable)
            }
            ["slower"] => number(None, true, than),
            ["costs", "more"] => number(Some(MetricId::Cost), true, than),
            [name, way @ ("more" | "less")] => {
                let metric = METRICS.iter().find(|metric| metric.name == *name);
                let metric =
                    metric.ok_or_else(|| format!("there is no metric `{name}`; {EXPECTED}"))?;
                number(Some(metric.id), *way == "more", than)
            }
            _ => return Err(EXPECTED.to_owned()),
        };
        Ok(Self {
            text: text.trim().to_owned(),
            what,
        })
    }
}

fn number(metric: Option<MetricId>, more: bool, than: Option<Limit>) -> What {
    What::Number { metric, more, than }
}

fn limit(words: &[&str]) -> Result<Limit, String> {
    let (value, unit) = match words {
        [value] => (value.trim_start_matches('$'), ""),
        [value, unit] => (*value, *unit),
        _ => ("", ""),
    };
    // `20s` is as good as `20 s`.
    let (value, unit) = match value.strip_suffix('s') {
        Some(value) if unit.is_empty() => (value, "s"),
        _ => (value, unit),
    };
    let number = value
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite() && *number >= 0.0);
    match (number, unit) {
        (Some(number), "%") => Ok(Limit::Share(number / 100.0)),
        (Some(number), "" | "s") => Ok(Limit::Amount(number)),
        _ => Err(format!(
            "`than {}`: expected a number from 0, alone, in `s` or in `%`",
            words.join(" ")
        )),
    }
}

/// Checks every condition.
pub(crate) fn check(conditions: &[Condition], report: &Report) -> Vec<Checked> {
    conditions
        .iter()
        .map(|condition| condition.check(report))
        .collect()
}

/// What of the policy is not kept, or cannot be checked, in one line each.
pub(crate) fn not_kept(checked: &[Checked]) -> Vec<String> {
    let not_kept = checked
        .iter()
        .filter(|checked| checked.outcome != Outcome::Kept);
    not_kept
        .map(|checked| format!("`{}`: {}", checked.condition, checked.because))
        .collect()
}

impl Condition {
    fn check(&self, report: &Report) -> Checked {
        let (outcome, because) = match &self.what {
            What::Verdict(verdict) => of_verdict(report, *verdict),
            What::Number { metric, more, than } => {
                let line = report.metric(metric.unwrap_or(report.duration));
                of_number(report, line, *more, *than)
            }
        };
        Checked {
            condition: self.text.clone(),
            outcome,
            because,
        }
    }
}

fn of_verdict(report: &Report, asked: Verdict) -> (Outcome, String) {
    let is = format!("the verdict is {}", report.verdict);
    let number_missing = report.verdict == Verdict::CannotTell
        && [MetricId::ExecutorSeconds, report.duration]
            .into_iter()
            .any(|id| report.metric(id).word.is_none());
    if report.verdict == asked {
        (Outcome::Broken, is)
    } else if report.verdict == Verdict::NotComparable {
        (
            Outcome::Unknown,
            "cannot be checked: the runs cannot be compared".to_owned(),
        )
    } else if number_missing {
        (
            Outcome::Unknown,
            "cannot be checked: a number the verdict needs is missing".to_owned(),
        )
    } else {
        (Outcome::Kept, is)
    }
}

fn of_number(
    report: &Report,
    line: &MetricReport,
    more: bool,
    than: Option<Limit>,
) -> (Outcome, String) {
    let metric = line.id.metric();
    let unknown = |why: &str| (Outcome::Unknown, format!("cannot be checked: {why}"));
    if report.verdict == Verdict::NotComparable {
        return unknown("the runs cannot be compared");
    }
    let (Some(fixed), Some(dra), Some(word)) = (line.fixed, line.dra, line.word) else {
        let why = line.missing.as_deref().unwrap_or("not measured");
        return unknown(&format!(
            "the {} is not known: {why}",
            metric.title.to_lowercase()
        ));
    };
    let by = if more { dra - fixed } else { fixed - dra };
    let exceeds = match than {
        None => by > 0.0,
        Some(Limit::Amount(amount)) if metric.unit == Unit::Share => by * 100.0 > amount,
        Some(Limit::Amount(amount)) => by > amount,
        Some(Limit::Share(share)) => by > share * fixed.abs(),
    };
    let numbers = format!(
        "{} {} with static, {} with DRA: {}",
        metric.title.to_lowercase(),
        amount(metric, fixed, Some(dra)),
        amount(metric, dra, Some(fixed)),
        difference(metric, fixed, dra)
    );
    match (exceeds, word) {
        (true, Word::CannotTell) => (Outcome::Kept, format!("{numbers}, which may be chance")),
        (true, _) => (Outcome::Broken, numbers),
        (false, _) => (Outcome::Kept, numbers),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn what(text: &str) -> What {
        text.parse::<Condition>().unwrap().what
    }

    #[test]
    fn conditions_read_like_sentences() {
        assert_eq!(
            what("DRA slower than 20 %"),
            number(None, true, Some(Limit::Share(0.2)))
        );
        assert_eq!(what("slower than 20%"), what("dra slower than 20 %"));
        assert_eq!(
            what("dra slower than 90 s"),
            number(None, true, Some(Limit::Amount(90.0)))
        );
        assert_eq!(what("dra slower than 90s"), what("slower than 90"));
        assert_eq!(
            what("dra costs more"),
            number(Some(MetricId::Cost), true, None)
        );
        assert_eq!(
            what("never-used-executors more than 2"),
            number(
                Some(MetricId::NeverUsedExecutors),
                true,
                Some(Limit::Amount(2.0))
            )
        );
        assert_eq!(
            what("busy-share less than 10"),
            number(Some(MetricId::BusyShare), false, Some(Limit::Amount(10.0)))
        );
        assert_eq!(what("cannot tell"), What::Verdict(Verdict::CannotTell));
        assert_eq!(
            what("not-comparable"),
            What::Verdict(Verdict::NotComparable)
        );
    }

    #[test]
    fn other_words_are_refused_with_what_is_expected() {
        for (wrong, said) in [
            ("", "expected a verdict"),
            ("dra", "expected a verdict"),
            ("dra slower 20 %", "expected a verdict"),
            ("worse than 3", "expected a verdict"),
            ("dra slower than", "expected a number"),
            ("dra slower than -3 %", "expected a number"),
            ("dra slower than NaN", "expected a number"),
            ("dra slower than 3 minutes", "expected a number"),
            ("speed more", "no metric `speed`"),
        ] {
            let error = wrong.parse::<Condition>().unwrap_err();
            assert!(error.contains(said), "{wrong}: {error}");
        }
    }
}
