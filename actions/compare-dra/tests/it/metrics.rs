//! `compare-dra metrics`: the inputs it reads, and what it prints.

use std::process::Stdio;

use serde_json::Value;

use crate::{
    bench::{Bench, Ran, fixture},
    logs::{CODECS, LOG, compressed, log, rolled, write},
};

/// The objects that were printed.
#[track_caller]
pub(crate) fn printed(ran: &Ran) -> Vec<Value> {
    let lines = ran.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The only object that was printed.
#[track_caller]
pub(crate) fn one(bench: &Bench, log: &str) -> Value {
    let ran = bench.run(&["metrics", log]).exits(0);
    let mut all = printed(&ran);
    assert_eq!(all.len(), 1, "{ran:#?}");
    all.remove(0)
}

/// Without what differs between two ways of storing the same log.
pub(crate) fn numbers(mut document: Value) -> Value {
    for field in ["source", "codec", "stored_bytes", "notes"] {
        document.as_object_mut().unwrap().remove(field).unwrap();
    }
    document
}

/// The numbers of the plain fixture.
pub(crate) fn expected(bench: &Bench) -> Value {
    std::fs::write(bench.path("plain"), log(LOG)).unwrap();
    numbers(one(bench, "plain"))
}

/// Why it is not complete.
pub(crate) fn because(document: &Value) -> Vec<&str> {
    let reasons = document["incomplete_because"].as_array().unwrap();
    assert_eq!(document["complete"], reasons.is_empty());
    reasons
        .iter()
        .map(|reason| reason.as_str().unwrap())
        .collect()
}

#[test]
fn plain_log_gives_the_numbers_of_its_run() {
    let bench = Bench::new();
    std::fs::write(bench.path("plain"), log(LOG)).unwrap();
    let document = one(&bench, "plain");
    for (field, value) in [
        ("/source", Value::from("plain")),
        ("/codec", "plain".into()),
        ("/application/name", "threadsleep".into()),
        ("/application/attempt", Value::Null),
        ("/complete", true.into()),
        ("/executors/count", 4.into()),
        ("/executors/never_used", 0.into()),
        ("/tasks/total", 5.into()),
        ("/tasks/succeeded", 5.into()),
        ("/jobs/succeeded", 1.into()),
        ("/stages/completed", 1.into()),
        ("/job_timeline/0/state", "succeeded".into()),
        ("/stage_timeline/0/state", "completed".into()),
        (
            "/executor_timeline/0/removed_reason",
            "Executor killed by driver.".into(),
        ),
        ("/executor_timeline/1/removed_ms", Value::Null),
        ("/events/damaged", 0.into()),
    ] {
        assert_eq!(
            document.pointer(field),
            Some(&value),
            "{field}: {document:#}"
        );
    }
    let ms = |field: &str| document["executor_ms"][field].as_i64().unwrap();
    let parts = ["busy", "idle_head", "idle_between", "idle_tail"];
    let sum: i64 = parts.into_iter().map(ms).sum();
    assert!(
        (sum - ms("total")).abs() <= 2,
        "{}",
        document["executor_ms"]
    );
}

#[test]
fn every_codec_gives_the_numbers_of_the_plain_log() {
    let bench = Bench::new();
    let expected = expected(&bench);
    for codec in CODECS {
        // The name does not tell it.
        std::fs::copy(compressed(codec), bench.path("log")).unwrap();
        let document = one(&bench, "log");
        assert_eq!(document["codec"], codec);
        assert_eq!(numbers(document), expected, "{codec}");
    }
}

#[test]
fn log_that_is_still_written_is_read_and_said() {
    let bench = Bench::new();
    let bytes = log(LOG);
    let half = &bytes[..bytes.len() / 2];
    std::fs::write(bench.path("app-1.inprogress"), half).unwrap();
    let document = one(&bench, "app-1.inprogress");
    let reasons = because(&document);
    assert!(reasons[0].contains("marked as in progress"), "{reasons:?}");
    assert!(
        reasons
            .iter()
            .any(|reason| reason.contains("end of the application is missing")),
        "{reasons:?}"
    );
    assert!(reasons.contains(&"the last line is cut off"), "{reasons:?}");
    assert_eq!(document["application_duration_ms"], Value::Null);
    assert!(document["executors"]["count"].as_i64().unwrap() > 0);

    let mut files = rolled(3);
    files.pop();
    files.push(("appstatus_app-1.inprogress".to_owned(), Vec::new()));
    write(&bench.path("eventlog_v2_app-1"), &files);
    let document = one(&bench, "eventlog_v2_app-1");
    assert_eq!(because(&document).len(), 1);
    assert!(because(&document)[0].contains("marked as in progress"));
}

#[test]
fn truncated_compressed_log_gives_what_is_there() {
    let bench = Bench::new();
    for codec in CODECS {
        let bytes = std::fs::read(compressed(codec)).unwrap();
        std::fs::write(bench.path("log"), &bytes[..bytes.len() * 3 / 4]).unwrap();
        let document = one(&bench, "log");
        assert_eq!(document["complete"], false, "{codec}");
        assert!(
            document["incomplete_because"][0]
                .as_str()
                .unwrap()
                .starts_with("`log` is cut off"),
            "{document}"
        );
    }
}

#[test]
fn directory_of_logs_gives_one_line_for_each_in_the_order_of_their_names() {
    let bench = Bench::new();
    let folder = bench.path("spark-events");
    write(&folder.join("eventlog_v2_app-9"), &rolled(2));
    std::fs::copy(compressed("lz4"), folder.join("app-2.lz4")).unwrap();
    write(
        &folder,
        &[
            ("app-1".to_owned(), log("origin-dra")),
            (".app-1.crc".to_owned(), b"crc".to_vec()),
            ("_SUCCESS".to_owned(), Vec::new()),
            ("README.md".to_owned(), b"text".to_vec()),
            ("notes".to_owned(), b"no event\n".to_vec()),
        ],
    );
    let ran = bench.run(&["metrics", "spark-events/"]).exits(0);
    let sources: Vec<Value> = printed(&ran)
        .iter()
        .map(|document| document["source"].clone())
        .collect();
    assert_eq!(
        sources,
        [
            "spark-events/app-1",
            "spark-events/app-2.lz4",
            "spark-events/eventlog_v2_app-9"
        ]
    );
    assert_eq!(
        ran.stderr,
        "warning: Left out: `spark-events/notes` is not a Spark event log: it has 1 line and not one event\n"
    );
}

#[test]
fn what_cannot_be_read_is_named_at_once_after_what_could_be() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("hollow")).unwrap();
    std::fs::write(bench.path("empty"), "").unwrap();
    std::fs::write(bench.path("binary"), [0_u8, 159, 146, 150, b'\n', 7]).unwrap();
    std::fs::write(bench.path("log.gz"), b"\x1f\x8b\x08\0\0\0\0\0\0\0").unwrap();
    let good = fixture("event-logs/origin-dra");
    let bad = [
        "missing",
        "hollow",
        "empty",
        "binary",
        "log.gz",
        "https://example.com/log",
    ];
    let arguments = [&["metrics"][..], &bad, &[good.to_str().unwrap()]].concat();
    let ran = bench.run(&arguments).exits(2);
    let documents = printed(&ran);
    // What is there has a line of its own, with no number in it and the reason.
    assert_eq!(documents.len(), 4);
    for document in &documents[..3] {
        assert_eq!(document["complete"], false, "{document}");
        assert!(!because(document).is_empty());
        assert_eq!(document["executor_ms"]["total"], Value::Null);
    }
    assert!(
        ran.stderr.contains("6 logs could not be read"),
        "{}",
        ran.stderr
    );
    for (name, said) in [
        ("missing", "cannot be opened"),
        ("hollow", "there is no event log here"),
        ("empty", "is empty"),
        (
            "binary",
            "is not a Spark event log: it has 2 lines and not one event",
        ),
        (
            "log.gz",
            "is gzip, which is not a codec of Spark's event logs; unpack it first",
        ),
        ("https://example.com/log", "s3://"),
    ] {
        let named = ran
            .stderr
            .lines()
            .find(|line| line.contains(&format!("`{name}`: ")));
        assert!(
            named.is_some_and(|line| line.contains(said)),
            "{name}: {}",
            ran.stderr
        );
    }
    assert!(!ran.stderr.contains("run-record"), "{}", ran.stderr);
    assert_eq!(
        ran.stderr.matches("hint: ").count(),
        6,
        "one for each: {}",
        ran.stderr
    );
}

#[test]
fn bad_flags_are_bad_inputs() {
    let bench = Bench::new();
    let ran = bench
        .run(&["metrics", "x", "--format", "xml", "--region", "Mars"])
        .exits(2);
    assert!(
        ran.stderr
            .contains("`format`: `xml`: expected `json` or `table`"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("`region`: `Mars`"), "{}", ran.stderr);
    let ran = bench.run(&["metrics"]).exits(2);
    assert!(ran.stderr.contains("<LOG>..."), "{}", ran.stderr);
}

#[test]
fn help_tells_of_the_command() {
    let bench = Bench::new();
    let ran = bench.run(&["--help"]).exits(0);
    assert!(
        ran.stdout.contains("metrics") && ran.stdout.contains("--static"),
        "{}",
        ran.stdout
    );
    let ran = bench.run(&["metrics", "--help"]).exits(0);
    assert!(
        ran.stdout.contains("--format") && !ran.stdout.contains("--static"),
        "{}",
        ran.stdout
    );
}

#[test]
fn reader_that_has_read_enough_ends_it_quietly() {
    let bench = Bench::new();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_compare-dra"))
        .args([
            "metrics",
            "runs/dra/origin-dra",
            "runs/static/origin-static",
            "missing",
        ])
        .current_dir(bench.folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(String::from_utf8(ended.stderr).unwrap(), "");
}

#[test]
fn text_in_a_log_commands_no_workflow() {
    let mut bench = Bench::new();
    bench.set("GITHUB_ACTIONS", "true");
    let hostile = String::from_utf8(log(LOG))
        .unwrap()
        .replace("threadsleep", "##[error]::error::x\\n::error::y");
    std::fs::write(bench.path("log"), hostile).unwrap();
    let document = one(&bench, "log");
    assert_eq!(
        document["application"]["name"],
        "##[error]::error::x\n::error::y"
    );
    for format in ["json", "table"] {
        let ran = bench.run(&["metrics", "log", "--format", format]).exits(0);
        let commands = |line: &str| line.contains("##[") || line.trim_start().starts_with("::");
        assert!(!ran.stdout.lines().any(commands), "{}", ran.stdout);
    }
}

#[test]
fn directory_without_a_log_is_a_bad_input_whatever_else_is_in_it() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("other")).unwrap();
    std::fs::write(bench.path("other/README"), "hello\n").unwrap();
    let ran = bench.run(&["metrics", "other"]).exits(2);
    assert!(
        ran.stderr
            .contains("none of the files here is an event log"),
        "{}",
        ran.stderr
    );
    // A log that cannot be unpacked is no other file.
    std::fs::copy(fixture("event-logs/origin-dra"), bench.path("other/app-1")).unwrap();
    bench.run(&["metrics", "other"]).exits(0);
    std::fs::write(bench.path("other/app-2"), b"\x1f\x8b\x08\0\0\0\0\0\0\0").unwrap();
    let ran = bench.run(&["metrics", "other"]).exits(2);
    assert!(ran.stderr.contains("unpack it first"), "{}", ran.stderr);
}

#[test]
fn pipe_in_a_directory_is_not_waited_for() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("logs")).unwrap();
    std::fs::copy(fixture("event-logs/origin-dra"), bench.path("logs/app-1")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(bench.path("logs/app-2"))
        .status();
    assert!(made.unwrap().success());
    let ran = bench.run(&["metrics", "logs"]).exits(0);
    assert_eq!(printed(&ran).len(), 1);
}
