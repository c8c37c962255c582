//! The limits of the published service model. Pure.

use super::{
    error::ApiError,
    shapes::{Configuration, CreateVirtualCluster, JobDriver, StartJobRun},
};

const MAX_CONFIGURATIONS: usize = 100;
const MAX_PROPERTIES: usize = 100;
const MAX_TAGS: usize = 50;

/// Checks a StartJobRun, and gives back what must be there.
pub(crate) fn start_job_run(request: &StartJobRun) -> Result<JobDriver, ApiError> {
    length("clientToken", &request.client_token, 64)?;
    if let Some(name) = &request.name {
        name_like("name", name)?;
    }
    let role = request.execution_role_arn.as_deref().unwrap_or_default();
    if !is_role(role) {
        return Err(invalid(
            "executionRoleArn",
            &format!("'{role}' is not the ARN of an IAM role"),
        ));
    }
    let release = request.release_label.as_deref().unwrap_or_default();
    length("releaseLabel", release, 64)?;
    if !release.starts_with("emr-")
        && !release.starts_with("notebook-")
        && !release.starts_with("spark/")
    {
        return Err(invalid(
            "releaseLabel",
            &format!("'{release}' is not a release"),
        ));
    }
    if request.tags.len() > MAX_TAGS {
        return Err(invalid(
            "tags",
            &format!("must have at most {MAX_TAGS} entries"),
        ));
    }
    let driver = request
        .job_driver
        .clone()
        .ok_or_else(|| invalid("jobDriver", "must not be null"))?;
    job_driver(&driver)?;
    if let Some(overrides) = &request.configuration_overrides {
        configurations(&overrides.application_configuration)?;
    }
    Ok(driver)
}

fn job_driver(driver: &JobDriver) -> Result<(), ApiError> {
    let Some(submit) = &driver.spark_submit_job_driver else {
        let reason = "must be a sparkSubmitJobDriver; the local cloud runs no other";
        return Err(invalid("jobDriver", reason));
    };
    length(
        "jobDriver.sparkSubmitJobDriver.entryPoint",
        &submit.entry_point,
        256,
    )?;
    for argument in &submit.entry_point_arguments {
        length(
            "jobDriver.sparkSubmitJobDriver.entryPointArguments",
            argument,
            10280,
        )?;
    }
    match &submit.spark_submit_parameters {
        Some(text) => length(
            "jobDriver.sparkSubmitJobDriver.sparkSubmitParameters",
            text,
            102_400,
        ),
        None => Ok(()),
    }
}

fn configurations(list: &[Configuration]) -> Result<(), ApiError> {
    let field = "configurationOverrides.applicationConfiguration";
    if list.len() > MAX_CONFIGURATIONS {
        return Err(invalid(
            field,
            &format!("must have at most {MAX_CONFIGURATIONS} items"),
        ));
    }
    for configuration in list {
        length(
            &format!("{field}.classification"),
            &configuration.classification,
            1024,
        )?;
        if configuration.properties.len() > MAX_PROPERTIES {
            return Err(invalid(
                &format!("{field}.properties"),
                &format!("must have at most {MAX_PROPERTIES} entries"),
            ));
        }
        for (key, value) in &configuration.properties {
            length(&format!("{field}.properties key"), key, 1024)?;
            length(&format!("{field}.properties.{key}"), value, 1024)?;
        }
        configurations(&configuration.configurations)?;
    }
    Ok(())
}

/// Checks a CreateVirtualCluster, and gives the namespace.
pub(crate) fn create_virtual_cluster(request: &CreateVirtualCluster) -> Result<String, ApiError> {
    length("clientToken", &request.client_token, 64)?;
    name_like("name", &request.name)?;
    if request.container_provider.kind != "EKS" {
        return Err(invalid("containerProvider.type", "must be EKS"));
    }
    let info = request
        .container_provider
        .info
        .as_ref()
        .and_then(|info| info.eks_info.as_ref());
    let namespace = info.and_then(|eks| eks.namespace.clone());
    namespace.ok_or_else(|| {
        invalid(
            "containerProvider.info.eksInfo.namespace",
            "must not be null",
        )
    })
}

fn name_like(field: &str, value: &str) -> Result<(), ApiError> {
    length(field, value, 64)?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_/#".contains(c);
    if value.chars().all(allowed) {
        return Ok(());
    }
    Err(invalid(
        field,
        "must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
    ))
}

fn is_role(arn: &str) -> bool {
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    matches!(parts[..], ["arn", _, "iam", "", account, role]
        if account.len() == 12 && account.chars().all(|c| c.is_ascii_digit()) && role.starts_with("role/"))
}

fn length(field: &str, value: &str, most: usize) -> Result<(), ApiError> {
    match value.chars().count() {
        0 => Err(invalid(
            field,
            "must have length greater than or equal to 1",
        )),
        count if count > most => Err(invalid(
            field,
            &format!("must have length less than or equal to {most}"),
        )),
        _ => Ok(()),
    }
}

fn invalid(field: &str, reason: &str) -> ApiError {
    ApiError::Validation(format!(
        "1 validation error detected: Value at '{field}' failed to satisfy constraint: Member {reason}"
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{ApiError, start_job_run};

    fn request(change: impl FnOnce(&mut Value)) -> Result<(), ApiError> {
        let mut body = json!({
            "clientToken": "t", "name": "job", "executionRoleArn": "arn:aws:iam::000000000000:role/job",
            "releaseLabel": "emr-7.13.0-latest",
            "jobDriver": {"sparkSubmitJobDriver": {"entryPoint": "s3://bench/a.py"}},
        });
        change(&mut body);
        start_job_run(&serde_json::from_value(body).expect("well formed")).map(|_| ())
    }

    fn refused(change: impl FnOnce(&mut Value), field: &str) {
        match request(change) {
            Err(ApiError::Validation(message)) => assert!(message.contains(field), "{message}"),
            other => panic!("expected a refusal of {field}, got {other:?}"),
        }
    }

    #[test]
    fn takes_a_plain_request() {
        assert_eq!(request(|_| {}), Ok(()));
    }

    #[test]
    fn refuses_what_breaks_a_limit_and_names_the_field() {
        refused(|body| body["name"] = json!("two words"), "'name'");
        refused(|body| body["name"] = json!("n".repeat(65)), "'name'");
        refused(
            |body| body["executionRoleArn"] = json!("arn:aws:iam::1:role/x"),
            "executionRoleArn",
        );
        refused(
            |body| body["jobDriver"]["sparkSubmitJobDriver"]["entryPoint"] = json!("s".repeat(257)),
            "entryPoint",
        );
        refused(|body| body["jobDriver"] = json!({}), "jobDriver");
        refused(
            |body| {
                body["configurationOverrides"] = json!({"applicationConfiguration": [
                    {"classification": "spark-defaults", "properties": {"spark.x": "v".repeat(1025)}}]});
            },
            "spark.x",
        );
    }

    #[test]
    fn takes_spark_releases_too() {
        assert_eq!(
            request(|body| body["releaseLabel"] = json!("emr-spark-8.0.0-latest")),
            Ok(())
        );
    }
}
