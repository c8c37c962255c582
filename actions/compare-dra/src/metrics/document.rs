//! The JSON of one log, field by field. What the fields mean stands in `schemas/metrics.schema.json`. An absent value
//! is not known. Times are milliseconds since 1970, durations milliseconds.

use serde::Serialize;

/// The version of this document. It changes when a field goes or changes its meaning.
pub(super) const SCHEMA: u32 = 1;

#[derive(Debug, Serialize)]
pub(crate) struct Document {
    pub(super) schema: u32,
    pub(super) source: String,
    pub(super) codec: Option<String>,
    pub(super) stored_bytes: u64,
    pub(super) log_bytes: u64,
    pub(super) application: Application,
    pub(super) complete: bool,
    pub(super) incomplete_because: Vec<String>,
    pub(super) notes: Vec<String>,
    pub(super) local_mode: bool,
    pub(super) application_start_ms: Option<i64>,
    pub(super) application_end_ms: Option<i64>,
    pub(super) application_duration_ms: Option<u64>,
    pub(super) job_duration_ms: Option<u64>,
    pub(super) time_to_first_executor_ms: Option<u64>,
    pub(super) executors: ExecutorCounts,
    pub(super) executor_ms: ExecutorTime,
    pub(super) busy_share: Option<f64>,
    pub(super) core_utilisation: Option<f64>,
    pub(super) task_ms: Option<u64>,
    pub(super) tasks: Tasks,
    pub(super) stages: Stages,
    pub(super) jobs: Jobs,
    pub(super) backlog_task_ms: Option<i64>,
    pub(super) executor_timeline: Vec<Executor>,
    pub(super) job_timeline: Vec<Job>,
    pub(super) stage_timeline: Vec<Stage>,
    pub(super) backlog_timeline: Option<Backlog>,
    pub(super) events: Events,
}

#[derive(Debug, Serialize)]
pub(super) struct Application {
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) spark_version: Option<String>,
    pub(super) attempt: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct ExecutorCounts {
    pub(super) count: Option<u32>,
    pub(super) peak: Option<u32>,
    pub(super) never_used: Option<u32>,
}

#[derive(Debug, Serialize)]
pub(super) struct ExecutorTime {
    pub(super) total: Option<u64>,
    pub(super) busy: Option<u64>,
    pub(super) idle_head: Option<u64>,
    pub(super) idle_between: Option<u64>,
    pub(super) idle_tail: Option<u64>,
    pub(super) never_used: Option<u64>,
}

#[derive(Debug, Serialize)]
pub(super) struct Tasks {
    pub(super) total: Option<u64>,
    pub(super) succeeded: Option<u64>,
    pub(super) failed: Option<u64>,
    pub(super) killed: Option<u64>,
    pub(super) running: Option<u64>,
    pub(super) speculative: Option<u64>,
    pub(super) resubmitted: Option<u64>,
}

#[derive(Debug, Serialize)]
pub(super) struct Stages {
    pub(super) completed: Option<u64>,
    pub(super) failed: Option<u64>,
    pub(super) running: Option<u64>,
}

#[derive(Debug, Serialize)]
pub(super) struct Jobs {
    pub(super) succeeded: Option<u64>,
    pub(super) failed: Option<u64>,
    pub(super) running: Option<u64>,
}

#[derive(Debug, Serialize)]
pub(super) struct Executor {
    pub(super) id: String,
    pub(super) host: String,
    pub(super) cores: u32,
    pub(super) added_ms: i64,
    pub(super) removed_ms: Option<i64>,
    pub(super) removed_reason: Option<String>,
    pub(super) first_task_ms: Option<i64>,
    pub(super) last_task_end_ms: Option<i64>,
    pub(super) tasks: u64,
    pub(super) failed_tasks: u64,
    pub(super) killed_tasks: u64,
    pub(super) busy_ms: u64,
    pub(super) task_ms: u64,
}

#[derive(Debug, Serialize)]
pub(super) struct Job {
    pub(super) id: i64,
    pub(super) submitted_ms: i64,
    pub(super) completed_ms: Option<i64>,
    pub(super) state: JobState,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum JobState {
    Succeeded,
    Failed,
    Running,
}

#[derive(Debug, Serialize)]
pub(super) struct Stage {
    pub(super) id: i64,
    pub(super) attempt: i64,
    pub(super) name: String,
    pub(super) tasks: u32,
    pub(super) submitted_ms: Option<i64>,
    pub(super) completed_ms: Option<i64>,
    pub(super) state: StageState,
    pub(super) failed_tasks: u32,
    pub(super) killed_tasks: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum StageState {
    Completed,
    Failed,
    Running,
}

#[derive(Debug, Serialize)]
pub(super) struct Backlog {
    pub(super) start_ms: i64,
    pub(super) step_ms: i64,
    pub(super) waiting_tasks: Vec<f64>,
}

#[derive(Debug, Serialize)]
pub(super) struct Events {
    pub(super) read: u64,
    pub(super) unknown: u64,
    pub(super) damaged: u64,
}
