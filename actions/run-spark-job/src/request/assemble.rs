//! The request as a whole: the job file with everything put in that the inputs and the mode decide. Pure.

use std::collections::BTreeMap;

use run_record::WorkflowRun;

use super::document::{
    CloudWatchMonitoringConfiguration, Configuration, JobDriver, RetryPolicyConfiguration,
    S3MonitoringConfiguration, SparkSubmitJobDriver, StartJobRun,
};
use crate::inputs::Inputs;

/// The classification that holds Spark's settings.
pub(crate) const SPARK_DEFAULTS: &str = "spark-defaults";

/// The request for `inputs`, still without its token.
pub(crate) fn request(inputs: &Inputs, run: Option<&WorkflowRun>) -> StartJobRun {
    let file = &inputs.file;
    let mut overrides = file.configuration_overrides.clone();
    put_defaults(&mut overrides.application_configuration, inputs);
    let monitoring = &mut overrides.monitoring_configuration;
    if let Some(uri) = &inputs.log_uri {
        monitoring
            .get_or_insert_default()
            .s3_monitoring_configuration = Some(S3MonitoringConfiguration {
            log_uri: uri.to_string(),
        });
    }
    if let Some(group) = &inputs.log_group {
        monitoring
            .get_or_insert_default()
            .cloud_watch_monitoring_configuration = Some(CloudWatchMonitoringConfiguration {
            log_group_name: group.clone(),
            log_stream_name_prefix: inputs.log_stream_prefix.clone(),
        });
    }
    let retries = inputs
        .retry_attempts
        .map(|attempts| RetryPolicyConfiguration {
            max_attempts: attempts,
        });
    StartJobRun {
        name: Some(inputs.name.0.clone()),
        virtual_cluster_id: Some(inputs.virtual_cluster.to_string()),
        client_token: None,
        execution_role_arn: Some(inputs.role.to_string()),
        release_label: Some(inputs.release.to_string()),
        job_driver: JobDriver {
            spark_submit_job_driver: SparkSubmitJobDriver {
                entry_point: Some(inputs.entry_point.to_string()),
                entry_point_arguments: inputs.arguments.clone(),
                spark_submit_parameters: Some(inputs.spark.submit_parameters.clone()),
            },
        },
        configuration_overrides: overrides,
        tags: tags(inputs, run),
        retry_policy_configuration: retries.or_else(|| file.retry_policy_configuration.clone()),
    }
}

/// Puts the merged settings in the place of the job file's, or first.
fn put_defaults(all: &mut Vec<Configuration>, inputs: &Inputs) {
    let properties = inputs.spark.properties.clone();
    match all
        .iter_mut()
        .find(|one| one.classification == SPARK_DEFAULTS)
    {
        Some(one) => one.properties = properties,
        None => all.insert(
            0,
            Configuration {
                classification: SPARK_DEFAULTS.to_owned(),
                properties,
                configurations: Vec::new(),
            },
        ),
    }
}

/// Where the job run came from, so that a sweeper finds it, and what the user wants to see on the bill.
pub(crate) fn tags(inputs: &Inputs, run: Option<&WorkflowRun>) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::new();
    let mut put = |name: &str, value: String| {
        _ = tags.insert(format!("emr-eks-actions:{name}"), value);
    };
    put("variant", inputs.variant.to_string());
    put("repeat", inputs.repeat.to_string());
    if let Some(run) = run {
        put("repository", run.repository.clone());
        put("run-id", run.run_id.to_string());
        put("run-attempt", run.attempt.to_string());
    }
    tags.extend(inputs.file.tags.clone());
    tags.extend(inputs.tags.iter().cloned());
    tags
}
