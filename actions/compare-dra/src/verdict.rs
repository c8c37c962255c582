//! What the comparison concludes, how large it is, and how sure. Pure; the rules in prose are in COMPARING.md.

use std::fmt;

use serde::Serialize;

use crate::{
    measure::{Measured, median},
    metric::MetricId,
    number::{number, percent, relative, seconds},
};

/// Below this, a difference between single runs is taken for chance.
pub(crate) const CHANCE: f64 = 0.10;
/// From this on, the direction of a difference between single runs is taken as clear.
pub(crate) const CLEAR: f64 = 0.20;
/// With repeats, a difference of medians below this is no difference.
pub(crate) const NEGLIGIBLE: f64 = 0.05;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Less,
    Same,
    More,
}

/// One of the two things a verdict looks at; for both, less is better.
#[derive(Debug, Clone, Copy)]
struct Axis {
    name: &'static str,
    from: f64,
    to: f64,
    change: Change,
    /// The direction is beyond reasonable doubt.
    clear: bool,
    /// Every run of one variant has less than every run of the other.
    apart: bool,
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
        let (Some(from), Some(to)) = (median(fixed.clone()), median(dra.clone())) else {
            return Err("no run".to_owned());
        };
        // Something against nothing is an infinite difference; nothing against nothing is none.
        let size = if from == to {
            0.0
        } else {
            ((to - from) / from).abs()
        };
        let single = fixed.len() == 1 || dra.len() == 1;
        let apart = disjoint(&fixed, &dra);
        let beyond_chance = if single {
            size >= CHANCE
        } else {
            apart && size >= NEGLIGIBLE
        };
        let change = match (beyond_chance, to > from) {
            (false, _) => Change::Same,
            (true, true) => Change::More,
            (true, false) => Change::Less,
        };
        let clear = if single || fixed.len().min(dra.len()) == 2 {
            size >= CLEAR
        } else {
            apart
        };
        Ok(Self {
            name,
            from,
            to,
            change,
            clear,
            apart,
        })
    }

    fn change_in_words(&self) -> String {
        relative(self.from, self.to)
            .unwrap_or_else(|| format!("{} against {}", number(self.to, 0), number(self.from, 0)))
    }
}

fn disjoint(a: &[f64], b: &[f64]) -> bool {
    let least = |v: &[f64]| v.iter().copied().fold(f64::INFINITY, f64::min);
    let most = |v: &[f64]| v.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    most(a) < least(b) || most(b) < least(a)
}

/// Concludes from comparable runs.
pub(crate) fn conclude(fixed: &[Measured], dra: &[Measured]) -> Conclusion {
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
                certainty: format!("Missing: {missing}."),
            };
        }
    };
    let verdict = match (used.change, took.change) {
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
        _ => format!("DRA {} and {}", used_words(&used), took_words(&took)),
    };
    Conclusion {
        verdict,
        duration,
        sentence,
        certainty: certainty(fixed.len(), dra.len(), &[used, took]),
    }
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
        certainty: format!(
            "{there_are} below. The numbers are shown as they were measured, without a verdict."
        ),
    }
}

fn used_words(axis: &Axis) -> String {
    match axis.change {
        Change::Same => "used about as many executor-seconds".to_owned(),
        Change::Less => format!(
            "used {} fewer executor-seconds",
            percent(1.0 - axis.to / axis.from)
        ),
        Change::More if axis.to < 2.0 * axis.from => {
            format!(
                "used {} more executor-seconds",
                percent(axis.to / axis.from - 1.0)
            )
        }
        Change::More if axis.from <= 0.0 => format!(
            "used {} executor-seconds where static used none",
            number(axis.to, 0)
        ),
        Change::More => format!(
            "used {} times as many executor-seconds",
            number(axis.to / axis.from, 1)
        ),
    }
}

fn took_words(axis: &Axis) -> String {
    match axis.change {
        Change::Same => "took about as long".to_owned(),
        Change::Less => format!("took {} less time", percent(1.0 - axis.to / axis.from)),
        Change::More if axis.to < 2.0 * axis.from => {
            format!("took {} longer", percent(axis.to / axis.from - 1.0))
        }
        Change::More if axis.from <= 0.0 => {
            format!("took {} where static took no time", seconds(axis.to))
        }
        Change::More => format!("took {} times as long", number(axis.to / axis.from, 1)),
    }
}

fn certainty(fixed: usize, dra: usize, axes: &[Axis; 2]) -> String {
    let runs = match (fixed, dra) {
        (1, 1) => "One run of each variant: ".to_owned(),
        (f, d) if f == d => format!("Medians of {f} runs of each variant: "),
        (f, d) => format!(
            "{f} static and {d} DRA {}: ",
            if d == 1 { "run" } else { "runs" }
        ),
    };
    let few = fixed.min(dra) < 3;
    let single = fixed.min(dra) == 1;
    let doubtful: Vec<&Axis> = axes
        .iter()
        .filter(|axis| axis.change != Change::Same && !axis.clear)
        .collect();
    let same: Vec<&Axis> = axes
        .iter()
        .filter(|axis| axis.change == Change::Same)
        .collect();
    let mut said = Vec::new();
    if doubtful.is_empty() && same.is_empty() {
        said.push(if few {
            "the direction is clear, the size is not.".to_owned()
        } else {
            "no run of one variant comes near a run of the other.".to_owned()
        });
    }
    if few && !(doubtful.is_empty() && same.is_empty()) {
        for axis in axes
            .iter()
            .filter(|axis| axis.change != Change::Same && axis.clear)
        {
            said.push(format!(
                "the direction of the {} ({}) is clear, the size is not.",
                axis.name,
                axis.change_in_words()
            ));
        }
    }
    for axis in doubtful {
        said.push(format!(
            "the difference in {} ({}) may still be chance.",
            axis.name,
            axis.change_in_words()
        ));
    }
    for axis in same {
        let rule = if single {
            format!("below {}", percent(CHANCE))
        } else if axis.apart {
            format!("below {}", percent(NEGLIGIBLE))
        } else {
            "where the runs overlap".to_owned()
        };
        said.push(format!(
            "the difference in {} ({}) cannot be told from chance ({rule}).",
            axis.name,
            axis.change_in_words()
        ));
    }
    let advice = if few {
        " Three interleaved runs of each would tell."
    } else {
        ""
    };
    let mut text = said.remove(0);
    for more in said {
        let mut letters = more.chars();
        let upper = letters
            .next()
            .map(|first| first.to_uppercase().collect::<String>())
            .unwrap_or_default();
        text = format!("{text} {upper}{}", letters.as_str());
    }
    format!("{runs}{text}{advice}")
}
