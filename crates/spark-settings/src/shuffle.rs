//! What becomes of shuffle data when executors go.

use crate::findings::Findings;

const SERVICE: &str = "spark.shuffle.service.enabled";
const TRACKING: &str = "spark.dynamicAllocation.shuffleTracking.enabled";
const TRACKING_TIMEOUT: &str = "spark.dynamicAllocation.shuffleTracking.timeout";
const DECOMMISSION: &str = "spark.decommission.enabled";
const MOVE_BLOCKS: &str = "spark.storage.decommission.shuffleBlocks.enabled";
const PLUGIN: &str = "spark.shuffle.sort.io.plugin.class";
const LOCAL_DISK: &str = "org.apache.spark.shuffle.sort.io.LocalDiskShuffleDataIO";

/// EMR on EKS runs no external shuffle service, and an executor that cannot register with one exits
/// (BlockManager.registerWithExternalShuffleServer).
pub(super) fn no_service(findings: &mut Findings<'_>) {
    if findings.boolean(SERVICE, false) {
        let problem = format!(
            "`{SERVICE}` is `true`: EMR on EKS has no external shuffle service, and no executor would start; leave it out"
        );
        findings.error(SERVICE, problem);
    }
}

/// ExecutorAllocationManager.validateSettings: without the service, shuffle data is tracked, moved, or kept elsewhere by
/// a plugin (since Spark 3.5).
pub(super) fn kept_or_moved(findings: &mut Findings<'_>) {
    // Set by the mode's defaults; Spark's own default is `true` since 3.4.
    let tracked = findings.boolean(TRACKING, true);
    let decommissioned = findings.boolean(DECOMMISSION, false);
    let moved = findings.boolean(MOVE_BLOCKS, true) && decommissioned;
    let elsewhere = findings.text(PLUGIN).is_some_and(|it| it != LOCAL_DISK);
    // timeConf in milliseconds, from 0. Its default, no end, is what the mode's own defaults come with: no warning.
    findings.time(TRACKING_TIMEOUT, 1);
    match (tracked, moved || elsewhere) {
        (false, false) => {
            let problem = format!(
                "`{TRACKING}` is `false`: without an external shuffle service, which EMR on EKS does not have, Spark refuses to start; leave it out, or set `{DECOMMISSION}` to `true`"
            );
            findings.error(TRACKING, problem);
            findings.instead("true");
        }
        // Spark 4 warns of the same.
        (true, true) => {
            let other = if moved { DECOMMISSION } else { PLUGIN };
            let problem = format!(
                "`{TRACKING}` is `true` beside `{other}`: executors with shuffle data are kept although they need not be; set it to `false`"
            );
            findings.warning(TRACKING, problem);
            findings.instead("false");
        }
        _ => {}
    }
}
