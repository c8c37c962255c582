//! What the main part keeps for the post part: enough to find the job run and to end it.
//!
//! The post part is given the inputs again, but what they mean may have changed since (a job file, a variable), so it
//! goes by what was kept alone.

use std::path::PathBuf;

use aws_setup::{Region, RoleArn, S3Uri, VirtualClusterId};
use gha::{Failure, Runner, State};
use run_record::WorkflowRun;

use crate::{
    deliver::Directory, emr::Emr, inputs::Inputs, record::Submitted, request::token::client_token,
};

const NAME: &str = "name";
const EARLIER_TOKENS: &str = "earlier-tokens";
const CLIENT_TOKEN: &str = "client-token";
const VIRTUAL_CLUSTER: &str = "virtual-cluster-id";
const REGION: &str = "region";
const ROLE: &str = "role-to-assume";
const DIRECTORY: &str = "directory";
const RECORD_URI: &str = "record-uri";
const JOB_RUN: &str = "job-run-id";
const DELIVERED: &str = "delivered";
const ENDED: &str = "ended";

/// So many earlier attempts are looked for.
const EARLIER: u32 = 20;

/// What there is to do for the post part.
#[derive(Debug, PartialEq)]
pub(crate) enum Kept {
    /// Nothing was submitted, nor about to be.
    Nothing,
    /// The main part saw the end: how it ended, and where its record is.
    Ended(String, Option<Left>),
    /// A job run may be left.
    Left(Left),
}

/// What is known of a job run that may be left.
#[derive(Debug, PartialEq)]
pub(crate) struct Left {
    pub(crate) client_token: String,
    /// Those of earlier attempts, whose job run this step would have taken over.
    pub(crate) earlier_tokens: Vec<String>,
    /// The job run's name.
    pub(crate) name: Option<String>,
    pub(crate) virtual_cluster: VirtualClusterId,
    /// Absent when the process was stopped before EMR's answer.
    pub(crate) job_run: Option<String>,
    pub(crate) region: Option<Region>,
    pub(crate) role_to_assume: Option<RoleArn>,
    pub(crate) directory: Option<PathBuf>,
    pub(crate) record_uri: Option<S3Uri>,
    /// Whether the record was brought where it belongs, complete.
    pub(crate) delivered: bool,
}

/// Keeps what identifies the job run before it is asked for.
///
/// # Errors
/// The runner's file cannot be written; then nothing may be submitted, since nothing would end it.
pub(crate) fn before(
    runner: &Runner,
    inputs: &Inputs,
    emr: &Emr,
    directory: &Directory,
    submitted: &Submitted,
) -> Result<(), Failure> {
    let state = &runner.state;
    let earlier = earlier_tokens(submitted.workflow_run.as_ref(), inputs);
    state.save(NAME, &inputs.name.0)?;
    state.save(EARLIER_TOKENS, earlier.join(" "))?;
    state.save(VIRTUAL_CLUSTER, &inputs.virtual_cluster)?;
    state.save(REGION, emr.region())?;
    state.save(DIRECTORY, directory.path.display())?;
    if let Some(role) = &inputs.role_to_assume {
        state.save(ROLE, role)?;
    }
    if let Some(uri) = &inputs.record_uri {
        state.save(RECORD_URI, uri)?;
    }
    // The last one: with it there is something to do.
    state.save(CLIENT_TOKEN, &submitted.client_token)
}

fn earlier_tokens(run: Option<&WorkflowRun>, inputs: &Inputs) -> Vec<String> {
    let Some(run) = run else {
        return Vec::new();
    };
    let token = |attempt| {
        let run = WorkflowRun {
            attempt,
            ..run.clone()
        };
        client_token(Some(&run), inputs.variant, inputs.repeat)
    };
    // The latest ones: nobody starts a workflow run again more often and leaves them all running.
    let first = run.attempt.saturating_sub(EARLIER).max(1);
    (first..run.attempt).rev().map(token).collect()
}

/// Keeps the job run's id, and the token it was started with.
///
/// # Errors
/// The runner's file cannot be written.
pub(crate) fn job_run(state: &State, id: &str, client_token: &str) -> Result<(), Failure> {
    state.save(JOB_RUN, id)?;
    state.save(CLIENT_TOKEN, client_token)
}

/// Keeps that nothing is left to do, and why: the end state, or words.
///
/// # Errors
/// The runner's file cannot be written.
pub(crate) fn ended(state: &State, how: impl std::fmt::Display) -> Result<(), Failure> {
    state.save(ENDED, how)
}

/// Keeps that the record is complete and where it belongs.
///
/// # Errors
/// The runner's file cannot be written.
pub(crate) fn delivered(state: &State) -> Result<(), Failure> {
    state.save(DELIVERED, "yes")
}

/// Reads what was kept.
pub(crate) fn read(state: &State) -> Kept {
    found(|key| state.get(key))
}

fn found(get: impl Fn(&str) -> Option<String>) -> Kept {
    let left = left(&get);
    match (get(ENDED), left) {
        (Some(how), left) => Kept::Ended(how, left),
        (None, Some(left)) => Kept::Left(left),
        (None, None) => Kept::Nothing,
    }
}

/// None when nothing was about to be submitted.
fn left(get: impl Fn(&str) -> Option<String>) -> Option<Left> {
    Some(Left {
        client_token: get(CLIENT_TOKEN)?,
        earlier_tokens: get(EARLIER_TOKENS)
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        name: get(NAME).filter(|name| !name.is_empty()),
        // Values that were kept were checked; one that is not valid any more was tampered with.
        virtual_cluster: get(VIRTUAL_CLUSTER)?.parse().ok()?,
        job_run: get(JOB_RUN),
        region: get(REGION).and_then(|region| region.parse().ok()),
        role_to_assume: get(ROLE).and_then(|role| role.parse().ok()),
        directory: get(DIRECTORY).map(PathBuf::from),
        record_uri: get(RECORD_URI).and_then(|uri| uri.parse().ok()),
        delivered: get(DELIVERED).is_some(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Kept, found};

    fn read(pairs: &[(&str, &str)]) -> Kept {
        found(|key| {
            let pair = pairs.iter().find(|(name, _)| *name == key)?;
            Some(pair.1.to_owned())
        })
    }

    #[test]
    fn a_token_alone_is_enough_to_look_for_a_job_run() {
        let token = ("client-token", "t");
        let cluster = ("virtual-cluster-id", "abc");
        assert_eq!(read(&[]), Kept::Nothing);
        assert_eq!(read(&[cluster]), Kept::Nothing);
        let Kept::Left(left) = read(&[token, cluster]) else {
            panic!("something may be left");
        };
        assert_eq!((left.client_token.as_str(), left.job_run), ("t", None));
    }

    #[test]
    fn an_end_that_was_seen_leaves_nothing_to_do() {
        let all = [
            ("client-token", "t"),
            ("virtual-cluster-id", "abc"),
            ("job-run-id", "1"),
            ("ended", "COMPLETED"),
        ];
        let Kept::Ended(how, Some(left)) = read(&all) else {
            panic!("it has ended");
        };
        assert_eq!(
            (how.as_str(), left.client_token.as_str()),
            ("COMPLETED", "t")
        );
    }
}
