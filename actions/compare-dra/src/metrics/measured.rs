//! A log that was read, as the document that is printed. Pure.

use std::time::Duration;

use spark_log::{LISTED, Metrics, Timeline};

use super::document::{
    Application, Backlog, Document, Events, Executor, ExecutorCounts, ExecutorTime, Job, JobState,
    Jobs, SCHEMA, Stage, StageState, Stages, Tasks,
};
use crate::{logs::ReadLog, number::number};

/// What the result says of a run without executors.
pub(super) const LOCAL_MODE: &str =
    "the application ran in local mode: the driver ran the tasks itself, there are no executors";

impl Document {
    /// Describes a log that the user called `source`.
    pub(super) fn of(source: &str, read: &ReadLog) -> Self {
        let timeline = &read.timeline;
        let metrics = Metrics::of(timeline);
        let gaps = timeline.gaps.iter();
        // Without one usable event nothing is known, not even that there was nothing.
        let known = |count: u64| timeline.last_seen.map(|_| count);
        Self {
            schema: SCHEMA,
            source: source.to_owned(),
            codec: read.codecs.first().map(ToString::to_string),
            stored_bytes: read.stored_bytes,
            log_bytes: read.log_bytes,
            application: application(timeline),
            complete: timeline.gaps.is_empty(),
            incomplete_because: gaps.map(ToString::to_string).collect(),
            notes: notes(read),
            local_mode: timeline.local_mode,
            application_start_ms: timeline.started.map(|at| at.0),
            application_end_ms: timeline.ended.map(|at| at.0),
            application_duration_ms: metrics.application_duration.map(ms),
            job_duration_ms: metrics.job_duration.map(ms),
            time_to_first_executor_ms: metrics.first_executor_after_job.map(ms),
            executors: ExecutorCounts {
                count: metrics.executors,
                peak: metrics.peak_executors,
                never_used: metrics.never_used_executors,
            },
            executor_ms: executor_time(&metrics),
            busy_share: metrics.busy_share.map(|share| rounded(share, 6)),
            core_utilisation: metrics.core_utilisation.map(|share| rounded(share, 6)),
            task_ms: known(ms(timeline.task_time)),
            tasks: tasks(timeline, known),
            stages: Stages {
                completed: known(timeline.stage_counts.completed),
                failed: known(timeline.stage_counts.failed),
                running: known(timeline.stage_counts.open),
            },
            jobs: Jobs {
                succeeded: known(timeline.job_counts.succeeded),
                failed: known(timeline.job_counts.failed),
                running: known(timeline.job_counts.open),
            },
            backlog_task_ms: timeline.demand.map(|demand| demand.backlog_ms),
            executor_timeline: timeline.executors.iter().map(executor).collect(),
            job_timeline: timeline.jobs.iter().map(job).collect(),
            stage_timeline: timeline.stages.iter().map(stage).collect(),
            backlog_timeline: timeline.demand.map(|_| backlog(timeline)),
            events: Events {
                read: timeline.counts.events,
                unknown: timeline.counts.unknown,
                damaged: timeline.counts.damaged,
            },
        }
    }
}

fn application(timeline: &Timeline) -> Application {
    Application {
        id: timeline.application_id.clone(),
        name: timeline.application_name.clone(),
        spark_version: timeline.spark_version.clone(),
        attempt: timeline.application_attempt.clone(),
    }
}

/// What a reader should know besides what is missing.
pub(super) fn notes(read: &ReadLog) -> Vec<String> {
    let timeline = &read.timeline;
    let mut notes = Vec::new();
    if timeline.local_mode {
        notes.push(LOCAL_MODE.to_owned());
    }
    let (jobs, stages) = (timeline.job_counts, timeline.stage_counts);
    let jobs = jobs.succeeded + jobs.failed + jobs.open;
    let stages = stages.completed + stages.failed + stages.open;
    for (what, all) in [("jobs", jobs), ("stage attempts", stages)] {
        if all > LISTED as u64 {
            notes.push(format!(
                "only the first {} of {} {what} are listed; all are counted",
                number(LISTED as f64, 0),
                number(all as f64, 0)
            ));
        }
    }
    if read.codecs.len() > 1 {
        let codecs: Vec<String> = read.codecs.iter().map(ToString::to_string).collect();
        notes.push(format!(
            "the parts have different codecs: {}",
            codecs.join(", ")
        ));
    }
    notes
}

fn executor_time(metrics: &Metrics) -> ExecutorTime {
    let ms = |seconds: Option<f64>| seconds.map(|seconds| (seconds * 1000.0).round() as u64);
    ExecutorTime {
        total: ms(metrics.executor_seconds),
        busy: ms(metrics.busy_executor_seconds),
        idle_head: ms(metrics.idle_head_seconds),
        idle_between: ms(metrics.idle_between_seconds),
        idle_tail: ms(metrics.idle_tail_seconds),
        never_used: ms(metrics.never_used_seconds),
    }
}

fn tasks(timeline: &Timeline, known: impl Fn(u64) -> Option<u64>) -> Tasks {
    let counts = timeline.task_counts;
    Tasks {
        total: known(counts.total),
        succeeded: known(counts.succeeded),
        failed: known(counts.failed),
        killed: known(counts.killed),
        running: known(counts.open),
        speculative: known(counts.speculative),
        resubmitted: known(counts.resubmitted),
    }
}

fn executor(executor: &spark_log::Executor) -> Executor {
    Executor {
        id: executor.id.clone(),
        host: executor.host.clone(),
        cores: executor.cores,
        added_ms: executor.added.0,
        removed_ms: executor.removed.map(|at| at.0),
        removed_reason: executor.reason.clone(),
        first_task_ms: executor.first_task.map(|at| at.0),
        last_task_end_ms: executor.last_task.map(|at| at.0),
        tasks: executor.tasks,
        failed_tasks: executor.failed_tasks,
        killed_tasks: executor.killed_tasks,
        busy_ms: ms(executor.busy),
        task_ms: ms(executor.task_time),
    }
}

fn job(job: &spark_log::Job) -> Job {
    Job {
        id: job.id,
        submitted_ms: job.started.0,
        completed_ms: job.ended.map(|at| at.0),
        state: match job.ended {
            None => JobState::Running,
            Some(_) if job.succeeded => JobState::Succeeded,
            Some(_) => JobState::Failed,
        },
    }
}

fn stage(stage: &spark_log::Stage) -> Stage {
    Stage {
        id: stage.key.stage,
        attempt: stage.key.attempt,
        name: stage.name.clone(),
        tasks: stage.tasks,
        submitted_ms: stage.submitted.map(|at| at.0),
        completed_ms: stage.completed.map(|at| at.0),
        state: match stage.completed {
            _ if stage.failed => StageState::Failed,
            None => StageState::Running,
            Some(_) => StageState::Completed,
        },
        failed_tasks: stage.failed_tasks,
        killed_tasks: stage.killed_tasks,
    }
}

fn backlog(timeline: &Timeline) -> Backlog {
    let waiting = &timeline.waiting_tasks;
    Backlog {
        start_ms: waiting.start.0,
        step_ms: waiting.step_ms,
        waiting_tasks: waiting.means().map(|mean| rounded(mean, 3)).collect(),
    }
}

fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value * scale).round() / scale
}
