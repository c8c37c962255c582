//! Multipart uploads: parts, their checksums, and what is refused.

use crate::s3::bucket;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumMode, ChecksumType, CompletedMultipartUpload, CompletedPart,
};
use serde_json::json;
use sha2::{Digest, Sha256};

const MIB: usize = 1024 * 1024;

fn base64(digest: &[u8]) -> String {
    base64_simd::STANDARD.encode_to_string(digest)
}

fn sha256(bytes: &[u8]) -> String {
    base64(&Sha256::digest(bytes))
}

/// The composite checksum, computed apart from the cloud.
fn composite(parts: &[&[u8]]) -> String {
    let digests: Vec<u8> = parts.iter().flat_map(Sha256::digest).collect();
    format!("{}-{}", sha256(&digests), parts.len())
}

/// An upload whose parts are checked with SHA-256.
struct Upload<'a> {
    client: &'a Client,
    id: String,
    parts: Vec<CompletedPart>,
}

impl<'a> Upload<'a> {
    async fn start(client: &'a Client) -> Self {
        let create = client.create_multipart_upload().bucket("bench").key("big");
        let create = create.checksum_algorithm(ChecksumAlgorithm::Sha256);
        let created = create.content_type("text/x-python").send().await.unwrap();
        assert_eq!(
            created.checksum_algorithm(),
            Some(&ChecksumAlgorithm::Sha256)
        );
        assert_eq!(created.checksum_type(), Some(&ChecksumType::Composite));
        Self {
            client,
            id: created.upload_id.unwrap(),
            parts: Vec::new(),
        }
    }

    async fn part(&mut self, body: &[u8]) {
        let number = i32::try_from(self.parts.len()).unwrap() + 1;
        let part = self.client.upload_part().bucket("bench").key("big");
        let part = part.upload_id(&self.id).part_number(number);
        let part = part
            .checksum_sha256(sha256(body))
            .body(body.to_vec().into());
        let part = part.customize().disable_payload_signing();
        let sent = part.send().await.unwrap();
        assert_eq!(sent.checksum_sha256(), Some(sha256(body).as_str()));
        self.parts.push(
            CompletedPart::builder()
                .part_number(number)
                .set_e_tag(sent.e_tag)
                .checksum_sha256(sha256(body))
                .build(),
        );
    }

    fn complete(
        &self,
        parts: &[CompletedPart],
    ) -> aws_sdk_s3::operation::complete_multipart_upload::builders::CompleteMultipartUploadFluentBuilder
    {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts.to_vec()));
        let complete = self.client.complete_multipart_upload();
        complete
            .bucket("bench")
            .key("big")
            .upload_id(&self.id)
            .multipart_upload(parts.build())
    }

    async fn refused(&self, parts: &[CompletedPart]) -> String {
        let refused = self.complete(parts).send().await.unwrap_err();
        refused.code().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_completed_upload_has_the_checksum_of_its_parts_everywhere() {
    let (_cloud, client) = bucket().await;
    let parts = [vec![1; 5 * MIB], vec![2; 3]];
    let mut upload = Upload::start(&client).await;
    for part in &parts {
        upload.part(part).await;
    }
    let done = upload.complete(&upload.parts).send().await.unwrap();
    let expected = composite(&[&parts[0], &parts[1]]);
    assert_eq!(done.checksum_sha256(), Some(expected.as_str()));
    assert_eq!(done.checksum_type(), Some(&ChecksumType::Composite));

    let head = client.head_object().bucket("bench").key("big");
    let head = head.checksum_mode(ChecksumMode::Enabled);
    let head = head.send().await.unwrap();
    assert_eq!(head.checksum_sha256(), Some(expected.as_str()));
    assert_eq!(head.checksum_type(), Some(&ChecksumType::Composite));
    assert_eq!(head.content_type(), Some("text/x-python"));
    assert_eq!(head.e_tag(), done.e_tag());

    let got = client.get_object().bucket("bench").key("big");
    let got = got.checksum_mode(ChecksumMode::Enabled);
    let got = got.send().await.unwrap();
    assert_eq!(got.checksum_sha256(), Some(expected.as_str()));
    let body = got.body.collect().await.unwrap().to_vec();
    assert_eq!(body, parts.concat());
    // A range over the seam of two parts.
    let seam = format!("bytes={}-{}", 5 * MIB - 1, 5 * MIB + 1);
    let seam = client.get_object().bucket("bench").key("big").range(seam);
    let seam = seam.send().await.unwrap().body.collect().await.unwrap();
    assert_eq!(seam.to_vec(), [1, 2, 2]);

    let list = client.list_objects_v2().bucket("bench");
    let list = list.send().await.unwrap();
    let listed = &list.contents()[0];
    assert_eq!(listed.checksum_algorithm(), [ChecksumAlgorithm::Sha256]);
    assert_eq!(listed.checksum_type(), Some(&ChecksumType::Composite));
    assert_eq!(listed.e_tag(), done.e_tag());
}

#[tokio::test]
async fn parts_that_are_not_as_they_are_listed_are_refused() {
    let (cloud, client) = bucket().await;
    let mut upload = Upload::start(&client).await;
    upload.part(&vec![1; 5 * MIB]).await;
    upload.part(b"end").await;
    let [first, last] = [upload.parts[0].clone(), upload.parts[1].clone()];
    let built = |part: &CompletedPart| {
        let part = part.clone();
        CompletedPart::builder()
            .set_part_number(part.part_number)
            .set_e_tag(part.e_tag)
            .set_checksum_sha256(part.checksum_sha256)
    };
    let wrong = built(&last).checksum_sha256(sha256(b"other")).build();
    assert_eq!(upload.refused(&[first.clone(), wrong]).await, "InvalidPart");
    let unnamed = built(&last).set_checksum_sha256(None).build();
    assert_eq!(
        upload.refused(&[first.clone(), unnamed]).await,
        "InvalidRequest"
    );
    let etag = built(&last).e_tag("\"0123\"").build();
    assert_eq!(upload.refused(&[first.clone(), etag]).await, "InvalidPart");
    let third = built(&last).part_number(3).build();
    assert_eq!(upload.refused(&[first.clone(), third]).await, "InvalidPart");
    assert_eq!(
        upload.refused(&[last.clone(), first.clone()]).await,
        "InvalidPartOrder"
    );
    assert_eq!(upload.refused(&[]).await, "MalformedXML");
    let whole = upload.complete(&upload.parts).checksum_sha256(sha256(b""));
    let refused = whole.send().await.unwrap_err();
    assert_eq!(refused.code(), Some("BadDigest"));
    let size = upload.complete(&upload.parts).mpu_object_size(1);
    let refused = size.send().await.unwrap_err();
    assert_eq!(refused.code(), Some("InvalidRequest"));
    assert_eq!(cloud.state()["s3"]["bench"]["keys"], 0);
    // Nothing of this has spoilt the upload.
    let said = composite(&[&vec![1; 5 * MIB], b"end"]);
    let right = upload.complete(&upload.parts).checksum_sha256(said);
    right.send().await.unwrap();
}

#[tokio::test]
async fn a_part_has_to_bring_the_checksum_the_upload_was_started_with() {
    let (_cloud, client) = bucket().await;
    let upload = Upload::start(&client).await;
    let part = |number| {
        let part = client.upload_part().bucket("bench").key("big");
        let part = part.upload_id(&upload.id).part_number(number);
        part.body(b"body".to_vec().into())
    };
    let crc = part(1).checksum_crc32("AAAAAA==").send().await.unwrap_err();
    assert_eq!(crc.code(), Some("BadDigest"));
    let crc = part(1).checksum_algorithm(ChecksumAlgorithm::Crc32);
    let refused = crc.send().await.unwrap_err();
    assert_eq!(refused.code(), Some("InvalidRequest"));
    assert!(refused.message().unwrap().contains("sha256"), "{refused:?}");
    let wrong = part(1).checksum_sha256(sha256(b"other"));
    let refused = wrong.send().await.unwrap_err();
    assert_eq!(refused.code(), Some("BadDigest"));
    let invalid = part(1)
        .checksum_sha256("c2hvcnQ=")
        .send()
        .await
        .unwrap_err();
    assert_eq!(invalid.code(), Some("InvalidRequest"));
    for number in [0, 10_001] {
        let refused = part(number).send().await.unwrap_err();
        assert_eq!(refused.code(), Some("InvalidArgument"), "{number}");
    }
    let sha = part(10_000).checksum_sha256(sha256(b"body"));
    sha.send().await.unwrap();
}

#[tokio::test]
async fn completing_again_gives_the_same_answer_and_nothing_else_does() {
    let (_cloud, client) = bucket().await;
    let mut upload = Upload::start(&client).await;
    upload.part(b"one").await;
    let complete = || upload.complete(&upload.parts).if_none_match("*").send();
    let first = complete().await.unwrap();
    let again = complete().await.unwrap();
    assert_eq!(first.e_tag(), again.e_tag());
    assert_eq!(first.checksum_sha256(), again.checksum_sha256());
    let other = CompletedPart::builder().part_number(2).build();
    assert_eq!(upload.refused(&[other]).await, "NoSuchUpload");
    let part = client.upload_part().bucket("bench").key("big");
    let late = part.upload_id(&upload.id).part_number(1).send();
    assert_eq!(late.await.unwrap_err().code(), Some("NoSuchUpload"));
    let abort = client.abort_multipart_upload().bucket("bench").key("big");
    let abort = abort.upload_id(&upload.id).send().await.unwrap_err();
    assert_eq!(abort.code(), Some("NoSuchUpload"));
}

#[tokio::test]
async fn a_completion_keeps_to_its_condition_and_the_upload_stays() {
    let (cloud, client) = bucket().await;
    let put = client.put_object().bucket("bench").key("big");
    let old = put.body(b"old".to_vec().into()).send().await.unwrap();
    let mut upload = Upload::start(&client).await;
    upload.part(b"new").await;
    let absent = upload.complete(&upload.parts).if_none_match("*");
    let refused = absent.send().await.unwrap_err();
    assert_eq!(refused.code(), Some("PreconditionFailed"));
    let other = upload.complete(&upload.parts).if_match("\"0123\"");
    let refused = other.send().await.unwrap_err();
    assert_eq!(refused.code(), Some("PreconditionFailed"));
    let uploads = &cloud.state()["s3"]["bench"]["uploads"];
    assert_eq!(*uploads, json!([{ "key": "big", "parts": 1, "bytes": 3 }]));
    let known = upload.complete(&upload.parts).if_match(old.e_tag.unwrap());
    known.send().await.unwrap();
    let bytes = cloud.objects().get("bench", "big").await.unwrap();
    assert_eq!(bytes.unwrap(), "new");

    let gone = client.delete_object().bucket("bench").key("big");
    gone.send().await.unwrap();
    let mut upload = Upload::start(&client).await;
    upload.part(b"new").await;
    let missing = upload.complete(&upload.parts).if_match("\"0123\"");
    let refused = missing.send().await.unwrap_err();
    assert_eq!(refused.code(), Some("NoSuchKey"));
    assert_eq!(refused.raw_response().unwrap().status().as_u16(), 404);
}

#[tokio::test]
async fn what_is_under_way_is_listed_until_it_is_aborted() {
    let (cloud, client) = bucket().await;
    let mut upload = Upload::start(&client).await;
    upload.part(&vec![1; 5 * MIB]).await;
    upload.part(b"end").await;
    let parts = client.list_parts().bucket("bench").key("big");
    let parts = parts.upload_id(&upload.id).max_parts(1).into_paginator();
    let parts: Vec<_> = parts.items().send().try_collect().await.unwrap();
    let seen: Vec<_> = parts.iter().map(|p| (p.part_number(), p.size())).collect();
    let size = i64::try_from(5 * MIB).unwrap();
    assert_eq!(seen, [(Some(1), Some(size)), (Some(2), Some(3))]);
    assert_eq!(parts[1].checksum_sha256(), Some(sha256(b"end").as_str()));

    for key in ["a", "b"] {
        let create = client.create_multipart_upload().bucket("bench").key(key);
        create.send().await.unwrap();
    }
    let mut keys = Vec::new();
    let mut marker = (None, None);
    loop {
        let list = client.list_multipart_uploads().bucket("bench");
        let list = list.max_uploads(2).set_key_marker(marker.0);
        let page = list.set_upload_id_marker(marker.1).send().await.unwrap();
        keys.extend(page.uploads().iter().map(|u| u.key().unwrap().to_owned()));
        if page.is_truncated() != Some(true) {
            break;
        }
        marker = (page.next_key_marker, page.next_upload_id_marker);
    }
    assert_eq!(keys, ["a", "b", "big"]);
    let noted: Vec<_> = cloud.calls().into_iter().map(|c| c.operation).collect();
    assert!(noted.contains(&"ListParts".to_owned()), "{noted:?}");
    assert!(noted.contains(&"ListMultipartUploads".to_owned()));

    let abort = client.abort_multipart_upload().bucket("bench").key("big");
    abort.upload_id(&upload.id).send().await.unwrap();
    let left = &cloud.state()["s3"]["bench"]["uploads"];
    let left: Vec<_> = left.as_array().unwrap().iter().collect();
    assert_eq!(left.len(), 2);
    assert!(left.iter().all(|upload| upload["bytes"] == 0));
}

#[tokio::test]
async fn checksums_that_parts_cannot_have_are_refused_at_the_start() {
    let (_cloud, client) = bucket().await;
    let start = |algorithm: &str, kind: &str| {
        let create = client.create_multipart_upload().bucket("bench").key("big");
        create
            .checksum_algorithm(algorithm.into())
            .checksum_type(kind.into())
            .send()
    };
    for (algorithm, kind) in [("SHA256", "FULL_OBJECT"), ("CRC64NVME", "COMPOSITE")] {
        let refused = start(algorithm, kind).await.unwrap_err();
        assert_eq!(refused.code(), Some("InvalidRequest"), "{algorithm} {kind}");
    }
    for (algorithm, kind) in [("CRC32", "FULL_OBJECT"), ("CRC32C", "COMPOSITE")] {
        start(algorithm, kind).await.unwrap();
    }
}
