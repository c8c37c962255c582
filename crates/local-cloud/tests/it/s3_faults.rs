//! What may happen to an upload on its way, as the SDK sees it.

use crate::s3::{bucket, client};
use crate::start;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::put_object::PutObjectError;
use local_cloud::config::ACCESS_KEY_ID;
use local_cloud::{Answer, At, Config, Fault, FaultKind, LocalCloud, Service};
use sha2::{Digest, Sha256};

/// Larger than what the sockets between client and cloud take in.
const LARGE: usize = 16 * 1024 * 1024;

async fn put(
    client: &Client,
    body: Vec<u8>,
    unsigned: bool,
) -> Result<(), SdkError<PutObjectError>> {
    let sha256 = base64_simd::STANDARD.encode_to_string(Sha256::digest(&body));
    let put = client.put_object().bucket("bench").key("k");
    let put = put.checksum_sha256(sha256).body(body.into()).customize();
    let put = match unsigned {
        true => put.disable_payload_signing(),
        false => put,
    };
    put.send().await.map(|_| ())
}

fn fault(cloud: &LocalCloud, operation: &'static str, kind: FaultKind) {
    cloud.fault(Fault::once(At::Operation(Service::S3, operation), kind));
}

fn keys(cloud: &LocalCloud) -> u64 {
    cloud.state()["s3"]["bench"]["keys"].as_u64().unwrap()
}

#[tokio::test]
async fn a_corrupted_body_is_refused_by_the_check_that_it_has() {
    let (cloud, client) = bucket().await;
    let rows = [
        (true, "BadDigest"),
        // The hash that is signed is checked first.
        (false, "XAmzContentSHA256Mismatch"),
    ];
    for (unsigned, code) in rows {
        for size in [1, 4096, LARGE] {
            fault(&cloud, "PutObject", FaultKind::Corrupted);
            let refused = put(&client, vec![b'x'; size], unsigned).await.unwrap_err();
            assert_eq!(
                refused.code(),
                Some(code),
                "{size} bytes, unsigned: {unsigned}"
            );
            assert_eq!(refused.raw_response().unwrap().status().as_u16(), 400);
            assert_eq!(keys(&cloud), 0);
        }
    }
    // There is nothing to change in this one.
    fault(&cloud, "PutObject", FaultKind::Corrupted);
    put(&client, Vec::new(), true).await.unwrap();
    assert_eq!(keys(&cloud), 1);
}

#[tokio::test]
async fn a_body_with_a_trailing_checksum_is_refused_when_it_is_corrupted() {
    let (cloud, client) = bucket().await;
    fault(&cloud, "PutObject", FaultKind::Corrupted);
    let put = || client.put_object().bucket("bench").key("k");
    let put = || put().body(vec![b'x'; 4096].into()).send();
    let refused = put().await.unwrap_err();
    assert!(refused.raw_response().unwrap().status().is_client_error());
    assert_eq!(keys(&cloud), 0);
    put().await.unwrap();
    assert_eq!(keys(&cloud), 1);
}

#[tokio::test]
async fn a_reset_midway_leaves_nothing_and_no_answer() {
    let (cloud, client) = bucket().await;
    for size in [4096, LARGE] {
        fault(&cloud, "PutObject", FaultKind::ResetMidway);
        let lost = put(&client, vec![b'x'; size], true).await.unwrap_err();
        assert!(lost.raw_response().is_none(), "{lost:?}");
        assert_eq!(cloud.calls().last().unwrap().answer, Answer::Reset);
        assert_eq!(keys(&cloud), 0);
    }
    put(&client, vec![b'x'; LARGE], true).await.unwrap();
    assert_eq!(keys(&cloud), 1);
}

#[tokio::test]
async fn a_truncated_answer_is_to_a_call_that_took_effect() {
    let (cloud, client) = bucket().await;
    fault(&cloud, "PutObject", FaultKind::Truncated);
    let lost = put(&client, b"body".to_vec(), true).await.unwrap_err();
    assert!(lost.raw_response().is_none(), "{lost:?}");
    assert_eq!(keys(&cloud), 1);
    fault(&cloud, "ListObjectsV2", FaultKind::Truncated);
    let list = || client.list_objects_v2().bucket("bench").send();
    assert!(list().await.is_err());
    assert_eq!(list().await.unwrap().contents().len(), 1);
}

#[tokio::test]
async fn a_conflict_is_answered_as_s3_does_and_nothing_is_written() {
    let (cloud, client) = bucket().await;
    fault(&cloud, "PutObject", FaultKind::Conflict);
    let put = client.put_object().bucket("bench").key("k");
    let refused = put.if_none_match("*").send().await.unwrap_err();
    assert_eq!(refused.code(), Some("ConditionalRequestConflict"));
    assert_eq!(refused.raw_response().unwrap().status().as_u16(), 409);
    assert_eq!(keys(&cloud), 0);
}

/// A cloud where these actions are denied.
async fn without(denied: &[&str]) -> (LocalCloud, Client) {
    let cloud = start(Config {
        buckets: vec!["bench".to_owned()],
        denied_actions: denied.iter().map(|action| (*action).to_owned()).collect(),
        ..Config::default()
    })
    .await;
    let client = client(&cloud, ACCESS_KEY_ID).await;
    (cloud, client)
}

#[tokio::test]
async fn a_denied_action_is_refused_for_every_operation_that_needs_it() {
    let (_cloud, client) = without(&["s3:PutObject"]).await;
    let put = client.put_object().bucket("bench").key("k");
    let refused = put.send().await.unwrap_err();
    assert_eq!(refused.code(), Some("AccessDenied"));
    assert!(refused.message().unwrap().contains("s3:PutObject"));
    let create = client.create_multipart_upload().bucket("bench").key("k");
    let refused = create.send().await.unwrap_err();
    assert_eq!(refused.code(), Some("AccessDenied"));
    assert!(refused.message().unwrap().contains("s3:PutObject"));
    let list = client.list_objects_v2().bucket("bench");
    list.send().await.unwrap();
}

#[tokio::test]
async fn a_missing_key_is_a_secret_to_those_who_may_not_list() {
    let (cloud, client) = without(&["s3:ListBucket"]).await;
    let body = bytes::Bytes::from_static(b"body");
    cloud.objects().put("bench", "there", body).await.unwrap();
    let get = |key: &str| client.get_object().bucket("bench").key(key).send();
    get("there").await.unwrap();
    let refused = get("missing").await.unwrap_err();
    assert_eq!(refused.code(), Some("AccessDenied"));
    assert!(refused.message().unwrap().contains("s3:ListBucket"));
    let head = client.head_object().bucket("bench").key("missing");
    let refused = head.send().await.unwrap_err();
    let raw = refused.raw_response().unwrap();
    assert_eq!(raw.status().as_u16(), 403);
    assert_eq!(raw.body().bytes(), Some(b"".as_slice()), "HEAD has no body");
    let list = client.list_objects_v2().bucket("bench");
    let refused = list.send().await.unwrap_err();
    assert_eq!(refused.code(), Some("AccessDenied"));
}
