//! Where runs can be read, and what is said when they cannot.

use bytes::Bytes;
use serde_json::json;

use crate::bench::{Bench, beside, cloud, fixture};

#[test]
fn every_problem_is_named_at_once() {
    let bench = Bench::new();
    bench.edit("runs/dra/run-record.json", |record| {
        record["schema"] = json!(99)
    });
    std::fs::write(bench.path("other.json"), "{}").unwrap();
    let ran = bench
        .run(&["--static", "missing\nother.json", "--dra", "runs/dra"])
        .exits(2);
    for part in [
        "`missing`: cannot be opened",
        "`other.json`: not a run record",
        "schema 99",
        "input `static`",
        "input `dra`",
    ] {
        assert!(ran.said().contains(part), "lacks {part}: {}", ran.said());
    }
    let hints = ran.said().matches("hint: ").count();
    assert_eq!(hints, 3, "one for each problem: {}", ran.said());
}

#[test]
fn missing_inputs_are_bad_inputs() {
    let ran = Bench::new()
        .run(&[
            "--comment",
            "perhaps",
            "--key",
            "a b",
            "--pull-request",
            "abc",
        ])
        .exits(2);
    for part in [
        "`static`",
        "`dra`",
        "perhaps",
        "`key`",
        "`abc`: expected the number of a pull request, such as `12`",
    ] {
        assert!(ran.said().contains(part), "lacks {part}: {}", ran.said());
    }
}

#[test]
fn record_without_event_log_says_why() {
    let bench = Bench::new();
    bench.edit("runs/static/run-record.json", |record| {
        record["event_log"] = json!({ "missing": "the driver was lost before it closed the log" });
    });
    let ran = bench.compare(&[]).exits(2);
    assert!(
        ran.said()
            .contains("the driver was lost before it closed the log"),
        "{}",
        ran.said()
    );
}

#[test]
fn record_cannot_choose_what_is_read() {
    let bench = Bench::new();
    bench.edit("runs/static/run-record.json", |record| {
        record["event_log"] = json!({ "file": "../../outputs" })
    });
    bench.compare(&[]).exits(2);
}

#[test]
fn run_of_the_other_variant_is_refused() {
    let ran = Bench::new()
        .run(&["--static", "runs/dra", "--dra", "runs/static"])
        .exits(2);
    assert!(
        ran.said().contains("is a run of the dra variant"),
        "{}",
        ran.said()
    );
}

#[test]
fn plain_event_logs_are_enough_for_a_look() {
    let (fixed, dra) = (
        fixture("event-logs/threadsleep-static"),
        fixture("event-logs/threadsleep-dra"),
    );
    let arguments = [
        "--static",
        fixed.to_str().unwrap(),
        "--dra",
        dra.to_str().unwrap(),
        "--comment",
        "never",
    ];
    let ran = Bench::new().run(&arguments).exits(0);
    assert!(
        ran.said().contains("fewer executor-seconds") && ran.said().contains("10 of 15"),
        "{}",
        ran.stdout
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_are_read_from_s3_by_prefix_and_by_key() {
    let cloud = cloud().await;
    let bench = Bench::on(&cloud);
    for variant in ["static", "dra"] {
        for name in ["run-record.json".to_owned(), format!("origin-{variant}")] {
            let bytes = std::fs::read(bench.path(&format!("runs/{variant}/{name}"))).unwrap();
            cloud
                .objects()
                .put(
                    "bench",
                    &format!("records/{variant}/{name}"),
                    Bytes::from(bytes),
                )
                .await
                .unwrap();
        }
    }
    let ran = beside(move || {
        bench
            .run(&[
                "--static",
                "s3://bench/records/static/",
                "--dra",
                "s3://bench/records/dra/run-record.json",
            ])
            .exits(0)
    })
    .await;
    assert_eq!(ran.output("verdict"), Some("mixed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_bucket_is_outside_and_missing_prefix_a_bad_input() {
    let cloud = cloud().await;
    let bench = Bench::on(&cloud);
    let (bucket, both) = beside(move || {
        let run = |fixed, dra| bench.run(&["--static", fixed, "--dra", dra]);
        (
            run("s3://nowhere/a/", "s3://nowhere/b/").exits(3),
            run("s3://nowhere/runs/", "s3://bench/nothing/").exits(2),
        )
    })
    .await;
    assert!(bucket.said().contains("NoSuchBucket"), "{}", bucket.said());
    for part in [
        "`s3://nowhere/runs/`: s3:ListBucket",
        "NoSuchBucket",
        "`s3://bench/nothing/`: there is no run-record.json and no event log here",
    ] {
        assert!(both.said().contains(part), "lacks {part}: {}", both.said());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unreachable_s3_is_an_outside_failure() {
    let cloud = cloud().await;
    let mut bench = Bench::on(&cloud);
    bench.set("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9");
    bench.set("AWS_MAX_ATTEMPTS", "1");
    let ran = beside(move || {
        bench
            .run(&["--static", "s3://bench/a/", "--dra", "s3://bench/b/"])
            .exits(3)
    })
    .await;
    for part in [
        "cannot be reached",
        "the endpoint is `http://127.0.0.1:9`, from `AWS_ENDPOINT_URL_S3`",
    ] {
        assert!(ran.said().contains(part), "lacks {part}: {}", ran.said());
    }
}
