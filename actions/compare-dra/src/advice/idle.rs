//! DRA's executors that stayed without a task for longer than the idle time-out: how long, and what keeps them. Pure.

use serde::{Deserialize, Serialize};
use spark_log::Executor;

use super::{Advice, ChangePlace};
use crate::{
    number::{about, count, number},
    prose::Prose,
    run::Run,
    spark_time::{self, IDLE_TIMEOUT},
};

const TRACKING: &str = "spark.dynamicAllocation.shuffleTracking.enabled";
const TRACKING_TIMEOUT: &str = "spark.dynamicAllocation.shuffleTracking.timeout";
const MINIMUM: &str = "spark.dynamicAllocation.minExecutors";

/// Spark decides within a second; until the pod is gone and its executor logged as removed it takes some more.
const SLACK_SECONDS: f64 = 10.0;

/// Executors that stayed after their last task for longer than the idle time-out allows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct KeptIdle {
    /// How many executors.
    pub(crate) executors: usize,
    /// Executor-seconds beyond the time-out.
    pub(crate) seconds: f64,
    /// The time-out.
    pub(crate) idle_timeout_seconds: f64,
    /// Of these executors, as many as `spark.dynamicAllocation.minExecutors` explains.
    pub(crate) kept_by_minimum: usize,
    /// Executor-seconds beyond the time-out of the others.
    pub(crate) seconds_beyond_minimum: f64,
}

/// What was kept in a DRA run. Absent when nothing was, or the time-out is not known.
pub(crate) fn kept_idle(run: &Run) -> Option<KeptIdle> {
    let idle_timeout_seconds = spark_time::seconds_of(run, IDLE_TIMEOUT, Some(60.0))?;
    let beyond = |executor: &Executor| {
        let since = executor.last_task.unwrap_or(executor.added);
        let beyond = executor.until.since(since).as_secs_f64() - idle_timeout_seconds;
        (beyond > SLACK_SECONDS).then_some(beyond)
    };
    let mut all: Vec<f64> = run.timeline.executors.iter().filter_map(beyond).collect();
    all.sort_by(|a, b| b.total_cmp(a));
    // The minimum keeps that many to the end; those that stayed longest are its.
    let to_the_end = run
        .timeline
        .executors
        .iter()
        .filter(|executor| executor.removed.is_none());
    let minimum = run.number(MINIMUM).unwrap_or(0) as usize;
    let kept_by_minimum = minimum.min(to_the_end.count()).min(all.len());
    (!all.is_empty()).then(|| KeptIdle {
        executors: all.len(),
        seconds: all.iter().sum(),
        idle_timeout_seconds,
        kept_by_minimum,
        // Those that stayed longest are taken for the minimum's.
        seconds_beyond_minimum: all.iter().skip(kept_by_minimum).sum(),
    })
}

pub(super) fn advice(run: &Run) -> Option<Advice> {
    let kept = kept_idle(run).filter(|kept| kept.executors > kept.kept_by_minimum)?;
    let off = run
        .property(TRACKING)
        .is_some_and(|on| on.trim().eq_ignore_ascii_case("false"));
    let timeout = spark_time::seconds_of(run, TRACKING_TIMEOUT, None);
    if off || timeout.is_some() {
        return None;
    }
    let text = Prose::new(format!(
        "{} stayed without a task for longer than ",
        count(kept.executors - kept.kept_by_minimum, "DRA executor", "DRA executors"),
    ))
    .code(IDLE_TIMEOUT)
    .text(format!(
        " ({}), by {} executor-seconds in all. Shuffle tracking keeps executors that hold shuffle data, and without ",
        about(kept.idle_timeout_seconds),
        number(kept.seconds_beyond_minimum, 0)
    ))
    .code(TRACKING_TIMEOUT)
    .text(" for as long as the driver remembers the shuffle. With one, Spark computes lost shuffle data again if a later stage needs it.");
    let line = (kept.idle_timeout_seconds * 2.0).clamp(10.0, 600.0).ceil();
    Some(Advice::new(text).set(
        ChangePlace::DraProperties,
        TRACKING_TIMEOUT,
        format!("{line}s"),
    ))
}
