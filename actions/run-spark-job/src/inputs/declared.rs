//! The contract: names, descriptions and defaults of inputs and outputs. `action.yml` and the README repeat it.

use gha::{Action, Input, Output};

/// What this action is called, takes and gives.
pub(crate) const ACTION: Action = Action {
    name: "run-spark-job",
    about: "Run a Spark job on EMR on EKS, wait for it and record what it used",
    version: env!("CARGO_PKG_VERSION"),
    inputs: INPUTS,
    outputs: OUTPUTS,
    commands: &[],
};

const INPUTS: &[Input] = &[
    Input::new("mode", "Which variant to run: `static` (fixed executors) or `dra` (Dynamic Resource Allocation).").kind("static or dra")
        .required(),
    Input::new("virtual-cluster-id", "Id of the EMR virtual cluster. Required, unless the job file names it.").kind("id"),
    Input::new("execution-role-arn", "ARN of the role the job runs with. Required, unless the job file names it.").kind("ARN"),
    Input::new("entry-point", "s3:// URI of the script or jar. Required, unless the job file names it.").kind("S3 URI"),
    Input::new("scripts-hash", "SHA-256 of all the job's scripts, upload-scripts' output `hash`: the record keeps it, and comparisons say when it differs.").kind("hexadecimal"),
    Input::new("arguments", "Arguments of the entry point, one per line.").kind("lines").lines(),
    Input::new("driver-template", "s3:// URI of the driver's pod template.").kind("S3 URI"),
    Input::new("executor-template", "s3:// URI of the executors' pod template.").kind("S3 URI"),
    Input::new("release-label", "EMR release to run; `emr-7.13.0-latest` when neither this nor the job file names one.").kind("EMR release"),
    Input::new("event-log-uri", "s3:// prefix where Spark writes its event log; created when missing. Required, unless the job file sets `spark.eventLog.dir`.").kind("S3 URI"),
    Input::new("log-uri", "s3:// prefix where EMR puts container logs; without it a failure cannot be explained.").kind("S3 URI"),
    Input::new("record-uri", "s3:// prefix where the run record and the event log are copied to.").kind("S3 URI"),
    Input::new("directory", "Local directory for `run-record.json` and the event log.").kind("path").default("run"),
    Input::new("job-file", "File with a StartJobRun request in JSON or YAML, a handlebars template; the other inputs win over it.").kind("path"),
    Input::new("name", "Name of the job run; `emr-eks-actions-<mode>` when empty.").kind("name"),
    Input::new("repeat", "Which run of this variant it is, counted from 1.").kind("whole number").default("1"),
    Input::new("spark-properties", "Spark properties, one `key=value` per line; they override the defaults of the mode.").kind("lines of key=value")
        .lines(),
    Input::new("spark-submit-parameters", "Parameters for spark-submit; they win over everything else.").kind("lines").lines(),
    Input::new("retry-attempts", "How often EMR may start the driver, from 1; each attempt is billed as a job run. EMR's own default when empty.").kind("whole number"),
    Input::new("tags", "Tags of the job run, one `key=value` per line, beside those that say where it came from.").kind("lines of key=value")
        .lines(),
    Input::new("dry-run", "Whether to stop after the checks: the request is shown and written, and nothing is submitted.").kind("true or false")
        .default("false"),
    Input::new("region", "AWS region; the usual AWS settings when empty.").kind("AWS region"),
    Input::new("role-to-assume", "ARN of the role to assume with the workflow's OIDC token (`id-token: write`), again and again while the job runs; the usual AWS credentials when empty.").kind("ARN"),
    Input::new("cluster-name", "Name of the EKS cluster, to reach its Kubernetes API without a kubeconfig.").kind("name"),
    Input::new("kubeconfig", "Kubeconfig file; the cluster of `cluster-name`, KUBECONFIG or the usual places when empty. Without any, pods and nodes are not recorded.").kind("path"),
    Input::new("namespace", "Kubernetes namespace of the job; the virtual cluster's own when empty.").kind("name"),
    Input::new("driver-log", "When to show the driver's log: `live` (as far as the Kubernetes API can be reached) or `failure` (its end, when the job failed).").kind("live or failure")
        .default("live"),
    Input::new("log-group", "CloudWatch log group where EMR puts container logs, beside or instead of `log-uri`.").kind("name"),
    Input::new("log-stream-prefix", "Prefix of the log streams in `log-group`.").kind("name"),
    Input::new("execution-timeout", "Longest time from submission to the end; then the job run is cancelled. Such as `30m` or `2h`.").kind("duration")
        .default("2h"),
    Input::new("observe-nodes-for", "How long to keep watching nodes after the job has completed; ends early when they are gone.").kind("duration")
        .default("2m"),
    Input::new("poll-interval", "Time between two questions to EMR while nothing changes.").kind("duration").default("10s"),
    Input::new("patience", "How long EMR may fail to answer before the job run is cancelled and given up.").kind("duration").default("5m"),
];

const OUTPUTS: &[Output] = &[
    Output::new(
        "job-run-id",
        "Id of the job run, set as soon as it is known.",
    ).kind("id"),
    Output::new("virtual-cluster-id", "Id of the virtual cluster it ran on.").kind("id"),
    Output::new(
        "request",
        "Path of start-job-run.json, the merged request without its secrets, relative to the workspace.",
    ).kind("path"),
    Output::new("state", "Last state seen: COMPLETED, FAILED or CANCELLED.").kind("word"),
    Output::new(
        "record",
        "Path of run-record.json, relative to the workspace.",
    ).kind("path"),
    Output::new(
        "record-uri",
        "s3:// URI of the copied run record, when `record-uri` was given.",
    ).kind("S3 URI"),
    Output::new(
        "event-log-uri",
        "s3:// URI of this run's event log, when there is one.",
    ).kind("S3 URI"),
    Output::new(
        "duration-seconds",
        "Seconds from EMR's acceptance to its end of the job run, waiting for nodes included.",
    ).kind("seconds"),
];
