//! Settings with which a job would run for nothing: Spark would refuse them, there would be nothing to compare, or they
//! do nothing. Pure.
//!
//! | module       | idea                                                             |
//! |--------------|------------------------------------------------------------------|
//! | `findings`   | values as Spark reads them, and what was found wrong with them    |
//! | `allocation` | how many executors Dynamic Resource Allocation may ask for        |
//! | `release`    | when it asks for more, and when it lets them go                   |
//! | `shuffle`    | what becomes of shuffle data when executors go                    |
//! | `tasks`      | whether an executor can run a task at all                         |
//!
//! Each rule names the place in Spark 3.5's source that it stands on; versions 3.2 to 4.2 agree unless it says otherwise.

mod allocation;
mod findings;
mod release;
mod shuffle;
mod tasks;

use run_record::Variant;

use self::findings::Findings;
use super::{DYNAMIC_ALLOCATION, EVENT_LOG_ENABLED, SparkSettings};

/// One setting and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pointless {
    /// The setting.
    pub(crate) key: String,
    /// The input it came from, if it is not from the job file.
    pub(crate) input: &'static str,
    /// What is wrong, and how to fix it.
    pub(crate) problem: String,
    /// Spark would refuse the job, or nothing could be learned from it. Otherwise the setting only does nothing, or not
    /// what one expects.
    pub(crate) is_error: bool,
}

/// Every such setting.
pub(crate) fn settings(variant: Variant, spark: &SparkSettings) -> Vec<Pointless> {
    let mut findings = Findings::new(spark);
    event_log(&mut findings);
    tasks::check(&mut findings);
    shuffle::no_service(&mut findings);
    match variant {
        Variant::Static => {
            tasks::fixed_number(&mut findings);
            without_effect(&mut findings);
        }
        Variant::Dra => {
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
