//! Who calls, and whether IAM lets the caller do what a job run needs: STS GetCallerIdentity and IAM
//! SimulatePrincipalPolicy. A permission that is missing is better known before the job runs than while it does.
//!
//! Nothing here is needed to run a job. Who may not ask, or gets no answer, goes on: the calls themselves will tell.

mod answer;
mod principal;

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_iam::types::{ContextEntry, ContextKeyTypeEnum};
use aws_setup::failure_parts;
use gha::{Failure, Runner};

use self::{
    answer::{Denied, denied},
    principal::Principal,
};
use crate::inputs::Inputs;

/// Longest time that all of it may take.
const LONGEST: Duration = Duration::from_secs(10);

/// Logs who calls. A failure when IAM says that the caller may not start, watch or cancel the job run.
pub(crate) async fn check(runner: &Runner, config: &SdkConfig, inputs: &Inputs) -> Option<Failure> {
    let asked = tokio::time::timeout(LONGEST, ask(runner, config, inputs)).await;
    let why = match asked {
        Ok(Ok(failure)) => return failure,
        Ok(Err(why)) => why,
        Err(_) => format!("no answer in {} s", LONGEST.as_secs()),
    };
    runner
        .log
        .debug(&format!("the caller's permissions are not checked: {why}"));
    None
}

/// The same; an error says why it cannot be known.
async fn ask(
    runner: &Runner,
    config: &SdkConfig,
    inputs: &Inputs,
) -> Result<Option<Failure>, String> {
    let identity = aws_sdk_sts::Client::new(config).get_caller_identity();
    let identity = identity.send().await;
    let identity =
        identity.map_err(|error| format!("GetCallerIdentity: {}", failure_parts(&error)))?;
    let arn = identity.arn().unwrap_or_default();
    let principal =
        Principal::read(arn).ok_or_else(|| format!("`{arn}` is no ARN of a known form"))?;
    runner.log.info(&format!("called as {principal}"));
    let source = principal
        .policy_source(inputs.role_to_assume.as_ref())
        .ok_or("IAM simulates policies for users and roles only")?;
    let region = config.region().map_or("", AsRef::as_ref);
    let cluster = principal.virtual_cluster(region, inputs.virtual_cluster.as_str());

    let iam = aws_sdk_iam::Client::new(config);
    // A job run's permissions are given for job runs: their ids are made by EMR, 19 letters and digits.
    let job_run = format!("{cluster}/jobruns/{}", "0".repeat(19));
    let (on_cluster, on_job_run) = tokio::try_join!(
        simulate(
            &iam,
            &source,
            inputs,
            &cluster,
            ["StartJobRun", "ListJobRuns"]
        ),
        simulate(
            &iam,
            &source,
            inputs,
            &job_run,
            ["DescribeJobRun", "CancelJobRun"]
        ),
    )?;
    let denied: Vec<_> = on_cluster.into_iter().chain(on_job_run).collect();
    Ok(failure(runner, &principal, &cluster, &denied))
}

/// What is denied on one resource.
async fn simulate(
    iam: &aws_sdk_iam::Client,
    source: &str,
    inputs: &Inputs,
    resource: &str,
    operations: [&str; 2],
) -> Result<Vec<Denied>, String> {
    let role = ContextEntry::builder()
        .context_key_name("emr-containers:ExecutionRoleArn")
        .context_key_type(ContextKeyTypeEnum::String)
        .context_key_values(inputs.role.as_str())
        .build();
    let actions = operations.map(|operation| format!("emr-containers:{operation}"));
    let answer = iam
        .simulate_principal_policy()
        .policy_source_arn(source)
        .set_action_names(Some(actions.to_vec()))
        .resource_arns(resource)
        .context_entries(role)
        .send()
        .await
        .map_err(|error| format!("SimulatePrincipalPolicy: {}", failure_parts(&error)))?;
    Ok(denied(answer.evaluation_results()))
}

/// ListJobRuns alone is no reason to stop: without it a job run of an earlier attempt is not looked for, which is said
/// when it comes to that.
fn failure(
    runner: &Runner,
    principal: &Principal<'_>,
    cluster: &str,
    denied: &[Denied],
) -> Option<Failure> {
    let said: Vec<_> = denied.iter().map(Denied::to_string).collect();
    let said = said.join(", ");
    if denied.iter().all(Denied::can_be_done_without) {
        if !said.is_empty() {
            runner.log.debug(&format!("IAM would refuse {said}"));
        }
        return None;
    }
    let what =
        format!("{principal} may not use `{cluster}` for a job run: IAM would refuse {said}");
    let help = "allow these actions for the caller; the least policy is in the README of run-spark-job, section Permissions";
    Some(Failure::outside("Permission missing", what).help(help))
}
