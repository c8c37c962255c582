//! A request as the SDK's types. Carries everything over and decides nothing.

use aws_sdk_emrcontainers::{
    Client, error::BuildError, operation::start_job_run::builders::StartJobRunFluentBuilder, types,
};

use crate::request::document::{
    Configuration, ConfigurationOverrides, ManagedLogs, MonitoringConfiguration, StartJobRun,
};

/// StartJobRun, still without its token.
///
/// # Errors
/// A member that the API requires is missing.
pub(super) fn fluent(
    client: &Client,
    request: &StartJobRun,
) -> Result<StartJobRunFluentBuilder, BuildError> {
    let driver = &request.job_driver.spark_submit_job_driver;
    let arguments = &driver.entry_point_arguments;
    let driver = types::SparkSubmitJobDriver::builder()
        .set_entry_point(driver.entry_point.clone())
        .set_entry_point_arguments((!arguments.is_empty()).then(|| arguments.clone()))
        .set_spark_submit_parameters(driver.spark_submit_parameters.clone())
        .build()?;
    let driver = types::JobDriver::builder()
        .spark_submit_job_driver(driver)
        .build();
    let retries = request.retry_policy_configuration.as_ref().map(|retries| {
        types::RetryPolicyConfiguration::builder()
            .max_attempts(retries.max_attempts)
            .build()
    });
    let retries = retries.transpose()?;
    let tags = request.tags.clone().into_iter().collect();
    Ok(client
        .start_job_run()
        .set_name(request.name.clone())
        .set_virtual_cluster_id(request.virtual_cluster_id.clone())
        .set_execution_role_arn(request.execution_role_arn.clone())
        .set_release_label(request.release_label.clone())
        .job_driver(driver)
        .configuration_overrides(overrides(&request.configuration_overrides)?)
        .set_tags(Some(tags))
        .set_retry_policy_configuration(retries))
}

fn overrides(given: &ConfigurationOverrides) -> Result<types::ConfigurationOverrides, BuildError> {
    let all = configurations(&given.application_configuration)?;
    let monitoring = given.monitoring_configuration.as_ref();
    Ok(types::ConfigurationOverrides::builder()
        .set_application_configuration(all)
        .set_monitoring_configuration(monitoring.map(logs).transpose()?)
        .build())
}

fn configurations(
    given: &[Configuration],
) -> Result<Option<Vec<types::Configuration>>, BuildError> {
    let one = |one: &Configuration| {
        let properties = one.properties.clone().into_iter().collect();
        types::Configuration::builder()
            .classification(&one.classification)
            .set_properties((!one.properties.is_empty()).then_some(properties))
            .set_configurations(configurations(&one.configurations)?)
            .build()
    };
    let all: Vec<_> = given.iter().map(one).collect::<Result<_, _>>()?;
    Ok((!all.is_empty()).then_some(all))
}

fn logs(given: &MonitoringConfiguration) -> Result<types::MonitoringConfiguration, BuildError> {
    let cloud_watch = given
        .cloud_watch_monitoring_configuration
        .as_ref()
        .map(|given| {
            types::CloudWatchMonitoringConfiguration::builder()
                .log_group_name(&given.log_group_name)
                .set_log_stream_name_prefix(given.log_stream_name_prefix.clone())
                .build()
        });
    let s3 = given.s3_monitoring_configuration.as_ref().map(|given| {
        types::S3MonitoringConfiguration::builder()
            .log_uri(&given.log_uri)
            .build()
    });
    let rotation = given
        .container_log_rotation_configuration
        .as_ref()
        .map(|given| {
            types::ContainerLogRotationConfiguration::builder()
                .rotation_size(&given.rotation_size)
                .max_files_to_keep(given.max_files_to_keep)
                .build()
        });
    let persistent_ui = given
        .persistent_app_ui
        .as_deref()
        .map(types::PersistentAppUi::from);
    Ok(types::MonitoringConfiguration::builder()
        .set_managed_logs(given.managed_logs.as_ref().map(managed))
        .set_persistent_app_ui(persistent_ui)
        .set_cloud_watch_monitoring_configuration(cloud_watch.transpose()?)
        .set_s3_monitoring_configuration(s3.transpose()?)
        .set_container_log_rotation_configuration(rotation.transpose()?)
        .build())
}

fn managed(given: &ManagedLogs) -> types::ManagedLogs {
    let allow = given.allow_aws_to_retain_logs.as_deref();
    types::ManagedLogs::builder()
        .set_allow_aws_to_retain_logs(allow.map(types::AllowAwsToRetainLogs::from))
        .set_encryption_key_arn(given.encryption_key_arn.clone())
        .build()
}
