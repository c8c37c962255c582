#![allow(dead_code, reason = "being built")]
//! The action's inputs: declared once, parsed once into types, every problem reported together.

mod declared;

use std::{path::PathBuf, str::FromStr};

use aws_setup::{Region, ReleaseLabel, RoleArn, S3Uri, VirtualClusterId};
use gha::{Failure, Fields};
use run_record::Variant;

use crate::{
    request::{
        self, EVENT_LOG_DIR, SparkSettings, Wishes, limits,
        limits::{JobName, Namespace},
        pointless,
    },
    span::Span,
};

pub(crate) use declared::ACTION;

/// Everything the user asked for, checked as far as it can be without asking anyone.
#[derive(Debug)]
pub(crate) struct Inputs {
    pub(crate) variant: Variant,
    pub(crate) repeat: u32,
    pub(crate) virtual_cluster: VirtualClusterId,
    pub(crate) role: RoleArn,
    pub(crate) name: JobName,
    pub(crate) release: ReleaseLabel,
    pub(crate) entry_point: S3Uri,
    pub(crate) arguments: Vec<String>,
    pub(crate) driver_template: Option<S3Uri>,
    pub(crate) executor_template: Option<S3Uri>,
    pub(crate) spark: SparkSettings,
    pub(crate) event_log: S3Uri,
    pub(crate) log_uri: Option<S3Uri>,
    pub(crate) record_uri: Option<S3Uri>,
    pub(crate) directory: PathBuf,
    pub(crate) region: Option<Region>,
    pub(crate) namespace: Option<String>,
    pub(crate) kubeconfig: Option<PathBuf>,
    pub(crate) job_file: Option<PathBuf>,
    pub(crate) retry_attempts: Option<u32>,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) dry_run: bool,
    pub(crate) role_to_assume: Option<RoleArn>,
    pub(crate) cluster_name: Option<String>,
    pub(crate) driver_log: DriverLogShown,
    pub(crate) log_group: Option<String>,
    pub(crate) log_stream_prefix: Option<String>,
    pub(crate) execution_timeout: Span,
    pub(crate) observe_nodes_for: Span,
    pub(crate) poll_interval: Span,
    pub(crate) patience: Span,
}

/// When the driver's log is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DriverLogShown {
    /// While the driver writes it.
    Live,
    /// Its end, when the job failed.
    Failure,
}

impl FromStr for DriverLogShown {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "live" => Ok(Self::Live),
            "failure" => Ok(Self::Failure),
            _ => Err("expected `live` or `failure`"),
        }
    }
}

/// Parses all inputs.
///
/// # Errors
/// One failure that lists every problem of every input.
pub(crate) fn read(mut fields: Fields) -> Result<Inputs, Failure> {
    let f = &mut fields;
    let variant = f.required::<Mode>("mode").map(|mode| mode.0);
    let virtual_cluster = f.required("virtual-cluster-id");
    let role = f.required("execution-role-arn");
    let name = name(f, variant);
    let release = f.required("release-label");
    let entry_point = object(f, "entry-point");
    if entry_point.is_none() && f.text("entry-point").is_none() {
        f.problem(
            "entry-point",
            "is required: the s3:// URI of the script or jar",
        );
    }
    let arguments = f.lines("arguments");
    limits::arguments(&arguments)
        .into_iter()
        .for_each(|problem| f.problem("arguments", problem));
    let driver_template = object(f, "driver-template");
    let executor_template = object(f, "executor-template");
    let event_log = f
        .required::<S3Uri>("event-log-uri")
        .map(|uri| uri.as_prefix());
    let log_uri = f.optional::<S3Uri>("log-uri").map(|uri| uri.as_prefix());
    let record_uri = f.optional::<S3Uri>("record-uri").map(|uri| uri.as_prefix());
    if event_log.is_some() && event_log == log_uri {
        f.problem(
            "log-uri",
            "is the same prefix as `event-log-uri`: give container logs a prefix of their own",
        );
    }
    let spark = spark(
        f,
        variant,
        event_log.as_ref(),
        driver_template.as_ref(),
        executor_template.as_ref(),
    );
    let repeat = positive(f, "repeat");
    let directory = f.required("directory");
    let region = f.optional("region");
    let namespace = f.optional::<Namespace>("namespace").map(|name| name.0);
    let kubeconfig = readable(f, "kubeconfig");
    let job_file = readable(f, "job-file");
    let retry_attempts = positive(f, "retry-attempts");
    let tags = f.pairs("tags");
    let dry_run = f.boolean("dry-run");
    let role_to_assume = f.optional("role-to-assume");
    let cluster_name = f.text("cluster-name");
    let driver_log = f.required("driver-log");
    let log_group = f.text("log-group");
    let log_stream_prefix = f.text("log-stream-prefix");
    let execution_timeout = span(f, "execution-timeout", true);
    let observe_nodes_for = span(f, "observe-nodes-for", false);
    let poll_interval = span(f, "poll-interval", true);
    let patience = span(f, "patience", true);
    fields.finish()?;

    let complete = || {
        Some(Inputs {
            variant: variant?,
            repeat: repeat?,
            virtual_cluster: virtual_cluster?,
            role: role?,
            name: name?,
            release: release?,
            entry_point: entry_point?,
            arguments,
            driver_template,
            executor_template,
            spark: spark?,
            event_log: event_log?,
            log_uri,
            record_uri,
            directory: directory?,
            region,
            namespace,
            kubeconfig,
            job_file,
            retry_attempts,
            tags,
            dry_run: dry_run?,
            role_to_assume,
            cluster_name,
            driver_log: driver_log?,
            log_group,
            log_stream_prefix,
            execution_timeout: execution_timeout?,
            observe_nodes_for: observe_nodes_for?,
            poll_interval: poll_interval?,
            patience: patience?,
        })
    };
    complete()
        .ok_or_else(|| Failure::bug("an input is missing although none was reported as missing"))
}

/// The variant as the input `mode` names it.
struct Mode(Variant);

impl FromStr for Mode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse()
            .map(Self)
            .map_err(|_| "expected `static` or `dra`")
    }
}

fn name(fields: &mut Fields, variant: Option<Variant>) -> Option<JobName> {
    if fields.text("name").is_some() {
        return fields.optional("name");
    }
    variant.map(|variant| JobName(format!("emr-eks-actions-{variant}")))
}

/// An object in S3; a prefix would only be refused later, and less clearly.
fn object(fields: &mut Fields, input: &str) -> Option<S3Uri> {
    let uri: S3Uri = fields.optional(input)?;
    if uri.is_prefix() {
        fields.problem(
            input,
            format!("`{uri}` names a prefix; name the object itself"),
        );
        return None;
    }
    if input == "entry-point" {
        limits::entry_point(&uri.to_string())
            .into_iter()
            .for_each(|problem| fields.problem(input, problem));
    }
    Some(uri)
}

fn spark(
    fields: &mut Fields,
    variant: Option<Variant>,
    event_log: Option<&S3Uri>,
    driver_template: Option<&S3Uri>,
    executor_template: Option<&S3Uri>,
) -> Option<SparkSettings> {
    let properties = fields.pairs("spark-properties");
    let submit_parameters = fields.text("spark-submit-parameters").unwrap_or_default();
    let wishes = Wishes {
        variant: variant?,
        event_log: event_log?,
        driver_template,
        executor_template,
        properties: &properties,
        submit_parameters: &submit_parameters,
    };
    let spark = match request::settings(&wishes) {
        Ok(spark) => spark,
        Err(unusable) => {
            fields.problem("spark-submit-parameters", unusable.to_string());
            return None;
        }
    };
    limits::properties(&spark.properties)
        .into_iter()
        .for_each(|problem| fields.problem("spark-properties", problem));
    if let Some(problem) = limits::submit_parameters(&spark.submit_parameters) {
        fields.problem("spark-submit-parameters", problem);
    }
    if let Some(problem) = limits::mode(wishes.variant, &spark) {
        fields.problem("mode", problem);
    }
    for pointless in pointless::settings(wishes.variant, &spark) {
        fields.problem(pointless.input, pointless.problem);
    }
    if spark
        .effective
        .get(EVENT_LOG_DIR)
        .is_some_and(|dir| *dir != wishes.event_log.to_string())
    {
        fields.problem(
            "spark-properties",
            format!("set the input `event-log-uri` instead of `{EVENT_LOG_DIR}`"),
        );
    }
    Some(spark)
}

fn positive(fields: &mut Fields, input: &str) -> Option<u32> {
    let text = fields.text(input)?;
    match text.parse() {
        Ok(0) | Err(_) => {
            fields.problem(input, format!("`{text}` is not a number from 1"));
            None
        }
        Ok(number) => Some(number),
    }
}

fn span(fields: &mut Fields, input: &str, positive: bool) -> Option<Span> {
    let span: Span = fields.required(input)?;
    if positive && span.0.is_zero() {
        fields.problem(input, "must be longer than zero");
    }
    Some(span)
}

/// A file the user named has to be there; only the usual places may silently hold none.
fn readable(fields: &mut Fields, input: &str) -> Option<PathBuf> {
    let path = PathBuf::from_str(&fields.text(input)?).ok()?;
    if !path.is_file() {
        fields.problem(input, format!("there is no file `{}`", path.display()));
    }
    Some(path)
}
