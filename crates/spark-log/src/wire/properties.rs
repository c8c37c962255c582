//! Which Spark properties are kept. Everything else in a Spark configuration may hold secrets and explains nothing here.

/// Properties that decide how many executors there are and how large, or how the log is written.
const KEPT: &[&str] = &[
    "spark.cores.max",
    "spark.decommission.enabled",
    "spark.default.parallelism",
    "spark.driver.cores",
    "spark.driver.memory",
    "spark.driver.memoryOverhead",
    "spark.dynamicAllocation.*",
    "spark.eventLog.compress",
    "spark.eventLog.rolling.enabled",
    "spark.executor.cores",
    "spark.executor.instances",
    "spark.executor.memory",
    "spark.executor.memoryOverhead",
    "spark.executor.pyspark.memory",
    "spark.kubernetes.allocation.*",
    "spark.locality.wait",
    "spark.scheduler.*",
    "spark.shuffle.service.enabled",
    "spark.speculation",
    "spark.sql.adaptive.enabled",
    "spark.sql.shuffle.partitions",
    "spark.task.cpus",
];

/// Whether a Spark property belongs to a comparison: it decides the number or the size of executors.
/// Every other property is dropped, because it may hold a secret.
#[must_use]
pub fn is_kept_property(name: &str) -> bool {
    KEPT.iter().any(|kept| match kept.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == *kept,
    })
}
