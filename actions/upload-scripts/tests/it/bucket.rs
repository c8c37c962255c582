//! What is in the bucket, as nobody but the test sees it.

use crate::step::{BUCKET, Outcome};
use local_cloud::{Call, LocalCloud, Service};
use serde_json::Value;

/// An object's text.
pub(crate) async fn object(cloud: &LocalCloud, key: &str) -> Option<String> {
    let bytes = cloud.objects().get(BUCKET, key).await.unwrap()?;
    Some(String::from_utf8(bytes.to_vec()).unwrap())
}

/// The keys below the set's place.
pub(crate) fn paths(cloud: &LocalCloud, set: &str) -> Vec<String> {
    let folder = format!("scripts/{set}/");
    let keys = cloud.objects().keys(BUCKET, &folder);
    keys.iter()
        .map(|key| key[folder.len()..].to_owned())
        .collect()
}

/// The set's manifest.
pub(crate) async fn manifest(cloud: &LocalCloud, set: &str) -> Option<Value> {
    let text = object(cloud, &format!("scripts/{set}/.manifest.json")).await?;
    Some(serde_json::from_str(&text).unwrap())
}

/// Whether the set's manifest says that it is complete.
pub(crate) async fn is_complete(cloud: &LocalCloud, set: &str) -> bool {
    let manifest = manifest(cloud, set).await;
    manifest.is_some_and(|manifest| manifest["complete"] == true)
}

/// A set whose manifest says that it is complete holds each file that the manifest lists; else nothing is claimed.
pub(crate) async fn is_complete_or_absent(cloud: &LocalCloud, set: &str) -> bool {
    let Some(manifest) = manifest(cloud, set).await else {
        return true;
    };
    if manifest["complete"] != true {
        return true;
    }
    let there = paths(cloud, set);
    let files = manifest["files"].as_array().unwrap();
    let size = async |path: &str| {
        let key = format!("scripts/{set}/{path}");
        let bytes = cloud.objects().get(BUCKET, &key);
        bytes.await.unwrap().map(|bytes| bytes.len() as u64)
    };
    for file in files {
        let path = file["path"].as_str().unwrap();
        if !there.iter().any(|there| there == path) || size(path).await != file["size"].as_u64() {
            return false;
        }
    }
    !files.is_empty()
}

/// The calls to S3 of this operation since so many calls.
pub(crate) fn since(cloud: &LocalCloud, before: usize, operation: &str) -> usize {
    let calls = cloud.calls();
    calls[before..]
        .iter()
        .filter(|call: &&Call| call.service == Service::S3 && call.operation == operation)
        .count()
}

/// The name of the set that a step has uploaded.
pub(crate) fn set(outcome: &Outcome) -> String {
    outcome.output("set").to_owned()
}
