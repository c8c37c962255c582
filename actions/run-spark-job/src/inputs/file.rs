//! The job file of the input `job-file`: read, filled in from the other inputs, and taken apart.

use std::{collections::BTreeMap, fs, path::Path};

use gha::{Context, Fields};

use super::given::JOB_FILE;
use crate::{
    job_file::{self, Variables},
    request::{
        FileSettings,
        assemble::SPARK_DEFAULTS,
        document::{Configuration, StartJobRun},
    },
};

/// No request is larger; a larger file is another one.
const LARGEST: u64 = 1 << 20;

/// The job file, empty when none is given or it cannot be used.
pub(super) fn read(fields: &mut Fields, context: &Context) -> StartJobRun {
    let Some(path) = fields.text(JOB_FILE) else {
        return StartJobRun::default();
    };
    let job = text(&context.workspace.join(&path), &path)
        .map_err(|problem| vec![problem])
        .and_then(|text| job_file::read(&text, &variables(fields, context)));
    job.unwrap_or_else(|problems| {
        for problem in problems {
            fields.problem(JOB_FILE, format!("`{path}`: {problem}"));
        }
        StartJobRun::default()
    })
}

fn text(path: &Path, named: &str) -> Result<String, String> {
    match fs::metadata(path) {
        Ok(file) if !file.is_file() => Err(format!("`{named}` is not a file")),
        Ok(file) if file.len() > LARGEST => {
            Err("is larger than 1 MiB, which no request is".to_owned())
        }
        Ok(_) => fs::read_to_string(path).map_err(|error| format!("cannot be read: {error}")),
        Err(error) => Err(format!("cannot be read: {error}")),
    }
}

fn variables(fields: &mut Fields, context: &Context) -> Variables {
    let bucket = |uri: &str| Some(uri.strip_prefix("s3://")?.split('/').next()?.to_owned());
    let script = fields.text("entry-point");
    let event_log = fields.text("event-log-uri");
    let mut variables: Variables = [
        ("mode", "mode"),
        ("repeat", "repeat"),
        ("name", "name"),
        ("entry_point", "entry-point"),
        ("driver_template", "driver-template"),
        ("executor_template", "executor-template"),
        ("event_log_uri", "event-log-uri"),
        ("log_uri", "log-uri"),
        ("virtual_cluster_id", "virtual-cluster-id"),
        ("execution_role_arn", "execution-role-arn"),
        ("release_label", "release-label"),
    ]
    .into_iter()
    .map(|(variable, input)| (variable, fields.text(input)))
    .collect();
    let bucket = [&event_log, &script]
        .into_iter()
        .flatten()
        .find_map(|uri| bucket(uri));
    variables.insert("bucket", bucket);
    variables.insert("script", script);
    variables.insert("run_id", context.run_id.map(|id| id.to_string()));
    variables.insert(
        "run_attempt",
        context.run_attempt.map(|attempt| attempt.to_string()),
    );
    variables.insert("sha", context.sha.clone());
    variables
}

/// What the job file sets for Spark.
pub(super) fn spark(job: &StartJobRun) -> FileSettings {
    let defaults = defaults(&job.configuration_overrides.application_configuration);
    let driver = &job.job_driver.spark_submit_job_driver;
    FileSettings {
        properties: defaults.cloned().unwrap_or_default(),
        submit_parameters: driver.spark_submit_parameters.clone().unwrap_or_default(),
    }
}

/// The properties of the classification `spark-defaults`.
pub(super) fn defaults(all: &[Configuration]) -> Option<&BTreeMap<String, String>> {
    all.iter()
        .find(|one| one.classification == SPARK_DEFAULTS)
        .map(|one| &one.properties)
}
