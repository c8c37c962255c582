//! From what Spark means on Kubernetes to what makes a standalone master do the same. Pure.

use super::settings::Settings;

/// A limit no job here reaches; the arithmetic on cores must not overflow.
const UNLIMITED_EXECUTORS: u32 = 100_000;

/// `KubernetesClusterSchedulerBackend`: without a setting, the first task waits for 80 % of the initial executors.
const KUBERNETES_RATIO: f64 = 0.8;

/// The parameters that are given to `spark-submit` last, so that they win.
///
/// `event_log` is the URI of the folder the driver writes to before its log is published.
pub(crate) fn overrides(settings: &Settings, master_url: &str, event_log: &str) -> Vec<String> {
    let (initial, most) = settings.executor_bounds();
    let most = most.clamp(1, UNLIMITED_EXECUTORS);
    let cores = settings.executor_cores();
    let ui = settings.get("spark.ui.enabled").unwrap_or("false");
    let conf = [
        ("spark.eventLog.dir", event_log.to_owned()),
        ("spark.executor.cores", cores.to_string()),
        ("spark.driver.host", "127.0.0.1".to_owned()),
        ("spark.driver.bindAddress", "127.0.0.1".to_owned()),
        ("spark.ui.enabled", ui.to_owned()),
        ("spark.ui.port", "0".to_owned()),
        // Standalone does not look at spark.executor.instances: without dynamic allocation it stops at this.
        ("spark.cores.max", (most * cores).to_string()),
        // Kubernetes takes this ratio of the initial executors, standalone of spark.cores.max.
        (
            "spark.scheduler.minRegisteredResourcesRatio",
            (ratio(settings) * f64::from(initial.min(most)) / f64::from(most)).to_string(),
        ),
    ];
    let fixed = ["--master", master_url, "--deploy-mode", "client"].map(str::to_owned);
    let conf = conf
        .into_iter()
        .flat_map(|(key, value)| ["--conf".to_owned(), format!("{key}={value}")]);
    fixed.into_iter().chain(conf).collect()
}

fn ratio(settings: &Settings) -> f64 {
    let set = settings.get("spark.scheduler.minRegisteredResourcesRatio");
    set.and_then(|ratio| ratio.trim().parse().ok())
        .unwrap_or(KUBERNETES_RATIO)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Settings, overrides};

    fn with(defaults: &[(&str, &str)]) -> Vec<String> {
        let defaults: BTreeMap<_, _> = defaults
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        overrides(
            &Settings::merge(&defaults, &[], true),
            "spark://x",
            "file:///x",
        )
    }

    fn has(words: &[String], word: &str) -> bool {
        words.iter().any(|other| other == word)
    }

    #[test]
    fn a_fixed_number_of_executors_is_a_limit_on_cores_and_four_fifths_of_it_are_waited_for() {
        let words = with(&[
            ("spark.executor.instances", "15"),
            ("spark.executor.cores", "2"),
        ]);
        assert!(has(&words, "spark.cores.max=30"));
        assert!(has(
            &words,
            "spark.scheduler.minRegisteredResourcesRatio=0.8"
        ));
    }

    #[test]
    fn dynamic_allocation_waits_for_its_initial_executors_only() {
        let words = with(&[
            ("spark.dynamicAllocation.enabled", "true"),
            ("spark.dynamicAllocation.initialExecutors", "1"),
            ("spark.dynamicAllocation.maxExecutors", "10"),
        ]);
        assert!(has(&words, "spark.cores.max=10"));
        assert!(has(
            &words,
            "spark.scheduler.minRegisteredResourcesRatio=0.08"
        ));
    }

    #[test]
    fn dynamic_allocation_without_a_maximum_is_not_limited_and_waits_for_nothing_when_it_starts_with_none()
     {
        let words = with(&[("spark.dynamicAllocation.enabled", "true")]);
        assert!(has(&words, "spark.cores.max=100000"));
        assert!(has(&words, "spark.scheduler.minRegisteredResourcesRatio=0"));
    }
}
