//! ListJobRuns: which job runs there are, by token. Decides nothing.

use aws_sdk_emrcontainers::{primitives::DateTime, types::JobRunState};
use aws_setup::{ProblemKind, SdkProblem, failure_parts};
use jiff::Timestamp;

use super::Emr;
use crate::state::State;

/// Pages that are read at most.
const PAGES: usize = 100;

/// A job run in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) id: String,
    pub(crate) state: State,
    pub(crate) client_token: String,
}

/// Which job runs are listed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Which<'a> {
    /// Those that have not ended.
    Active,
    /// All that were created after this time, with this name if one is given.
    Since(Timestamp, Option<&'a str>),
}

impl Emr {
    /// ListJobRuns.
    pub(crate) async fn list(&self, which: Which<'_>) -> Result<Vec<Listed>, SdkProblem> {
        let request = self
            .client
            .list_job_runs()
            .virtual_cluster_id(self.virtual_cluster.as_str());
        let request = match which {
            Which::Active => [
                JobRunState::Pending,
                JobRunState::Submitted,
                JobRunState::Running,
                JobRunState::CancelPending,
            ]
            .into_iter()
            .fold(request, |request, state| request.states(state)),
            Which::Since(time, name) => request
                .created_after(DateTime::from_secs(time.as_second()))
                .set_name(name.map(str::to_owned)),
        };
        let mut listed = Vec::new();
        let mut pages = request.into_paginator().send();
        for _ in 0..PAGES {
            let Some(page) = pages.next().await else {
                return Ok(listed);
            };
            let page = page.map_err(|error| failure_parts(&error))?;
            listed.extend(page.job_runs().iter().filter_map(|run| {
                Some(Listed {
                    id: run.id()?.to_owned(),
                    state: State::named(run.state()?.as_str()),
                    client_token: run.client_token()?.to_owned(),
                })
            }));
        }
        // What was not read may hold what is looked for.
        Err(SdkProblem {
            kind: ProblemKind::Unreadable,
            code: None,
            message: Some(format!("more than {PAGES} pages of job runs")),
            request_id: None,
            status: None,
            bucket_region: None,
        })
    }
}
