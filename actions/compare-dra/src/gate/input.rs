//! Whether both sides read the same data. Pure.

use spark_log::StageCounts;

use crate::{gate::Concern, number::number, prose::Prose, run::Run};

/// The sides did not do the same work when one read more than this much more than the other.
pub(crate) const OTHER_INPUT: f64 = 0.01;

/// A concern when the records, or else the bytes, that tasks read from outside are not the same in all runs.
pub(super) fn unlike(fixed: &[Run], dra: &[Run]) -> Option<Concern> {
    let read = |runs: &[Run], of: fn(&StageCounts) -> u64| -> Vec<u64> {
        runs.iter().filter_map(of_whole).map(of).collect()
    };
    let both = |of| (read(fixed, of), read(dra, of));
    let records = both(|counts| counts.input.records);
    let (unit, (fixed, dra)) = if records.0.iter().chain(&records.1).any(|read| *read > 0) {
        ("records", records)
    } else {
        ("bytes", both(|counts| counts.input.bytes))
    };
    let least = *fixed.iter().chain(&dra).min()?;
    let most = *fixed.iter().chain(&dra).max()?;
    if fixed.is_empty() || dra.is_empty() || least == most {
        return None;
    }
    let text = Prose::new(format!(
        "The input differs: static read {} {unit}, DRA {}.",
        range(&fixed),
        range(&dra)
    ));
    let blocks = (most - least) as f64 > OTHER_INPUT * most as f64;
    Some(Concern { blocks, text })
}

/// `100`, or `100 to 200`.
fn range(values: &[u64]) -> String {
    let end = |value: Option<&u64>| number(value.copied().unwrap_or(0) as f64, 0);
    let (least, most) = (end(values.iter().min()), end(values.iter().max()));
    if least == most {
        least
    } else {
        format!("{least} to {most}")
    }
}

/// A stage that was tried again reads its input again, so nothing is said of such a run.
fn of_whole(run: &Run) -> Option<&StageCounts> {
    let counts = &run.timeline.stage_counts;
    (counts.failed == 0 && counts.completed == counts.planned).then_some(counts)
}
