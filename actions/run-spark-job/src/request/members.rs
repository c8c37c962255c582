//! The members a job file may have, and what is wrong with others. Pure.
//!
//! serde alone would stop at the first unknown member and could not say which one was meant.

use serde_json::Value;

use spark_settings::nearest;

/// The members of every object in a request; `*` stands for any name, `[]` for the items of a list.
const MEMBERS: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "name",
            "virtualClusterId",
            "executionRoleArn",
            "releaseLabel",
            "jobDriver",
            "configurationOverrides",
            "tags",
            "retryPolicyConfiguration",
        ],
    ),
    ("jobDriver", &["sparkSubmitJobDriver"]),
    (
        "jobDriver.sparkSubmitJobDriver",
        &["entryPoint", "entryPointArguments", "sparkSubmitParameters"],
    ),
    (
        "configurationOverrides",
        &["applicationConfiguration", "monitoringConfiguration"],
    ),
    (
        "configurationOverrides.applicationConfiguration[]",
        &["classification", "properties", "configurations"],
    ),
    (
        "configurationOverrides.monitoringConfiguration",
        &[
            "managedLogs",
            "persistentAppUI",
            "cloudWatchMonitoringConfiguration",
            "s3MonitoringConfiguration",
            "containerLogRotationConfiguration",
        ],
    ),
    (
        "configurationOverrides.monitoringConfiguration.managedLogs",
        &["allowAWSToRetainLogs", "encryptionKeyArn"],
    ),
    (
        "configurationOverrides.monitoringConfiguration.cloudWatchMonitoringConfiguration",
        &["logGroupName", "logStreamNamePrefix"],
    ),
    (
        "configurationOverrides.monitoringConfiguration.s3MonitoringConfiguration",
        &["logUri"],
    ),
    (
        "configurationOverrides.monitoringConfiguration.containerLogRotationConfiguration",
        &["rotationSize", "maxFilesToKeep"],
    ),
    ("retryPolicyConfiguration", &["maxAttempts"]),
];

/// Members of the API that have no place in a job file, and why.
const REFUSED: &[(&str, &str)] = &[
    (
        "clientToken",
        "leave it out: the action makes the token, so that nothing is submitted twice",
    ),
    (
        "jobTemplateId",
        "job templates are not supported: give the request itself",
    ),
    (
        "jobTemplateParameters",
        "job templates are not supported: give the request itself",
    ),
    (
        "jobDriver.sparkSqlJobDriver",
        "SQL jobs are not supported: wrap the query in a script and use `sparkSubmitJobDriver`",
    ),
];

/// Everything in `document` that has no place in a request.
pub(crate) fn unknown(document: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    match document {
        Value::Object(_) => walk(document, "", "", &mut problems),
        _ => problems.push("expected an object with the members of StartJobRun".to_owned()),
    }
    problems
}

/// `path` names the place with numbers, `shape` without.
fn walk(value: &Value, path: &str, shape: &str, problems: &mut Vec<String>) {
    let Some((_, members)) = MEMBERS.iter().find(|(at, _)| *at == shape) else {
        return;
    };
    let joined = |at: &str, name: &str| match at {
        "" => name.to_owned(),
        at => format!("{at}.{name}"),
    };
    for (name, value) in value.as_object().into_iter().flatten() {
        let (path, shape) = (joined(path, name), joined(shape, name));
        if !members.contains(&name.as_str()) {
            problems.push(refused(&path, &shape, name, members));
            continue;
        }
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    // Nested configurations have the same members as those they are in.
                    let shape = shape.replace("[].configurations", "");
                    let path = format!("{path}[{index}]");
                    walk(item, &path, &format!("{shape}[]"), problems);
                }
            }
            value => walk(value, &path, &shape, problems),
        }
    }
}

fn refused(path: &str, shape: &str, name: &str, members: &[&str]) -> String {
    if let Some((_, why)) = REFUSED.iter().find(|(known, _)| *known == shape) {
        return format!("`{path}`: {why}");
    }
    match nearest(name, members.iter().copied()) {
        Some(near) => format!(
            "`{path}` is no member of StartJobRun; did you mean `{}`?",
            near.name
        ),
        None => format!(
            "`{path}` is no member of StartJobRun; here it may have {}",
            members
                .iter()
                .map(|member| format!("`{member}`"))
                .collect::<Vec<_>>()
                .join(", ")
        ),
    }
}

/// Numbers and booleans as the text they are in properties and tags: YAML reads `15` and `true` as something else.
/// What is wrong with those whose text is lost: `1.10` is read as `1.1`.
pub(crate) fn as_text(document: &mut Value) -> Vec<String> {
    let mut problems = Vec::new();
    maps(document, &mut problems);
    problems
}

fn maps(value: &mut Value, problems: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| maps(item, problems)),
        Value::Object(members) => {
            for (name, value) in members {
                match (name.as_str(), value) {
                    ("properties" | "tags", Value::Object(entries)) => {
                        let entries = entries.iter_mut();
                        entries.for_each(|(key, value)| text(key, value, problems));
                    }
                    ("entryPointArguments", Value::Array(items)) => {
                        items.iter_mut().for_each(|item| text(name, item, problems));
                    }
                    (_, value) => maps(value, problems),
                }
            }
        }
        _ => {}
    }
}

fn text(name: &str, value: &mut Value, problems: &mut Vec<String>) {
    if value.is_f64() {
        problems.push(format!(
            "`{name}` has a number with a fraction: put it in quotes, or it is not passed on as it is written"
        ));
    } else if value.is_number() || value.is_boolean() {
        *value = Value::String(value.to_string());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{as_text, unknown};

    #[test]
    fn every_unknown_member_is_named_with_its_place_and_the_nearest_one() {
        let problems = unknown(&json!({
            "name": "pi", "ReleaseLabel": "x", "clientToken": "t", "shape": 1,
            "jobDriver": { "sparkSubmitJobDriver": { "entrypoint": "s3://b/x" }, "sparkSqlJobDriver": {} },
            "configurationOverrides": { "applicationConfiguration": [
                { "classification": "a", "configurations": [{ "clasification": "b" }] },
            ] },
        }));
        let expected = [
            "`ReleaseLabel` is no member of StartJobRun; did you mean `releaseLabel`?",
            "`clientToken`: leave it out",
            "`shape` is no member of StartJobRun; here it may have `name`",
            "`jobDriver.sparkSubmitJobDriver.entrypoint` is no member of StartJobRun; did you mean `entryPoint`?",
            "`jobDriver.sparkSqlJobDriver`: SQL jobs are not supported",
            "`configurationOverrides.applicationConfiguration[0].configurations[0].clasification` is no member of StartJobRun; did you mean `classification`?",
        ];
        assert_eq!(problems.len(), expected.len(), "{problems:#?}");
        for (problem, expected) in problems.iter().zip(expected) {
            assert!(problem.starts_with(expected), "{problem}");
        }
        assert_eq!(unknown(&json!([])).len(), 1);
    }

    #[test]
    fn numbers_in_properties_are_texts() {
        let mut document = json!({ "tags": { "team": 7 }, "retryPolicyConfiguration": { "maxAttempts": 2 },
            "a": [{ "properties": { "spark.executor.instances": 15, "spark.x": true, "spark.t": "a" } }] });
        assert_eq!(as_text(&mut document), [""; 0]);
        assert_eq!(
            document,
            json!({ "tags": { "team": "7" }, "retryPolicyConfiguration": { "maxAttempts": 2 },
                "a": [{ "properties": { "spark.executor.instances": "15", "spark.x": "true", "spark.t": "a" } }] })
        );
    }

    #[test]
    fn a_fraction_has_to_be_in_quotes() {
        let mut document =
            json!({ "tags": { "version": 1.1 }, "x": { "entryPointArguments": [0.5] } });
        let problems = as_text(&mut document);
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].starts_with("`version` has a number with a fraction"));
    }
}
