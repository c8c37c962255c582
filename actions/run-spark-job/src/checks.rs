//! Asks AWS for everything the inputs name, and reports all that is missing or wrong together, before money is spent.

mod templates;

use aws_config::SdkConfig;
use aws_setup::S3Uri;
use futures::future::join_all;
use gha::{Failure, Runner};
use pod_template::Role;

use crate::{caller, explain, inputs::Inputs, s3::S3};

/// Checks what can be checked by reading only. The entry point's SHA-256 in hexadecimal.
///
/// # Errors
/// One failure with everything that was found.
pub(crate) async fn all(
    runner: &Runner,
    inputs: &Inputs,
    config: &SdkConfig,
    s3: &S3,
) -> Result<String, Failure> {
    let (sha256, templates, prefixes, permission) = tokio::join!(
        s3.sha256(&inputs.entry_point, "entry-point"),
        templates(runner, inputs, s3),
        prefixes(inputs, s3),
        caller::check(runner, config, inputs),
    );
    let (sha256, failed) = match sha256 {
        Ok(sha256) => (sha256, None),
        Err(failure) => (String::new(), Some(failure)),
    };
    let failures = failed
        .into_iter()
        .chain(templates)
        .chain(prefixes)
        .chain(permission);
    match explain::together(failures.collect()) {
        Some(failure) => Err(failure),
        None => Ok(sha256),
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
