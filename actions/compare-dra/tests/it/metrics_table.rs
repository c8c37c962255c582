//! `compare-dra metrics --format table`: what a person sees.

use serde_json::json;

use crate::{
    bench::{Bench, fixture},
    logs::{LOG, log},
};

/// The table of a log, for a terminal of so many characters.
fn table(bench: &mut Bench, log: &[u8], width: usize) -> String {
    std::fs::write(bench.path("log"), log).unwrap();
    bench.set("COLUMNS", &width.to_string());
    bench
        .run(&["metrics", "log", "--format", "table"])
        .exits(0)
        .stdout
}

/// A log of executors that join one after another; every second one runs a task of 10 s.
fn many(executors: i64) -> Vec<u8> {
    let mut lines = vec![
        json!({"Event": "SparkListenerLogStart", "Spark Version": "4.0.1"}),
        json!({"Event": "SparkListenerApplicationStart", "App Name": "nightly", "App ID": "app-1", "Timestamp": 1_000_000, "User": "u"}),
        json!({"Event": "SparkListenerJobStart", "Job ID": 0, "Submission Time": 1_000_000, "Stage Infos": [], "Stage IDs": []}),
    ];
    for id in 0..executors {
        let at = 1_000_000 + id * 100;
        lines.push(json!({"Event": "SparkListenerExecutorAdded", "Timestamp": at, "Executor ID": id.to_string(),
            "Executor Info": {"Host": format!("ip-10-0-{}-{}.eu-west-1.compute.internal", id / 250, id % 250), "Total Cores": 4, "Log Urls": {}}}));
        if id % 2 == 0 {
            let info = json!({"Task ID": id, "Index": id, "Attempt": 0, "Launch Time": at, "Executor ID": id.to_string(), "Host": "h",
                "Locality": "ANY", "Speculative": false, "Getting Result Time": 0, "Finish Time": at + 10_000, "Failed": false, "Killed": false});
            lines.push(json!({"Event": "SparkListenerTaskEnd", "Stage ID": 0, "Stage Attempt ID": 0, "Task Type": "ResultTask",
                "Task End Reason": {"Reason": "Success"}, "Task Info": info}));
        }
    }
    lines.push(json!({"Event": "SparkListenerJobEnd", "Job ID": 0, "Completion Time": 1_150_000, "Job Result": {"Result": "JobSucceeded"}}));
    lines.push(json!({"Event": "SparkListenerApplicationEnd", "Timestamp": 1_151_000}));
    let lines: Vec<String> = lines.iter().map(|line| format!("{line}\n")).collect();
    lines.concat().into_bytes()
}

#[track_caller]
fn assert_fits(table: &str, width: usize) {
    for line in table.lines() {
        assert!(
            line.chars().count() <= width,
            "{} characters: {line}\n{table}",
            line.chars().count()
        );
        assert_eq!(line, line.trim_end(), "{table}");
    }
    assert!(
        !table.contains('\u{1b}') && !table.contains("NaN") && !table.contains("inf"),
        "{table}"
    );
}

#[test]
fn table_of_a_small_run_reads_like_this() {
    let table = table(&mut Bench::new(), &log(LOG), 100);
    let expected = include_str!("small-run.txt");
    assert_eq!(table, expected, "{table}");
    assert!(include_str!("../../README.md").contains(expected));
}

#[test]
fn one_executor_and_a_thousand_fit_the_terminal() {
    let mut bench = Bench::new();
    for executors in [1, 2, 12, 1_000] {
        for width in [60, 80, 132, 400] {
            let table = table(&mut bench, &many(executors), width);
            assert!(
                table.starts_with("nightly (app-1), Spark 4.0.1: complete.\n"),
                "{table}"
            );
            assert_fits(&table, width);
            let curves = table.lines().filter(|line| line.contains(['·', '█']));
            assert!(curves.count() >= 2, "{table}");
        }
    }
    let table = table(&mut bench, &many(1_000), 100);
    for part in [
        "1,000 executors lived",
        "500 never ran a task",
        "The 10 longest idle of 1,000 executors",
    ] {
        assert!(table.contains(part), "lacks {part}: {table}");
    }
    assert!(table.lines().count() < 45, "{table}");
}

#[test]
fn incomplete_log_says_so_first() {
    let bytes = log(LOG);
    let table = table(&mut Bench::new(), &bytes[..bytes.len() * 2 / 3], 80);
    let mut lines = table.lines();
    assert!(lines.next().unwrap().contains(": INCOMPLETE."), "{table}");
    assert!(
        lines
            .next()
            .unwrap()
            .starts_with("! the end of the application is missing"),
        "{table}"
    );
    assert!(table.contains("not known"), "{table}");
}

#[test]
fn driver_that_ran_the_tasks_itself_has_no_executors_to_show() {
    let text = String::from_utf8(log(LOG)).unwrap();
    let text = text
        .replace("\"Executor ID\":\"0\"", "\"Executor ID\":\"driver\"")
        .replace("\"Executor ID\":\"1\"", "\"Executor ID\":\"driver\"")
        .replace("\"Executor ID\":\"2\"", "\"Executor ID\":\"driver\"")
        .replace("\"Executor ID\":\"3\"", "\"Executor ID\":\"driver\"");
    let table = table(&mut Bench::new(), text.as_bytes(), 80);
    assert!(
        table.contains("Note: the application ran in local mode"),
        "{table}"
    );
    assert!(
        !table.contains("idle before") && !table.contains("longest idle"),
        "{table}"
    );
    assert!(table.contains("tasks run"), "{table}");
}

#[test]
fn several_logs_are_told_apart() {
    let folder = fixture("event-logs/codecs");
    let ran = Bench::new()
        .run(&["metrics", folder.to_str().unwrap(), "--format", "table"])
        .exits(0);
    for codec in ["zstd", "lz4", "snappy", "lzf"] {
        assert!(
            ran.stdout.contains(&format!("{LOG}.{codec}:\n")),
            "{}",
            ran.stdout
        );
    }
    assert_eq!(
        ran.stdout.matches("\n\nthreadsleep").count()
            + ran.stdout.matches(":\nthreadsleep").count(),
        4,
        "{}",
        ran.stdout
    );
}
