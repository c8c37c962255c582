//! The nodes of Karpenter's model as they are in EC2: made, tagged and ended with their NodeClaims.

use crate::start;
use local_cloud::ec2::{Thing, ThingKind};
use local_cloud::kubernetes::{EC2_NODE_CLASS, NODE, NODE_CLAIM, NODE_POOL, POD};
use local_cloud::{Config, LocalCloud};
use serde_json::json;
use std::time::Duration;

fn of_kind(cloud: &LocalCloud, kind: ThingKind) -> Vec<Thing> {
    let mut things = cloud.estate().things();
    things.retain(|thing| thing.kind == kind);
    things
}

async fn gone(cloud: &LocalCloud, claim: &str) {
    let store = cloud.kubernetes();
    let mut changed = store.changed();
    let wait = async {
        while store.get(&NODE_CLAIM, None, claim).is_some() {
            changed.changed().await.unwrap();
        }
    };
    let limit = Duration::from_secs(20);
    tokio::time::timeout(limit, wait)
        .await
        .expect("the NodeClaim stays");
}

/// A cloud with an instance for a pod, which runs.
async fn with_a_node() -> (LocalCloud, Thing) {
    let cloud = start(Config {
        node_startup: Duration::from_millis(100),
        ..Config::default()
    })
    .await;
    cloud.eks().rename("bench");
    cloud.seed_node_pools("Never");
    cloud.kubernetes().edit(
        &EC2_NODE_CLASS,
        None,
        "spark-executor",
        |class| {
            class["spec"] = json!({
                "tags": {"team": "data"},
                "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"volumeSize": "100Gi"}}],
            });
        },
    );
    cloud.kubernetes().put(
        &POD,
        json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "default"},
            "spec": {
                "nodeSelector": {"karpenter.sh/nodepool": "spark-executor"},
                "containers": [{"name": "c", "resources": {"requests": {"cpu": "1", "memory": "1Gi"}}}],
            },
        }),
    );
    let named = |one: &Thing| one.state == "running" && one.tags.contains_key("Name");
    let limit = Duration::from_secs(20);
    let instance = tokio::time::timeout(limit, cloud.estate().thing(named))
        .await
        .expect("no instance came");
    (cloud, instance)
}

#[tokio::test]
async fn a_node_of_karpenters_is_an_instance_with_its_tags() {
    let (cloud, instance) = with_a_node().await;
    let claim = &cloud.kubernetes().list(&NODE_CLAIM, None)[0];
    let provider = claim["status"]["providerID"].as_str().unwrap();
    assert_eq!(
        provider,
        format!("aws:///{}/{}", instance.zone, instance.id)
    );
    assert!(instance.spot);
    let name = claim["metadata"]["name"].as_str().unwrap();
    let expected = [
        ("Name", name),
        ("eks:eks-cluster-name", "bench"),
        ("karpenter.k8s.aws/ec2nodeclass", "spark-executor"),
        ("karpenter.sh/nodeclaim", name),
        ("karpenter.sh/nodepool", "spark-executor"),
        ("kubernetes.io/cluster/bench", "owned"),
        ("team", "data"),
    ];
    let tags: Vec<_> = instance
        .tags
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    assert_eq!(tags, expected);
    let volume = &of_kind(&cloud, ThingKind::Volume)[0];
    assert_eq!(volume.size_gib, 100);
    assert_eq!(volume.attached_to.as_ref(), Some(&instance.id));
    let interface = &of_kind(&cloud, ThingKind::NetworkInterface)[0];
    assert_eq!(interface.tags["cluster.k8s.amazonaws.com/name"], "bench");
    assert_eq!(
        interface.tags["node.k8s.amazonaws.com/instance_id"],
        instance.id
    );
}

#[tokio::test]
async fn a_deleted_node_pool_takes_its_instances_along_but_not_before_they_are_terminated() {
    let (cloud, instance) = with_a_node().await;
    let name = instance.tags["karpenter.sh/nodeclaim"].clone();
    cloud.estate().hold_terminations();
    cloud
        .kubernetes()
        .remove(&NODE_POOL, None, "spark-executor");
    let shutting_down = cloud.estate().thing(|one| one.state == "shutting-down");
    assert_eq!(shutting_down.await.id, instance.id);
    let claim = cloud.kubernetes().get(&NODE_CLAIM, None, &name).unwrap();
    assert!(claim["metadata"]["deletionTimestamp"].is_string());
    assert_eq!(of_kind(&cloud, ThingKind::Volume).len(), 1);

    cloud.estate().release_terminations();
    gone(&cloud, &name).await;
    assert!(cloud.kubernetes().get(&NODE, None, &name).is_none());
    assert_eq!(of_kind(&cloud, ThingKind::Instance)[0].state, "terminated");
    assert_eq!(cloud.estate().things().len(), 1);
}

#[tokio::test]
async fn a_volume_that_is_to_stay_stays() {
    let (cloud, instance) = with_a_node().await;
    let name = instance.tags["karpenter.sh/nodeclaim"].clone();
    cloud.estate().put(Thing {
        attached_to: Some(instance.id.clone()),
        state: "in-use".to_owned(),
        stays: true,
        ..Thing::new(ThingKind::Volume, "vol-kept", &[])
    });
    cloud.kubernetes().mark_deleting(&NODE_CLAIM, None, &name);
    gone(&cloud, &name).await;
    let left = of_kind(&cloud, ThingKind::Volume);
    assert_eq!(left.len(), 1);
    assert_eq!(
        (left[0].id.as_str(), &left[0].attached_to),
        ("vol-kept", &None)
    );
    assert_eq!(left[0].state, "available");
}

#[tokio::test]
async fn a_node_claim_that_a_test_puts_has_an_instance_and_goes_with_its_pool() {
    let cloud = start(Config::default()).await;
    cloud.seed_node_pools("Never");
    cloud.seed_node_claim("spark-driver", "old");
    let named = |one: &Thing| one.tags.get("Name").is_some_and(|name| name == "old");
    let instance = cloud.estate().thing(named).await;
    let claim = cloud.kubernetes().get(&NODE_CLAIM, None, "old").unwrap();
    let provider = claim["status"]["providerID"].as_str().unwrap();
    assert!(provider.ends_with(&instance.id), "{provider}");
    assert_eq!(instance.state, "running");
    assert_eq!(instance.model, "m5.large");

    cloud.kubernetes().remove(&NODE_POOL, None, "spark-driver");
    gone(&cloud, "old").await;
    assert!(cloud.kubernetes().get(&NODE, None, "old").is_none());
    assert_eq!(of_kind(&cloud, ThingKind::Instance)[0].state, "terminated");
}

#[tokio::test]
async fn another_finalizer_holds_a_node_claim_whose_instance_is_gone() {
    let cloud = start(Config::default()).await;
    cloud.seed_node_pools("Never");
    cloud.seed_node_claim("spark-driver", "held");
    cloud.kubernetes().edit(&NODE_CLAIM, None, "held", |claim| {
        let finalizers = claim["metadata"]["finalizers"].as_array_mut().unwrap();
        finalizers.push(json!("example.com/hold"));
    });
    cloud.kubernetes().mark_deleting(&NODE_CLAIM, None, "held");
    let ended = cloud.estate().thing(|one| one.state == "terminated");
    ended.await;
    let store = cloud.kubernetes();
    let mut changed = store.changed();
    let finalizers =
        || store.get(&NODE_CLAIM, None, "held").unwrap()["metadata"]["finalizers"].take();
    while finalizers() != json!(["example.com/hold"]) {
        changed.changed().await.unwrap();
    }
    store.edit(&NODE_CLAIM, None, "held", |claim| {
        claim["metadata"]["finalizers"] = json!([]);
    });
    gone(&cloud, "held").await;
    assert_eq!(of_kind(&cloud, ThingKind::Instance).len(), 1);
}

#[tokio::test]
async fn a_node_class_stays_while_nodes_are_made_of_it() {
    let cloud = start(Config::default()).await;
    cloud.seed_node_pools("Never");
    cloud.seed_node_claim("spark-driver", "old");
    let store = cloud.kubernetes();
    let class = || store.get(&EC2_NODE_CLASS, None, "spark-driver");
    let limit = Duration::from_secs(20);
    cloud.estate().hold_terminations();
    store.mark_deleting(&EC2_NODE_CLASS, None, "spark-driver");
    store.remove(&NODE_POOL, None, "spark-driver");
    let ending = cloud.estate().thing(|one| one.state == "shutting-down");
    tokio::time::timeout(limit, ending)
        .await
        .expect("the instance runs on");
    assert!(class().is_some());

    cloud.estate().release_terminations();
    let mut changed = store.changed();
    let gone = async {
        while class().is_some() {
            changed.changed().await.unwrap();
        }
    };
    tokio::time::timeout(limit, gone)
        .await
        .expect("the class stays");
    assert!(store.get(&NODE_CLAIM, None, "old").is_none());
}
