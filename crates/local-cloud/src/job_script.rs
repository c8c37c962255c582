//! A job run that is played instead of run: how long each state takes, what it prints, and how it ends. Data only.

use bytes::Bytes;
use std::time::Duration;

/// What every job run does, where there is no Spark to run it. All times are tokio's, so a paused clock works.
#[derive(Debug, Clone)]
pub struct JobScript {
    /// Time in PENDING.
    pub pending: Duration,
    /// Time in SUBMITTED; with [`JobScript::pods`] it also lasts until the driver pod has a node.
    pub submitted: Duration,
    /// Time in RUNNING.
    pub running: Duration,
    /// Time in CANCEL_PENDING, once it is cancelled.
    pub cancelling: Duration,
    /// How it ends when it is not cancelled.
    pub end: ScriptedEnd,
    /// Whether the driver and its executors are pods in Kubernetes, which wait for nodes.
    pub pods: bool,
    /// Executor pods; only with [`JobScript::pods`].
    pub executors: u32,
    /// What the driver prints, in order. Lines that are due after the end are never printed.
    pub log: Vec<LogLine>,
    /// The event log that is in S3 afterwards, if the job run asked for one there and was not cancelled.
    pub event_log: Option<Bytes>,
}

/// How a played job run ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScriptedEnd {
    /// COMPLETED.
    Completed,
    /// FAILED.
    Failed {
        /// `USER_ERROR`, `INTERNAL_ERROR`, `CLUSTER_UNAVAILABLE` or `VALIDATION_ERROR`.
        reason: &'static str,
        /// `stateDetails`; the service keeps 256 characters.
        details: String,
    },
}

/// A line that the driver prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When, counted from the beginning of RUNNING.
    pub after: Duration,
    /// To the standard error, where Spark's own log goes; else to the standard output.
    pub stderr: bool,
    /// The line, without its end.
    pub text: String,
}

impl LogLine {
    /// A line of Spark's log.
    #[must_use]
    pub fn stderr(after: Duration, text: &str) -> Self {
        Self {
            after,
            stderr: true,
            text: text.to_owned(),
        }
    }

    /// A line of the job's own output.
    #[must_use]
    pub fn stdout(after: Duration, text: &str) -> Self {
        Self {
            after,
            stderr: false,
            text: text.to_owned(),
        }
    }
}

impl Default for JobScript {
    /// Completes after a tenth of a second, without pods.
    fn default() -> Self {
        Self {
            pending: Duration::ZERO,
            submitted: Duration::ZERO,
            running: Duration::from_millis(100),
            cancelling: Duration::ZERO,
            end: ScriptedEnd::Completed,
            pods: false,
            executors: 0,
            log: Vec::new(),
            event_log: None,
        }
    }
}
