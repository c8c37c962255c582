//! Each metric of both sides beside the other: medians, the difference, and what can be told from it. Pure.

use crate::{
    difference::{Difference, Word},
    measure::Measured,
    metric::{METRICS, Metric, MetricId},
    number::{SAME, difference},
    report::MetricReport,
};

/// One line for every metric. Both sides have at least one run; without `comparable`, numbers only, as there is nothing
/// to be said of DRA by them.
pub(crate) fn metrics(fixed: &[Measured], dra: &[Measured], comparable: bool) -> Vec<MetricReport> {
    let medians = (Measured::medians(fixed), Measured::medians(dra));
    METRICS
        .iter()
        .map(|metric| {
            let line = line(metric.id, &medians);
            let told = comparable.then(|| told(metric.id, fixed, dra)).flatten();
            MetricReport {
                word: told.map(|told| word(metric, &told)),
                interval: told.and_then(|told| told.interval),
                runs_needed: told.and_then(|told| told.runs_needed),
                ..line
            }
        })
        .collect()
}

/// What the runs say, when there is anything to be seen: from 0, a difference of a blink would be infinitely large.
fn word(metric: &Metric, told: &Difference) -> Word {
    if difference(metric, told.from, told.to) == SAME {
        Word::CannotTell
    } else {
        told.word(metric.direction)
    }
}

/// The difference when every run has the number.
fn told(id: MetricId, fixed: &[Measured], dra: &[Measured]) -> Option<Difference> {
    let values = |runs: &[Measured]| -> Option<Vec<f64>> {
        runs.iter().map(|run| run.get(id).clone().ok()).collect()
    };
    Difference::of(&values(fixed)?, &values(dra)?)
}

fn line(id: MetricId, (fixed, dra): &(Measured, Measured)) -> MetricReport {
    let (from, to) = (fixed.get(id), dra.get(id));
    let both = from.clone().ok().zip(to.clone().ok());
    let missing = [("static", from), ("DRA", to)]
        .map(|(side, value)| Some((side, value.as_ref().err()?.as_str())));
    let missing = match missing {
        [Some((_, a)), Some((_, b))] if a == b => Some(a.to_owned()),
        [Some((_, a)), Some((_, b))] => Some(format!("static: {a}; DRA: {b}")),
        [Some((side, why)), None] | [None, Some((side, why))] => Some(format!("{side}: {why}")),
        [None, None] => None,
    };
    let metric = id.metric();
    MetricReport {
        id,
        unit: metric.unit,
        direction: metric.direction,
        source: metric.source,
        definition: metric.definition,
        fixed: from.clone().ok(),
        dra: to.clone().ok(),
        difference: both.map(|(from, to)| to - from),
        relative: both
            .map(|(from, to)| (to - from) / from)
            .filter(|change| change.is_finite()),
        word: None,
        interval: None,
        runs_needed: None,
        missing,
    }
}
