//! The job runs that have not ended, with their tags, and the virtual clusters to look at.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_setup::{SdkProblem, VirtualClusterId};
use gha::{Failure, Log};
use jiff::Timestamp;

use crate::{
    emr::{Emr, Which},
    explain,
    state::State,
};

/// Where the tags of this project begin.
const OURS: &str = "emr-eks-actions:";

/// A job run that has not ended.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) cluster: String,
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) state: State,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) tags: BTreeMap<String, String>,
}

impl Found {
    /// Whether run-spark-job started it: it sets the variant on each.
    pub(crate) fn is_ours(&self) -> bool {
        self.tag("variant").is_some()
    }

    /// Repository and id of its workflow run; none when it was started by hand.
    pub(crate) fn workflow_run(&self) -> Option<(&str, u64)> {
        let repository = self.tag("repository")?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
        let usable = repository.split('/').count() == 2 && repository.chars().all(plain);
        Some((
            usable.then_some(repository)?,
            self.tag("run-id")?.parse().ok()?,
        ))
    }

    fn tag(&self, name: &str) -> Option<&str> {
        self.tags.get(&format!("{OURS}{name}")).map(String::as_str)
    }
}

/// The virtual clusters that were named, or all of the region that run.
pub(crate) async fn clusters(
    config: &SdkConfig,
    named: &[VirtualClusterId],
) -> Result<Vec<VirtualClusterId>, Failure> {
    if !named.is_empty() {
        return Ok(named.to_vec());
    }
    let region = config.region().map_or("unknown", |region| region.as_ref());
    crate::emr::running_clusters(config)
        .await
        .map_err(|problem| {
            let call = explain::Call {
                operation: "emr-containers:ListVirtualClusters",
                subject: "the virtual clusters of the region",
                input: "virtual-cluster-id",
                region,
            };
            explain::failure(&call, &problem)
        })
}

/// The job runs of a virtual cluster that have not ended. One that ends meanwhile is left out.
pub(crate) async fn job_runs(emr: &Emr, log: &Log) -> Result<Vec<Found>, Failure> {
    let failed = |operation: &'static str, problem: &SdkProblem| {
        explain::failure(&emr.call(operation), problem)
    };
    let listed = emr
        .list(Which::Active)
        .await
        .map_err(|problem| failed("emr-containers:ListJobRuns", &problem))?;
    let mut found = Vec::new();
    for one in listed {
        // A list need not have the tags.
        let run = emr
            .found(&one.id)
            .await
            .map_err(|problem| failed("emr-containers:DescribeJobRun", &problem))?;
        if run.state.is_end() {
            log.info(&format!(
                "job run {}: it has just ended: {}",
                run.id, run.state
            ));
        } else {
            found.push(run);
        }
    }
    Ok(found)
}
