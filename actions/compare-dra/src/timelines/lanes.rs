//! Executors in lanes: one in each, or neighbours by the time they joined when there are many. Pure.

use serde::{Deserialize, Serialize};
use spark_log::Executor;

use crate::{number::count, run::Run};

/// More lanes than this cannot be told apart in a picture.
pub(crate) const MOST_LANES: usize = 60;
/// A lane of several executors is sampled at so many times.
const SAMPLES: usize = 100;

/// A stretch of a lane with tasks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stretch {
    pub(crate) from: f64,
    pub(crate) to: f64,
    /// The part of the lane's executors that had a task, above 0 to 1.
    pub(crate) share: f64,
}

/// One executor, or several that joined one after the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Lane {
    /// `1`, or `1 to 17`.
    pub(crate) name: String,
    pub(crate) executors: usize,
    /// The first joining.
    pub(crate) from: f64,
    /// The last removal, or the end.
    pub(crate) until: f64,
    pub(crate) busy: Vec<Stretch>,
    /// Executors of the lane that never ran a task.
    pub(crate) never_used: usize,
    pub(crate) tasks: u64,
    /// Executor-seconds, and those with a task.
    pub(crate) seconds: f64,
    pub(crate) busy_seconds: f64,
    /// What became of it, in words.
    pub(crate) ended: String,
}

/// The lanes of a run, in the order its executors joined.
pub(super) fn lanes(run: &Run) -> Vec<Lane> {
    let executors = &run.timeline.executors;
    let each = executors.len().div_ceil(MOST_LANES).max(1);
    executors
        .chunks(each)
        .filter_map(|some| lane(run, some))
        .collect()
}

fn lane(run: &Run, executors: &[Executor]) -> Option<Lane> {
    let (first, last) = (executors.first()?, executors.last()?);
    let from = executors.iter().map(|executor| executor.added).min()?;
    let until = executors.iter().map(|executor| executor.until).max()?;
    let (from, until) = (run.seconds(from)?, run.seconds(until)?);
    let name = match executors {
        [one] => one.id.clone(),
        _ => format!("{} to {}", first.id, last.id),
    };
    Some(Lane {
        name,
        executors: executors.len(),
        from,
        until,
        busy: match executors {
            [one] => stretches(run, one),
            several => sampled(run, several, (from, until)),
        },
        never_used: executors
            .iter()
            .filter(|executor| executor.tasks == 0)
            .count(),
        tasks: executors.iter().map(|executor| executor.tasks).sum(),
        seconds: executors
            .iter()
            .map(|executor| executor.life().as_secs_f64())
            .sum(),
        busy_seconds: executors
            .iter()
            .map(|executor| executor.busy.as_secs_f64())
            .sum(),
        ended: ended(executors),
    })
}

fn stretches(run: &Run, executor: &Executor) -> Vec<Stretch> {
    let stretch = |(from, to): &(spark_log::EpochMillis, spark_log::EpochMillis)| {
        Some(Stretch {
            from: run.seconds(*from)?,
            to: run.seconds(*to)?,
            share: 1.0,
        })
    };
    executor.busy_spans.iter().filter_map(stretch).collect()
}

/// The mean share over each of many short steps; equal neighbours are one stretch.
fn sampled(run: &Run, executors: &[Executor], (from, until): (f64, f64)) -> Vec<Stretch> {
    let spans: Vec<Stretch> = executors
        .iter()
        .flat_map(|executor| stretches(run, executor))
        .collect();
    let step = (until - from) / SAMPLES as f64;
    let mut out: Vec<Stretch> = Vec::new();
    for sample in 0..SAMPLES {
        let start = from + step * sample as f64;
        let end = start + step;
        let covered: f64 = spans
            .iter()
            .map(|span| (span.to.min(end) - span.from.max(start)).max(0.0))
            .sum();
        // Whole percents: more cannot be seen.
        let share = (covered / step / executors.len() as f64 * 100.0).round() / 100.0;
        match out.last_mut() {
            Some(before) if before.share == share && before.to == start => before.to = end,
            _ if share > 0.0 => out.push(Stretch {
                from: start,
                to: end,
                share,
            }),
            _ => {}
        }
    }
    out
}

fn ended(executors: &[Executor]) -> String {
    let removed = executors
        .iter()
        .filter(|executor| executor.removed.is_some())
        .count();
    match executors {
        [one] => match &one.reason {
            Some(reason) => format!("removed: {reason}"),
            None => "lived to the end".to_owned(),
        },
        several if removed == 0 => format!("all {} lived to the end", several.len()),
        several => format!(
            "{} of {} removed",
            removed,
            count(several.len(), "executor", "executors")
        ),
    }
}
