//! The effective Spark configuration of a job run. Pure.
//!
//! Precedence, least first: what EMR on EKS sets itself, the job's `spark-defaults`, its `sparkSubmitParameters`.

use std::collections::BTreeMap;

use super::submit_parameters;

/// What EMR on EKS sets when the job does not (the ConfigMap of a real emr-6.8.0 job), as far as it matters here.
const EMR_DEFAULTS: [(&str, &str); 5] = [
    ("spark.driver.memory", "1G"),
    ("spark.dynamicAllocation.enabled", "false"),
    ("spark.eventLog.dir", "file:///var/log/spark/apps"),
    ("spark.eventLog.enabled", "true"),
    ("spark.executor.memory", "1G"),
];

/// Kubernetes' default of `spark.executor.instances`; standalone would take every core it finds.
const DEFAULT_INSTANCES: u32 = 2;

/// `spark.kubernetes.memoryOverheadFactor` for Python and for JVM programs, and the least overhead.
const PYTHON_OVERHEAD: f64 = 0.4;
const JVM_OVERHEAD: f64 = 0.1;
const LEAST_OVERHEAD_MIB: u64 = 384;

/// The merged configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    effective: BTreeMap<String, String>,
    python: bool,
}

/// What a pod asks Kubernetes for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PodRequest {
    pub(crate) milli_cpu: u64,
    pub(crate) memory_mib: u64,
}

/// Where the event log goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EventLogDirectory {
    Off,
    /// A folder inside the driver's pod, lost with it.
    InPod,
    S3 {
        bucket: String,
        prefix: String,
    },
}

impl Settings {
    /// Merges the layers.
    pub(crate) fn merge(
        spark_defaults: &BTreeMap<String, String>,
        submit: &[String],
        python: bool,
    ) -> Self {
        let mut effective: BTreeMap<_, _> = EMR_DEFAULTS
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        effective.extend(spark_defaults.clone());
        effective.extend(submit_parameters::properties(submit));
        Self { effective, python }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.effective.get(key).map(String::as_str)
    }

    fn is_true(&self, key: &str) -> bool {
        self.get(key)
            .is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
    }

    pub(crate) fn number(&self, key: &str, default: u32) -> u32 {
        self.get(key)
            .and_then(|value| value.trim().parse().ok())
            .unwrap_or(default)
    }

    /// Whether Spark asks for executors itself.
    pub(crate) fn dynamic_allocation(&self) -> bool {
        self.is_true("spark.dynamicAllocation.enabled")
    }

    /// How many executors Spark wants before its first task, and the most it may ever want.
    pub(crate) fn executor_bounds(&self) -> (u32, u32) {
        if !self.dynamic_allocation() {
            return (self.instances(), self.instances());
        }
        // `Utils.getDynamicAllocationInitialExecutors`: the largest of the three.
        let least = self.number("spark.dynamicAllocation.minExecutors", 0);
        let initial = self.number("spark.dynamicAllocation.initialExecutors", least);
        let instances = self.number("spark.executor.instances", 0);
        let most = self.number("spark.dynamicAllocation.maxExecutors", u32::MAX);
        (least.max(initial).max(instances), most)
    }

    /// How many executors a job without dynamic allocation wants.
    pub(crate) fn instances(&self) -> u32 {
        self.number("spark.executor.instances", DEFAULT_INSTANCES)
    }

    pub(crate) fn executor_cores(&self) -> u32 {
        self.number("spark.executor.cores", 1).max(1)
    }

    pub(crate) fn executor_memory_mib(&self) -> u64 {
        self.get("spark.executor.memory")
            .and_then(mebibytes)
            .unwrap_or(1024)
    }

    /// The driver's heap as the JVM takes it.
    pub(crate) fn driver_heap(&self) -> String {
        format!(
            "{}m",
            self.get("spark.driver.memory")
                .and_then(mebibytes)
                .unwrap_or(1024)
        )
    }

    /// Whether executor pods are deleted when they end.
    pub(crate) fn delete_on_termination(&self) -> bool {
        self.get("spark.kubernetes.executor.deleteOnTermination")
            .is_none_or(|v| v.trim().eq_ignore_ascii_case("true"))
    }

    /// What an executor pod requests: its cores, and its memory with the overhead.
    pub(crate) fn executor_request(&self) -> PodRequest {
        self.request(
            "executor",
            self.executor_cores(),
            self.executor_memory_mib(),
        )
    }

    /// What the driver pod requests.
    pub(crate) fn driver_request(&self) -> PodRequest {
        let memory = self
            .get("spark.driver.memory")
            .and_then(mebibytes)
            .unwrap_or(1024);
        self.request("driver", self.number("spark.driver.cores", 1), memory)
    }

    fn request(&self, role: &str, cores: u32, memory_mib: u64) -> PodRequest {
        let overhead = self
            .get(&format!("spark.{role}.memoryOverhead"))
            .and_then(mebibytes)
            .unwrap_or_else(|| self.overhead(memory_mib));
        PodRequest {
            milli_cpu: u64::from(cores) * 1000,
            memory_mib: memory_mib + overhead,
        }
    }

    fn overhead(&self, memory_mib: u64) -> u64 {
        let factor = if self.python {
            PYTHON_OVERHEAD
        } else {
            JVM_OVERHEAD
        };
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss
        )]
        let share = (memory_mib as f64 * factor) as u64;
        share.max(LEAST_OVERHEAD_MIB)
    }

    /// Where the job wants its event log.
    pub(crate) fn event_log(&self) -> EventLogDirectory {
        if !self.is_true("spark.eventLog.enabled") {
            return EventLogDirectory::Off;
        }
        let directory = self.get("spark.eventLog.dir").unwrap_or_default();
        let s3 = ["s3://", "s3a://"]
            .iter()
            .find_map(|scheme| directory.strip_prefix(scheme));
        match s3.map(|rest| rest.split_once('/').unwrap_or((rest, ""))) {
            Some((bucket, prefix)) => EventLogDirectory::S3 {
                bucket: bucket.to_owned(),
                prefix: prefix.trim_matches('/').to_owned(),
            },
            None => EventLogDirectory::InPod,
        }
    }

    /// The `spark-defaults` file: everything effective that is not the user's own submit parameter also stands here.
    pub(crate) fn properties_file(&self) -> String {
        self.effective
            .iter()
            .map(|(key, value)| format!("{key} {}\n", escape(value)))
            .collect()
    }
}

fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('\n', "\\n")
}

/// A JVM memory string (`1G`, `512m`, `1024` as MiB) in MiB.
pub(crate) fn mebibytes(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let number: u64 = text[..digits].parse().ok()?;
    match &text[digits..] {
        "" | "m" | "mb" => Some(number),
        "g" | "gb" => Some(number * 1024),
        "t" | "tb" => Some(number * 1024 * 1024),
        "k" | "kb" => Some(number / 1024),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{EventLogDirectory, PodRequest, Settings, mebibytes};

    fn settings(defaults: &[(&str, &str)], submit: &[&str]) -> Settings {
        let defaults: BTreeMap<_, _> = defaults
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        let submit: Vec<_> = submit.iter().map(|word| (*word).to_owned()).collect();
        Settings::merge(&defaults, &submit, true)
    }

    #[test]
    fn submit_parameters_beat_spark_defaults() {
        let merged = settings(
            &[("spark.executor.instances", "15")],
            &["--conf", "spark.executor.instances=3"],
        );
        assert_eq!(merged.instances(), 3);
    }

    #[test]
    fn a_python_executor_of_one_gibibyte_requests_the_overhead_too() {
        let request = settings(&[], &[]).executor_request();
        assert_eq!(
            request,
            PodRequest {
                milli_cpu: 1000,
                memory_mib: 1433
            }
        );
    }

    #[test]
    fn finds_the_event_log_directory() {
        let s3 = settings(&[("spark.eventLog.dir", "s3://bench/spark-events/")], &[]).event_log();
        assert_eq!(
            s3,
            EventLogDirectory::S3 {
                bucket: "bench".to_owned(),
                prefix: "spark-events".to_owned()
            }
        );
        assert_eq!(settings(&[], &[]).event_log(), EventLogDirectory::InPod);
        assert_eq!(
            settings(&[("spark.eventLog.enabled", "false")], &[]).event_log(),
            EventLogDirectory::Off
        );
    }

    #[test]
    fn reads_memory_strings() {
        assert_eq!(mebibytes("1G"), Some(1024));
        assert_eq!(mebibytes("1536m"), Some(1536));
        assert_eq!(mebibytes("much"), None);
    }
}
