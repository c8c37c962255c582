//! Spark's settings from all sources, and everything that can be wrong with them.

use gha::Fields;
use run_record::Variant;
use spark_settings::Allocation;

use super::given::JOB_FILE;
use crate::request::{self, EVENT_LOG_DIR, SparkSettings, Wishes, document::Configuration, limits};

/// What is said about settings that do no harm.
pub(super) type Warnings = Vec<String>;

/// The merged settings and what to warn of; problems go to `fields`.
pub(super) fn settings(
    fields: &mut Fields,
    wishes: &Wishes<'_>,
) -> Option<(SparkSettings, Warnings)> {
    let spark = match request::settings(wishes) {
        Ok(spark) => spark,
        Err((input, unusable)) => {
            fields.problem(input, unusable.to_string());
            return None;
        }
    };
    limits::properties(&spark.properties)
        .into_iter()
        .for_each(|problem| fields.problem("spark-properties", problem));
    if let Some(problem) = limits::submit_parameters(&spark.submit_parameters) {
        fields.problem("spark-submit-parameters", problem);
    }
    if let Some(problem) = limits::mode(wishes.variant, &spark) {
        fields.problem("mode", problem);
    }
    for problem in &spark.overruled {
        fields.problem("spark-properties", problem);
    }
    let mut warnings = spark.notes.clone();
    let allocation = match wishes.variant {
        Variant::Static => Allocation::Fixed,
        Variant::Dra => Allocation::Dynamic,
    };
    for finding in spark_settings::findings(allocation, &spark.effective) {
        match finding.is_error {
            true => fields.problem(source_of(wishes, &spark, &finding.key), finding.problem),
            false => warnings.push(finding.problem),
        }
    }
    for unknown in spark_settings::unknown(spark.effective.keys().map(String::as_str)) {
        match unknown.is_mistake() {
            true => fields.problem(source(wishes, unknown.key), unknown.to_string()),
            false => warnings.push(unknown.to_string()),
        }
    }
    if spark
        .effective
        .get(EVENT_LOG_DIR)
        .is_some_and(|dir| *dir != wishes.event_log.to_string())
    {
        fields.problem(
            "spark-properties",
            format!("set the input `event-log-uri` instead of `{EVENT_LOG_DIR}`"),
        );
    }
    Some((spark, warnings))
}

/// EMR's limits on classifications that are passed on as they are.
pub(super) fn others(fields: &mut Fields, all: &[Configuration]) {
    if all.len() > limits::CLASSIFICATIONS {
        let problem = format!(
            "{} classifications; EMR accepts up to {}",
            all.len(),
            limits::CLASSIFICATIONS
        );
        fields.problem(JOB_FILE, problem);
    }
    for (at, one) in all.iter().enumerate() {
        let name = &one.classification;
        if all[..at].iter().any(|other| other.classification == *name) {
            fields.problem(
                JOB_FILE,
                format!("classification `{name}` is there twice: put its properties together"),
            );
        }
        if one.classification != request::assemble::SPARK_DEFAULTS {
            for problem in limits::properties(&one.properties) {
                fields.problem(
                    JOB_FILE,
                    format!("classification `{}`: {problem}", one.classification),
                );
            }
        }
        others(fields, &one.configurations);
    }
}

/// The input whose value of a property wins.
fn source_of(wishes: &Wishes<'_>, spark: &SparkSettings, key: &str) -> &'static str {
    if from_file(wishes, key) {
        JOB_FILE
    } else if spark.properties.get(key) == spark.effective.get(key) {
        "spark-properties"
    } else {
        "spark-submit-parameters"
    }
}

/// Whether the job file set the property, and no input did.
fn from_file(wishes: &Wishes<'_>, key: &str) -> bool {
    let set =
        wishes.file.properties.contains_key(key) || wishes.file.submit_parameters.contains(key);
    set && source(wishes, key) == JOB_FILE
}

/// The input that set the property.
fn source(wishes: &Wishes<'_>, key: &str) -> &'static str {
    if wishes.properties.iter().any(|(name, _)| name == key) {
        "spark-properties"
    } else if wishes.submit_parameters.contains(key) {
        "spark-submit-parameters"
    } else {
        JOB_FILE
    }
}
