//! The document against its published schema, in both directions.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::{collections::BTreeSet, fs, path::Path};

use run_record::RunRecord;
use serde_json::{Value, json};

fn schema() -> Value {
    serde_json::from_str(include_str!("../schemas/run-record.schema.json")).unwrap()
}

fn wrong(document: &Value) -> Vec<String> {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let errors = validator.iter_errors(document);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// A record in which every field has a value, as this crate writes it.
fn full() -> Value {
    let at = "2026-11-22T15:00:00Z";
    let requests = json!({ "cpu": "1", "memory": "1408Mi" });
    let document = json!({
        "schema": 1, "partial": "it was written while the job run was RUNNING", "variant": "dra", "repeat": 2,
        "workflow_run": { "repository": "demo/threadsleep", "run_id": 7, "attempt": 1 },
        "submission": {
            "name": "pi", "release_label": "emr-7.13.0-latest",
            "entry_point": { "uri": "s3://b/pi.py", "sha256": "ab".repeat(32) },
            "scripts_sha256": "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a",
            "arguments": ["1"], "request": { "name": "pi" }, "spark": { "spark.executor.cores": "1" },
        },
        "job_run": {
            "id": "0000", "virtual_cluster_id": "abc", "client_token": "t", "attached": true, "state": "FAILED",
            "states": [{ "state": "PENDING", "at": at }], "created_at": at, "finished_at": at,
            "failure_reason": "USER_ERROR", "state_details": "exit code 1",
        },
        "event_log": { "uri": "s3://b/e/spark-0000", "file": "spark-0000", "missing": "nothing" },
        "observation": {
            "began": at, "ended": at,
            "pods": [{
                "name": "p", "role": "executor", "executor_id": "1", "node": "n", "requests": requests, "created": at,
                "scheduled": at, "pulling": at, "pulled": at, "started": at, "ready": at, "finished": at, "deleted": at,
            }],
            "node_claims": [{
                "name": "c", "provider_id": "aws:///z/i-0", "there_before": true, "node": "n", "node_pool": "p",
                "instance_type": "m5.large", "zone": "z", "capacity_type": "spot", "created": at, "launched": at,
                "registered": at, "initialized": at, "deleting": at, "drained": at, "terminated": at,
            }],
            "nodes": [{
                "name": "n", "provider_id": "aws:///z/i-0", "pool": "p", "instance_type": "m5.large", "zone": "z",
                "capacity_type": "spot", "there_before": true, "created": at, "ready": at, "deleted": at,
            }],
            "emulated": true, "gaps": ["Nothing."],
        },
        "dynamic_allocation": [{ "at": at, "wanted": 3 }],
    });
    let record = RunRecord::from_json(document.to_string().as_bytes()).unwrap();
    let written: Value = serde_json::from_str(&record.to_json().unwrap()).unwrap();
    assert_eq!(
        written, document,
        "nothing is lost between reading and writing"
    );
    written
}

#[test]
fn what_is_written_is_what_the_schema_says() {
    assert!(jsonschema::meta::is_valid(&schema()));
    assert_eq!(wrong(&full()), [""; 0]);
    let fixtures =
        Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../../fixtures/run-records");
    let records = fs::read_dir(fixtures)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let records: Vec<_> = records
        .filter(|path| path.extension().is_some_and(|kind| kind == "json"))
        .collect();
    assert!(!records.is_empty());
    for path in records {
        let record = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        assert_eq!(wrong(&record), [""; 0], "{}", path.display());
    }
}

#[test]
fn every_field_is_in_the_schema_with_its_meaning() {
    let mut described = BTreeSet::new();
    collect_schema(&schema(), "", &mut described);
    let mut written = BTreeSet::new();
    collect_values(&full(), "", &mut written);
    // Maps whose keys are the user's own.
    for open in [
        "/submission/spark/",
        "/submission/request/",
        "/observation/pods/requests/",
    ] {
        written.retain(|path| !path.starts_with(open));
    }
    assert_eq!(described, written);
}

#[test]
fn unknown_fields_and_wrong_values_are_not_what_the_schema_says() {
    for (path, value) in [
        ("/schema", json!(2)),
        ("/variant", json!("both")),
        ("/repeat", json!(0)),
        ("/job_run/state", Value::Null),
        ("/observation/pods/0/role", json!("job-runner")),
    ] {
        let mut document = full();
        *document.pointer_mut(path).unwrap() = value;
        assert_eq!(wrong(&document).len(), 1, "{path}");
    }
    let mut document = full();
    document["job_run"]["stat"] = json!("FAILED");
    assert_eq!(wrong(&document).len(), 1);
}

/// Paths of all properties, each with a description.
fn collect_schema(schema: &Value, path: &str, paths: &mut BTreeSet<String>) {
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

/// Paths of all values; those in lists without their places.
fn collect_values(value: &Value, path: &str, paths: &mut BTreeSet<String>) {
    for item in value.as_array().into_iter().flatten() {
        collect_values(item, path, paths);
    }
    for (name, value) in value.as_object().into_iter().flatten() {
        let path = format!("{path}/{name}");
        collect_values(value, &path, paths);
        paths.insert(path);
    }
}
