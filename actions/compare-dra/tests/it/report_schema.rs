//! report.json against its published schema.

use serde_json::{Value, json};

use crate::bench::{Bench, fixture};

fn validator() -> jsonschema::Validator {
    let schema: Value =
        serde_json::from_str(include_str!("../../schemas/report.schema.json")).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    jsonschema::validator_for(&schema).unwrap()
}

fn report(bench: &Bench, arguments: &[&str]) -> Value {
    let all = [&["--comment", "never"], arguments].concat();
    let ran = bench.compare(&all);
    assert!([0, 5].contains(&ran.code), "{ran:#?}");
    serde_json::from_slice(&std::fs::read(bench.path("dra-report/report.json")).unwrap()).unwrap()
}

#[track_caller]
fn is_as_published(report: &Value) {
    let validator = validator();
    let errors = validator.iter_errors(report);
    let wrong: Vec<String> = errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn reports_of_every_kind_are_as_published() {
    let prices = fixture("prices/ap-southeast-2.json");
    let prices = prices.to_str().unwrap();
    let bench = Bench::new();
    is_as_published(&report(
        &bench,
        &["--prices", prices, "--fail-on", "dra slower\nworse"],
    ));

    // Prices of another instance type, nodes that were not seen to go, a failed run.
    bench.edit("runs/dra/run-record.json", |record| {
        record["job_run"]["state"] = json!("FAILED");
        for claim in record["observation"]["node_claims"].as_array_mut().unwrap() {
            claim["instance_type"] = json!("x9.huge");
            claim["terminated"] = Value::Null;
        }
    });
    is_as_published(&report(&bench, &["--prices", prices]));

    // Event logs alone.
    for variant in ["static", "dra"] {
        std::fs::remove_file(bench.path(&format!("runs/{variant}/run-record.json"))).unwrap();
    }
    is_as_published(&report(&bench, &[]));
}

#[test]
fn repeats_are_as_published_with_their_intervals() {
    let bench = Bench::new();
    for variant in ["static", "dra"] {
        let runs = bench.path(&format!("runs/{variant}"));
        for copy in ["b", "c"] {
            let folder = runs.join(copy);
            std::fs::create_dir(&folder).unwrap();
            let record = std::fs::read(runs.join("run-record.json")).unwrap();
            let mut record: Value = serde_json::from_slice(&record).unwrap();
            record["job_run"]["id"] = json!(format!("{variant}-{copy}"));
            std::fs::write(folder.join("run-record.json"), record.to_string()).unwrap();
            let log = format!("origin-{variant}");
            std::fs::copy(runs.join(&log), folder.join(&log)).unwrap();
        }
    }
    let report = report(&bench, &[]);
    is_as_published(&report);
    let job = report["metrics"]
        .as_array()
        .unwrap()
        .iter()
        .find(|line| line["name"] == "job-duration")
        .unwrap();
    assert_eq!(job["interval"], json!({"low": 55.0, "high": 55.0}), "{job}");
}

#[test]
fn schema_allows_nothing_else() {
    let bench = Bench::new();
    let good = report(&bench, &[]);
    let validator = validator();
    for (path, wrong) in [
        ("/verdict", json!("fine")),
        ("/metrics/0/name", json!("speed")),
        ("/static", json!([])),
        ("/schema", json!(2)),
        ("/static/0/executors/0/joined", json!("soon")),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(path).unwrap() = wrong;
        assert!(!validator.is_valid(&bad), "{path}");
    }
    let mut more = good;
    more["more"] = json!(1);
    assert!(!validator.is_valid(&more));
}
