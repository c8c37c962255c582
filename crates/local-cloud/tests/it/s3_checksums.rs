//! What S3 checks of a body, and which checksum an object has afterwards.

use crate::s3::bucket;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumMode, ChecksumType, CompletedMultipartUpload, CompletedPart,
};
use sha2::{Digest, Sha256};

fn sha256(bytes: &[u8]) -> String {
    base64_simd::STANDARD.encode_to_string(Sha256::digest(bytes))
}

#[tokio::test]
async fn an_unsigned_body_is_checked_by_its_checksum() {
    let (cloud, client) = bucket().await;
    let put = |body: &'static [u8], checksum: String| {
        let put = client.put_object().bucket("bench").key("k");
        let put = put.checksum_sha256(checksum);
        let put = put.body(ByteStream::from_static(body));
        put.customize().disable_payload_signing()
    };
    let refused = put(b"body", sha256(b"other")).send().await.unwrap_err();
    assert_eq!(refused.code(), Some("BadDigest"));
    assert_eq!(refused.raw_response().unwrap().status().as_u16(), 400);
    assert_eq!(cloud.state()["s3"]["bench"]["keys"], 0);
    for body in [b"body".as_slice(), b""] {
        let sent = put(body, sha256(body)).send().await.unwrap();
        assert_eq!(sent.checksum_sha256(), Some(sha256(body).as_str()));
        let head = client.head_object().bucket("bench").key("k");
        let head = head.checksum_mode(ChecksumMode::Enabled);
        let head = head.send().await.unwrap();
        assert_eq!(head.checksum_sha256(), Some(sha256(body).as_str()));
        assert_eq!(head.checksum_type(), Some(&ChecksumType::FullObject));
    }
    let head = client.head_object().bucket("bench").key("k");
    let head = head.send().await.unwrap();
    assert_eq!(head.checksum_sha256(), None, "only when it is asked for");
}

#[tokio::test]
async fn an_object_without_a_checksum_of_the_client_has_the_usual_one() {
    let (_cloud, client) = bucket().await;
    let config = client
        .config()
        .to_builder()
        .request_checksum_calculation(aws_sdk_s3::config::RequestChecksumCalculation::WhenRequired);
    let client = aws_sdk_s3::Client::from_conf(config.build());
    let put = client.put_object().bucket("bench").key("k");
    let put = put.body(ByteStream::from_static(b"123456789"));
    put.send().await.unwrap();
    let head = client.head_object().bucket("bench").key("k");
    let head = head.checksum_mode(ChecksumMode::Enabled);
    let head = head.send().await.unwrap();
    // The check value of this algorithm, 0xae8b14860a799888, in base64.
    assert_eq!(head.checksum_crc64_nvme(), Some("rosUhgp5mIg="));
    assert_eq!(head.checksum_type(), Some(&ChecksumType::FullObject));
}

#[tokio::test]
async fn a_key_has_1024_bytes_at_most() {
    let (_cloud, client) = bucket().await;
    let put = |key: String| client.put_object().bucket("bench").key(key).send();
    put("ä".repeat(512)).await.unwrap();
    let refused = put(format!("{}x", "ä".repeat(512))).await.unwrap_err();
    assert_eq!(refused.code(), Some("KeyTooLongError"));
}

#[tokio::test]
async fn a_write_keeps_to_its_condition_whether_its_body_is_signed_or_not() {
    let (cloud, client) = bucket().await;
    let put = |key: &str, body: &'static [u8]| {
        let put = client.put_object().bucket("bench").key(key);
        put.checksum_sha256(sha256(body))
            .body(ByteStream::from_static(body))
    };
    let known = put("k", b"1").send().await.unwrap().e_tag.unwrap();
    let rows = [
        ("k", Some("*"), None, Some((412, "PreconditionFailed"))),
        (
            "k",
            None,
            Some("\"0123\""),
            Some((412, "PreconditionFailed")),
        ),
        ("none", None, Some(known.as_str()), Some((404, "NoSuchKey"))),
        ("k", None, Some(known.as_str()), None),
    ];
    for unsigned in [true, false] {
        for (key, absent, same, refusal) in rows {
            let put = put(key, b"1").set_if_none_match(absent.map(str::to_owned));
            let mut put = put.set_if_match(same.map(str::to_owned)).customize();
            if unsigned {
                put = put.disable_payload_signing();
            }
            let answer = put.send().await.map(|_| ()).map_err(|refused| {
                let status = refused.raw_response().unwrap().status().as_u16();
                (status, refused.code().unwrap().to_owned())
            });
            let expected = refusal.map_or(Ok(()), |(status, code)| Err((status, code.to_owned())));
            assert_eq!(answer, expected, "{key} {absent:?} {same:?} {unsigned}");
        }
    }
    assert_eq!(cloud.state()["s3"]["bench"]["keys"], 1);
}

#[tokio::test]
async fn a_checksum_of_the_whole_object_is_the_same_in_parts_and_in_one_piece() {
    let (_cloud, client) = bucket().await;
    let parts = [vec![1; 5 * 1024 * 1024], vec![2; 3]];
    let put = client.put_object().bucket("bench").key("whole");
    let put = put.checksum_algorithm(ChecksumAlgorithm::Crc32);
    let put = put.body(parts.concat().into()).send().await.unwrap();
    let whole = put.checksum_crc32().unwrap();

    let create = client
        .create_multipart_upload()
        .bucket("bench")
        .key("parts");
    let create = create.checksum_algorithm(ChecksumAlgorithm::Crc32);
    let create = create.checksum_type(ChecksumType::FullObject);
    let id = create.send().await.unwrap().upload_id.unwrap();
    let mut sent = Vec::new();
    for (number, body) in (1..).zip(&parts) {
        let part = client.upload_part().bucket("bench").key("parts");
        let part = part.upload_id(&id).part_number(number);
        let part = part.body(body.clone().into()).send().await.unwrap();
        let listed = CompletedPart::builder().part_number(number);
        sent.push(listed.set_e_tag(part.e_tag).build());
    }
    let complete = || {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(sent.clone()));
        let complete = client.complete_multipart_upload().bucket("bench");
        let complete = complete.key("parts").upload_id(&id);
        complete.multipart_upload(parts.build())
    };
    let other = complete().checksum_crc32("AAAAAA==").send();
    assert_eq!(other.await.unwrap_err().code(), Some("BadDigest"));
    let other = complete().checksum_type(ChecksumType::Composite).send();
    assert_eq!(other.await.unwrap_err().code(), Some("BadDigest"));
    let done = complete().checksum_crc32(whole).send().await.unwrap();
    assert_eq!(done.checksum_crc32(), Some(whole));
    assert_eq!(done.checksum_type(), Some(&ChecksumType::FullObject));
}
