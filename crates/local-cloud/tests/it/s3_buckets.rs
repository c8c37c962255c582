//! S3 buckets, long listings and multipart uploads.

use crate::s3::{bucket, put};
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};

#[tokio::test]
async fn a_listing_goes_on_where_it_stopped() {
    let (_cloud, client) = bucket().await;
    for key in ["a/1", "a/2", "b", "c"] {
        put(&client, key, b"x").await;
    }
    let pages = client
        .list_objects_v2()
        .bucket("bench")
        .delimiter("/")
        .max_keys(1);
    let mut pages = pages.into_paginator().send();
    let mut seen = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        seen.extend(
            page.common_prefixes()
                .iter()
                .filter_map(|p| p.prefix().map(str::to_owned)),
        );
        seen.extend(
            page.contents()
                .iter()
                .filter_map(|o| o.key().map(str::to_owned)),
        );
    }
    assert_eq!(seen, ["a/", "b", "c"]);
}

#[tokio::test]
async fn parts_are_joined_when_the_upload_is_completed() {
    let (_cloud, client) = bucket().await;
    let upload = client
        .create_multipart_upload()
        .bucket("bench")
        .key("big")
        .send()
        .await
        .unwrap();
    let id = upload.upload_id().unwrap();
    let mut parts = Vec::new();
    for (number, size) in [(1, 5 * 1024 * 1024), (2, 3)] {
        let part = client
            .upload_part()
            .bucket("bench")
            .key("big")
            .upload_id(id)
            .part_number(number);
        let part = part.body(vec![b'x'; size].into()).send().await.unwrap();
        parts.push(
            CompletedPart::builder()
                .part_number(number)
                .set_e_tag(part.e_tag)
                .build(),
        );
    }
    let parts = CompletedMultipartUpload::builder()
        .set_parts(Some(parts))
        .build();
    let complete = client
        .complete_multipart_upload()
        .bucket("bench")
        .key("big")
        .upload_id(id);
    let complete = complete.multipart_upload(parts).send().await.unwrap();
    assert!(complete.e_tag().unwrap().ends_with("-2\""));
    let head = client
        .head_object()
        .bucket("bench")
        .key("big")
        .send()
        .await
        .unwrap();
    assert_eq!(head.content_length(), Some(5 * 1024 * 1024 + 3));
}

#[tokio::test]
async fn buckets_are_created_copied_into_and_removed_when_empty() {
    let (_cloud, client) = bucket().await;
    put(&client, "k", b"body").await;
    client
        .create_bucket()
        .bucket("second")
        .send()
        .await
        .unwrap();
    client
        .copy_object()
        .bucket("second")
        .key("copy")
        .copy_source("bench/k")
        .send()
        .await
        .unwrap();
    let refused = client
        .delete_bucket()
        .bucket("second")
        .send()
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some("BucketNotEmpty"));
    client
        .delete_object()
        .bucket("second")
        .key("copy")
        .send()
        .await
        .unwrap();
    client
        .delete_bucket()
        .bucket("second")
        .send()
        .await
        .unwrap();
    let buckets = client.list_buckets().send().await.unwrap();
    assert_eq!(
        buckets
            .buckets()
            .iter()
            .filter_map(|b| b.name())
            .collect::<Vec<_>>(),
        ["bench"]
    );
}
