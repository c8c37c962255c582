//! The events the timeline is built from, with only the fields it uses. Parsing is in `decode` and below.

use std::collections::BTreeMap;

use crate::EpochMillis;

/// One event of the log.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The first line of a log.
    LogStart {
        /// Such as `3.5.6`.
        spark_version: String,
    },
    /// The effective configuration, reduced to the properties of [`crate::is_kept_property`].
    Environment {
        /// Property name to value.
        properties: BTreeMap<String, String>,
    },
    /// What executors and tasks of a resource profile ask for.
    ResourceProfile {
        /// Profile id; 0 is the default profile.
        id: i64,
        /// CPUs of a task, when the profile says so.
        task_cpus: Option<f64>,
    },
    /// The driver's `SparkContext` started.
    ApplicationStart {
        /// Absent in very old logs.
        id: Option<String>,
        /// `spark.app.name`.
        name: String,
        /// Attempt of the application, where the cluster manager counts attempts.
        attempt: Option<String>,
        /// When.
        at: EpochMillis,
    },
    /// The driver's `SparkContext` was stopped.
    ApplicationEnd {
        /// When.
        at: EpochMillis,
    },
    /// An executor registered with the driver. Not when it was asked for.
    ExecutorAdded {
        /// Spark's executor id.
        id: Box<str>,
        /// When.
        at: EpochMillis,
        /// Host name or address.
        host: String,
        /// Its cores.
        cores: u32,
        /// Its resource profile.
        profile: i64,
    },
    /// The driver gave an executor up.
    ExecutorRemoved {
        /// Spark's executor id.
        id: Box<str>,
        /// When.
        at: EpochMillis,
        /// Spark's own words.
        reason: String,
    },
    /// A job was submitted to the scheduler.
    JobStart {
        /// Job id.
        id: i64,
        /// When.
        at: EpochMillis,
    },
    /// A job ended.
    JobEnd {
        /// Job id.
        id: i64,
        /// When.
        at: EpochMillis,
        /// False when it failed or was cancelled.
        succeeded: bool,
    },
    /// A stage attempt's tasks were given to the scheduler.
    StageSubmitted(StageInfo),
    /// A stage attempt ended.
    StageCompleted(StageInfo),
    /// A task was given to an executor.
    TaskStart(TaskInfo),
    /// A task ended, in whatever way.
    TaskEnd(TaskInfo),
}

/// Names a stage attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StageKey {
    /// Stage id.
    pub stage: i64,
    /// Attempt of the stage, from 0.
    pub attempt: i64,
}

/// A stage attempt as submitted or completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageInfo {
    /// Which.
    pub key: StageKey,
    /// Spark's name of it, such as `foreach at job.py:12`.
    pub name: String,
    /// Tasks in this attempt.
    pub tasks: u32,
    /// When it was submitted.
    pub submitted: Option<EpochMillis>,
    /// When it completed.
    pub completed: Option<EpochMillis>,
    /// True when Spark gave a failure reason.
    pub failed: bool,
    /// Its resource profile.
    pub profile: i64,
    /// What its tasks had read from outside when this was logged.
    pub input: Input,
}

/// Data that tasks read from outside: files and tables, not shuffle data and not a cache.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Input {
    /// Bytes, as the file system counts them.
    pub bytes: u64,
    /// Records.
    pub records: u64,
}

/// Names a task attempt: unique in an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskKey(pub i64);

/// How a task attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskEnd {
    /// Its result counts.
    Succeeded,
    /// It failed, or its executor was lost.
    Failed,
    /// It was killed or not allowed to commit: another attempt had won, or its stage was cancelled.
    Killed,
    /// It had succeeded before, and its output was lost with its executor: a second report of the same attempt.
    Resubmitted,
}

/// A task attempt as started or ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskInfo {
    /// Which.
    pub key: TaskKey,
    /// The stage attempt it belongs to.
    pub stage: StageKey,
    /// Which of the stage's tasks.
    pub index: i64,
    /// Attempt of this task, from 0. Copies of slow tasks count as attempts.
    pub attempt: i64,
    /// The executor it ran on.
    pub executor: Box<str>,
    /// When the driver launched it.
    pub launched: EpochMillis,
    /// When it finished. Absent while it runs.
    pub finished: Option<EpochMillis>,
    /// How it ended. Absent while it runs.
    pub end: Option<TaskEnd>,
    /// A second copy of a slow task.
    pub speculative: bool,
}

impl TaskEnd {
    /// By the name of Spark's `TaskEndReason`, classed as the Spark UI does.
    pub(crate) fn of_reason(reason: &str) -> Self {
        match reason {
            "Success" => Self::Succeeded,
            "TaskKilled" | "TaskCommitDenied" => Self::Killed,
            "Resubmitted" => Self::Resubmitted,
            _ => Self::Failed,
        }
    }
}
