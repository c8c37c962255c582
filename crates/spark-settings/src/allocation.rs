//! How many executors Dynamic Resource Allocation may ask for.

use crate::{
    EXECUTOR_INSTANCES as INSTANCES, INITIAL_EXECUTORS, MAX_EXECUTORS, MIN_EXECUTORS,
    findings::Findings,
};

const RATIO: &str = "spark.dynamicAllocation.executorAllocationRatio";

/// The numbers and the ratio.
pub(super) fn check(findings: &mut Findings<'_>) {
    ratio(findings);
    // intConf; ExecutorAllocationManager.validateSettings: the minimum is not negative, the maximum is not 0.
    let min = findings.number(MIN_EXECUTORS, 0);
    let initial = findings.number(INITIAL_EXECUTORS, 0);
    let max = findings.number(MAX_EXECUTORS, 1);
    let instances = findings.number(INSTANCES, 0);
    if let (Some(min), Some(max)) = (min, max) {
        // ExecutorAllocationManager.validateSettings.
        if min > max {
            let problem =
                format!("`{MIN_EXECUTORS}` is {min}, above `{MAX_EXECUTORS}`, which is {max}");
            findings.error(MIN_EXECUTORS, problem);
            return;
        }
        if min == max {
            let problem = format!(
                "`{MIN_EXECUTORS}` and `{MAX_EXECUTORS}` are both {min}: the number of executors never changes, as in mode `static`"
            );
            findings.warning(MIN_EXECUTORS, problem);
        }
    }
    let started = [(INITIAL_EXECUTORS, initial), (INSTANCES, instances)];
    for (key, number) in started {
        // SchedulerBackendUtils.getInitialTargetExecutorNumber requires the first target to be at most the maximum; by
        // Utils.getDynamicAllocationInitialExecutors it is the largest of minimum, initial number and instances.
        if let (Some(number), Some(max)) = (number, max)
            && number > max
        {
            let problem = format!("`{key}` is {number}, above `{MAX_EXECUTORS}`, which is {max}");
            findings.error(key, problem);
        }
    }
    first_target(findings, min.unwrap_or(0), initial, instances.unwrap_or(0));
}

/// Utils.getDynamicAllocationInitialExecutors ignores an initial number that is not the largest.
fn first_target(findings: &mut Findings<'_>, min: i32, initial: Option<i32>, instances: i32) {
    let Some(initial) = initial else { return };
    let (key, number) = match instances > min {
        true => (INSTANCES, instances),
        false => (MIN_EXECUTORS, min),
    };
    if number > initial {
        let problem = format!(
            "`{INITIAL_EXECUTORS}` is {initial}, and Spark ignores it, as `{key}` is {number}: it begins with the larger"
        );
        findings.warning(INITIAL_EXECUTORS, problem);
    }
}

/// ExecutorAllocationManager.validateSettings.
fn ratio(findings: &mut Findings<'_>) {
    let Some(value) = findings.text(RATIO) else {
        return;
    };
    let ratio = value.parse::<f64>().ok();
    if !ratio.is_some_and(|ratio| ratio > 0.0 && ratio <= 1.0) {
        let problem = format!("`{RATIO}` is `{value}`: expected a number above 0 and up to 1");
        findings.error(RATIO, problem);
    }
}
