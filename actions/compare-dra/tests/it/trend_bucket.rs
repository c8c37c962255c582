//! The third entry with its history in a bucket.

use bytes::Bytes;
use local_cloud::{At, Fault, FaultKind, Service};

use crate::{
    bench::{Bench, Ran, beside, cloud},
    trend::{next, reported},
};

const HISTORY: [&str; 2] = ["--history", "s3://bench/history/"];

fn uri(ran: &Ran) -> String {
    ran.output("history-uri").unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn history_grows_in_the_bucket_until_drift_can_be_told() {
    let cloud = cloud().await;
    let bench = Bench::on(&cloud);
    let (uris, last) = beside(move || {
        let mut bench = reported(bench);
        let mut uris = Vec::new();
        for id in 1..=4 {
            next(&mut bench, id, 340.0);
            let ran = bench.trend(&HISTORY).exits(0);
            assert_eq!(ran.output("drift"), Some("unknown"));
            uris.push(uri(&ran));
        }
        next(&mut bench, 5, 900.0);
        let last = bench.trend(&HISTORY).exits(0);
        let again = bench.trend(&HISTORY).exits(0);
        assert!(
            again.stdout.contains("is there already"),
            "{}",
            again.stdout
        );
        assert_eq!(uri(&again), uri(&last));
        (uris, last)
    })
    .await;
    assert_eq!(last.output("drift"), Some("drifted"), "{last:#?}");
    for (uri, id) in uris.iter().zip(1..) {
        let key = uri.strip_prefix("s3://bench/").unwrap();
        assert!(
            key.starts_with("history/default/2") && key.ends_with(&format!("-{id}-1.json")),
            "{key}"
        );
        assert!(cloud.objects().get("bench", key).await.unwrap().is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn among_a_thousand_documents_only_the_newest_are_read() {
    let cloud = cloud().await;
    let bench = Bench::on(&cloud);
    let (bench, first) = beside(move || {
        let mut bench = reported(bench);
        next(&mut bench, 1, 340.0);
        let first = uri(&bench.trend(&HISTORY).exits(0));
        (bench, first)
    })
    .await;
    let key = first.strip_prefix("s3://bench/").unwrap();
    let document = cloud.objects().get("bench", key).await.unwrap().unwrap();
    for id in 0..1_100 {
        let month = 1 + id / 200;
        let key = format!(
            "history/default/2025/{month:02}/2025{month:02}01T000000{:03}Z-{}-1.json",
            id % 200,
            1000 + id
        );
        let text = String::from_utf8(document.to_vec()).unwrap();
        let text = text.replace("\"id\": 1,", &format!("\"id\": {},", 1000 + id));
        cloud
            .objects()
            .put("bench", &key, Bytes::from(text))
            .await
            .unwrap();
    }
    let ran = beside(move || {
        let mut bench = bench;
        next(&mut bench, 2, 340.0);
        bench.trend(&HISTORY).exits(0)
    })
    .await;
    assert_eq!(
        (ran.output("drift"), ran.output("runs")),
        (Some("none"), Some("20")),
        "{ran:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_are_both_kept() {
    let cloud = cloud().await;
    let both: Vec<Bench> = [Bench::on(&cloud), Bench::on(&cloud)].into();
    let started: Vec<_> = both
        .into_iter()
        .zip(1..)
        .map(|(bench, id)| {
            tokio::task::spawn_blocking(move || {
                let mut bench = reported(bench);
                next(&mut bench, id, 340.0);
                uri(&bench.trend(&HISTORY).exits(0))
            })
        })
        .collect();
    let mut uris = Vec::new();
    for run in started {
        uris.push(run.await.unwrap());
    }
    assert_ne!(uris[0], uris[1]);
    for uri in uris {
        let key = uri.strip_prefix("s3://bench/").unwrap();
        assert!(cloud.objects().get("bench", key).await.unwrap().is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn denied_listing_fails_after_the_run_was_kept_and_a_missing_bucket_fails() {
    let cloud = cloud().await;
    let bench = Bench::on(&cloud);
    cloud.fault(Fault::always(
        At::Operation(Service::S3, "ListObjectsV2"),
        FaultKind::Denied,
    ));
    let (denied, nowhere) = beside(move || {
        let bench = reported(bench);
        let denied = bench.trend(&HISTORY).exits(3);
        (
            denied,
            bench.trend(&["--history", "s3://nowhere/h"]).exits(3),
        )
    })
    .await;
    assert!(
        denied.said().contains("s3:ListBucket") && denied.said().contains("AccessDenied"),
        "{}",
        denied.said()
    );
    let uri = uri(&denied);
    let key = uri.strip_prefix("s3://bench/").unwrap();
    assert!(cloud.objects().get("bench", key).await.unwrap().is_some());
    assert!(
        nowhere.said().contains("s3://nowhere/h"),
        "{}",
        nowhere.said()
    );
}
