//! Event logs that cannot be used: what they are called, and what to do.

use bytes::Bytes;
use serde_json::json;

use crate::bench::{Bench, Ran, beside, cloud, fixture};

const SETTINGS: [&str; 2] = [
    "spark.eventLog.rolling.enabled=false",
    "spark.eventLog.compress=false",
];

#[track_caller]
fn assert_says(ran: &Ran, parts: &[&str]) {
    for part in parts {
        assert!(ran.said().contains(part), "lacks {part}: {}", ran.said());
    }
    for riddle in ["os error", "NoSuchKey"] {
        assert!(!ran.said().contains(riddle), "{}", ran.said());
    }
}

fn log(name: &str) -> Vec<u8> {
    std::fs::read(fixture(&format!("event-logs/{name}"))).unwrap()
}

#[test]
fn compressed_log_is_called_compressed() {
    let bench = Bench::new();
    let bytes = b"\x28\xb5\x2f\xfd\x04\x00compressed";
    std::fs::write(bench.path("runs/dra/origin-dra"), bytes).unwrap();
    let ran = bench.compare(&["--comment", "never"]).exits(2);
    assert_says(&ran, &["is a compressed file (zstd)"]);
    assert_says(&ran, &SETTINGS);
}

#[test]
fn rolled_log_is_called_rolled_beside_its_record_and_by_itself() {
    let bench = Bench::new();
    let folder = "eventlog_v2_spark-1";
    for place in ["", "runs/dra/"] {
        let folder = bench.path(&format!("{place}{folder}"));
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("events_1_spark-1"), log("origin-dra")).unwrap();
    }
    bench.edit("runs/dra/run-record.json", |record| {
        // Without an answer from S3: the copy has told enough.
        record["event_log"] = json!({ "file": folder, "uri": format!("s3://bench/e/{folder}/") });
    });
    for dra in ["runs/dra", folder] {
        let ran = bench
            .run(&["--static", "runs/static", "--dra", dra])
            .exits(2);
        assert_says(&ran, &["is a rolled event log"]);
        assert_says(&ran, &SETTINGS);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rolled_log_in_s3_is_called_rolled() {
    let cloud = cloud().await;
    let bench = Bench::on(&cloud);
    let folder = "eventlog_v2_spark-1";
    bench.edit("runs/dra/run-record.json", |record| {
        record["event_log"] = json!({ "file": folder, "uri": format!("s3://bench/e/{folder}/") });
    });
    let record = std::fs::read(bench.path("runs/dra/run-record.json")).unwrap();
    for (key, bytes) in [
        (format!("e/{folder}/events_1_spark-1"), log("origin-dra")),
        ("runs/run-record.json".to_owned(), record),
    ] {
        let put = cloud.objects().put("bench", &key, Bytes::from(bytes));
        put.await.unwrap();
    }
    beside(move || {
        for dra in [
            "runs/dra",
            "s3://bench/runs/",
            "s3://bench/e/eventlog_v2_spark-1/",
        ] {
            let ran = bench
                .run(&["--static", "runs/static", "--dra", dra])
                .exits(2);
            assert_says(&ran, &["is a rolled event log"]);
            assert_says(&ran, &SETTINGS);
        }
    })
    .await;
}

#[test]
fn empty_log_is_called_empty() {
    let bench = Bench::new();
    std::fs::write(bench.path("nothing"), "").unwrap();
    let arguments = ["--static", "nothing", "--dra", "runs/dra"];
    let ran = bench.run(&arguments).exits(2);
    assert_says(&ran, &["`nothing`: is empty"]);
    assert!(!ran.said().contains("compress"), "{}", ran.said());
}

#[test]
fn two_logs_in_one_file_get_no_verdict_and_no_negative_time() {
    let bench = Bench::new();
    let (fixed, dra) = (log("threadsleep-static"), log("threadsleep-dra"));
    let head: Vec<u8> = fixed
        .split_inclusive(|byte| *byte == b'\n')
        .take(1)
        .flatten()
        .copied()
        .collect();
    std::fs::write(bench.path("static"), &fixed).unwrap();
    for mixed in [
        [&dra[..], &fixed].concat(),
        [&fixed[..], &dra].concat(),
        [&dra[..], &head].concat(),
    ] {
        std::fs::write(bench.path("mixed"), mixed).unwrap();
        let arguments = ["--static", "static", "--dra", "mixed", "--comment", "never"];
        let ran = bench.run(&arguments).exits(0);
        assert_eq!(ran.output("verdict"), Some("not-comparable"));
        assert_says(&ran, &["events of 2 applications"]);
        assert!(
            !ran.summary.contains("| −") && !ran.summary.contains("| -"),
            "{}",
            ran.summary
        );
    }
}

#[test]
fn parts_of_one_log_in_any_order_are_one_log() {
    let bench = Bench::new();
    let dra = log("threadsleep-dra");
    let lines: Vec<&[u8]> = dra.split_inclusive(|byte| *byte == b'\n').collect();
    let (first, rest) = lines.split_at(lines.len() / 2);
    std::fs::write(bench.path("static"), log("threadsleep-static")).unwrap();
    for parts in [[first, rest], [rest, first]] {
        std::fs::write(bench.path("dra"), parts.concat().concat()).unwrap();
        let arguments = ["--static", "static", "--dra", "dra", "--comment", "never"];
        let ran = bench.run(&arguments).exits(0);
        assert_eq!(ran.output("verdict"), Some("better"), "{}", ran.stdout);
    }
}
