//! Whether both sides read the same data. Pure.

use crate::{gate::Concern, measure::middle_of, number::number, prose::Prose, run::Run};

/// The sides did not do the same work when one read more than this much more than the other.
pub(crate) const OTHER_INPUT: f64 = 0.01;

/// A concern when the records, or else the bytes, that tasks read from outside differ.
pub(super) fn unlike(fixed: &[Run], dra: &[Run]) -> Option<Concern> {
    let read = |runs: &[Run]| Some((middle_of(runs, records)?, middle_of(runs, bytes)?));
    let (fixed, dra) = (read(fixed)?, read(dra)?);
    let (unit, fixed, dra) = if fixed.0.max(dra.0) > 0.0 {
        ("records", fixed.0, dra.0)
    } else {
        ("bytes", fixed.1, dra.1)
    };
    if fixed == dra {
        return None;
    }
    let text = Prose::new(format!(
        "The input differs: static read {} {unit}, DRA {}.",
        number(fixed, 0),
        number(dra, 0)
    ));
    let blocks = (fixed - dra).abs() > OTHER_INPUT * fixed.max(dra);
    Some(Concern { blocks, text })
}

fn records(run: &Run) -> Option<f64> {
    of_whole(run).map(|counts| counts.input.records as f64)
}

fn bytes(run: &Run) -> Option<f64> {
    of_whole(run).map(|counts| counts.input.bytes as f64)
}

/// A stage that was tried again reads its input again, so nothing is said of such a run.
fn of_whole(run: &Run) -> Option<&spark_log::StageCounts> {
    let counts = &run.timeline.stage_counts;
    (counts.failed == 0 && counts.completed == counts.planned).then_some(counts)
}
