//! What a sweep asks EMR: which virtual clusters there are, and which tags a job run has. Decides nothing.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_emrcontainers::{Client, types::VirtualClusterState};
use aws_setup::{SdkProblem, VirtualClusterId, failure_parts};

use super::{Emr, time};
use crate::{state::State, sweep::Found};

impl Emr {
    /// DescribeJobRun, for the tags.
    pub(crate) async fn found(&self, id: &str) -> Result<Found, SdkProblem> {
        let answer = self
            .client
            .describe_job_run()
            .virtual_cluster_id(self.virtual_cluster.as_str())
            .id(id)
            .send()
            .await;
        let answer = answer.map_err(|error| failure_parts(&error))?;
        let run = answer.job_run();
        let state = run.and_then(|run| run.state());
        let tags = run.and_then(|run| run.tags());
        Ok(Found {
            cluster: self.virtual_cluster.to_string(),
            id: id.to_owned(),
            name: run.and_then(|run| run.name()).map(str::to_owned),
            state: state.map_or(State::Pending, |state| State::named(state.as_str())),
            created_at: time(run.and_then(|run| run.created_at())),
            tags: tags.map_or_else(BTreeMap::new, |tags| {
                tags.iter().map(|(k, v)| (k.clone(), v.clone())).collect()
            }),
        })
    }
}

/// ListVirtualClusters: those of the region that run.
pub(crate) async fn running_clusters(
    config: &SdkConfig,
) -> Result<Vec<VirtualClusterId>, SdkProblem> {
    let client = Client::new(config);
    let mut pages = client
        .list_virtual_clusters()
        .states(VirtualClusterState::Running)
        .into_paginator()
        .send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| failure_parts(&error))?;
        let ids = page.virtual_clusters().iter().filter_map(|one| one.id());
        found.extend(ids.filter_map(|id| id.parse().ok()));
    }
    Ok(found)
}
