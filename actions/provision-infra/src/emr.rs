//! EMR on EKS, as far as taking a virtual cluster away needs it: what still runs on it, ending that, deleting it.

use aws_config::SdkConfig;
use aws_sdk_emrcontainers::Client;
use aws_sdk_emrcontainers::types::{JobRunState, VirtualClusterState};
use aws_setup::{SdkProblem, VirtualClusterId, failure_parts};

/// States of a job run that has not ended.
const ACTIVE: [JobRunState; 4] = [
    JobRunState::Pending,
    JobRunState::Submitted,
    JobRunState::Running,
    JobRunState::CancelPending,
];

/// One virtual cluster.
pub(crate) struct Emr {
    client: Client,
    pub(crate) virtual_cluster: VirtualClusterId,
}

/// A job run that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JobRun {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    /// EMR's own word, such as `RUNNING`.
    pub(crate) state: String,
    /// When it was accepted, as EMR writes it.
    pub(crate) created_at: Option<String>,
}

/// A call that was refused.
#[derive(Debug)]
pub(crate) struct Refused {
    /// The call, as its permission is called.
    pub(crate) call: &'static str,
    pub(crate) problem: SdkProblem,
}

/// What EMR says of the virtual cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum VirtualCluster {
    /// There is none of that id, or it has been deleted.
    Gone,
    /// It is being deleted.
    Terminating,
    /// It is there.
    There,
}

impl Emr {
    pub(crate) fn new(config: &SdkConfig, virtual_cluster: VirtualClusterId) -> Self {
        Self {
            client: Client::new(config),
            virtual_cluster,
        }
    }

    /// DescribeVirtualCluster.
    pub(crate) async fn look(&self) -> Result<VirtualCluster, Refused> {
        let answer = self
            .client
            .describe_virtual_cluster()
            .id(self.virtual_cluster.as_str())
            .send()
            .await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                let problem = failure_parts(&error);
                return if is_unknown(&problem) {
                    Ok(VirtualCluster::Gone)
                } else {
                    Err(refused("emr-containers:DescribeVirtualCluster", problem))
                };
            }
        };
        let state = answer.virtual_cluster().and_then(|cluster| cluster.state());
        Ok(match state {
            Some(VirtualClusterState::Terminated) => VirtualCluster::Gone,
            Some(VirtualClusterState::Terminating) => VirtualCluster::Terminating,
            _ => VirtualCluster::There,
        })
    }

    /// ListJobRuns: those that have not ended.
    pub(crate) async fn active(&self) -> Result<Vec<JobRun>, Refused> {
        let mut pages = self
            .client
            .list_job_runs()
            .virtual_cluster_id(self.virtual_cluster.as_str())
            .set_states(Some(ACTIVE.to_vec()))
            .into_paginator()
            .send();
        let mut active = Vec::new();
        while let Some(page) = pages.next().await {
            let page =
                page.map_err(|error| refused("emr-containers:ListJobRuns", failure_parts(&error)))?;
            active.extend(page.job_runs().iter().filter_map(|run| {
                Some(JobRun {
                    id: run.id()?.to_owned(),
                    name: run.name().map(str::to_owned),
                    state: run
                        .state()
                        .map_or("unknown", JobRunState::as_str)
                        .to_owned(),
                    created_at: run.created_at().map(ToString::to_string),
                })
            }));
        }
        Ok(active)
    }

    /// CancelJobRun. One that has ended in the meantime is no failure: EMR refuses it as not valid.
    pub(crate) async fn cancel(&self, id: &str) -> Result<(), Refused> {
        let answer = self
            .client
            .cancel_job_run()
            .virtual_cluster_id(self.virtual_cluster.as_str())
            .id(id)
            .send()
            .await;
        match answer {
            Ok(_) => Ok(()),
            Err(error) => match failure_parts(&error) {
                problem if problem.code.as_deref() == Some("ValidationException") => Ok(()),
                problem => Err(refused("emr-containers:CancelJobRun", problem)),
            },
        }
    }

    /// DeleteVirtualCluster. One that is gone is no failure.
    pub(crate) async fn delete(&self) -> Result<(), Refused> {
        let answer = self
            .client
            .delete_virtual_cluster()
            .id(self.virtual_cluster.as_str())
            .send()
            .await;
        match answer {
            Ok(_) => Ok(()),
            Err(error) => match failure_parts(&error) {
                problem if is_unknown(&problem) => Ok(()),
                problem => Err(refused("emr-containers:DeleteVirtualCluster", problem)),
            },
        }
    }
}

fn is_unknown(problem: &SdkProblem) -> bool {
    problem.code.as_deref() == Some("ResourceNotFoundException")
}

fn refused(call: &'static str, problem: SdkProblem) -> Refused {
    Refused { call, problem }
}
