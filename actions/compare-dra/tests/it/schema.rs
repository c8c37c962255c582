//! The JSON against its published schema, in both directions.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    bench::{Bench, fixture},
    logs::{LOG, log},
    metrics::printed,
};

fn schema() -> Value {
    serde_json::from_str(include_str!("../../schemas/metrics.schema.json")).unwrap()
}

/// Logs of every kind that changes which values are known.
fn documents() -> Vec<Value> {
    let bench = Bench::new();
    let text = String::from_utf8(log(LOG)).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let local = (0..4).fold(text.clone(), |text, id| {
        let id = format!("\"Executor ID\":\"{id}\"");
        text.replace(&id, "\"Executor ID\":\"driver\"")
    });
    let local: Vec<&str> = local
        .lines()
        .filter(|line| !line.contains("ExecutorAdded"))
        .collect();
    let failed = text
        .replace("JobSucceeded", "JobFailed")
        .replace("{\"Reason\":\"Success\"}", "{\"Reason\":\"FetchFailed\"}");
    let files = [
        ("whole", text.clone()),
        ("cut", lines[..lines.len() / 2].join("\n")),
        ("first-line", lines[0].to_owned()),
        (
            "nothing-used",
            "{\"Event\":\"SparkListenerBlockUpdated\"}".to_owned(),
        ),
        ("local", local.join("\n")),
        ("failed", failed),
    ];
    let mut arguments = vec!["metrics".to_owned()];
    for (name, text) in files {
        std::fs::write(bench.path(name), text).unwrap();
        arguments.push(name.to_owned());
    }
    for name in ["origin-static", "threadsleep-static", "codecs"] {
        arguments.push(
            fixture(&format!("event-logs/{name}"))
                .to_str()
                .unwrap()
                .to_owned(),
        );
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let documents = printed(&bench.run(&arguments).exits(0));
    assert_eq!(documents.len(), 12);
    documents
}

#[test]
fn everything_that_is_printed_is_what_the_schema_says() {
    let schema = schema();
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::validator_for(&schema).unwrap();
    for document in documents() {
        let wrong: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(wrong, [""; 0], "{document:#}");
        assert!(
            !validator.is_valid(&serde_json::json!({})),
            "a schema that allows anything"
        );
    }
}

#[test]
fn every_field_of_the_schema_is_printed_with_a_value_and_has_a_description() {
    let mut described = BTreeSet::new();
    collect_schema(&schema(), "", &mut described);
    let mut valued = BTreeSet::new();
    documents()
        .iter()
        .for_each(|document| collect_values(document, "", &mut valued));
    // No fixture has an attempt.
    described.remove("/application/attempt");
    assert_eq!(described, valued);
}

#[test]
fn what_is_not_known_is_null() {
    let documents = documents();
    let of = |name: &str| {
        documents
            .iter()
            .find(|document| document["source"] == name)
            .unwrap()
    };
    let unknown = of("nothing-used");
    for field in [
        "/tasks/total",
        "/executors/count",
        "/executor_ms/total",
        "/busy_share",
        "/jobs/failed",
        "/task_ms",
    ] {
        assert_eq!(unknown.pointer(field), Some(&Value::Null), "{field}");
    }
    assert_eq!(of("cut")["application_end_ms"], Value::Null);
    let local = of("local");
    assert_eq!(
        (
            &local["local_mode"],
            &local["executors"]["count"],
            &local["busy_share"]
        ),
        (&true.into(), &0.into(), &Value::Null)
    );
    assert!(
        local["notes"][0]
            .as_str()
            .unwrap()
            .contains("the driver ran the tasks itself"),
        "{local}"
    );
}

/// Paths of all properties, each with a description.
fn collect_schema(schema: &Value, path: &str, paths: &mut BTreeSet<String>) {
    let alternatives = schema["oneOf"].as_array().into_iter().flatten();
    alternatives.for_each(|schema| collect_schema(schema, path, paths));
    if let Some(items) = schema.get("items") {
        collect_schema(items, path, paths);
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}/{name}");
        assert!(
            property["description"].is_string(),
            "{path} has no description"
        );
        collect_schema(property, &path, paths);
        paths.insert(path);
    }
}

/// Paths of all values that are not null; those in lists without their places.
fn collect_values(value: &Value, path: &str, paths: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items
            .iter()
            .for_each(|item| collect_values(item, path, paths)),
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = format!("{path}/{name}");
                collect_values(value, &path, paths);
                if !value.is_null() {
                    paths.insert(path);
                }
            }
        }
        _ => {}
    }
}
