//! Whether an executor can run a task, and whether there is an executor at all.

use crate::{EXECUTOR_INSTANCES as INSTANCES, findings::Findings};

const EXECUTOR_CORES: &str = "spark.executor.cores";
const TASK_CPUS: &str = "spark.task.cpus";

/// ResourceUtils.validateTaskCpusLargeEnough; SparkSubmitArguments wants at least one core. Both are 1 by default on
/// Kubernetes.
pub(super) fn check(findings: &mut Findings<'_>) {
    let cores = findings.number(EXECUTOR_CORES, 1);
    let cpus = findings.number(TASK_CPUS, 1);
    if findings.text(EXECUTOR_CORES).is_some() && cores.is_none() {
        return;
    }
    let (cores, cpus) = (cores.unwrap_or(1), cpus.unwrap_or(1));
    if cpus > cores {
        let problem = format!(
            "`{TASK_CPUS}` is {cpus}, above `{EXECUTOR_CORES}`, which is {cores}: no task fits into an executor"
        );
        findings.error(TASK_CPUS, problem);
    }
}

/// SparkSubmitArguments: a fixed number of executors is at least 1.
pub(super) fn fixed_number(findings: &mut Findings<'_>) {
    findings.number(INSTANCES, 1);
}
