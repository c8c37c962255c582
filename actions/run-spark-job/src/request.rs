//! What is asked of EMR: the mode's defaults, overridden by the job file, overridden by the inputs.
//!
//! Pure. Precedence, weakest first: the mode's defaults, the job file, `spark-properties` (key by key, also for a
//! setting that sits in the submit parameters), `spark-submit-parameters`. spark-submit itself lets its parameters win
//! over spark-defaults, so what is set again is put behind what it overrides, and the order is the same on the cluster.

pub(crate) mod assemble;
mod defaults;
pub(crate) mod document;
pub(crate) mod limits;
pub(crate) mod members;
mod submit_parameters;
pub(crate) mod token;

use std::collections::BTreeMap;

use aws_setup::S3Uri;
use run_record::Variant;

pub(crate) use defaults::template_file;
pub(crate) use spark_settings::{
    DYNAMIC_ALLOCATION, EVENT_LOG_ENABLED, INITIAL_EXECUTORS, MAX_EXECUTORS, MIN_EXECUTORS,
};
pub(crate) use submit_parameters::Unusable;

/// Where Spark writes its event log; owned by the input `event-log-uri`.
pub(crate) const EVENT_LOG_DIR: &str = "spark.eventLog.dir";

/// The Spark half of a StartJobRun request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SparkSettings {
    /// `sparkSubmitParameters`, one line.
    pub(crate) submit_parameters: String,
    /// The `spark-defaults` classification.
    pub(crate) properties: BTreeMap<String, String>,
    /// What Spark will see after both are merged.
    pub(crate) effective: BTreeMap<String, String>,
    /// What the job file asks for and does not get, in words.
    pub(crate) notes: Vec<String>,
    /// Properties of the input that something else overrules, in words.
    pub(crate) overruled: Vec<String>,
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
    /// What the job file sets.
    pub(crate) file: &'a FileSettings,
    /// The input `spark-properties`, later lines win.
    pub(crate) properties: &'a [(String, String)],
    /// The input `spark-submit-parameters`.
    pub(crate) submit_parameters: &'a str,
}

/// The Spark half of a job file.
#[derive(Debug, Clone, Default)]
pub(crate) struct FileSettings {
    /// Its `spark-defaults` classification.
    pub(crate) properties: BTreeMap<String, String>,
    /// Its `sparkSubmitParameters`.
    pub(crate) submit_parameters: String,
}

/// Merges defaults, job file and inputs.
///
/// # Errors
/// The input with submit parameters that spark-submit does not understand, and why it does not.
pub(crate) fn settings(wishes: &Wishes<'_>) -> Result<SparkSettings, (&'static str, Unusable)> {
    let file = submit_parameters::configuration(&wishes.file.submit_parameters)
        .map_err(|unusable| ("job-file", unusable))?;
    let theirs = submit_parameters::configuration(wishes.submit_parameters)
        .map_err(|unusable| ("spark-submit-parameters", unusable))?;
    let mut in_parameters = defaults::submit_parameters(wishes.variant);
    let mut properties = defaults::properties(wishes);
    let mut place =
        |key: &String, value: &String| match in_parameters.iter_mut().find(|(name, _)| name == key)
        {
            Some((_, current)) => current.clone_from(value),
            None => _ = properties.insert(key.clone(), value.clone()),
        };
    let owned = defaults::owned_by_inputs(wishes);
    let mut again = Vec::new();
    for (key, value) in &wishes.file.properties {
        if !owned.contains_key(key) {
            place(key, value);
        }
    }
    for (key, value) in wishes.properties {
        match file.contains_key(key) {
            true => again.push((key.clone(), value.clone())),
            false => place(key, value),
        }
    }
    let differs =
        |(key, value): &(&String, &String)| file.get(*key).is_some_and(|set| set != *value);
    let meant =
        |(key, _): &(&String, &String)| wishes.properties.iter().all(|(name, _)| name != *key);
    let back = owned.iter().filter(differs).filter(meant);
    again.extend(back.map(|(key, value)| (key.clone(), value.clone())));

    let set = |key: &str| {
        theirs.contains_key(key)
            || file.contains_key(key)
            || wishes.file.properties.contains_key(key)
            || wishes.properties.iter().any(|(name, _)| name == key)
    };
    if wishes.variant == Variant::Dra && set(MIN_EXECUTORS) && !set(INITIAL_EXECUTORS) {
        // The default start would lie below a minimum that someone raised.
        let minimum = [
            &theirs,
            &again.iter().cloned().collect(),
            &file,
            &properties,
        ]
        .into_iter()
        .find_map(|settings| settings.get(MIN_EXECUTORS).cloned());
        if let Some(minimum) = minimum {
            properties.insert(INITIAL_EXECUTORS.to_owned(), minimum);
        }
    }
    // A default that the user's own parameters set again would only be noise in front of them.
    in_parameters.retain(|(name, _)| !theirs.contains_key(name) && !file.contains_key(name));
    let submit_parameters = submit_parameters::line(&[
        submit_parameters::Part::Conf(&in_parameters),
        submit_parameters::Part::Words(&wishes.file.submit_parameters),
        submit_parameters::Part::Conf(&again),
        submit_parameters::Part::Words(wishes.submit_parameters),
    ]);
    let merged = submit_parameters::configuration(&submit_parameters)
        .map_err(|unusable| ("spark-submit-parameters", unusable))?;
    let mut effective = properties.clone();
    effective.extend(merged);
    Ok(SparkSettings {
        notes: notes(wishes, &file),
        overruled: overruled(wishes, &theirs, &effective),
        submit_parameters,
        properties,
        effective,
    })
}

/// The same job file serves both modes, so a mode it contradicts wins, and that is said.
fn notes(wishes: &Wishes<'_>, file: &BTreeMap<String, String>) -> Vec<String> {
    let mode = wishes.variant == Variant::Dra;
    let asked = file.get(DYNAMIC_ALLOCATION);
    let asked = asked.or_else(|| wishes.file.properties.get(DYNAMIC_ALLOCATION));
    let contrary = asked.filter(|asked| asked.trim().eq_ignore_ascii_case("true") != mode);
    contrary
        .map(|asked| {
            format!(
                "the job file sets `{DYNAMIC_ALLOCATION}` to `{asked}`; mode `{}` sets it to `{mode}`",
                wishes.variant
            )
        })
        .into_iter()
        .collect()
}

/// An option of spark-submit, such as `--executor-memory`, wins over every `--conf`, wherever it stands.
fn overruled(
    wishes: &Wishes<'_>,
    theirs: &BTreeMap<String, String>,
    effective: &BTreeMap<String, String>,
) -> Vec<String> {
    let last: BTreeMap<_, _> = wishes.properties.iter().cloned().collect();
    last.iter()
        .filter(|(key, _)| !theirs.contains_key(*key))
        .filter_map(|(key, value)| {
            let stays = effective.get(key).filter(|stays| *stays != value)?;
            Some(format!(
                "`{key}` stays `{stays}`: the job file sets it with an option of spark-submit, which wins over properties; take it out there"
            ))
        })
        .collect()
}

#[cfg(test)]
mod tests;
