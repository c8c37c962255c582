//! The numbers of one run. Every one is measured or computed from the timeline; absent means not known.

use std::time::Duration;

use crate::{EpochMillis, Executor, Gap, Timeline};

/// The numbers of one run. Durations are never negative; executor-seconds are wall-clock seconds of an executor
/// between joining and removal, whatever its cores.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metrics {
    /// ApplicationStart to ApplicationEnd.
    pub application_duration: Option<Duration>,
    /// First JobStart to last JobEnd; absent when a job has no end.
    pub job_duration: Option<Duration>,
    /// First JobStart to the first executor; zero when one had joined before.
    pub first_executor_after_job: Option<Duration>,
    /// ApplicationStart to the first executor.
    pub first_executor_after_application: Option<Duration>,
    /// First JobStart to the joining of the last executor that ran a task; zero when all had joined before.
    pub last_used_executor_after_job: Option<Duration>,
    /// The most executors at one time.
    pub peak_executors: Option<u32>,
    /// Executors that ever joined.
    pub executors: Option<u32>,
    /// Executors that joined and never ran a task.
    pub never_used_executors: Option<u32>,
    /// Sum of the executors' lives, in seconds.
    pub executor_seconds: Option<f64>,
    /// The part of it in which the executor had at least one task.
    pub busy_executor_seconds: Option<f64>,
    /// Busy executor-seconds by executor-seconds, 0 to 1. Absent without executors.
    pub busy_share: Option<f64>,
    /// CPU-seconds of tasks by core-seconds of executors, 0 to 1. Absent without executors.
    pub core_utilisation: Option<f64>,
    /// Idle executor-seconds before an executor's first task, the lives of those that never had one included.
    pub idle_head_seconds: Option<f64>,
    /// Idle executor-seconds between an executor's first and last task.
    pub idle_between_seconds: Option<f64>,
    /// Idle executor-seconds after an executor's last task.
    pub idle_tail_seconds: Option<f64>,
    /// The part of `idle_head_seconds` of executors that never ran a task.
    pub never_used_seconds: Option<f64>,
    /// Task-seconds spent waiting for a slot.
    pub backlog_seconds: Option<f64>,
}

impl Metrics {
    /// Measures a run. A timeline without any event gives no number at all.
    #[must_use]
    pub fn of(timeline: &Timeline) -> Self {
        if timeline.last_seen.is_none() {
            return Self::default();
        }
        let executors = &timeline.executors;
        let first_job = timeline.first_job_start();
        let first_executor = executors.iter().map(|e| e.added).min();
        let last_used = executors
            .iter()
            .filter(|e| e.tasks > 0)
            .map(|e| e.added)
            .max();
        let lives: f64 = executors.iter().map(|e| e.life().as_secs_f64()).sum();
        let busy: f64 = executors.iter().map(|e| e.busy.as_secs_f64()).sum();
        let idle = Idle::of(executors);
        // None joined and some worked: their joining is missing, and there is no number to be had.
        let unseen = |gap: &Gap| matches!(gap, Gap::UnseenExecutors(_));
        let known = !(executors.is_empty() && timeline.gaps.iter().any(unseen));
        let cores = |e: &Executor| e.life().as_secs_f64() * f64::from(e.cores);
        let cores: f64 = executors.iter().map(cores).sum();
        let worked: f64 = executors.iter().map(|e| e.core_time.as_secs_f64()).sum();
        Self {
            application_duration: between(timeline.started, timeline.ended),
            job_duration: job_duration(timeline),
            first_executor_after_job: between(first_job, first_executor),
            first_executor_after_application: between(timeline.started, first_executor),
            last_used_executor_after_job: between(first_job, last_used),
            peak_executors: known.then(|| peak(executors)),
            executors: known.then(|| count(executors.len())),
            never_used_executors: known
                .then(|| count(executors.iter().filter(|e| e.tasks == 0).count())),
            executor_seconds: known.then_some(lives),
            busy_executor_seconds: known.then_some(busy),
            busy_share: (lives > 0.0).then(|| busy / lives),
            core_utilisation: (cores > 0.0).then(|| worked / cores),
            idle_head_seconds: known.then_some(idle.head),
            idle_between_seconds: known.then_some(idle.between),
            idle_tail_seconds: known.then_some(idle.tail),
            never_used_seconds: known.then_some(idle.never_used),
            backlog_seconds: timeline
                .demand
                .map(|demand| demand.backlog_ms as f64 / 1000.0),
        }
    }
}

#[derive(Default)]
struct Idle {
    head: f64,
    between: f64,
    tail: f64,
    never_used: f64,
}

impl Idle {
    /// Splits the idle time so that head, between, tail and the busy time add up to the executors' lives.
    fn of(executors: &[Executor]) -> Self {
        let mut idle = Self::default();
        for executor in executors {
            let (Some(first), Some(last)) = (executor.first_task, executor.last_task) else {
                idle.head += executor.life().as_secs_f64();
                idle.never_used += executor.life().as_secs_f64();
                continue;
            };
            let head = first.min(executor.until).since(executor.added);
            let tail = executor.until.since(last.max(executor.added));
            let between = executor
                .life()
                .saturating_sub(head)
                .saturating_sub(tail)
                .saturating_sub(executor.busy);
            idle.head += head.as_secs_f64();
            idle.tail += tail.as_secs_f64();
            idle.between += between.as_secs_f64();
        }
        idle
    }
}

fn job_duration(timeline: &Timeline) -> Option<Duration> {
    let jobs = timeline.job_counts;
    between(
        jobs.first_started,
        jobs.last_ended.filter(|_| jobs.open == 0),
    )
}

fn between(from: Option<EpochMillis>, to: Option<EpochMillis>) -> Option<Duration> {
    Some(to?.since(from?))
}

fn peak(executors: &[Executor]) -> u32 {
    // At equal times the leaving one (-1) sorts first: an executor replaced in the same millisecond is one executor.
    let mut changes: Vec<(EpochMillis, i32)> = executors
        .iter()
        .filter(|e| e.until > e.added)
        .flat_map(|e| [(e.added, 1), (e.until, -1)])
        .collect();
    changes.sort_unstable();
    let mut now = 0_i32;
    let peak = changes.into_iter().fold(0, |peak, (_, change)| {
        now += change;
        now.max(peak)
    });
    peak.unsigned_abs()
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}
