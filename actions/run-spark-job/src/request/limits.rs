//! EMR's limits on a StartJobRun request, checked before it is sent. Pure: each check returns its problems in words.
//!
//! The numbers are those of the service's published model (emr-containers 2020-10-01).

use std::{collections::BTreeMap, str::FromStr};

use run_record::Variant;

use super::{DYNAMIC_ALLOCATION, SparkSettings, document::MonitoringConfiguration};

const NAME: usize = 64;
const NAMESPACE: usize = 63;
const ENTRY_POINT: usize = 256;
const ARGUMENT: usize = 10_280;
const SUBMIT_PARAMETERS: usize = 102_400;
const PROPERTIES: usize = 100;
const PROPERTY: usize = 1024;
/// Classifications in one list.
pub(crate) const CLASSIFICATIONS: usize = 100;
const LOG_URI: usize = 10_280;
const LOG_GROUP: usize = 512;
const LOG_STREAM_PREFIX: usize = 256;
const LOG_FILES: i32 = 50;
const TAGS: usize = 50;
/// Tags the action sets by itself, at most.
const OWN_TAGS: usize = 5;
const TAG_KEY: usize = 128;
const TAG_VALUE: usize = 256;

/// A job run's name as EMR accepts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JobName(pub(crate) String);

impl FromStr for JobName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_/#".contains(c);
        if text.is_empty() || text.chars().count() > NAME || !text.chars().all(allowed) {
            return Err(format!(
                "expected 1 to {NAME} letters, digits and the characters `. - _ / #`"
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

/// A namespace as Kubernetes accepts it: a label of the domain name system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Namespace(pub(crate) String);

impl FromStr for Namespace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let legal = (1..=NAMESPACE).contains(&text.len())
            && text.bytes().all(allowed)
            && !text.starts_with('-')
            && !text.ends_with('-');
        match legal {
            true => Ok(Self(text.to_owned())),
            false => Err(format!(
                "expected a Kubernetes namespace: 1 to {NAMESPACE} lower-case letters, digits and `-`, with no `-` at either end"
            )),
        }
    }
}

/// What is wrong with the entry point's length.
pub(crate) fn entry_point(uri: &str) -> Option<String> {
    let length = uri.chars().count();
    (length > ENTRY_POINT).then(|| {
        format!("has {length} characters; EMR accepts up to {ENTRY_POINT}: use a shorter key")
    })
}

/// What is wrong with the arguments' lengths.
pub(crate) fn arguments(arguments: &[String]) -> Vec<String> {
    let too_long = |(index, argument): (usize, &String)| {
        let length = argument.chars().count();
        (length > ARGUMENT).then(|| {
            format!(
                "argument {} has {length} characters; EMR accepts up to {ARGUMENT}",
                index + 1
            )
        })
    };
    arguments.iter().enumerate().filter_map(too_long).collect()
}

/// What is wrong with the tags, those that the action adds counted. The letters are those of AWS's tagging rules.
pub(crate) fn tags<'a>(tags: impl Iterator<Item = (&'a String, &'a String)>) -> Vec<String> {
    let allowed = |text: &str| {
        text.chars()
            .all(|c| c.is_alphanumeric() || c.is_whitespace() || "_.:/=+-@".contains(c))
    };
    let mut problems = Vec::new();
    let mut count = OWN_TAGS;
    for (key, value) in tags {
        count += 1;
        let (key_length, length) = (key.chars().count(), value.chars().count());
        if !(1..=TAG_KEY).contains(&key_length) || length > TAG_VALUE {
            problems.push(format!("tag `{key}`: AWS accepts keys of 1 to {TAG_KEY} characters and values of up to {TAG_VALUE}"));
        }
        if !allowed(key) || !allowed(value) {
            problems.push(format!(
                "tag `{key}`: AWS accepts letters, digits, spaces and `_ . : / = + - @`"
            ));
        }
        if key.to_lowercase().starts_with("aws:") {
            problems.push(format!(
                "tag `{key}`: names that begin with `aws:` are AWS's own"
            ));
        }
        if key.starts_with("emr-eks-actions:") {
            problems.push(format!(
                "tag `{key}`: names that begin with `emr-eks-actions:` are set by the action"
            ));
        }
    }
    if count > TAGS {
        problems.push(format!(
            "{count} tags with the {OWN_TAGS} of the action; AWS accepts up to {TAGS}"
        ));
    }
    problems
}

/// What is wrong with where logs go.
pub(crate) fn monitoring(logs: &MonitoringConfiguration) -> Vec<String> {
    let s3 = logs.s3_monitoring_configuration.as_ref();
    let cloud_watch = logs.cloud_watch_monitoring_configuration.as_ref();
    let texts = [
        ("logUri", s3.map(|s3| &s3.log_uri), LOG_URI),
        (
            "logGroupName",
            cloud_watch.map(|logs| &logs.log_group_name),
            LOG_GROUP,
        ),
        (
            "logStreamNamePrefix",
            cloud_watch.and_then(|logs| logs.log_stream_name_prefix.as_ref()),
            LOG_STREAM_PREFIX,
        ),
    ];
    let mut problems: Vec<String> = texts
        .into_iter()
        .filter_map(|(name, text, most)| {
            let length = text?.chars().count();
            (!(1..=most).contains(&length))
                .then(|| format!("`{name}` has {length} characters; EMR accepts 1 to {most}"))
        })
        .collect();
    if let Some(rotation) = &logs.container_log_rotation_configuration {
        if !(1..=LOG_FILES).contains(&rotation.max_files_to_keep) {
            problems.push(format!(
                "`maxFilesToKeep` is {}; EMR accepts 1 to {LOG_FILES}",
                rotation.max_files_to_keep
            ));
        }
        if s3.is_none() {
            problems.push(
                "`containerLogRotationConfiguration` needs `s3MonitoringConfiguration` beside it"
                    .to_owned(),
            );
        }
    }
    problems
}

/// What is wrong with the submit parameters' length.
pub(crate) fn submit_parameters(line: &str) -> Option<String> {
    let length = line.chars().count();
    (length > SUBMIT_PARAMETERS).then(|| {
        format!("make {length} characters with the defaults; EMR accepts up to {SUBMIT_PARAMETERS}")
    })
}

/// What is wrong with the `spark-defaults` classification.
pub(crate) fn properties(properties: &BTreeMap<String, String>) -> Vec<String> {
    let mut problems = Vec::new();
    if properties.len() > PROPERTIES {
        problems.push(format!(
            "{} properties with the defaults; EMR accepts up to {PROPERTIES}: move some into `spark-submit-parameters`",
            properties.len()
        ));
    }
    for (key, value) in properties {
        let (key_length, length) = (key.chars().count(), value.chars().count());
        if key_length == 0 {
            problems.push("a property has no name".to_owned());
        }
        if key_length > PROPERTY {
            let start: String = key.chars().take(40).collect();
            problems.push(format!("the property name `{start}…` has {key_length} characters; EMR accepts up to {PROPERTY}"));
        }
        if length == 0 || length > PROPERTY {
            problems.push(format!(
                "`{key}` has a value of {length} characters; EMR accepts 1 to {PROPERTY}: longer ones fit into `spark-submit-parameters`"
            ));
        }
    }
    problems
}

/// Why the settings contradict the mode: a record must not call a run static that was not.
pub(crate) fn mode(variant: Variant, spark: &SparkSettings) -> Option<String> {
    let on = spark
        .effective
        .get(DYNAMIC_ALLOCATION)
        .is_some_and(|value| value.trim().eq_ignore_ascii_case("true"));
    match (variant, on) {
        (Variant::Static, true) => Some(format!(
            "is `static`, but the Spark settings turn `{DYNAMIC_ALLOCATION}` on"
        )),
        (Variant::Dra, false) => Some(format!(
            "is `dra`, but the Spark settings turn `{DYNAMIC_ALLOCATION}` off"
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{JobName, Namespace, arguments, entry_point, properties, submit_parameters};

    #[test]
    fn names_follow_emrs_pattern() {
        assert!("emr-eks-actions-static".parse::<JobName>().is_ok());
        assert!("a/b#1_c.d".parse::<JobName>().is_ok());
        for name in ["", "two words", "ümlaut", &"x".repeat(65)] {
            assert!(name.parse::<JobName>().is_err(), "{name}");
        }
    }

    #[test]
    fn namespaces_are_those_of_kubernetes() {
        for name in ["analytics", "a", "team-1", &"x".repeat(63)] {
            assert!(name.parse::<Namespace>().is_ok(), "{name}");
        }
        for name in [
            "",
            "Analytics",
            "a_b",
            "a.b",
            "a/b",
            "-a",
            "a-",
            &"x".repeat(64),
        ] {
            assert!(name.parse::<Namespace>().is_err(), "{name}");
        }
    }

    #[test]
    fn lengths_are_counted_to_the_last_allowed_character() {
        assert_eq!(entry_point(&"x".repeat(256)), None);
        assert!(entry_point(&"x".repeat(257)).is_some_and(|problem| problem.contains("257")));
        assert!(arguments(&["x".repeat(10_280)]).is_empty());
        assert_eq!(arguments(&["ok".into(), "x".repeat(10_281)]).len(), 1);
        assert_eq!(submit_parameters(&"x".repeat(102_400)), None);
        assert!(submit_parameters(&"x".repeat(102_401)).is_some());
    }

    #[test]
    fn every_property_problem_is_named() {
        let mut many: BTreeMap<_, _> = (0..100)
            .map(|n| (format!("spark.k{n:03}"), "v".to_owned()))
            .collect();
        assert!(properties(&many).is_empty());
        many.insert("spark.empty".into(), String::new());
        many.insert("spark.long".into(), "x".repeat(1025));
        let problems = properties(&many).join("\n");
        for part in [
            "102 properties",
            "`spark.empty`",
            "`spark.long`",
            "1025 characters",
        ] {
            assert!(problems.contains(part), "{part} in {problems}");
        }
    }
}
