//! What the comparison concludes, how large it is, and how sure. Pure; the rules in prose are in COMPARING.md.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    difference::{Change, Difference},
    measure::Measured,
    metric::MetricId,
    number::{number, relative},
    statistics::differ_by_chance,
};

mod certainty;
mod words;

/// When the times before the first job differ by more than this part of the static application, the verdict looks at
/// the application's duration instead of the job's.
pub(crate) const HEAD_START: f64 = 0.05;

/// Which duration the verdict is about. Spark may wait for executors before its first job; that wait is not in the
/// job duration, so a variant that waits there would look faster than it is.
pub(crate) fn duration(fixed: &Measured, dra: &Measured) -> MetricId {
    let value = |side: &Measured, id| side.get(id).as_ref().ok().copied();
    let first_job = |side| value(side, MetricId::TimeToFirstJob);
    let whole = value(fixed, MetricId::ApplicationDuration)
        .filter(|_| value(dra, MetricId::ApplicationDuration).is_some());
    match (first_job(fixed).zip(first_job(dra)), whole) {
        (Some((fixed, dra)), Some(whole)) if (fixed - dra).abs() > HEAD_START * whole => {
            MetricId::ApplicationDuration
        }
        _ => MetricId::JobDuration,
    }
}

/// The conclusion, always about DRA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verdict {
    /// Better in one of executor-seconds and job duration, and not worse in the other.
    Better,
    /// Worse in one of them, and not better in the other.
    Worse,
    /// Better in one, worse in the other.
    Mixed,
    /// No difference that could be told from chance, or a number is missing.
    CannotTell,
    /// The runs are not of the same job, or not whole.
    NotComparable,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Mixed => "mixed",
            Self::CannotTell => "cannot-tell",
            Self::NotComparable => "not-comparable",
        })
    }
}

/// A verdict with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Conclusion {
    pub(crate) verdict: Verdict,
    /// The duration it is about.
    pub(crate) duration: MetricId,
    /// The verdict with its magnitude, one sentence without a full stop.
    pub(crate) sentence: String,
    /// How sure it is.
    pub(crate) certainty: String,
    /// Which variant to take, as far as these runs tell. Empty when they cannot be compared.
    pub(crate) recommendation: &'static str,
}

/// One of the two things a verdict looks at; for both, less is better.
#[derive(Debug, Clone, Copy)]
struct Axis {
    name: &'static str,
    difference: Difference,
    /// How often such numbers would differ by chance, when they differ and are few.
    by_chance: Option<f64>,
}

impl Axis {
    fn of(
        id: MetricId,
        name: &'static str,
        fixed: &[Measured],
        dra: &[Measured],
    ) -> Result<Self, String> {
        let values = |runs: &[Measured]| {
            runs.iter()
                .map(|run| run.get(id).clone())
                .collect::<Result<Vec<f64>, _>>()
        };
        let (fixed, dra) = (values(fixed)?, values(dra)?);
        let difference = Difference::of(&fixed, &dra).ok_or_else(|| "no run".to_owned())?;
        let differ = |a: &[f64], b: &[f64]| {
            Difference::of(a, b).is_some_and(|difference| difference.change != Change::Same)
        };
        let told = difference.interval.is_some() && difference.change != Change::Same;
        let by_chance = told
            .then(|| differ_by_chance(&fixed, &dra, differ))
            .flatten();
        Ok(Self {
            name,
            difference,
            by_chance,
        })
    }

    fn change_in_words(&self) -> String {
        let Difference { from, to, .. } = self.difference;
        relative(from, to)
            .unwrap_or_else(|| format!("{} against {}", number(to, 0), number(from, 0)))
    }
}

/// Concludes from comparable runs. The cost is said only when it is `real`: not made up, not of an emulated cluster.
pub(crate) fn conclude(fixed: &[Measured], dra: &[Measured], real: bool) -> Conclusion {
    let used = Axis::of(MetricId::ExecutorSeconds, "executor-seconds", fixed, dra);
    let duration = duration(&Measured::medians(fixed), &Measured::medians(dra));
    let name = if duration == MetricId::JobDuration {
        "job duration"
    } else {
        "application duration"
    };
    let took = Axis::of(duration, name, fixed, dra);
    let (used, took) = match (used, took) {
        (Ok(used), Ok(took)) => (used, took),
        (Err(missing), _) | (_, Err(missing)) => {
            return Conclusion {
                verdict: Verdict::CannotTell,
                duration,
                sentence: "No verdict: a number it needs is missing".to_owned(),
                recommendation: "",
                certainty: format!("Missing: {missing}."),
            };
        }
    };
    let verdict = match (used.difference.change, took.difference.change) {
        (Change::Same, Change::Same) => Verdict::CannotTell,
        (Change::Less, Change::More) | (Change::More, Change::Less) => Verdict::Mixed,
        (Change::Less, _) | (_, Change::Less) => Verdict::Better,
        _ => Verdict::Worse,
    };
    let sentence = match verdict {
        Verdict::CannotTell => format!(
            "No difference that these runs could prove: executor-seconds {}, {name} {}",
            used.change_in_words(),
            took.change_in_words()
        ),
        _ => format!(
            "DRA {}{} and {}",
            words::used(&used.difference),
            if real {
                cost(fixed, dra)
            } else {
                String::new()
            },
            words::took(&took.difference, duration)
        ),
    };
    Conclusion {
        verdict,
        duration,
        sentence,
        recommendation: words::recommendation(verdict, used.difference.change),
        certainty: certainty::certainty(fixed.len(), dra.len(), &[used, took]),
    }
}

/// What it cost, where that is known of every run and beyond chance. The verdict does not depend on it.
fn cost(fixed: &[Measured], dra: &[Measured]) -> String {
    let axis = Axis::of(MetricId::Cost, "cost", fixed, dra);
    axis.map(|axis| words::cost(&axis.difference))
        .unwrap_or_default()
}

/// Concludes that there is nothing to conclude.
pub(crate) fn refuse(reasons: usize) -> Conclusion {
    let there_are = if reasons == 1 {
        "There is one reason".to_owned()
    } else {
        format!("There are {reasons} reasons")
    };
    Conclusion {
        verdict: Verdict::NotComparable,
        duration: MetricId::JobDuration,
        sentence: "These runs cannot be compared".to_owned(),
        recommendation: "",
        certainty: format!(
            "{there_are} below. The numbers are shown as they were measured, without a verdict."
        ),
    }
}
