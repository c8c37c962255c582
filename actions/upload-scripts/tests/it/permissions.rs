//! Least privilege: what the action does without, and which permission is named when one is missing.

use crate::step::{Step, cloud};
use local_cloud::{At, Fault, FaultKind, LocalCloud, Service};

/// Denies these operations, as a policy without their permission does.
fn deny(cloud: &LocalCloud, operations: &'static [&'static str]) {
    let at = At::when(move |call| {
        call.service == Service::S3 && operations.contains(&call.operation.as_str())
    });
    cloud.fault(Fault::always(at, FaultKind::Denied));
}

const READING: &[&str] = &["GetObject", "HeadObject"];
const WRITING: &[&str] = &[
    "PutObject",
    "CreateMultipartUpload",
    "UploadPart",
    "CompleteMultipartUpload",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_missing_permission_is_named() {
    for (operations, permission) in [
        (&["ListObjectsV2"][..], "allow `s3:ListBucket`"),
        (READING, "allow `s3:GetObject` (and `kms:Decrypt`"),
        (
            WRITING,
            "allow `s3:PutObject` (and `kms:GenerateDataKey` and `kms:Decrypt`",
        ),
        (&["DeleteObjects"][..], "allow `s3:DeleteObject`;"),
        // Who may not list is also refused to read what is not there: that is not what is missing.
        (&["ListObjectsV2", "GetObject"][..], "allow `s3:ListBucket`"),
    ] {
        let cloud = cloud().await;
        let step = Step::new(&cloud)
            .set("INPUT_SET", "s")
            .set("INPUT_DELETE", "true");
        step.run().await.succeeded();
        step.write("scripts/new.py", "x = 1\n");
        cloud
            .objects()
            .put("bench", "scripts/s/old", "x".into())
            .await
            .unwrap();
        deny(&cloud, operations);
        let outcome = step.run().await;
        assert_eq!(outcome.code, Some(3), "{operations:?}: {}", outcome.log);
        outcome.says(&["access denied", permission]);
    }
}

/// Every call of every kind of upload: a new set, a changed one, a long file, one that is gone on with, an alias.
#[tokio::test(flavor = "multi_thread")]
async fn reading_writing_and_listing_below_the_prefix_is_all_it_does() {
    let cloud = cloud().await;
    let step = Step::new(&cloud)
        .set("INPUT_SET", "s")
        .set("INPUT_ALIAS", "main");
    step.write("scripts/model.bin", vec![7; 17 * 1024 * 1024]);
    let broken = cloud.fault(Fault::always(
        At::Operation(Service::S3, "CompleteMultipartUpload"),
        FaultKind::ServerError,
    ));
    assert_eq!(step.run().await.code, Some(3));
    broken.remove();
    step.run().await.succeeded();
    // The parts of the file as it was are of no use any more, and may not be taken away.
    let broken = cloud.fault(Fault::always(
        At::Operation(Service::S3, "CompleteMultipartUpload"),
        FaultKind::ServerError,
    ));
    step.write("scripts/model.bin", vec![8; 17 * 1024 * 1024]);
    assert_eq!(step.run().await.code, Some(3));
    broken.remove();
    deny(
        &cloud,
        &["AbortMultipartUpload", "DeleteObject", "DeleteObjects"],
    );
    step.write("scripts/model.bin", vec![9; 17 * 1024 * 1024]);
    step.run().await.succeeded();

    for call in cloud.calls() {
        let allowed = [READING, WRITING, &["ListObjectsV2", "AbortMultipartUpload"]].concat();
        assert!(allowed.contains(&call.operation.as_str()), "{call:?}");
        assert!(call.subject.starts_with("bench/scripts/"), "{call:?}");
    }
}

/// S3 refuses to read what is not there, if it takes a listing that is only allowed below a prefix for none.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_upload_does_not_mind_that_what_is_not_there_is_refused() {
    let cloud = cloud().await;
    deny(&cloud, READING);
    Step::new(&cloud).run().await.succeeded();
}
