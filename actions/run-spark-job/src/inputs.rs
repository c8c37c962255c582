//! The action's inputs: declared once, parsed once into types, every problem reported together.

mod declared;
mod file;
mod given;
mod scripts_hash;
mod spark;

use std::{path::PathBuf, str::FromStr};

use aws_setup::{Region, ReleaseLabel, RoleArn, S3Uri, VirtualClusterId};
use gha::{Context, Failure, Fields};
use run_record::Variant;

use crate::{
    request::{
        EVENT_LOG_DIR, SparkSettings, Wishes,
        document::StartJobRun,
        limits,
        limits::{JobName, Namespace},
        template_file,
    },
    span::Span,
};

use given::Member;
use scripts_hash::ScriptsHash;

pub(crate) use declared::ACTION;

/// The release when nobody names one.
const RELEASE: &str = "emr-7.13.0-latest";

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
    pub(crate) scripts_hash: Option<ScriptsHash>,
    pub(crate) arguments: Vec<String>,
    pub(crate) driver_template: Option<S3Uri>,
    pub(crate) executor_template: Option<S3Uri>,
    pub(crate) spark: SparkSettings,
    /// What is wrong with the inputs, although each could be read: reported with what AWS has to say.
    pub(crate) problems: Vec<String>,
    /// Settings that do not do what they seem to do, in words.
    pub(crate) warnings: Vec<String>,
    pub(crate) event_log: S3Uri,
    pub(crate) log_uri: Option<S3Uri>,
    pub(crate) record_uri: Option<S3Uri>,
    pub(crate) directory: PathBuf,
    pub(crate) region: Option<Region>,
    pub(crate) namespace: Option<String>,
    pub(crate) kubeconfig: Option<PathBuf>,
    /// The job file with its variables put in; empty without one.
    pub(crate) file: StartJobRun,
    pub(crate) retry_attempts: Option<i32>,
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
/// Problems that leave every input readable are handed on in [`Inputs::problems`], for AWS is asked first.
///
/// # Errors
/// One failure that lists every problem of every input.
pub(crate) fn read(mut fields: Fields, context: &Context) -> Result<Inputs, Failure> {
    let f = &mut fields;
    let variant = f.required::<Mode>("mode").map(|mode| mode.0);
    let file = file::read(f, context);
    let from_file = file::spark(&file);
    let driver = &file.job_driver.spark_submit_job_driver;
    let monitoring = file
        .configuration_overrides
        .monitoring_configuration
        .as_ref();
    let in_defaults = |key: &str| from_file.properties.get(key).map(String::as_str);

    let virtual_cluster = given::required(
        f,
        "virtual-cluster-id",
        Member("virtualClusterId", file.virtual_cluster_id.as_deref()),
    );
    let role = given::required(
        f,
        "execution-role-arn",
        Member("executionRoleArn", file.execution_role_arn.as_deref()),
    );
    let name = name(f, variant, &file);
    let release_label = file.release_label.as_deref().unwrap_or(RELEASE);
    let release: Option<ReleaseLabel> = given::optional(
        f,
        "release-label",
        Member("releaseLabel", Some(release_label)),
    );
    let entry_point = given::object(
        f,
        "entry-point",
        Member("entryPoint", driver.entry_point.as_deref()),
    );
    if entry_point.is_none()
        && f.text("entry-point")
            .or(driver.entry_point.clone())
            .is_none()
    {
        f.problem(
            "entry-point",
            "is required: the s3:// URI of the script or jar",
        );
    }
    let scripts_hash = f.optional("scripts-hash");
    let arguments = Some(f.lines("arguments")).filter(|lines| !lines.is_empty());
    let arguments = arguments.unwrap_or_else(|| driver.entry_point_arguments.clone());
    limits::arguments(&arguments)
        .into_iter()
        .for_each(|problem| f.problem("arguments", problem));
    let template = |f: &mut Fields, input, role| {
        let key = template_file(role);
        given::object(f, input, Member("podTemplateFile", in_defaults(&key)))
    };
    let driver_template = template(f, "driver-template", "driver");
    let executor_template = template(f, "executor-template", "executor");
    let event_log = given::required::<S3Uri>(
        f,
        "event-log-uri",
        Member(EVENT_LOG_DIR, in_defaults(EVENT_LOG_DIR)),
    );
    let event_log = event_log.map(|uri| uri.as_prefix());
    let in_s3 = monitoring.and_then(|logs| logs.s3_monitoring_configuration.as_ref());
    let log_uri = given::optional::<S3Uri>(
        f,
        "log-uri",
        Member("logUri", in_s3.map(|logs| logs.log_uri.as_str())),
    );
    let log_uri = log_uri.map(|uri| uri.as_prefix());
    let record_uri = f.optional::<S3Uri>("record-uri").map(|uri| uri.as_prefix());
    if event_log.is_some() && event_log == log_uri {
        f.problem(
            "log-uri",
            "is the same prefix as `event-log-uri`: give container logs a prefix of their own",
        );
    }
    let properties = f.pairs("spark-properties");
    let submit_parameters = f.text("spark-submit-parameters").unwrap_or_default();
    let spark = variant
        .zip(event_log.as_ref())
        .and_then(|(variant, event_log)| {
            let wishes = Wishes {
                variant,
                event_log,
                driver_template: driver_template.as_ref(),
                executor_template: executor_template.as_ref(),
                file: &from_file,
                properties: &properties,
                submit_parameters: &submit_parameters,
            };
            spark::settings(f, &wishes)
        });
    spark::others(f, &file.configuration_overrides.application_configuration);
    monitoring
        .map(limits::monitoring)
        .unwrap_or_default()
        .into_iter()
        .for_each(|problem| f.problem("job-file", problem));
    let retry_attempts = retries(f, &file, release.as_ref());
    let tags = f.pairs("tags");
    limits::tags(
        file.tags
            .iter()
            .chain(tags.iter().map(|(key, value)| (key, value))),
    )
    .into_iter()
    .for_each(|problem| f.problem("tags", problem));
    let in_cloud_watch =
        monitoring.and_then(|logs| logs.cloud_watch_monitoring_configuration.as_ref());
    let log_group = f
        .text("log-group")
        .or_else(|| Some(in_cloud_watch?.log_group_name.clone()));
    let log_stream_prefix = f
        .text("log-stream-prefix")
        .or_else(|| in_cloud_watch?.log_stream_name_prefix.clone());
    if log_stream_prefix.is_some() && log_group.is_none() {
        f.problem("log-stream-prefix", "means nothing without `log-group`");
    }

    let repeat = positive(f, "repeat");
    let directory = f.required("directory");
    let region = f.optional("region");
    let namespace = f.optional::<Namespace>("namespace").map(|name| name.0);
    let kubeconfig = readable(f, "kubeconfig");
    let dry_run = f.boolean("dry-run");
    let role_to_assume = f.optional("role-to-assume");
    let cluster_name = f.text("cluster-name");
    let driver_log = f.required("driver-log");
    let execution_timeout = span(f, "execution-timeout", true);
    let observe_nodes_for = span(f, "observe-nodes-for", false);
    let poll_interval = span(f, "poll-interval", true);
    let patience = span(f, "patience", true);
    let problems = fields.into_problems()?;

    let complete = || {
        let (spark, warnings) = spark?;
        Some(Inputs {
            variant: variant?,
            repeat: repeat?,
            virtual_cluster: virtual_cluster?,
            role: role?,
            name: name?,
            release: release?,
            entry_point: entry_point?,
            scripts_hash,
            arguments,
            driver_template,
            executor_template,
            spark,
            warnings,
            problems: problems.clone(),
            event_log: event_log?,
            log_uri,
            record_uri,
            directory: directory?,
            region,
            namespace,
            kubeconfig,
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
            file: file.clone(),
        })
    };
    let missing = || match problems.is_empty() {
        true => Failure::bug("an input is missing although none was reported as missing"),
        false => Failure::bad_inputs(problems.clone()),
    };
    complete().ok_or_else(missing)
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

fn name(fields: &mut Fields, variant: Option<Variant>, file: &StartJobRun) -> Option<JobName> {
    if fields.text("name").is_some() || file.name.is_some() {
        return given::optional(fields, "name", Member("name", file.name.as_deref()));
    }
    variant.map(|variant| JobName(format!("emr-eks-actions-{variant}")))
}

/// How often the driver may be started, which older releases do not know.
fn retries(fields: &mut Fields, file: &StartJobRun, release: Option<&ReleaseLabel>) -> Option<i32> {
    let input = positive(fields, "retry-attempts")
        .map(|attempts| i32::try_from(attempts).unwrap_or(i32::MAX));
    let attempts =
        input.or_else(|| Some(file.retry_policy_configuration.as_ref()?.max_attempts))?;
    if attempts < 1 {
        fields.problem(
            given::JOB_FILE,
            format!("`maxAttempts` is {attempts}: expected a number from 1"),
        );
    }
    if let Some(release) = release
        && release.is_before(6, 9)
    {
        fields.problem(
            "retry-attempts",
            format!("`{release}` has no retries: they came with emr-6.9.0"),
        );
    }
    Some(attempts)
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
