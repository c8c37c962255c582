//! Asks AWS for everything the inputs name, and reports all that is missing or wrong together, before money is spent.

mod templates;
mod virtual_cluster;

use aws_config::SdkConfig;
use aws_setup::S3Uri;
use futures::future::join_all;
use gha::{Failure, Runner};
use pod_template::Role;

use crate::{caller, emr::Emr, explain, inputs::Inputs, s3::S3};

/// Checks what can be checked by reading only. The entry point's SHA-256 in hexadecimal, and the job's namespace.
///
/// # Errors
/// One failure with everything that was found, the problems of the inputs first.
pub(crate) async fn all(
    runner: &Runner,
    inputs: &Inputs,
    config: &SdkConfig,
    emr: &Emr,
    s3: &S3,
) -> Result<(String, Option<String>), Failure> {
    let (sha256, templates, prefixes, namespace, permission) = tokio::join!(
        s3.sha256(&inputs.entry_point, "entry-point"),
        templates(runner, inputs, s3),
        prefixes(inputs, s3),
        virtual_cluster::namespace(runner, inputs, emr),
        caller::check(runner, config, inputs),
    );
    let problems = Some(inputs.problems.clone()).filter(|problems| !problems.is_empty());
    let mut failures: Vec<Failure> = problems.map(Failure::bad_inputs).into_iter().collect();
    let mut kept = |failure| failures.push(failure);
    let sha256 = sha256.map_err(&mut kept).unwrap_or_default();
    templates.into_iter().chain(prefixes).for_each(&mut kept);
    let namespace = namespace.map_err(&mut kept).unwrap_or_default();
    permission.into_iter().for_each(kept);
    match explain::together(failures) {
        Some(failure) => Err(failure),
        None => Ok((sha256, namespace)),
    }
}

async fn templates(runner: &Runner, inputs: &Inputs, s3: &S3) -> Vec<Failure> {
    let templates = [
        (Role::Driver, "driver-template", &inputs.driver_template),
        (
            Role::Executor,
            "executor-template",
            &inputs.executor_template,
        ),
    ];
    let check = |(role, input, uri): (_, _, &Option<S3Uri>)| {
        let uri = uri.clone()?;
        let validated = templates::validated(role, &inputs.spark);
        if !validated {
            runner
                .log
                .debug(&format!("`{uri}` is not checked, as its validation is off"));
        }
        Some(async move {
            templates::check(s3, role, &uri, input, validated)
                .await
                .err()
        })
    };
    let checked = join_all(templates.into_iter().filter_map(check)).await;
    checked.into_iter().flatten().collect()
}

async fn prefixes(inputs: &Inputs, s3: &S3) -> Vec<Failure> {
    let prefixes = [
        (Some(&inputs.event_log), "event-log-uri"),
        (inputs.log_uri.as_ref(), "log-uri"),
        (inputs.record_uri.as_ref(), "record-uri"),
    ];
    let prefix = |(uri, input): (Option<_>, _)| uri.map(|uri| s3.require_bucket(uri, input));
    let asked = join_all(prefixes.into_iter().filter_map(prefix)).await;
    asked.into_iter().filter_map(Result::err).collect()
}
