//! Spark's settings from all sources, and everything that can be wrong with them.

use gha::Fields;

use super::given::JOB_FILE;
use crate::request::{
    self, EVENT_LOG_DIR, SparkSettings, Wishes, document::Configuration, keys, limits, pointless,
};

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
    for pointless in pointless::settings(wishes.variant, &spark) {
        match pointless.is_error {
            true => {
                let in_file = from_file(wishes, &pointless.key);
                let input = if in_file { JOB_FILE } else { pointless.input };
                fields.problem(input, pointless.problem);
            }
            false => warnings.push(pointless.problem),
        }
    }
    for unknown in keys::unknown(spark.effective.keys().map(String::as_str)) {
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
