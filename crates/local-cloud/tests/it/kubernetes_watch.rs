//! Watches: what the kube client's watcher sees of changes, selections and a history that was dropped.

use crate::kubernetes::{cluster, pod};
use futures::{Stream, StreamExt, TryStreamExt};
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, WatchEvent, WatchParams};
use kube::runtime::watcher::{self, Event};
use kube::{Client, ResourceExt};
use local_cloud::kubernetes::{POD, Store};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);

fn pods(client: Client) -> Api<Pod> {
    Api::namespaced(client, "analytics")
}

async fn next<T>(stream: &mut (impl Stream<Item = T> + Unpin)) -> T {
    tokio::time::timeout(PATIENCE, stream.next())
        .await
        .unwrap()
        .unwrap()
}

fn told(event: WatchEvent<Pod>) -> String {
    match event {
        WatchEvent::Added(pod) => format!("added {}", pod.name_any()),
        WatchEvent::Modified(pod) => format!("modified {}", pod.name_any()),
        WatchEvent::Deleted(pod) => format!("deleted {}", pod.name_any()),
        WatchEvent::Bookmark(_) => "bookmark".to_owned(),
        WatchEvent::Error(status) => format!("error {} {}", status.code, status.reason),
    }
}

fn finish(store: &Store, name: &str) {
    store.edit(&POD, Some("analytics"), name, |pod| {
        pod["status"]["phase"] = "Succeeded".into()
    });
}

#[tokio::test]
async fn a_watch_tells_what_is_there_and_every_change() {
    let (cloud, client) = cluster().await;
    let store = cloud.kubernetes();
    store.put(&POD, pod("a", "driver"));
    let watch = pods(client)
        .watch(&WatchParams::default(), "0")
        .await
        .unwrap();
    let mut watch = std::pin::pin!(watch);
    assert_eq!(told(next(&mut watch).await.unwrap()), "added a");
    store.put(&POD, pod("b", "executor"));
    finish(store, "a");
    store.mark_deleting(&POD, Some("analytics"), "b");
    store.remove(&POD, Some("analytics"), "b");
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(told(next(&mut watch).await.unwrap()));
    }
    assert_eq!(seen, ["added b", "modified a", "modified b", "deleted b"]);
}

#[tokio::test]
async fn a_watch_goes_on_from_a_version_and_ends_in_time() {
    let (cloud, client) = cluster().await;
    let store = cloud.kubernetes();
    store.put(&POD, pod("a", "driver"));
    let version = store.version().to_string();
    store.put(&POD, pod("b", "executor"));
    // An object that stops matching the selector is gone for this watch.
    store.edit(&POD, Some("analytics"), "b", |pod| {
        pod["metadata"]["labels"]["spark-role"] = "none".into()
    });
    let wanted = WatchParams::default()
        .labels("spark-role=executor")
        .timeout(1);
    let watch = pods(client).watch(&wanted, &version).await.unwrap();
    let events: Vec<WatchEvent<Pod>> = tokio::time::timeout(PATIENCE, watch.try_collect())
        .await
        .unwrap()
        .unwrap();
    let seen: Vec<String> = events.into_iter().map(told).collect();
    assert_eq!(seen, ["added b", "deleted b", "bookmark"]);
}

#[tokio::test]
async fn a_version_that_is_too_old_is_gone() {
    let (cloud, client) = cluster().await;
    let store = cloud.kubernetes();
    let version = store.version().to_string();
    store.put(&POD, pod("a", "driver"));
    store.forget_history();
    let watch = pods(client)
        .watch(&WatchParams::default(), &version)
        .await
        .unwrap();
    let events: Vec<WatchEvent<Pod>> = watch.try_collect().await.unwrap();
    let seen: Vec<String> = events.into_iter().map(told).collect();
    assert_eq!(seen, ["error 410 Expired"]);
}

async fn watcher_sees_changes(config: watcher::Config) {
    let (cloud, client) = cluster().await;
    let store = cloud.kubernetes();
    store.put(&POD, pod("a", "driver"));
    let mut events = std::pin::pin!(watcher::watcher(pods(client), config));
    let mut seen = Vec::new();
    for step in 0..5 {
        seen.push(match next(&mut events).await.unwrap() {
            Event::Init => "init".to_owned(),
            Event::InitApply(pod) => format!("there {}", pod.name_any()),
            Event::InitDone => "complete".to_owned(),
            Event::Apply(pod) => format!("applied {}", pod.name_any()),
            Event::Delete(pod) => format!("deleted {}", pod.name_any()),
        });
        if step == 2 {
            store.put(&POD, pod("b", "executor"));
            store.remove(&POD, Some("analytics"), "b");
        }
    }
    assert_eq!(
        seen,
        ["init", "there a", "complete", "applied b", "deleted b"]
    );
}

#[tokio::test]
async fn a_watcher_that_lists_first_sees_changes() {
    watcher_sees_changes(watcher::Config::default()).await;
}

#[tokio::test]
async fn a_watcher_that_streams_the_list_sees_changes() {
    watcher_sees_changes(watcher::Config::default().streaming_lists()).await;
}
