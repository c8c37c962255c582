//! The third entry with a history in a directory: first run, growth, drift, changed settings, torn documents.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::bench::{Bench, Ran};

const HISTORY: [&str; 2] = ["--history", "history"];

/// A bench with a report of the origin's runs.
pub(crate) fn reported(bench: Bench) -> Bench {
    bench.compare(&["--comment", "never"]).exits(0);
    bench
}

/// Another run of the same job, whose DRA executor-seconds are these.
pub(crate) fn next(bench: &mut Bench, id: u32, executor_seconds: f64) {
    bench.set("GITHUB_RUN_ID", &id.to_string());
    bench.edit("dra-report/report.json", |report| {
        metric(report, "executor-seconds")["dra"] = json!(executor_seconds);
    });
}

fn metric<'a>(report: &'a mut Value, name: &str) -> &'a mut Value {
    let lines = report["metrics"].as_array_mut().unwrap();
    lines.iter_mut().find(|line| line["name"] == name).unwrap()
}

/// A bench whose history has so many runs with about 340 executor-seconds.
fn with_runs(count: u32) -> Bench {
    let mut bench = reported(Bench::new());
    bench.set("GITHUB_REPOSITORY", "octo/threadsleep");
    for id in 1..=count {
        next(&mut bench, id, 340.0 + f64::from(id % 3));
        bench.trend(&HISTORY).exits(0);
    }
    bench
}

/// The documents, oldest first.
fn documents(bench: &Bench) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![bench.path("history/default")];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let list = if path.is_dir() { &mut open } else { &mut found };
            list.push(path);
        }
    }
    found.sort();
    found
}

fn ended(ran: &Ran, drift: &str, runs: &str) {
    let found = (ran.output("drift"), ran.output("runs"));
    assert_eq!(found, (Some(drift), Some(runs)), "{ran:#?}");
}

#[test]
fn first_run_is_kept_and_has_nothing_to_be_held_against() {
    let mut bench = reported(Bench::new());
    bench.set("GITHUB_REPOSITORY", "octo/threadsleep");
    bench.set("GITHUB_SHA", "abc");
    bench.set("GITHUB_RUN_ID", "42");
    bench.edit("dra-report/report.json", |report| {
        report["prices"]["emulated_nodes"] = json!(true);
    });
    let ran = bench.trend(&HISTORY).exits(0);
    ended(&ran, "unknown", "0");
    assert!(
        ran.summary
            .starts_with("### Not enough history yet: 0 of 4 earlier runs"),
        "{}",
        ran.summary
    );
    assert!(ran.summary.contains("**Emulated**"), "{}", ran.summary);
    let [path] = &documents(&bench)[..] else {
        panic!("one document")
    };
    assert_eq!(
        ran.output("history-uri"),
        Some(
            path.strip_prefix(bench.folder.path())
                .unwrap()
                .to_str()
                .unwrap()
        )
    );
    let document: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(document["schema"], 1);
    assert_eq!(
        document["run"],
        json!({
            "repository": "octo/threadsleep", "id": 42, "attempt": 1, "commit": "abc",
            "url": "https://github.com/octo/threadsleep/actions/runs/42",
        })
    );
    assert_eq!(document["settings"]["emulated"], true);
    let amount = &document["dra"]["metrics"]["executor-seconds"];
    assert_eq!(
        (&amount["unit"], &amount["direction"]),
        (&json!("executor-seconds"), &json!("lower-is-better"))
    );
    assert!(amount["median"].as_f64().unwrap() > 300.0);
    assert_eq!(
        document["dra"]["metrics"]["cost"]["median"],
        Value::Null,
        "unknown is not zero"
    );
}

#[test]
fn a_step_that_runs_again_finds_its_own_document() {
    let mut bench = with_runs(1);
    let again = bench.trend(&HISTORY).exits(0);
    assert!(
        again.said().contains("is there already"),
        "{}",
        again.said()
    );
    ended(&again, "unknown", "0");
    assert_eq!(documents(&bench).len(), 1);
    bench.set("GITHUB_RUN_ATTEMPT", "2");
    ended(&bench.trend(&HISTORY).exits(0), "unknown", "1");
    assert_eq!(documents(&bench).len(), 2, "a new attempt is a new run");
}

#[test]
fn drift_is_told_in_both_directions_and_its_end_too() {
    let mut bench = with_runs(6);
    next(&mut bench, 7, 415.0);
    let up = bench.trend(&HISTORY).exits(0);
    ended(&up, "drifted", "6");
    assert_eq!(
        up.output("sentence"),
        Some("DRA's executor-seconds are 22 % above the median of the last 6 runs")
    );
    for part in [
        "▼ drifted, worse",
        "| +22 % |",
        "xychart-beta",
        "█",
        "Drifted since [run of ",
        "/octo/threadsleep/actions/runs/7)",
    ] {
        assert!(up.summary.contains(part), "lacks {part}: {}", up.summary);
    }
    assert_eq!(
        std::fs::read_to_string(bench.path("dra-trend/trend.md")).unwrap(),
        up.summary
    );
    next(&mut bench, 8, 100.0);
    let down = bench.trend(&HISTORY).exits(0);
    ended(&down, "drifted", "7");
    assert!(
        down.output("sentence")
            .unwrap()
            .contains("% below the median of the last 7 runs")
    );
    assert!(
        down.summary.contains("▲ drifted, better"),
        "{}",
        down.summary
    );
    next(&mut bench, 9, 341.0);
    let back = bench.trend(&HISTORY).exits(0);
    ended(&back, "none", "8");
    assert!(
        back.summary.contains("As usual since [run of "),
        "{}",
        back.summary
    );
}

#[test]
fn other_settings_start_a_new_series_and_are_named() {
    let mut bench = with_runs(6);
    next(&mut bench, 7, 900.0);
    bench.edit("dra-report/report.json", |report| {
        report["dra"][0]["release_label"] = json!("emr-9.9.9-`<b>`");
    });
    let ran = bench.trend(&HISTORY).exits(0);
    ended(&ran, "unknown", "0");
    for part in [
        "as settings have changed",
        "Changed since the last run",
        "release emr-9.9.9",
        "6 with other settings",
    ] {
        assert!(ran.summary.contains(part), "lacks {part}: {}", ran.summary);
    }
    assert!(!ran.summary.contains("<b>"), "{}", ran.summary);
}

#[test]
fn other_machines_are_named_and_start_no_new_series() {
    let mut bench = with_runs(5);
    next(&mut bench, 6, 341.0);
    bench.edit("dra-report/report.json", |report| {
        for node in report["dra"][0]["nodes"].as_array_mut().unwrap() {
            node["instance_type"] = json!("z9.huge");
        }
    });
    let ran = bench.trend(&HISTORY).exits(0);
    ended(&ran, "none", "5");
    assert!(ran.summary.contains("other machines: "), "{}", ran.summary);
}

#[test]
fn failed_run_is_kept_and_no_part_of_the_series() {
    let mut bench = with_runs(5);
    next(&mut bench, 6, 900.0);
    bench.edit("dra-report/report.json", |report| {
        report["verdict"] = json!("not-comparable")
    });
    let failed = bench.trend(&HISTORY).exits(0);
    ended(&failed, "unknown", "5");
    assert!(
        failed
            .summary
            .starts_with("### This run is kept and not part of the trend"),
        "{}",
        failed.summary
    );
    next(&mut bench, 7, 341.0);
    bench.edit("dra-report/report.json", |report| {
        report["verdict"] = json!("mixed")
    });
    let ran = bench.trend(&HISTORY).exits(0);
    ended(&ran, "none", "5");
    assert!(
        ran.summary.contains("1 failed or not comparable"),
        "{}",
        ran.summary
    );
}

#[test]
fn torn_strange_and_newer_documents_are_left_aside_and_named() {
    let mut bench = with_runs(8);
    let all = documents(&bench);
    let change = |path: &PathBuf, change: &dyn Fn(&mut Value)| {
        let mut document: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        change(&mut document);
        std::fs::write(path, document.to_string()).unwrap();
    };
    std::fs::write(&all[0], "{\"schema\": 1, \"ti").unwrap();
    change(&all[1], &|document| document["schema"] = json!(2));
    change(&all[2], &|document| {
        document["dra"]["metrics"]["cost"]["median"] = json!(1e300)
    });
    std::fs::write(&all[3], vec![b' '; 300 << 10]).unwrap();
    change(&all[4], &|document| {
        document["run"]["repository"] = json!("evil](https://evil.example)/x")
    });
    std::fs::write(all[0].with_file_name("notes.txt"), "mine").unwrap();
    next(&mut bench, 9, 341.0);
    let ran = bench.trend(&HISTORY).exits(0);
    ended(&ran, "none", "4");
    for part in [
        "is not a document of this history",
        "has schema 2",
        "a number that no run has",
        "longer than 256 KiB",
    ] {
        assert!(ran.summary.contains(part), "lacks {part}: {}", ran.summary);
    }
    assert!(!ran.summary.contains("evil"), "{}", ran.summary);
}

#[test]
fn window_bounds_what_is_looked_at() {
    let mut bench = with_runs(7);
    next(&mut bench, 8, 341.0);
    ended(
        &bench
            .trend(&[&HISTORY[..], &["--window", "5"]].concat())
            .exits(0),
        "none",
        "5",
    );
}

#[test]
fn wrong_inputs_are_told_together() {
    let bench = reported(Bench::new());
    let wrong = [
        "--history",
        "ftp://x",
        "--workload",
        "../a",
        "--window",
        "3",
        "--drift",
        "0",
    ];
    let ran = bench.trend(&wrong).exits(2);
    for input in ["history", "workload", "window", "drift"] {
        assert!(
            ran.said().contains(&format!("`{input}`")) || ran.said().contains(input),
            "{}",
            ran.said()
        );
    }
    let dots = bench
        .trend(&["--history", "h", "--workload", ".."])
        .exits(2);
    assert!(dots.said().contains("only dots"), "{}", dots.said());
}

#[test]
fn documents_are_as_published_and_allow_nothing_else() {
    let mut bench = reported(Bench::new());
    bench.set("GITHUB_REPOSITORY", "octo/threadsleep");
    with_scripts(&bench, "a");
    bench.trend(&HISTORY).exits(0);
    let [path] = &documents(&bench)[..] else {
        panic!("one document")
    };
    let mut document: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let schema = crate::bench::fixture("../actions/compare-dra/schemas/history.schema.json");
    let schema: Value = serde_json::from_slice(&std::fs::read(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let problems: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{problems:#?}");
    document["settings"]["new"] = json!(1);
    assert!(!validator.is_valid(&document));
}

/// Gives the runs of the report the checksum of a set of scripts.
fn with_scripts(bench: &Bench, digit: &str) {
    bench.edit("dra-report/report.json", |report| {
        for variant in ["static", "dra"] {
            report[variant][0]["scripts_sha256"] = digit.repeat(64).into();
        }
    });
}

#[test]
fn other_scripts_begin_a_new_series_when_both_runs_tell_theirs() {
    let mut bench = with_runs(2);
    // Those before did not say it: they are not told apart.
    next(&mut bench, 3, 340.0);
    with_scripts(&bench, "a");
    let third = bench.trend(&HISTORY).exits(0);
    assert_eq!(third.output("runs"), Some("2"), "{third:#?}");
    next(&mut bench, 4, 340.0);
    with_scripts(&bench, "b");
    let fourth = bench.trend(&HISTORY).exits(0);
    let what = "the content of the other scripts or the pod templates";
    assert!(fourth.summary.contains(what), "{fourth:#?}");
    // Those that did not say it are of the series of the run after them.
    assert_eq!(fourth.output("runs"), Some("0"), "{fourth:#?}");
    next(&mut bench, 5, 340.0);
    with_scripts(&bench, "a");
    let back = bench.trend(&HISTORY).exits(0);
    // And this is again a run of that series.
    assert_eq!(back.output("runs"), Some("3"), "{back:#?}");
}
