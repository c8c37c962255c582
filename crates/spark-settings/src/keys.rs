//! Configuration keys that Spark does not know. It ignores them in silence, and then the run is not the one meant. Pure.

use std::sync::LazyLock;

use crate::nearest::{Nearest, nearest};

/// What Spark's own jars of versions 3.2 to 4.2 name (`fixtures/spark-keys`), sorted.
static KNOWN: LazyLock<Vec<&str>> =
    LazyLock::new(|| include_str!("spark-keys.txt").lines().collect());

/// Keys of Amazon EMR's own Spark, from its documentation.
const EMR: &[&str] = &[
    "spark.blacklist.decommissioning.enabled",
    "spark.blacklist.decommissioning.timeout",
    "spark.decommissioning.timeout.threshold",
    "spark.eventLog.rotation.enabled",
    "spark.eventLog.rotation.interval",
    "spark.eventLog.rotation.maxFilesToRetain",
    "spark.eventLog.rotation.minFileSize",
    "spark.files.fetchFailure.unRegisterOutputOnHost",
    "spark.kubernetes.driver.podTemplateValidation.enabled",
    "spark.kubernetes.executor.podTemplateValidation.enabled",
    "spark.resourceManager.cleanupExpiredHost",
    "spark.stage.attempt.ignoreOnDecommissionFetchFailure",
];

/// Families that go on with a name of the user's or of a library's choice.
const FAMILIES: &[&str] = &[
    "spark.databricks.",
    "spark.datasource.",
    "spark.dataflint.",
    "spark.delta.",
    "spark.driver.resource.",
    "spark.emr",
    "spark.executor.resource.",
    "spark.executorEnv.",
    "spark.hadoop.",
    "spark.hive.",
    "spark.kubernetes.authenticate.",
    "spark.kubernetes.driver.annotation.",
    "spark.kubernetes.driver.label.",
    "spark.kubernetes.driver.node.selector.",
    "spark.kubernetes.driver.secretKeyRef.",
    "spark.kubernetes.driver.secrets.",
    "spark.kubernetes.driver.service.annotation.",
    "spark.kubernetes.driver.service.label.",
    "spark.kubernetes.driver.volumes.",
    "spark.kubernetes.driverEnv.",
    "spark.kubernetes.executor.annotation.",
    "spark.kubernetes.executor.label.",
    "spark.kubernetes.executor.node.selector.",
    "spark.kubernetes.executor.secretKeyRef.",
    "spark.kubernetes.executor.secrets.",
    "spark.kubernetes.executor.volumes.",
    "spark.kubernetes.node.selector.",
    "spark.metrics.conf.",
    "spark.mongodb.",
    "spark.openlineage.",
    // Parameters of servlet filters are named after the filter's class.
    "spark.org.",
    "spark.com.",
    "spark.plugins.internal.conf.",
    "spark.rapids.",
    "spark.shuffle.plugin.",
    "spark.sql.catalog.",
    "spark.sql.emr.",
    "spark.sql.gluten.",
    "spark.gluten.",
    "spark.sql.iceberg.",
    "spark.sql.parquet.fs.optimized.committer.",
    "spark.ssl.",
    "spark.task.resource.",
];

/// A key Spark does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown<'a> {
    /// The key.
    pub key: &'a str,
    /// What it was probably meant to be.
    pub nearest: Option<Nearest<'static>>,
}

impl Unknown<'_> {
    /// True when the key is surely a mistake: a slip of the finger, or none that Spark takes at all. Another unknown
    /// key may be the application's own.
    pub fn is_mistake(&self) -> bool {
        !self.key.starts_with("spark.") || self.nearest.as_ref().is_some_and(|near| near.is_slip)
    }
}

/// For example `Spark does not know spark.executor.memroy: did you mean spark.executor.memory?`
impl std::fmt::Display for Unknown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.nearest {
            Some(near) => write!(
                f,
                "Spark does not know `{}` and would ignore it: did you mean `{}`?",
                self.key, near.name
            ),
            None if !self.key.starts_with("spark.") => write!(
                f,
                "`{}` does not begin with `spark.`, so Spark ignores it",
                self.key
            ),
            None => write!(
                f,
                "Spark does not know `{}`: it has no effect unless the application reads it",
                self.key
            ),
        }
    }
}

/// The keys that Spark does not know.
pub fn unknown<'a>(keys: impl Iterator<Item = &'a str>) -> Vec<Unknown<'a>> {
    let is_known = |key: &&str| {
        KNOWN.binary_search(key).is_ok()
            || EMR.contains(key)
            || FAMILIES.iter().any(|family| key.starts_with(family))
    };
    keys.filter(|key| !is_known(key))
        .map(|key| Unknown {
            key,
            nearest: nearest(key, KNOWN.iter().chain(EMR).copied()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{KNOWN, unknown};

    fn said(key: &str) -> Option<(bool, String)> {
        let unknown = unknown(std::iter::once(key));
        unknown
            .first()
            .map(|unknown| (unknown.is_mistake(), unknown.to_string()))
    }

    #[test]
    fn the_list_can_be_searched() {
        assert!(KNOWN.is_sorted() && KNOWN.len() > 1500);
    }

    #[test]
    fn keys_of_spark_of_emr_and_of_open_families_are_known() {
        for key in [
            "spark.dynamicAllocation.shuffleTracking.timeout",
            "spark.kubernetes.driver.podTemplateFile",
            "spark.sql.adaptive.enabled",
            "spark.eventLog.rotation.enabled",
            "spark.hadoop.fs.s3a.endpoint",
            "spark.kubernetes.executor.label.team",
            "spark.sql.catalog.glue.warehouse",
        ] {
            assert_eq!(said(key), None, "{key}");
        }
    }

    #[test]
    fn a_slip_is_a_mistake_and_a_strange_key_may_be_the_applications() {
        let (mistake, said_of) = said("spark.dynamicAllocation.maxExecuters").unwrap_or_default();
        assert!(
            mistake && said_of.contains("`spark.dynamicAllocation.maxExecutors`?"),
            "{said_of}"
        );
        // Both stand in a published guide.
        for (wrong, right) in [
            (
                "spark.executor.decommission.enabled",
                "spark.decommission.enabled",
            ),
            (
                "spark.kubernetes.executor.reusePersistentVolume",
                "spark.kubernetes.driver.reusePersistentVolumeClaim",
            ),
        ] {
            let (mistake, said_of) = said(wrong).unwrap_or_default();
            assert!(!mistake && said_of.contains(right), "{said_of}");
        }
        let (mistake, said_of) = said("spark.threadsleep.unit").unwrap_or_default();
        assert!(
            !mistake && said_of.ends_with("unless the application reads it"),
            "{said_of}"
        );
        let (mistake, said_of) = said("fs.s3a.endpoint").unwrap_or_default();
        assert!(
            mistake && said_of.contains("does not begin with"),
            "{said_of}"
        );
    }
}
