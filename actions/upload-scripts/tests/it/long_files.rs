//! Files that go up in parts.

use crate::{
    bucket::{is_complete, manifest, paths, since},
    step::{BUCKET, Step, cloud},
};
use local_cloud::{Answer, At, Call, Fault, FaultKind, LocalCloud, Moment, Service};
use rustix::process::{Pid, Signal, kill_process};

const MEBIBYTE: usize = 1024 * 1024;

/// Bytes that no part repeats.
fn bytes(length: usize) -> Vec<u8> {
    (0..length.div_ceil(4))
        .flat_map(|at| (at as u32).wrapping_mul(2_654_435_761).to_le_bytes())
        .take(length)
        .collect()
}

/// A step with a file of three parts.
fn step(cloud: &LocalCloud) -> (Step, Vec<u8>) {
    let step = Step::new(cloud).set("INPUT_SET", "s");
    let long = bytes(33 * MEBIBYTE + 5);
    step.write("scripts/model.bin", &long);
    (step, long)
}

async fn arrived(cloud: &LocalCloud) -> Vec<u8> {
    let there = cloud.objects().get(BUCKET, "scripts/s/model.bin").await;
    there
        .unwrap()
        .map(|there| there.to_vec())
        .unwrap_or_default()
}

/// How many multipart uploads are not completed.
fn unfinished(cloud: &LocalCloud) -> usize {
    let state = cloud.state();
    state["s3"][BUCKET]["uploads"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_file_arrives_whole_and_is_not_sent_again() {
    let cloud = cloud().await;
    let (step, long) = step(&cloud);
    let first = step.run().await.succeeded();
    assert_eq!(first.output("uploaded"), "4");
    assert!(arrived(&cloud).await == long);
    let kind = cloud.objects().content_type(BUCKET, "scripts/s/model.bin");
    assert_eq!(kind.as_deref(), Some("application/octet-stream"));
    let before = cloud.calls().len();
    assert_eq!(step.run().await.succeeded().counts(), ("0", "4", "0"));
    // Without the manifest S3's composite checksum tells.
    let manifest = cloud.objects().remove(BUCKET, "scripts/s/.manifest.json");
    manifest.await.unwrap();
    assert_eq!(step.run().await.succeeded().counts(), ("0", "4", "0"));
    assert_eq!(since(&cloud, before, "UploadPart"), 0);
    assert_eq!(unfinished(&cloud), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_killed_goes_on_with_the_parts_that_have_arrived() {
    for signal in [Signal::TERM, Signal::KILL] {
        let cloud = cloud().await;
        let (step, long) = step(&cloud);
        // The last part to arrive stays on its way until the others are there and written down.
        let hold = cloud.hold(At::Nth(Service::S3, "UploadPart", 3), Moment::Before);
        let child = step.start();
        hold.arrived().await;
        for nth in [1, 2] {
            let is = |call: &Call| {
                let is_part = call.operation == "UploadPart" && call.nth == nth;
                is_part && call.answer == Answer::Status(200)
            };
            cloud.call(is).await;
        }
        kill_process(Pid::from_child(&child), signal).unwrap();
        let outcome = step.end(child).await;
        hold.discard();
        assert_ne!(outcome.code, Some(0), "{}", outcome.log);
        assert!(!is_complete(&cloud, "s").await);
        assert_eq!(unfinished(&cloud), 1);
        let note = manifest(&cloud, "s").await.unwrap();
        let known = note["under_way"]["model.bin"]["parts"].as_object();
        let known = known.map_or(0, serde_json::Map::len);

        let before = cloud.calls().len();
        step.run().await.succeeded();
        assert!(arrived(&cloud).await == long);
        assert_eq!(
            since(&cloud, before, "CreateMultipartUpload"),
            0,
            "{signal:?}"
        );
        assert_eq!(since(&cloud, before, "UploadPart"), 3 - known, "{signal:?}");
        assert_eq!(unfinished(&cloud), 0);
        if signal == Signal::TERM {
            // Of two answers that were sent the second may not have been read yet.
            assert!(known >= 1, "{note}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_s3_has_given_up_begins_anew() {
    let cloud = cloud().await;
    let (step, long) = step(&cloud);
    let fault = cloud.fault(Fault::always(
        At::Operation(Service::S3, "CompleteMultipartUpload"),
        FaultKind::ServerError,
    ));
    let outcome = step.run().await;
    assert_eq!(outcome.code, Some(3), "{}", outcome.log);
    outcome.says(&["cannot put `s3://bench/scripts/s/model.bin` together of its parts"]);
    fault.remove();
    // As a lifecycle rule does.
    cloud.objects().end_uploads(BUCKET);
    step.run().await.succeeded();
    assert!(arrived(&cloud).await == long);
    assert!(is_complete(&cloud, "s").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changed_meanwhile_leaves_no_parts_of_the_old_one() {
    let cloud = cloud().await;
    let (step, mut long) = step(&cloud);
    let fault = cloud.fault(Fault::always(
        At::Operation(Service::S3, "CompleteMultipartUpload"),
        FaultKind::ServerError,
    ));
    assert_eq!(step.run().await.code, Some(3));
    fault.remove();
    long[20 * MEBIBYTE] ^= 1;
    step.write("scripts/model.bin", &long);
    step.run().await.succeeded();
    assert!(arrived(&cloud).await == long);
    assert_eq!(unfinished(&cloud), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_about_parts_is_tried_again() {
    let operations = [
        "CreateMultipartUpload",
        "UploadPart",
        "CompleteMultipartUpload",
    ];
    let kinds = [
        FaultKind::ServerError,
        FaultKind::ResetMidway,
        FaultKind::Reset(Moment::After),
        FaultKind::Corrupted,
    ];
    let cloud = cloud().await;
    for operation in operations {
        for kind in kinds {
            if kind == FaultKind::Corrupted && operation != "UploadPart" {
                continue;
            }
            let step = Step::new(&cloud).set("INPUT_SET", "s");
            step.write("scripts/model.bin", bytes(17 * MEBIBYTE));
            cloud.fault(Fault::once(At::Operation(Service::S3, operation), kind));
            step.run().await.succeeded();
            assert_eq!(
                arrived(&cloud).await.len(),
                17 * MEBIBYTE,
                "{operation} {kind:?}"
            );
            for path in paths(&cloud, "s") {
                let key = format!("scripts/s/{path}");
                cloud.objects().remove(BUCKET, &key).await.unwrap();
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_megabytes_arrive() {
    let cloud = cloud().await;
    let step = Step::new(&cloud).set("INPUT_SET", "s");
    let long = bytes(200_000_000);
    step.write("scripts/model.bin", &long);
    step.run().await.succeeded();
    assert!(arrived(&cloud).await == long);
    assert_eq!(step.run().await.succeeded().output("uploaded"), "0");
}
