//! The run record, put together from what is known. Pure.

use jiff::Timestamp;
use run_record::{
    DynamicAllocation, EntryPoint, EventLog, JobRun, Observation, RunRecord, SCHEMA, Submission,
    WorkflowRun,
};

use crate::{
    inputs::Inputs,
    job::Job,
    redact::{self, redacted},
    request::document::StartJobRun,
};

/// What was known when the job run was submitted.
#[derive(Debug)]
pub(crate) struct Submitted {
    /// Where it came from.
    pub(crate) workflow_run: Option<WorkflowRun>,
    /// The idempotency token.
    pub(crate) client_token: String,
    /// The entry point's checksum.
    pub(crate) sha256: String,
    /// What is sent, but for the token.
    pub(crate) request: StartJobRun,
}

/// What became known while and after it ran.
#[derive(Debug, Default)]
pub(crate) struct Observed {
    /// Why the record is not whole, if it is not.
    pub(crate) partial: Option<String>,
    /// The job run was there before this step.
    pub(crate) attached: bool,
    pub(crate) event_log: EventLog,
    pub(crate) observation: Observation,
    pub(crate) dynamic_allocation: Vec<DynamicAllocation>,
}

/// The record of one job run.
pub(crate) fn record(
    inputs: &Inputs,
    submitted: &Submitted,
    job: &Job,
    observed: Observed,
) -> RunRecord {
    let latest = job.latest.as_ref();
    let time = |read: fn(&crate::job::Description) -> Option<Timestamp>| latest.and_then(read);
    RunRecord {
        schema: SCHEMA,
        partial: observed.partial,
        variant: inputs.variant,
        repeat: inputs.repeat,
        workflow_run: submitted.workflow_run.clone(),
        submission: Submission {
            name: inputs.name.0.clone(),
            release_label: inputs.release.to_string(),
            entry_point: EntryPoint {
                uri: inputs.entry_point.to_string(),
                sha256: Some(submitted.sha256.clone()),
            },
            scripts_sha256: inputs.scripts_hash.as_ref().map(ToString::to_string),
            arguments: inputs.arguments.clone(),
            request: serde_json::to_value(redact::request(&submitted.request)).ok(),
            spark: inputs.spark.effective.iter().map(redacted).collect(),
        },
        job_run: JobRun {
            id: job.id.clone(),
            virtual_cluster_id: inputs.virtual_cluster.to_string(),
            client_token: submitted.client_token.clone(),
            attached: observed.attached,
            state: job.state().name().to_owned(),
            states: job.states.clone(),
            created_at: time(|latest| latest.created_at),
            finished_at: time(|latest| latest.finished_at),
            failure_reason: latest.and_then(|latest| latest.failure_reason.clone()),
            state_details: latest.and_then(|latest| latest.state_details.clone()),
        },
        event_log: observed.event_log,
        observation: observed.observation,
        dynamic_allocation: observed.dynamic_allocation,
    }
}
