//! The EMR containers API: start, describe and cancel one job run (`listing`: find them). Decides nothing.

mod found;
mod listing;
mod start;

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_emrcontainers::{
    Client,
    config::{Config, retry::RetryConfig},
    primitives::DateTime,
    types::{ContainerInfo, JobDriver, JobRun},
};
use aws_setup::{SdkProblem, VirtualClusterId, failure_parts};
use gha::Failure;
use jiff::Timestamp;

use crate::{
    asked::Asked, explain::Call, job::Description, request::document::StartJobRun, state::State,
};

pub(crate) use found::running_clusters;
pub(crate) use listing::{Listed, Which};

/// What the virtual cluster says about itself.
#[derive(Debug)]
pub(crate) struct VirtualCluster {
    /// Such as `RUNNING` or `ARRESTED`.
    pub(crate) state: Option<String>,
    /// The namespace its jobs run in.
    pub(crate) namespace: Option<String>,
}

/// One virtual cluster, as seen through the API.
#[derive(Debug, Clone)]
pub(crate) struct Emr {
    client: Client,
    virtual_cluster: VirtualClusterId,
    subject: String,
    region: String,
}

impl Emr {
    /// Makes a client; nothing is sent.
    pub(crate) fn new(config: &SdkConfig, virtual_cluster: &VirtualClusterId) -> Self {
        Self {
            client: Client::new(config),
            virtual_cluster: virtual_cluster.clone(),
            subject: format!("virtual cluster `{virtual_cluster}`"),
            region: config
                .region()
                .map_or_else(|| "unknown".to_owned(), ToString::to_string),
        }
    }

    /// How to speak of a call when it fails.
    pub(crate) fn call(&self, operation: &'static str) -> Call<'_> {
        Call {
            operation,
            subject: &self.subject,
            input: "virtual-cluster-id",
            region: &self.region,
        }
    }

    /// The region it asks, in words when none is known.
    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    /// DescribeVirtualCluster.
    pub(crate) async fn virtual_cluster(&self) -> Result<VirtualCluster, SdkProblem> {
        let answer = self
            .client
            .describe_virtual_cluster()
            .id(self.virtual_cluster.as_str())
            .send()
            .await;
        let answer = answer.map_err(|error| failure_parts(&error))?;
        let cluster = answer.virtual_cluster();
        let namespace = cluster
            .and_then(|cluster| cluster.container_provider())
            .and_then(|provider| provider.info())
            .and_then(|info| match info {
                ContainerInfo::EksInfo(eks) => eks.namespace().map(str::to_owned),
                _ => None,
            });
        let state = cluster
            .and_then(|cluster| cluster.state())
            .map(|state| state.as_str().to_owned());
        Ok(VirtualCluster { state, namespace })
    }

    /// StartJobRun; the id of the job run. One attempt only: of several the SDK would tell the last answer, and a clear
    /// refusal after an answer that was lost would hide a job run.
    pub(crate) async fn start(
        &self,
        request: &StartJobRun,
        client_token: &str,
    ) -> Result<String, StartError> {
        let request = start::fluent(&self.client, request).map_err(|error| {
            StartError::Bug(Failure::bug("the request is incomplete").because(&error))
        })?;
        let answer = request
            .client_token(client_token)
            .customize()
            .config_override(Config::builder().retry_config(RetryConfig::disabled()))
            .send()
            .await
            .map_err(|error| StartError::Refused(failure_parts(&error)))?;
        answer.id.ok_or(StartError::NoId)
    }

    /// DescribeJobRun.
    pub(crate) async fn describe(&self, id: &str) -> Result<Description, SdkProblem> {
        let answer = self
            .client
            .describe_job_run()
            .virtual_cluster_id(self.virtual_cluster.as_str())
            .id(id)
            .send()
            .await;
        let answer = answer.map_err(|error| failure_parts(&error))?;
        Ok(description(answer.job_run()))
    }

    /// CancelJobRun.
    pub(crate) async fn cancel(&self, id: &str) -> Result<(), SdkProblem> {
        let answer = self
            .client
            .cancel_job_run()
            .virtual_cluster_id(self.virtual_cluster.as_str())
            .id(id)
            .send()
            .await;
        answer.map(drop).map_err(|error| failure_parts(&error))
    }
}

/// Why a job run was not started.
#[derive(Debug)]
pub(crate) enum StartError {
    /// EMR refused, or gave no answer.
    Refused(SdkProblem),
    /// EMR answered without an id.
    NoId,
    /// The request could not be made.
    Bug(Failure),
}

fn spark_defaults(run: &JobRun) -> Option<BTreeMap<String, String>> {
    let all = run.configuration_overrides()?.application_configuration();
    let defaults = all
        .iter()
        .find(|one| one.classification() == "spark-defaults")?;
    let properties = defaults.properties()?.iter();
    Some(
        properties
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    )
}

fn time(at: Option<&DateTime>) -> Option<Timestamp> {
    let at = at?;
    let nanoseconds = i32::try_from(at.subsec_nanos()).unwrap_or_default();
    Timestamp::new(at.secs(), nanoseconds).ok()
}

fn description(run: Option<&JobRun>) -> Description {
    let driver = run
        .and_then(JobRun::job_driver)
        .and_then(JobDriver::spark_submit_job_driver);
    Description {
        state: State::named(
            run.and_then(JobRun::state)
                .map_or("UNKNOWN", |state| state.as_str()),
        ),
        asked: Asked {
            name: run.and_then(JobRun::name).map(str::to_owned),
            release: run.and_then(JobRun::release_label).map(str::to_owned),
            entry_point: driver.map(|driver| driver.entry_point().to_owned()),
            arguments: driver.map(|driver| driver.entry_point_arguments().to_vec()),
            submit_parameters: driver
                .and_then(|driver| driver.spark_submit_parameters())
                .map(str::to_owned),
            spark_defaults: run.and_then(spark_defaults),
        },
        created_at: time(run.and_then(JobRun::created_at)),
        finished_at: time(run.and_then(JobRun::finished_at)),
        failure_reason: run
            .and_then(JobRun::failure_reason)
            .map(|reason| reason.as_str().to_owned()),
        state_details: run.and_then(JobRun::state_details).map(str::to_owned),
    }
}
