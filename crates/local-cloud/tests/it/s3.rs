//! S3 as the AWS SDK uses it, with its default checksums, in the path style.

use crate::{sdk, start};
use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use local_cloud::config::ACCESS_KEY_ID;
use local_cloud::{Config, LocalCloud};

pub(crate) async fn bucket() -> (LocalCloud, Client) {
    let cloud = start(Config {
        buckets: vec!["bench".to_owned()],
        ..Config::default()
    })
    .await;
    let client = client(&cloud, ACCESS_KEY_ID).await;
    (cloud, client)
}

pub(crate) async fn client(cloud: &LocalCloud, access_key: &str) -> Client {
    let config =
        aws_sdk_s3::config::Builder::from(&sdk(cloud, access_key).await).force_path_style(true);
    Client::from_conf(config.build())
}

async fn keys(client: &Client, prefix: &str, delimiter: Option<&str>) -> Vec<String> {
    let list = client.list_objects_v2().bucket("bench").prefix(prefix);
    let list = list
        .set_delimiter(delimiter.map(str::to_owned))
        .send()
        .await
        .unwrap();
    let folded = list
        .common_prefixes()
        .iter()
        .filter_map(|p| p.prefix().map(str::to_owned));
    list.contents()
        .iter()
        .filter_map(|o| o.key().map(str::to_owned))
        .chain(folded)
        .collect()
}

pub(crate) async fn put(client: &Client, key: &str, body: &'static [u8]) {
    let put = client.put_object().bucket("bench").key(key);
    put.body(ByteStream::from_static(body))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn an_object_comes_back_as_it_was_put() {
    let (cloud, client) = bucket().await;
    let key = "scripts/ä b+c%d.py";
    let put = client
        .put_object()
        .bucket("bench")
        .key(key)
        .content_type("text/x-python");
    put.metadata("sha256", "abc")
        .body(ByteStream::from_static(b"print()"))
        .send()
        .await
        .unwrap();

    let got = client
        .get_object()
        .bucket("bench")
        .key(key)
        .send()
        .await
        .unwrap();
    assert_eq!(got.content_type(), Some("text/x-python"));
    assert_eq!(got.metadata().unwrap()["sha256"], "abc");
    assert_eq!(got.body.collect().await.unwrap().into_bytes(), "print()");
    let head = client
        .head_object()
        .bucket("bench")
        .key(key)
        .send()
        .await
        .unwrap();
    assert_eq!(head.content_length(), Some(7));
    let list = client
        .list_objects_v2()
        .bucket("bench")
        .send()
        .await
        .unwrap();
    assert_eq!(list.contents()[0].key(), Some(key));
    assert_eq!(list.contents()[0].e_tag(), head.e_tag());
    assert_eq!(
        cloud.objects().get("bench", key).await.unwrap().unwrap(),
        "print()"
    );

    let range = client
        .get_object()
        .bucket("bench")
        .key(key)
        .range("bytes=1-3")
        .send()
        .await
        .unwrap();
    assert_eq!(range.content_range(), Some("bytes 1-3/7"));
    assert_eq!(range.body.collect().await.unwrap().into_bytes(), "rin");
}

#[tokio::test]
async fn a_directory_marker_can_be_put_headed_and_listed() {
    let (cloud, client) = bucket().await;
    put(&client, "spark-events/", b"").await;
    put(&client, "spark-events/app-1", b"log").await;
    put(&client, "spark-events/a/b", b"").await;

    client
        .head_object()
        .bucket("bench")
        .key("spark-events/")
        .send()
        .await
        .unwrap();
    assert_eq!(
        keys(&client, "spark-events/", None).await,
        ["spark-events/", "spark-events/a/b", "spark-events/app-1"]
    );
    assert_eq!(keys(&client, "", Some("/")).await, ["spark-events/"]);
    assert!(
        cloud
            .objects()
            .prefix_exists("bench", "spark-events/")
            .await
    );
    assert!(
        !cloud
            .objects()
            .prefix_exists("bench", "spark-events/z")
            .await
    );

    // What lies below a key is no object itself.
    let missing = client
        .head_object()
        .bucket("bench")
        .key("spark-events/a")
        .send()
        .await
        .unwrap_err();
    assert!(missing.into_service_error().is_not_found());
    client
        .delete_object()
        .bucket("bench")
        .key("spark-events/")
        .send()
        .await
        .unwrap();
    assert_eq!(keys(&client, "spark-events/", None).await.len(), 2);
}

#[tokio::test]
async fn what_is_missing_is_named_by_its_code() {
    let (_cloud, client) = bucket().await;
    let key = client
        .get_object()
        .bucket("bench")
        .key("none")
        .send()
        .await
        .unwrap_err();
    assert_eq!(key.code(), Some("NoSuchKey"));
    assert_eq!(key.raw_response().unwrap().status().as_u16(), 404);
    assert!(aws_sdk_s3::operation::RequestId::request_id(&key).is_some());
    let bucket = client
        .get_object()
        .bucket("other")
        .key("none")
        .send()
        .await
        .unwrap_err();
    assert_eq!(bucket.code(), Some("NoSuchBucket"));
    let put = client
        .put_object()
        .bucket("other")
        .key("k")
        .send()
        .await
        .unwrap_err();
    assert_eq!(put.code(), Some("NoSuchBucket"));
    let list = client
        .list_objects_v2()
        .bucket("other")
        .send()
        .await
        .unwrap_err();
    assert_eq!(list.code(), Some("NoSuchBucket"));
    let head = client
        .head_bucket()
        .bucket("other")
        .send()
        .await
        .unwrap_err();
    assert!(head.into_service_error().is_not_found());
}

#[tokio::test]
async fn an_unknown_access_key_is_refused() {
    let (cloud, _) = bucket().await;
    let stranger = client(&cloud, "AKIAUNKNOWN000000000").await;
    let refused = stranger
        .list_objects_v2()
        .bucket("bench")
        .send()
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some("InvalidAccessKeyId"));
}

#[tokio::test]
async fn only_one_of_many_conditional_writers_gets_the_lock() {
    let (_cloud, client) = bucket().await;
    let writers = (0..16).map(|_| {
        let client = client.clone();
        tokio::spawn(async move {
            let put = client
                .put_object()
                .bucket("bench")
                .key("state.tflock")
                .if_none_match("*");
            put.body(ByteStream::from_static(b"{}")).send().await
        })
    });
    let mut written = 0;
    for writer in writers.collect::<Vec<_>>() {
        match writer.await.unwrap() {
            Ok(_) => written += 1,
            Err(refused) => {
                assert_eq!(refused.code(), Some("PreconditionFailed"));
                assert_eq!(refused.raw_response().unwrap().status().as_u16(), 412);
            }
        }
    }
    assert_eq!(written, 1);

    client
        .delete_object()
        .bucket("bench")
        .key("state.tflock")
        .send()
        .await
        .unwrap();
    let again = client
        .put_object()
        .bucket("bench")
        .key("state.tflock")
        .if_none_match("*");
    again.send().await.unwrap();
}

#[tokio::test]
async fn a_body_that_is_not_what_was_announced_is_refused() {
    let (_cloud, client) = bucket().await;
    let put = client
        .put_object()
        .bucket("bench")
        .key("k")
        .checksum_sha256("bm90IHRoZSBkaWdlc3QgYXQgYWxsISEhISEhISEhISE=");
    let refused = put
        .body(ByteStream::from_static(b"body"))
        .send()
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some("BadDigest"));
    assert!(keys(&client, "", None).await.is_empty());
}
