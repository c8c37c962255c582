//! Event logs in other forms than one plain file, and files that are none.

use bytes::Bytes;
use serde_json::json;

use crate::{
    bench::{Bench, Ran, beside, cloud, fixture},
    logs::{LOG, compressed, log, pieces, rolled, write},
};

#[track_caller]
fn assert_says(ran: &Ran, parts: &[&str]) {
    for part in parts {
        assert!(ran.said().contains(part), "lacks {part}: {}", ran.said());
    }
    for riddle in ["os error", "NoSuchKey"] {
        assert!(!ran.said().contains(riddle), "{}", ran.said());
    }
}

/// The verdict on a plain static log and this one.
#[track_caller]
fn verdict(bench: &Bench, dra: &str) -> String {
    let fixed = fixture("event-logs/threadsleep-static");
    let arguments = [
        "--static",
        fixed.to_str().unwrap(),
        "--dra",
        dra,
        "--comment",
        "never",
    ];
    let ran = bench.run(&arguments).exits(0);
    format!(
        "{}: {}",
        ran.output("verdict").unwrap(),
        ran.output("sentence").unwrap()
    )
}

#[test]
fn compressed_and_rolled_logs_give_the_verdict_of_the_plain_one() {
    let bench = Bench::new();
    write(&bench.path("plain"), &[("app-1".to_owned(), log(LOG))]);
    let plain = verdict(&bench, "plain/app-1");
    assert!(plain.starts_with("better: "), "{plain}");
    write(&bench.path("eventlog_v2_app-1"), &rolled(12));
    let zstd = compressed("zstd");
    for dra in ["plain", "eventlog_v2_app-1", zstd.to_str().unwrap()] {
        assert_eq!(verdict(&bench, dra), plain, "{dra}");
    }
}

#[test]
fn directory_with_several_logs_is_several_runs() {
    let bench = Bench::new();
    let other = String::from_utf8(log(LOG))
        .unwrap()
        .replace("app-20261122151539-0000", "app-2");
    let files = [
        ("app-1".to_owned(), log(LOG)),
        ("app-2".to_owned(), other.into_bytes()),
    ];
    write(&bench.path("spark-events"), &files);
    let fixed = fixture("event-logs/threadsleep-static");
    let arguments = [
        "--static",
        fixed.to_str().unwrap(),
        "--dra",
        "spark-events",
        "--comment",
        "never",
    ];
    bench.run(&arguments).exits(0);
    let report = std::fs::read(bench.path("dra-report/report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
    assert!(
        report.to_string().contains("spark-events/app-2"),
        "{report:#}"
    );
}

#[test]
fn missing_part_forbids_a_verdict() {
    let bench = Bench::new();
    write(&bench.path("eventlog_v2_app-1"), &rolled(12));
    std::fs::remove_file(bench.path("eventlog_v2_app-1/events_5_app-1")).unwrap();
    let verdict = verdict(&bench, "eventlog_v2_app-1");
    assert!(verdict.starts_with("not-comparable"), "{verdict}");
}

#[test]
fn compressed_and_rolled_logs_lie_beside_their_records() {
    let bench = Bench::new();
    let plain = bench.compare(&["--comment", "never"]).exits(0);
    let bytes = log("origin-dra");
    let half = bytes.len() / 2
        + bytes[bytes.len() / 2..]
            .iter()
            .position(|byte| *byte == b'\n')
            .unwrap()
        + 1;
    let folder = bench.path("runs/dra/eventlog_v2_spark-1");
    write(
        &folder,
        &[
            ("events_1_spark-1".to_owned(), bytes[..half].to_vec()),
            ("events_2_spark-1".to_owned(), bytes[half..].to_vec()),
        ],
    );
    bench.edit("runs/dra/run-record.json", |record| {
        record["event_log"] = json!({ "file": "eventlog_v2_spark-1" });
    });
    let rolled = bench.compare(&["--comment", "never"]).exits(0);
    assert_eq!(rolled.output("sentence"), plain.output("sentence"));
}

#[tokio::test(flavor = "multi_thread")]
async fn rolled_log_of_a_record_is_read_from_s3() {
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
            "s3://bench/e/",
        ] {
            bench
                .run(&[
                    "--static",
                    "runs/static",
                    "--dra",
                    dra,
                    "--comment",
                    "never",
                ])
                .exits(0);
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
    let parts = pieces(2);
    for parts in [[&parts[0], &parts[1]], [&parts[1], &parts[0]]] {
        let bytes = [&parts[0][..], parts[1]].concat();
        std::fs::write(bench.path("dra"), bytes).unwrap();
        let verdict = verdict(&bench, "dra");
        assert!(verdict.starts_with("better"), "{verdict}");
    }
}
