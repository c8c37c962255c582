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
    Input::new("mode", "Which variant to run: `static` (fixed executors) or `dra` (Dynamic Resource Allocation).")
        .required(),
    Input::new("virtual-cluster-id", "Id of the EMR virtual cluster. Required, unless the job file names it."),
    Input::new("execution-role-arn", "ARN of the role the job runs with. Required, unless the job file names it."),
    Input::new("entry-point", "s3:// URI of the script or jar. Required, unless the job file names it."),
    Input::new("arguments", "Arguments of the entry point, one per line.").lines(),
    Input::new("driver-template", "s3:// URI of the driver's pod template."),
    Input::new("executor-template", "s3:// URI of the executors' pod template."),
    Input::new("release-label", "EMR release to run; `emr-7.13.0-latest` when neither this nor the job file names one."),
    Input::new("event-log-uri", "s3:// prefix where Spark writes its event log; created when missing. Required, unless the job file sets `spark.eventLog.dir`."),
    Input::new("log-uri", "s3:// prefix where EMR puts container logs; without it a failure cannot be explained."),
    Input::new("record-uri", "s3:// prefix where the run record and the event log are copied to."),
    Input::new("directory", "Local directory for `run-record.json` and the event log.").default("run"),
    Input::new("job-file", "File with a StartJobRun request in JSON or YAML, a handlebars template; the other inputs win over it."),
    Input::new("name", "Name of the job run; `emr-eks-actions-<mode>` when empty."),
    Input::new("repeat", "Which run of this variant it is, counted from 1.").default("1"),
    Input::new("spark-properties", "Spark properties, one `key=value` per line; they override the defaults of the mode.")
        .lines(),
    Input::new("spark-submit-parameters", "Parameters for spark-submit; they win over everything else.").lines(),
    Input::new("retry-attempts", "How often EMR may start the driver, from 1; each attempt is billed as a job run. EMR's own default when empty."),
    Input::new("tags", "Tags of the job run, one `key=value` per line, beside those that say where it came from.")
        .lines(),
    Input::new("dry-run", "Whether to stop after the checks: the request is shown and written, and nothing is submitted.")
        .default("false"),
    Input::new("region", "AWS region; the usual AWS settings when empty."),
    Input::new("role-to-assume", "ARN of the role to assume with the workflow's OIDC token (`id-token: write`), again and again while the job runs; the usual AWS credentials when empty."),
    Input::new("cluster-name", "Name of the EKS cluster, to reach its Kubernetes API without a kubeconfig."),
    Input::new("kubeconfig", "Kubeconfig file; the cluster of `cluster-name`, KUBECONFIG or the usual places when empty. Without any, pods and nodes are not recorded."),
    Input::new("namespace", "Kubernetes namespace of the job; the virtual cluster's own when empty."),
    Input::new("driver-log", "When to show the driver's log: `live` (as far as the Kubernetes API can be reached) or `failure` (its end, when the job failed).")
        .default("live"),
    Input::new("log-group", "CloudWatch log group where EMR puts container logs, beside or instead of `log-uri`."),
    Input::new("log-stream-prefix", "Prefix of the log streams in `log-group`."),
    Input::new("execution-timeout", "Longest time from submission to the end; then the job run is cancelled. Such as `30m` or `2h`.")
        .default("2h"),
    Input::new("observe-nodes-for", "How long to keep watching nodes after the job has completed; ends early when they are gone.")
        .default("2m"),
    Input::new("poll-interval", "Time between two questions to EMR while nothing changes.").default("10s"),
    Input::new("patience", "How long EMR may fail to answer before the job run is cancelled and given up.").default("5m"),
];

const OUTPUTS: &[Output] = &[
    Output::new(
        "job-run-id",
        "Id of the job run, set as soon as it is known.",
    ),
    Output::new("virtual-cluster-id", "Id of the virtual cluster it ran on."),
    Output::new(
        "request",
        "Path of start-job-run.json, the merged request without its secrets, relative to the workspace.",
    ),
    Output::new("state", "Last state seen: COMPLETED, FAILED or CANCELLED."),
    Output::new(
        "record",
        "Path of run-record.json, relative to the workspace.",
    ),
    Output::new(
        "record-uri",
        "s3:// URI of the copied run record, when `record-uri` was given.",
    ),
    Output::new(
        "event-log-uri",
        "s3:// URI of this run's event log, when there is one.",
    ),
    Output::new(
        "duration-seconds",
        "Seconds from EMR's acceptance to its end of the job run, waiting for nodes included.",
    ),
];
