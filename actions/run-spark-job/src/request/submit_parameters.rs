//! spark-submit's parameters as text and as the configuration they stand for.

use std::{borrow::Cow, collections::BTreeMap};

/// A quote in the submit parameters has no partner.
#[derive(Debug, thiserror::Error)]
#[error(
    "a quote is not closed: quote a value with spaces as a whole, such as `--conf 'spark.x=a b'`"
)]
pub(crate) struct Unbalanced;

/// The options of spark-submit that stand for a property.
const OPTIONS: &[(&str, &str)] = &[
    ("--num-executors", "spark.executor.instances"),
    ("--executor-memory", "spark.executor.memory"),
    ("--executor-cores", "spark.executor.cores"),
    ("--driver-memory", "spark.driver.memory"),
    ("--driver-cores", "spark.driver.cores"),
    ("--driver-java-options", "spark.driver.extraJavaOptions"),
    ("--driver-class-path", "spark.driver.extraClassPath"),
    ("--driver-library-path", "spark.driver.extraLibraryPath"),
    ("--name", "spark.app.name"),
    ("--jars", "spark.jars"),
    ("--packages", "spark.jars.packages"),
    ("--exclude-packages", "spark.jars.excludes"),
    ("--repositories", "spark.jars.repositories"),
    ("--files", "spark.files"),
    ("--archives", "spark.archives"),
    ("--py-files", "spark.submit.pyFiles"),
];

/// The properties that `parameters` set. A later `--conf` wins over an earlier one, and an option of its own such
/// as `--executor-memory` wins over `--conf`, as in spark-submit.
pub(super) fn configuration(parameters: &str) -> Result<BTreeMap<String, String>, Unbalanced> {
    let words = shell_words::split(parameters).map_err(|_| Unbalanced)?;
    let mut by_conf = BTreeMap::new();
    let mut by_option = BTreeMap::new();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let (option, joined) = match word.split_once('=') {
            Some((option, value)) if option.starts_with("--") => {
                (option.to_owned(), Some(value.to_owned()))
            }
            _ => (word, None),
        };
        let property = OPTIONS
            .iter()
            .find(|(name, _)| *name == option)
            .map(|(_, property)| *property);
        let is_conf = matches!(option.as_str(), "--conf" | "-c");
        if !is_conf && property.is_none() {
            continue;
        }
        let Some(value) = joined.or_else(|| words.next()) else {
            continue;
        };
        match (property, value.split_once('=')) {
            (Some(property), _) => _ = by_option.insert(property.to_owned(), value),
            (None, Some((key, value))) => {
                _ = by_conf.insert(key.trim().to_owned(), value.to_owned())
            }
            (None, None) => {}
        }
    }
    by_conf.extend(by_option);
    Ok(by_conf)
}

/// One line: the defaults as `--conf`, then the user's own words as they are.
pub(super) fn line(defaults: &[(String, String)], theirs: &str) -> String {
    let mut parts: Vec<String> = defaults
        .iter()
        .map(|(key, value)| format!("--conf {}", word(&format!("{key}={value}"))))
        .collect();
    // Multi-line YAML ends up here with its line feeds; spark-submit wants one line.
    let lines = theirs.lines().map(str::trim);
    parts.extend(lines.filter(|line| !line.is_empty()).map(str::to_owned));
    parts.join(" ")
}

/// Quoted only if it has to be: the request is shown to people.
fn word(text: &str) -> Cow<'_, str> {
    match shell_words::split(text).as_deref() {
        Ok([whole]) if whole == text => text.into(),
        _ => shell_words::quote(text),
    }
}
