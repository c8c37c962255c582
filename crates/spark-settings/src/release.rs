//! When Dynamic Resource Allocation asks for more executors, and when it lets them go.

use crate::findings::Findings;

const BACKLOG: &str = "spark.dynamicAllocation.schedulerBacklogTimeout";
const SUSTAINED: &str = "spark.dynamicAllocation.sustainedSchedulerBacklogTimeout";
const IDLE: &str = "spark.dynamicAllocation.executorIdleTimeout";
const CACHED: &str = "spark.dynamicAllocation.cachedExecutorIdleTimeout";

/// Milliseconds of a second: what these settings count in, whatever unit they are written in.
const SECOND: i64 = 1000;

/// The time-outs.
pub(super) fn check(findings: &mut Findings<'_>) {
    for key in [BACKLOG, SUSTAINED] {
        // ExecutorAllocationManager.validateSettings, after timeConf has cut it to whole seconds.
        if findings.time(key, SECOND).is_some_and(|time| time < SECOND) {
            let value = findings.text(key).unwrap_or_default();
            let problem = format!(
                "`{key}` is `{value}`: Spark counts it in whole seconds and wants at least `1s`"
            );
            findings.error(key, problem);
            findings.instead("1s");
        }
    }
    // The package object of Spark's configuration: both from 0, with the defaults 60 s and no end.
    let idle = findings.time(IDLE, SECOND);
    let cached = findings.time(CACHED, SECOND);
    if idle.is_some_and(|idle| idle < SECOND) {
        let value = findings.text(IDLE).unwrap_or_default();
        let problem = format!(
            "`{IDLE}` is `{value}`, 0 whole seconds: an executor without a task is released at once, also between two stages; `1s` is the shortest time"
        );
        findings.warning(IDLE, problem);
        findings.instead("1s");
    }
    // ExecutorMonitor.Tracker.updateTimeout takes the one for the other once an executor holds cached data.
    let idle = idle.unwrap_or(60 * SECOND);
    if cached.is_some_and(|cached| cached / SECOND < idle / SECOND) {
        let problem = format!(
            "`{CACHED}` is shorter than `{IDLE}`: executors with cached data are released sooner than those without"
        );
        findings.warning(CACHED, problem);
    }
}
