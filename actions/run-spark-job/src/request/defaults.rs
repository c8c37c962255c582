//! What each variant asks for when the user says nothing: the settings of the published experiment.

use std::collections::BTreeMap;

use run_record::Variant;

use super::{
    DYNAMIC_ALLOCATION, EVENT_LOG_DIR, EVENT_LOG_ENABLED, INITIAL_EXECUTORS, MAX_EXECUTORS,
    MIN_EXECUTORS, Wishes,
};

/// Settings given as `--conf` in the submit parameters, in their usual order.
pub(super) fn submit_parameters(variant: Variant) -> Vec<(String, String)> {
    let instances = match variant {
        Variant::Static => "15",
        // With DRA on, the first target is the largest of this, the minimum and the initial number.
        Variant::Dra => "1",
    };
    owned(&[
        ("spark.executor.instances", instances),
        ("spark.executor.memory", "1G"),
        ("spark.executor.cores", "1"),
        ("spark.driver.cores", "1"),
    ])
    .collect()
}

/// Settings given as the `spark-defaults` classification.
pub(super) fn properties(wishes: &Wishes<'_>) -> BTreeMap<String, String> {
    let mut properties: BTreeMap<_, _> = match wishes.variant {
        Variant::Static => owned(STATIC).collect(),
        Variant::Dra => owned(DRA).collect(),
    };
    properties.insert(EVENT_LOG_ENABLED.into(), "true".into());
    properties.extend(owned_by_inputs(wishes));
    properties
}

/// Settings that an input of their own decides, whatever the job file says.
pub(super) fn owned_by_inputs(wishes: &Wishes<'_>) -> BTreeMap<String, String> {
    let mut owned = BTreeMap::from([
        (EVENT_LOG_DIR.to_owned(), wishes.event_log.to_string()),
        (
            DYNAMIC_ALLOCATION.to_owned(),
            (wishes.variant == Variant::Dra).to_string(),
        ),
    ]);
    for (role, template) in [
        ("driver", wishes.driver_template),
        ("executor", wishes.executor_template),
    ] {
        if let Some(uri) = template {
            owned.insert(template_file(role), uri.to_string());
        }
    }
    owned
}

/// The property that names a pod template; `role` is `driver` or `executor`.
pub(crate) fn template_file(role: &str) -> String {
    format!("spark.kubernetes.{role}.podTemplateFile")
}

const STATIC: &[(&str, &str)] = &[("spark.kubernetes.executor.deleteOnTermination", "true")];

// EMR on EKS has no external shuffle service, so DRA needs shuffle tracking.
const DRA: &[(&str, &str)] = &[
    ("spark.dynamicAllocation.shuffleTracking.enabled", "true"),
    (MIN_EXECUTORS, "1"),
    (MAX_EXECUTORS, "10"),
    (INITIAL_EXECUTORS, "1"),
    ("spark.dynamicAllocation.schedulerBacklogTimeout", "1s"),
    ("spark.dynamicAllocation.executorIdleTimeout", "5s"),
];

fn owned(pairs: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
    pairs
        .iter()
        .map(|&(key, value)| (key.to_owned(), value.to_owned()))
}
