//! What the local cloud's Kubernetes answers, with less patience than a user has.

use super::*;
use crate::manifest::{NODE_CLASS, NODE_POOLS};
use gha::Failure;
use local_cloud::kubernetes::{EC2_NODE_CLASS, NODE_CLAIM, NODE_POOL};
use local_cloud::{Config, LocalCloud};
use serde_json::json;
use std::path::PathBuf;

const SHORT: Duration = Duration::from_secs(1);

async fn connected() -> (LocalCloud, Cluster) {
    let cloud = LocalCloud::start(Config::default()).await.unwrap();
    let environment = cloud.environment();
    let (_, kubeconfig) = environment
        .iter()
        .find(|(name, _)| name == "KUBECONFIG")
        .unwrap();
    let cluster = Cluster::of_kubeconfig(&[PathBuf::from(kubeconfig)])
        .await
        .unwrap();
    (cloud, cluster)
}

fn manifests() -> Vec<Manifest> {
    let facts = crate::manifest::ClusterFacts {
        name: "demo",
        node_role: "karpenter-node",
    };
    crate::manifest::render(facts, &crate::manifest::tests::settings(), None).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_is_not_accepted_carries_the_controllers_reason() {
    let (_cloud, cluster) = connected().await;
    // Its class is not there.
    let pool = &manifests()[1];
    assert_eq!(cluster.apply(pool).await.unwrap(), Applied::Created);
    let failure = Failure::from(cluster.wait_until_ready(pool, SHORT).await.unwrap_err());
    assert!(
        failure
            .what
            .starts_with("NodePool `spark-driver` is not ready after 1 s: Ready is False"),
        "{failure}"
    );
    assert!(
        failure
            .what
            .contains("NodeClassReady is False (NodeClassNotFound"),
        "{failure}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_does_not_go_is_named_and_the_class_is_kept() {
    let (cloud, cluster) = connected().await;
    cluster.apply(&manifests()[0]).await.unwrap();
    cloud.kubernetes().put(
        &NODE_CLAIM,
        json!({"apiVersion": "karpenter.sh/v1", "kind": "NodeClaim",
               "metadata": {"name": "x1", "labels": {"karpenter.sh/nodepool": NODE_POOLS[1]}}}),
    );
    let error = cluster
        .remove(&Order {
            cluster: Some("demo"),
            foreign: Foreign::LeaveAlone,
            patience: SHORT,
            waiting: &|_| {},
        })
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "still in the cluster after 1 s: NodeClaim `x1` of spark-executor"
    );
    assert!(
        cloud
            .kubernetes()
            .get(&EC2_NODE_CLASS, None, NODE_CLASS)
            .is_some()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_field_is_named() {
    let (_cloud, cluster) = connected().await;
    let mut class = manifests().remove(0);
    class.object["spec"]["blockDeviceMappings"] = json!("none");
    let error = cluster.apply(&class).await.unwrap_err();
    let failure = Failure::from(error);
    assert!(
        failure
            .causes
            .iter()
            .any(|cause| cause.contains("spec.blockDeviceMappings")),
        "{failure}"
    );
    assert_eq!(failure.exit, gha::Exit::Outside);
}

/// What keeps the templates true: the manifests are applied whole, so a field that Karpenter lacks fails the tests.
#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_karpenter_does_not_know_is_refused() {
    let (cloud, cluster) = connected().await;
    for (index, name) in [(0, "provider"), (1, "ttlSecondsAfterEmpty")] {
        let mut manifest = manifests().remove(index);
        manifest.object["spec"][name] = 30.into();
        let failure = Failure::from(cluster.apply(&manifest).await.unwrap_err());
        assert!(
            failure
                .causes
                .iter()
                .any(|cause| cause.contains(&format!(".spec.{name}: field not declared"))),
            "{failure}"
        );
    }
    assert!(cloud.kubernetes().list(&NODE_POOL, None).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shape_of_2022_is_refused() {
    let (cloud, cluster) = connected().await;
    let mut pool = manifests().remove(1);
    pool.object["spec"]["limits"] = json!({"resources": {"cpu": "1000"}});
    let failure = Failure::from(cluster.apply(&pool).await.unwrap_err());
    assert!(
        failure
            .causes
            .iter()
            .any(|cause| cause.contains("spec.limits.resources")),
        "{failure}"
    );
    assert!(cloud.kubernetes().list(&NODE_POOL, None).is_empty());
}
