//! The files, outputs and the terminal.

use serde_json::Value;

use crate::bench::Bench;

#[test]
fn files_outputs_summary_and_terminal_say_the_same() {
    let bench = Bench::new();
    let ran = bench
        .compare(&["--comment", "never", "--report-dir", "out/report"])
        .exits(0);
    let read = |name: &str| std::fs::read_to_string(bench.path("out/report").join(name)).unwrap();
    let json: Value = serde_json::from_str(&read("report.json")).unwrap();
    assert_eq!(
        (&json["schema"], &json["verdict"]),
        (&Value::from(1), &Value::from("mixed"))
    );
    let sentence = json["sentence"].as_str().unwrap();
    assert!(read("report.md").contains(sentence) && read("comment.md").contains(sentence));
    assert!(ran.said().contains(sentence) && ran.summary.contains(sentence));
    assert_eq!(ran.output("sentence"), Some(sentence));
    assert_eq!(ran.output("report-json"), Some("out/report/report.json"));
    assert_eq!(ran.output("comment-posted"), Some("false"));
}

#[test]
fn every_metric_has_unit_direction_source_and_number_or_reason() {
    let bench = Bench::new();
    bench.compare(&["--comment", "never"]).exits(0);
    let json: Value =
        serde_json::from_slice(&std::fs::read(bench.path("dra-report/report.json")).unwrap())
            .unwrap();
    let metrics = json["metrics"].as_array().unwrap();
    for metric in metrics {
        for field in ["name", "unit", "direction", "source", "definition"] {
            assert!(metric[field].is_string(), "{metric}");
        }
        assert_eq!(
            metric["static"].is_null() || metric["dra"].is_null(),
            metric["missing"].is_string(),
            "{metric}"
        );
    }
    let value = |name: &str| {
        metrics
            .iter()
            .find(|metric| metric["name"] == name)
            .unwrap()
    };
    assert_eq!(value("executor-seconds")["dra"], 337.0);
    assert_eq!(value("peak-wanted-executors")["dra"], 5.0);
    assert_eq!(
        value("cost")["missing"],
        "there are no AWS credentials to ask for prices with"
    );
    // The driver's node and two for executors, launched to terminated.
    assert_eq!(
        value("node-seconds")["dra"].as_f64(),
        Some(421.0 + 248.0 + 280.0)
    );
}

#[test]
fn unwritable_report_dir_is_a_bad_input() {
    let bench = Bench::new();
    std::fs::write(bench.path("taken"), "").unwrap();
    let ran = bench.compare(&["--report-dir", "taken"]).exits(2);
    for part in ["report-dir", "hint: name a directory"] {
        assert!(ran.said().contains(part), "lacks {part}: {}", ran.said());
    }
}

#[test]
fn a_broken_policy_fails_after_the_report_is_written() {
    let bench = Bench::new();
    let policy = "dra slower than 20 %\ndra slower than 90 %\ndra costs more";
    let ran = bench
        .compare(&["--comment", "never", "--fail-on", policy])
        .exits(5);
    assert_eq!(ran.output("policy"), Some("broken"));
    for part in [
        "2 conditions of `fail-on`",
        "`dra slower than 20 %`: job duration 175 s with static, 230 s with DRA",
        "`dra costs more`: cannot be checked",
    ] {
        assert!(ran.said().contains(part), "lacks {part}: {}", ran.said());
    }
    let page = std::fs::read_to_string(bench.path("dra-report/report.md")).unwrap();
    for part in [
        "✗ broken: `dra slower than 20 %`",
        "✓ kept: `dra slower than 90 %`",
    ] {
        assert!(page.contains(part), "lacks {part}: {page}");
    }
}

#[test]
fn a_kept_policy_is_a_success() {
    let bench = Bench::new();
    let ran = bench
        .compare(&["--comment", "never", "--fail-on", "executor-seconds more"])
        .exits(0);
    assert_eq!(ran.output("policy"), Some("kept"));
}

#[test]
fn a_policy_that_is_not_understood_is_a_bad_input() {
    let bench = Bench::new();
    let ran = bench
        .compare(&["--fail-on", "speed more\ndra slow"])
        .exits(2);
    for part in [
        "`speed more`: there is no metric `speed`",
        "`dra slow`: expected a verdict",
    ] {
        assert!(ran.said().contains(part), "lacks {part}: {}", ran.said());
    }
}

#[test]
fn event_logs_follow_their_flag_as_a_shell_lists_them() {
    let bench = Bench::new();
    let ran = bench
        .run(&[
            "--static",
            "runs/static/origin-static",
            "--dra",
            "runs/dra/origin-dra",
            "--comment",
            "never",
        ])
        .exits(0);
    assert!(
        ran.said().contains("fewer executor-seconds"),
        "{}",
        ran.said()
    );
}

/// Gives both runs the checksum of a set of scripts.
fn with_scripts(bench: &Bench, fixed: Option<&str>, dra: Option<&str>) {
    for (variant, sha256) in [("static", fixed), ("dra", dra)] {
        bench.edit(&format!("runs/{variant}/run-record.json"), |record| {
            record["submission"]["scripts_sha256"] = match sha256 {
                Some(digit) => digit.repeat(64).into(),
                None => return,
            };
        });
    }
}

#[test]
fn other_scripts_on_the_two_sides_are_said_with_what_they_may_be() {
    for (fixed, dra, differ) in [
        (Some("a"), Some("b"), true),
        (Some("a"), Some("a"), false),
        (Some("a"), None, false),
        (None, None, false),
    ] {
        let bench = Bench::new();
        with_scripts(&bench, fixed, dra);
        bench.compare(&["--comment", "never"]).exits(0);
        let page = std::fs::read_to_string(bench.path("dra-report/report.md")).unwrap();
        let said = page.contains("The content of the scripts and pod templates (SHA-256) differs")
            && page.contains("A module that the entry point imports may be another");
        assert_eq!(said, differ, "{fixed:?} {dra:?}: {page}");
        let report = std::fs::read(bench.path("dra-report/report.json")).unwrap();
        let report: Value = serde_json::from_slice(&report).unwrap();
        let kept = report["static"][0]["scripts_sha256"].as_str().map(str::len);
        assert_eq!(kept, fixed.map(|_| 64), "{report}");
    }
}
