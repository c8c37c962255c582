//! What Spark would refuse or ignore among its settings, known before the job runs. Pure: settings in, findings out.
//!
//! It knows Spark's own rules and names, and that EMR on EKS has no external shuffle service. What a job needs, or what
//! its runs have shown, is not its business.
//!
//! | module       | idea                                                             |
//! |--------------|------------------------------------------------------------------|
//! | `keys`       | keys that Spark does not know                                     |
//! | `nearest`    | the known name that a mistyped one was probably meant to be       |
//! | `findings`   | values as Spark reads them, and what was found wrong with them    |
//! | `allocation` | how many executors Dynamic Resource Allocation may ask for        |
//! | `release`    | when it asks for more, and when it lets them go                   |
//! | `shuffle`    | what becomes of shuffle data when executors go                    |
//! | `tasks`      | whether an executor can run a task at all                         |
//!
//! Each rule names the place in Spark 3.5's source that it stands on; versions 3.2 to 4.2 agree unless it says otherwise.

mod allocation;
mod findings;
mod keys;
mod nearest;
mod release;
mod shuffle;
mod tasks;

use std::collections::BTreeMap;

use self::findings::Findings;

pub use keys::{Unknown, unknown};
pub use nearest::{Nearest, nearest};

/// Turns Dynamic Resource Allocation on.
pub const DYNAMIC_ALLOCATION: &str = "spark.dynamicAllocation.enabled";
/// The fewest executors under Dynamic Resource Allocation.
pub const MIN_EXECUTORS: &str = "spark.dynamicAllocation.minExecutors";
/// The executors it begins with.
pub const INITIAL_EXECUTORS: &str = "spark.dynamicAllocation.initialExecutors";
/// The most executors under Dynamic Resource Allocation.
pub const MAX_EXECUTORS: &str = "spark.dynamicAllocation.maxExecutors";
/// The fixed number of executors; with Dynamic Resource Allocation, a lower bound of the first target.
pub const EXECUTOR_INSTANCES: &str = "spark.executor.instances";
/// Whether Spark writes an event log.
pub const EVENT_LOG_ENABLED: &str = "spark.eventLog.enabled";

/// Whether the number of executors is fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allocation {
    /// `spark.executor.instances` executors.
    Fixed,
    /// Spark's Dynamic Resource Allocation decides.
    Dynamic,
}

/// One setting and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The setting.
    pub key: String,
    /// What is wrong, and how to fix it.
    pub problem: String,
    /// Spark would refuse the job, or nothing could be learned from it. Otherwise the setting only does nothing, or not
    /// what one expects.
    pub is_error: bool,
    /// The value that mends it. Absent when the setting is best left out.
    pub instead: Option<&'static str>,
}

/// Every such setting among the effective ones.
#[must_use]
pub fn findings(allocation: Allocation, effective: &BTreeMap<String, String>) -> Vec<Finding> {
    let mut findings = Findings::new(effective);
    event_log(&mut findings);
    tasks::check(&mut findings);
    shuffle::no_service(&mut findings);
    match allocation {
        Allocation::Fixed => {
            tasks::fixed_number(&mut findings);
            without_effect(&mut findings);
        }
        Allocation::Dynamic => {
            allocation::check(&mut findings);
            release::check(&mut findings);
            shuffle::kept_or_moved(&mut findings);
        }
    }
    findings.all
}

fn event_log(findings: &mut Findings<'_>) {
    let Some(value) = findings.text(EVENT_LOG_ENABLED) else {
        return;
    };
    if !value.eq_ignore_ascii_case("true") {
        let problem = format!(
            "`{EVENT_LOG_ENABLED}` is `{value}`: without an event log there is nothing to compare; leave it out"
        );
        findings.error(EVENT_LOG_ENABLED, problem);
    }
}

/// SparkContext makes an ExecutorAllocationManager, the only reader of these keys, when the allocation is dynamic.
fn without_effect(findings: &mut Findings<'_>) {
    let keys: Vec<_> = findings
        .keys()
        .filter(|key| key.starts_with("spark.dynamicAllocation.") && *key != DYNAMIC_ALLOCATION)
        .map(str::to_owned)
        .collect();
    for key in keys {
        findings.warning(&key, format!("`{key}` has no effect in mode `static`"));
    }
}

#[cfg(test)]
mod tests;
