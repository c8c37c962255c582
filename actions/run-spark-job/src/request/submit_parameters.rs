//! spark-submit's parameters as text and as the configuration they stand for.

use std::{borrow::Cow, collections::BTreeMap};

/// Why the submit parameters cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unusable {
    /// A quote has no partner.
    #[error(
        "a quote is not closed: quote a value with spaces as a whole, such as `--conf 'spark.x=a b'`"
    )]
    Unbalanced,
    /// The parameters end in an option that needs a value.
    #[error("`{0}` at the end has no value")]
    NoValue(String),
    /// A word that spark-submit would take for the application.
    #[error(
        "`{0}` stands alone, and spark-submit would take it for the application: give the script in `entry-point` and its arguments in `arguments`, and quote values with spaces"
    )]
    BareWord(String),
    /// `--conf` with something else than `key=value`.
    #[error("`--conf` needs `key=value`, and word {0} is not: quote values with spaces as a whole")]
    NoPair(usize),
}

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

/// Other options of spark-submit that are followed by a value.
const VALUED: &[&str] = &[
    "--class",
    "--deploy-mode",
    "--keytab",
    "--kill",
    "--master",
    "--principal",
    "--properties-file",
    "--proxy-user",
    "--queue",
    "--remote",
    "--status",
    "--total-executor-cores",
];

/// Options of spark-submit that stand for themselves.
const SWITCHES: &[&str] = &[
    "--help",
    "-h",
    "--load-spark-defaults",
    "--supervise",
    "--usage-error",
    "--verbose",
    "-v",
    "--version",
];

/// The properties that `parameters` set. A later `--conf` wins over an earlier one, and an option of its own such
/// as `--executor-memory` wins over `--conf`, as in spark-submit.
pub(super) fn configuration(parameters: &str) -> Result<BTreeMap<String, String>, Unusable> {
    let words = shell_words::split(parameters).map_err(|_| Unusable::Unbalanced)?;
    let mut by_conf = BTreeMap::new();
    let mut by_option = BTreeMap::new();
    let mut words = words.into_iter().zip(1..).peekable();
    while let Some((word, position)) = words.next() {
        let (option, joined) = match word.split_once('=') {
            Some((option, value)) if option.starts_with("--") => {
                (option.to_owned(), Some((value.to_owned(), position)))
            }
            _ => (word, None),
        };
        if !option.starts_with('-') {
            return Err(Unusable::BareWord(option));
        }
        let property = property(&option);
        let is_conf = matches!(option.as_str(), "--conf" | "-c");
        if !is_conf && property.is_none() && !VALUED.contains(&option.as_str()) {
            // Whether an unknown option has a value cannot be known: a word after it is taken for one.
            if joined.is_none() && !SWITCHES.contains(&option.as_str()) {
                words.next_if(|(next, _)| !next.starts_with('-'));
            }
            continue;
        }
        let Some((value, position)) = joined.or_else(|| words.next()) else {
            return Err(Unusable::NoValue(option));
        };
        match (property, value.split_once('=')) {
            (Some(property), _) => _ = by_option.insert(property.to_owned(), value),
            (None, Some((key, value))) if is_conf => {
                _ = by_conf.insert(key.trim().to_owned(), value.to_owned());
            }
            (None, None) if is_conf => return Err(Unusable::NoPair(position)),
            (None, _) => {}
        }
    }
    by_conf.extend(by_option);
    Ok(by_conf)
}

fn property(option: &str) -> Option<&'static str> {
    let known = OPTIONS.iter().find(|(name, _)| *name == option);
    known.map(|(_, property)| *property)
}

/// A stretch of the submit parameters.
pub(super) enum Part<'a> {
    /// Settings, each as `--conf`.
    Conf(&'a [(String, String)]),
    /// Somebody's own words as they are.
    Words(&'a str),
}

/// All parts as one line, in their order.
pub(super) fn line(parts: &[Part<'_>]) -> String {
    let words = |part: &Part<'_>| -> Vec<String> {
        match part {
            Part::Conf(settings) => settings
                .iter()
                .map(|(key, value)| format!("--conf {}", word(&format!("{key}={value}"))))
                .collect(),
            // Multi-line YAML ends up here with its line feeds; spark-submit wants one line.
            Part::Words(text) => {
                let lines = text.lines().map(str::trim);
                lines
                    .filter(|line| !line.is_empty())
                    .map(str::to_owned)
                    .collect()
            }
        }
    };
    parts.iter().flat_map(words).collect::<Vec<_>>().join(" ")
}

/// Quoted only if it has to be: the request is shown to people.
fn word(text: &str) -> Cow<'_, str> {
    match shell_words::split(text).as_deref() {
        Ok([whole]) if whole == text => text.into(),
        _ => shell_words::quote(text),
    }
}

#[cfg(test)]
mod tests {
    use super::{Unusable, configuration};

    fn problem(parameters: &str) -> Option<Unusable> {
        configuration(parameters).err()
    }

    #[test]
    fn options_without_values_and_stray_words_are_refused() {
        let no_value = |option: &str| Some(Unusable::NoValue(option.into()));
        let bare = |word: &str| Some(Unusable::BareWord(word.into()));
        assert_eq!(problem("--verbose --conf"), no_value("--conf"));
        assert_eq!(problem("--executor-memory"), no_value("--executor-memory"));
        assert_eq!(problem("--class"), no_value("--class"));
        assert_eq!(problem("--conf spark.x=a b"), bare("b"));
        assert_eq!(problem("--verbose s3://b/job.py"), bare("s3://b/job.py"));
        assert_eq!(problem("--conf --verbose"), Some(Unusable::NoPair(2)));
        assert_eq!(problem("--conf 'spark.x=a"), Some(Unusable::Unbalanced));
    }

    #[test]
    fn what_spark_submit_accepts_is_accepted() {
        for parameters in [
            "",
            "--verbose",
            "--class org.example.Main --jars s3://b/a.jar,s3://b/b.jar",
            "--conf 'spark.x=a b' -c spark.y=1 --executor-memory=2G",
            "--new-option value --new-switch --verbose",
        ] {
            assert_eq!(problem(parameters), None, "{parameters}");
        }
    }
}
