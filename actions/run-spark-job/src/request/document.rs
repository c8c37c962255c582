//! A StartJobRun request as the API writes it, member for member. A job file is one, and so is what is shown and sent.
//!
//! The shapes are those of the service's published model (emr-containers 2020-10-01). Nothing is checked here but form.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What `aws emr-containers start-job-run --cli-input-json` takes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StartJobRun {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) virtual_cluster_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client_token: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) execution_role_arn: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) release_label: Option<String>,
    #[serde(default)]
    pub(crate) job_driver: JobDriver,
    #[serde(default)]
    pub(crate) configuration_overrides: ConfigurationOverrides,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tags: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) retry_policy_configuration: Option<RetryPolicyConfiguration>,
}

/// What is run. The other kind, `sparkSqlJobDriver`, has no entry point to compare.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobDriver {
    #[serde(default)]
    pub(crate) spark_submit_job_driver: SparkSubmitJobDriver,
}

/// The words of spark-submit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SparkSubmitJobDriver {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) entry_point: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) entry_point_arguments: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) spark_submit_parameters: Option<String>,
}

/// What is configured beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConfigurationOverrides {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) application_configuration: Vec<Configuration>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) monitoring_configuration: Option<MonitoringConfiguration>,
}

impl ConfigurationOverrides {
    /// The properties of every classification, nested ones too.
    pub(crate) fn properties(&self) -> Vec<&BTreeMap<String, String>> {
        fn walk<'a>(all: &'a [Configuration], found: &mut Vec<&'a BTreeMap<String, String>>) {
            for one in all {
                found.push(&one.properties);
                walk(&one.configurations, found);
            }
        }
        let mut found = Vec::new();
        walk(&self.application_configuration, &mut found);
        found
    }
}

/// One classification, such as `spark-defaults`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Configuration {
    pub(crate) classification: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) properties: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) configurations: Vec<Configuration>,
}

/// Where logs go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MonitoringConfiguration {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) managed_logs: Option<ManagedLogs>,
    #[serde(
        default,
        rename = "persistentAppUI",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) persistent_app_ui: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cloud_watch_monitoring_configuration: Option<CloudWatchMonitoringConfiguration>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) s3_monitoring_configuration: Option<S3MonitoringConfiguration>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) container_log_rotation_configuration: Option<ContainerLogRotationConfiguration>,
}

/// Logs that AWS keeps for its own support.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ManagedLogs {
    #[serde(
        default,
        rename = "allowAWSToRetainLogs",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) allow_aws_to_retain_logs: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) encryption_key_arn: Option<String>,
}

/// Container logs in CloudWatch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CloudWatchMonitoringConfiguration {
    pub(crate) log_group_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) log_stream_name_prefix: Option<String>,
}

/// Container logs in S3.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct S3MonitoringConfiguration {
    pub(crate) log_uri: String,
}

/// How container logs are rotated.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContainerLogRotationConfiguration {
    pub(crate) rotation_size: String,
    pub(crate) max_files_to_keep: i32,
}

/// How often the driver may be started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RetryPolicyConfiguration {
    pub(crate) max_attempts: i32,
}
