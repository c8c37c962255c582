//! What is asked of EMR: the variant's defaults, overridden by properties, overridden by submit parameters.
//!
//! Pure. Precedence, weakest first: the variant's defaults, `spark-properties` (key by key, also for a default that
//! sits in the submit parameters), `spark-submit-parameters`. spark-submit itself lets its parameters win over
//! spark-defaults, so the two lists below keep that order on the cluster.

mod defaults;
pub(crate) mod keys;
pub(crate) mod limits;
pub(crate) mod nearest;
pub(crate) mod pointless;
mod submit_parameters;
pub(crate) mod token;

use std::collections::BTreeMap;

use aws_setup::S3Uri;
use run_record::Variant;

pub(crate) use submit_parameters::Unusable;

/// Where Spark writes its event log; owned by the input `event-log-uri`.
pub(crate) const EVENT_LOG_DIR: &str = "spark.eventLog.dir";
/// Turns Dynamic Resource Allocation on; owned by the input `mode`.
pub(crate) const DYNAMIC_ALLOCATION: &str = "spark.dynamicAllocation.enabled";

/// The fewest executors under Dynamic Resource Allocation.
pub(crate) const MIN_EXECUTORS: &str = "spark.dynamicAllocation.minExecutors";
/// The executors it begins with.
pub(crate) const INITIAL_EXECUTORS: &str = "spark.dynamicAllocation.initialExecutors";
/// The most executors under Dynamic Resource Allocation.
pub(crate) const MAX_EXECUTORS: &str = "spark.dynamicAllocation.maxExecutors";
/// Whether Spark writes an event log.
pub(crate) const EVENT_LOG_ENABLED: &str = "spark.eventLog.enabled";

/// The Spark half of a StartJobRun request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SparkSettings {
    /// `sparkSubmitParameters`, one line.
    pub(crate) submit_parameters: String,
    /// The `spark-defaults` classification.
    pub(crate) properties: BTreeMap<String, String>,
    /// What Spark will see after both are merged.
    pub(crate) effective: BTreeMap<String, String>,
}

/// What the settings are made from.
#[derive(Debug)]
pub(crate) struct Wishes<'a> {
    /// Which half of the comparison.
    pub(crate) variant: Variant,
    /// The directory of Spark's event log.
    pub(crate) event_log: &'a S3Uri,
    /// The driver's pod template.
    pub(crate) driver_template: Option<&'a S3Uri>,
    /// The executors' pod template.
    pub(crate) executor_template: Option<&'a S3Uri>,
    /// The input `spark-properties`, later lines win.
    pub(crate) properties: &'a [(String, String)],
    /// The input `spark-submit-parameters`.
    pub(crate) submit_parameters: &'a str,
}

/// Merges defaults and wishes.
///
/// # Errors
/// [`Unusable`] when the submit parameters are none that spark-submit understands.
pub(crate) fn settings(wishes: &Wishes<'_>) -> Result<SparkSettings, Unusable> {
    let theirs = submit_parameters::configuration(wishes.submit_parameters)?;
    let mut in_parameters = defaults::submit_parameters(wishes.variant);
    let mut properties = defaults::properties(wishes);
    for (key, value) in wishes.properties {
        match in_parameters.iter_mut().find(|(name, _)| name == key) {
            Some((_, current)) => current.clone_from(value),
            None => _ = properties.insert(key.clone(), value.clone()),
        }
    }
    let set = |key: &str| {
        theirs.contains_key(key) || wishes.properties.iter().any(|(name, _)| name == key)
    };
    if wishes.variant == Variant::Dra && set(MIN_EXECUTORS) && !set(INITIAL_EXECUTORS) {
        // The default start would lie below a minimum that someone raised.
        let minimum = theirs.get(MIN_EXECUTORS).or(properties.get(MIN_EXECUTORS));
        if let Some(minimum) = minimum.cloned() {
            properties.insert(INITIAL_EXECUTORS.to_owned(), minimum);
        }
    }
    // A default that the user's own parameters set again would only be noise in front of them.
    in_parameters.retain(|(name, _)| !theirs.contains_key(name));

    let mut effective = properties.clone();
    effective.extend(in_parameters.iter().cloned());
    effective.extend(theirs);
    let submit_parameters = submit_parameters::line(&in_parameters, wishes.submit_parameters);
    Ok(SparkSettings {
        submit_parameters,
        properties,
        effective,
    })
}

#[cfg(test)]
mod tests;
