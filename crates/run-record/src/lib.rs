//! The run record: one JSON document per job run, written by run-spark-job and read by compare-dra.
//!
//! Pure types. What was not observed is absent, never zero; what the observer may have missed is said in
//! [`Observation::gaps`]. Every time is an instant in UTC, written as RFC 3339.
//!
//! This crate does not read or write files and knows neither AWS nor Kubernetes.

mod cluster;
mod submission;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use cluster::{Node, NodeClaim, Observation, Pod, PodRole};
pub use submission::{DynamicAllocation, EntryPoint, Submission, Variant};

/// The version of the document this crate writes. Readers refuse a higher one.
pub const SCHEMA: u32 = 1;

/// One job run of one variant, from submission to the last thing that was seen of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Always [`SCHEMA`] when written by this crate.
    pub schema: u32,
    /// Why this is not the whole record: it was written while the job run went on, or by somebody who saw only a part
    /// of it. Absent when it is whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partial: Option<String>,
    /// Which half of the comparison this run belongs to.
    pub variant: Variant,
    /// The n-th run of this variant, counted from 1.
    pub repeat: u32,
    /// Where the run came from, when it was started by a GitHub workflow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_run: Option<WorkflowRun>,
    /// What was asked of EMR.
    pub submission: Submission,
    /// What EMR made of it.
    pub job_run: JobRun,
    /// Where Spark's event log is.
    pub event_log: EventLog,
    /// Pods and NodeClaims seen while waiting.
    pub observation: Observation,
    /// How many executors DRA wanted and when, from the driver's own log. Empty when the log was not available.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dynamic_allocation: Vec<DynamicAllocation>,
}

/// The GitHub workflow run that started the job run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkflowRun {
    /// `owner/name`.
    pub repository: String,
    /// `GITHUB_RUN_ID`.
    pub run_id: u64,
    /// `GITHUB_RUN_ATTEMPT`, counted from 1.
    pub attempt: u32,
}

/// The job run as EMR on EKS describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRun {
    /// The job run's id.
    pub id: String,
    /// The virtual cluster it ran on.
    pub virtual_cluster_id: String,
    /// The idempotency token it was submitted with.
    pub client_token: String,
    /// It was already there, started by an earlier step or attempt, and this step only followed it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub attached: bool,
    /// The last state seen: `COMPLETED`, `FAILED`, `CANCELLED`, or another when waiting ended early.
    pub state: String,
    /// Every state seen, with the time it was first seen by the poller (later than the change itself).
    pub states: Vec<StateSeen>,
    /// EMR's own time of acceptance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// EMR's own time of the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// EMR's failure reason code, such as `USER_ERROR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<String>,
    /// EMR's sentence about the state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_details: Option<String>,
}

/// A state of the job run and when the poller first saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateSeen {
    /// EMR's name of the state.
    pub state: String,
    /// When the poller first saw it.
    pub at: Timestamp,
}

/// Where Spark's event log of the run is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventLog {
    /// `s3://` URI of the log file, or of the directory of a rolled log. Absent when none was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// The downloaded copy, relative to the record's own directory. Absent when none was downloaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Why there is no log, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
}

/// Why a document is not a run record this crate can read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not JSON, or not of this shape.
    #[error("not a run record: {0}")]
    Shape(#[from] serde_json::Error),
    /// Written by a newer release.
    #[error("run record has schema {found}, this release reads up to {SCHEMA}")]
    TooNew {
        /// The document's own schema number.
        found: u64,
    },
}

impl RunRecord {
    /// Reads a record, refusing one written by a newer release before looking at the rest of it.
    ///
    /// # Errors
    /// [`ReadError`] when the bytes are not a run record of a known schema.
    pub fn from_json(bytes: &[u8]) -> Result<Self, ReadError> {
        let document: serde_json::Value = serde_json::from_slice(bytes)?;
        match document.get("schema").and_then(serde_json::Value::as_u64) {
            Some(found) if found > u64::from(SCHEMA) => Err(ReadError::TooNew { found }),
            _ => Ok(serde_json::from_value(document)?),
        }
    }

    /// The document as indented JSON, ending in a line feed.
    ///
    /// # Errors
    /// Never for a record made by this crate; the signature is serde's.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}
