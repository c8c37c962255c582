//! The shapes of requests and answers, in the service's own names.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `StartJobRun`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StartJobRun {
    pub(crate) client_token: String,
    pub(crate) name: Option<String>,
    pub(crate) execution_role_arn: Option<String>,
    pub(crate) release_label: Option<String>,
    pub(crate) job_driver: Option<JobDriver>,
    pub(crate) configuration_overrides: Option<ConfigurationOverrides>,
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) retry_policy_configuration: Option<Value>,
}

/// What runs. Only `spark-submit` can be run here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobDriver {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) spark_submit_job_driver: Option<SparkSubmit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) spark_sql_job_driver: Option<Value>,
}

/// `sparkSubmitJobDriver`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SparkSubmit {
    pub(crate) entry_point: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) entry_point_arguments: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) spark_submit_parameters: Option<String>,
}

/// `configurationOverrides`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConfigurationOverrides {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) application_configuration: Vec<Configuration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) monitoring_configuration: Option<Monitoring>,
}

/// One classification and its properties.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Configuration {
    pub(crate) classification: String,
    #[serde(default)]
    pub(crate) properties: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) configurations: Vec<Configuration>,
}

/// `monitoringConfiguration`; only S3 is followed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Monitoring {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) s3_monitoring_configuration: Option<S3Monitoring>,
    #[serde(flatten)]
    pub(crate) others: BTreeMap<String, Value>,
}

/// `s3MonitoringConfiguration`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct S3Monitoring {
    pub(crate) log_uri: String,
}

/// The states of a job run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum State {
    Pending,
    Submitted,
    Running,
    CancelPending,
    Completed,
    Failed,
    Cancelled,
}

impl State {
    pub(crate) fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Submitted => "SUBMITTED",
            Self::Running => "RUNNING",
            Self::CancelPending => "CANCEL_PENDING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// A job run as Describe and List give it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobRun {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) virtual_cluster_id: String,
    pub(crate) arn: String,
    pub(crate) state: State,
    pub(crate) client_token: String,
    pub(crate) execution_role_arn: String,
    pub(crate) release_label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) configuration_overrides: Option<ConfigurationOverrides>,
    pub(crate) job_driver: JobDriver,
    pub(crate) created_at: Timestamp,
    pub(crate) created_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) finished_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state_details: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure_reason: Option<&'static str>,
    pub(crate) tags: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retry_policy_configuration: Option<Value>,
}

/// `CreateVirtualCluster`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateVirtualCluster {
    pub(crate) name: String,
    pub(crate) container_provider: ContainerProvider,
    pub(crate) client_token: String,
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
}

/// The EKS cluster and namespace of a virtual cluster.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ContainerProvider {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) info: Option<ContainerInfo>,
}

/// `containerProvider.info`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContainerInfo {
    pub(crate) eks_info: Option<EksInfo>,
}

/// `containerProvider.info.eksInfo`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EksInfo {
    pub(crate) namespace: Option<String>,
}

/// The states of a virtual cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ClusterState {
    Running,
    Terminating,
    Terminated,
    Arrested,
}

impl ClusterState {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Terminating => "TERMINATING",
            Self::Terminated => "TERMINATED",
            Self::Arrested => "ARRESTED",
        }
    }
}

/// A virtual cluster as Describe and List give it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VirtualCluster {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) state: ClusterState,
    pub(crate) container_provider: ContainerProvider,
    pub(crate) created_at: Timestamp,
    pub(crate) tags: BTreeMap<String, String>,
    #[serde(skip)]
    pub(crate) client_token: String,
    /// When DeleteVirtualCluster was called.
    #[serde(skip)]
    pub(crate) deleted: Option<tokio::time::Instant>,
}

impl VirtualCluster {
    pub(crate) fn namespace(&self) -> &str {
        let info = self
            .container_provider
            .info
            .as_ref()
            .and_then(|info| info.eks_info.as_ref());
        info.and_then(|eks| eks.namespace.as_deref())
            .unwrap_or("default")
    }
}
