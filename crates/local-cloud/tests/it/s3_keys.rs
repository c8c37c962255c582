//! Keys that are easily mistaken for others on their way.

use crate::s3::{bucket, put};
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::{Delete, EncodingType, ObjectIdentifier};

/// In the order of their UTF-8 bytes, which is S3's.
const KEYS: [&str; 20] = [
    "./a",
    "//double",
    "<&>\"\'",
    "?query#fragment",
    "a b",
    "a  b ",
    "a%20b",
    "a%25b",
    "a+b",
    "a/../b",
    "a/./b",
    "a//b",
    "dir/",
    "dir/file",
    "e\u{301}",
    "tilde~!*()\'",
    "\u{7f}control",
    "\u{e9}",
    "\u{ffee}",
    "\u{1f600}",
];

#[tokio::test]
async fn every_key_is_one_of_its_own() {
    let (cloud, client) = bucket().await;
    let mut sorted = KEYS.to_vec();
    sorted.sort_unstable();
    for key in KEYS {
        put(&client, key, key.as_bytes()).await;
    }
    for key in KEYS {
        let got = client.get_object().bucket("bench").key(key).send().await;
        let body = got.unwrap().body.collect().await.unwrap().into_bytes();
        assert_eq!(body, key.as_bytes(), "{key:?}");
        let stored = cloud.objects().get("bench", key).await.unwrap();
        assert_eq!(stored.unwrap(), key.as_bytes(), "{key:?}");
    }
    assert_eq!(cloud.state()["s3"]["bench"]["keys"], KEYS.len());
    for encoding in [None, Some(EncodingType::Url)] {
        let list = client.list_objects_v2().bucket("bench").max_keys(3);
        let list = list.set_encoding_type(encoding.clone());
        let pages = list.into_paginator().send().try_collect().await.unwrap();
        let listed = pages.iter().flat_map(|page| page.contents());
        let listed: Vec<String> = listed
            .map(|object| decoded(object.key().unwrap(), encoding.is_some()))
            .collect();
        assert_eq!(listed, sorted, "{encoding:?}");
    }
    for key in KEYS {
        let gone = client.delete_object().bucket("bench").key(key);
        gone.send().await.unwrap();
    }
    assert_eq!(cloud.state()["s3"]["bench"]["keys"], 0);
}

/// The SDK leaves it to its user to take the encoding away that was asked for.
fn decoded(key: &str, encoded: bool) -> String {
    if !encoded {
        return key.to_owned();
    }
    assert!(key.is_ascii(), "{key} is not encoded");
    let plus = key.replace('+', "%2B");
    let (decoded, _) = form_urlencoded::parse(plus.as_bytes()).next().unwrap();
    decoded.into_owned()
}

#[tokio::test]
async fn a_prefix_is_compared_byte_by_byte() {
    let (_cloud, client) = bucket().await;
    for key in ["a b/1", "a+b/1", "a%20b/1", "\u{e9}/1", "e\u{301}/1", "e/1"] {
        put(&client, key, b"x").await;
    }
    for prefix in ["a b/", "a+b/", "a%20b/", "\u{e9}/", "e\u{301}/", "e/"] {
        let list = client.list_objects_v2().bucket("bench").prefix(prefix);
        let list = list.send().await.unwrap();
        let keys: Vec<_> = list.contents().iter().filter_map(|o| o.key()).collect();
        assert_eq!(keys, [format!("{prefix}1")]);
    }
}

#[tokio::test]
async fn a_listing_goes_on_at_keys_that_xml_cannot_hold() {
    let (_cloud, client) = bucket().await;
    let keys = ["a\rb", "a\u{1}b", "b"];
    for key in ["b", keys[0], keys[1]] {
        put(&client, key, b"x").await;
    }
    let list = client.list_objects_v2().bucket("bench").max_keys(1);
    let list = list.encoding_type(EncodingType::Url).into_paginator();
    let pages = list.send().try_collect().await.unwrap();
    let listed = pages.iter().flat_map(|page| page.contents());
    let listed: Vec<_> = listed.map(|o| o.key().unwrap().to_owned()).collect();
    assert_eq!(listed, ["a%01b", "a%0Db", "b"]);
    let list = client.list_objects_v2().bucket("bench");
    let refused = list.continuation_token("!").send().await.unwrap_err();
    assert_eq!(refused.code(), Some("InvalidArgument"));
}

#[tokio::test]
async fn a_thousand_keys_are_deleted_at_once_and_no_more() {
    let (cloud, client) = bucket().await;
    put(&client, "k/0", b"x").await;
    let delete = |count: usize| {
        let named = |n| {
            let key = ObjectIdentifier::builder().key(format!("k/{n}"));
            key.build().unwrap()
        };
        let keys = (0..count).map(named).collect();
        let delete = Delete::builder().set_objects(Some(keys)).build();
        let request = client.delete_objects().bucket("bench");
        request.delete(delete.unwrap()).send()
    };
    let refused = delete(1001).await.unwrap_err();
    assert_eq!(refused.code(), Some("MalformedXML"));
    assert_eq!(cloud.state()["s3"]["bench"]["keys"], 1);
    // A key that is not there counts as deleted.
    assert_eq!(delete(1000).await.unwrap().deleted().len(), 1000);
    assert_eq!(cloud.state()["s3"]["bench"]["keys"], 0);
}
