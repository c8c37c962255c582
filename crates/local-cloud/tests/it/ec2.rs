//! EC2 as its query API shows it: what tests and Karpenter make, by id, by filter and page by page.

use crate::plain_http::post;
use crate::start;
use local_cloud::ec2::{Thing, ThingKind};
use local_cloud::kubernetes::{NODE, NODE_CLAIM, NODE_POOL, POD};
use local_cloud::{Config, LocalCloud};
use serde_json::json;
use std::time::Duration;

type Parameters = &'static [(&'static str, &'static str)];

async fn ask(cloud: &LocalCloud, action: &str, parameters: &[(&str, &str)]) -> (u16, String) {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("Action", action)
        .append_pair("Version", "2016-11-15")
        .extend_pairs(parameters);
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    post(&cloud.endpoints().ec2, &headers, form.finish()).await
}

async fn answer(cloud: &LocalCloud, action: &str, parameters: &[(&str, &str)]) -> String {
    let (status, body) = ask(cloud, action, parameters).await;
    assert_eq!(status, 200, "{body}");
    body
}

async fn refusal(cloud: &LocalCloud, action: &str, parameters: &[(&str, &str)]) -> String {
    let (status, body) = ask(cloud, action, parameters).await;
    assert_eq!(status, 400, "{body}");
    texts(&body, "Code").concat()
}

/// The texts of all elements of this name.
fn texts(body: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let parts = body.split(&open).skip(1);
    parts
        .map(|part| part.split(&close).next().unwrap_or_default().to_owned())
        .collect()
}

fn instance(id: &str, owner: &str) -> Thing {
    let tags = [("kubernetes.io/cluster/bench", owner)];
    Thing::new(ThingKind::Instance, id, &tags)
}

fn attached(thing: Thing) -> Thing {
    Thing {
        attached_to: Some("i-1".to_owned()),
        state: "in-use".to_owned(),
        ..thing
    }
}

fn of_kind(cloud: &LocalCloud, kind: ThingKind) -> Vec<Thing> {
    let mut things = cloud.estate().things();
    things.retain(|thing| thing.kind == kind);
    things
}

#[tokio::test]
async fn instances_are_found_by_tag_and_state() {
    let cloud = start(Config::default()).await;
    cloud.estate().put(instance("i-1", "owned"));
    cloud.estate().put(instance("i-2", "shared"));
    cloud.estate().put(Thing {
        state: "terminated".to_owned(),
        ..instance("i-3", "owned")
    });
    cloud.estate().put(Thing {
        spot: true,
        ..Thing::new(ThingKind::Instance, "i-4", &[])
    });
    let rows: [(Parameters, &[&str]); 5] = [
        (&[], &["i-1", "i-2", "i-3", "i-4"]),
        (
            &[
                ("Filter.1.Name", "tag:kubernetes.io/cluster/bench"),
                ("Filter.1.Value.1", "owned"),
                ("Filter.2.Name", "instance-state-name"),
                ("Filter.2.Value.1", "pending"),
                ("Filter.2.Value.2", "running"),
            ],
            &["i-1"],
        ),
        (
            &[
                ("Filter.1.Name", "tag-key"),
                ("Filter.1.Value.1", "kubernetes.io/cluster/*"),
            ],
            &["i-1", "i-2", "i-3"],
        ),
        (
            &[
                ("Filter.1.Name", "instance-lifecycle"),
                ("Filter.1.Value.1", "spot"),
            ],
            &["i-4"],
        ),
        (&[("InstanceId.1", "i-2")], &["i-2"]),
    ];
    for (parameters, expected) in rows {
        let body = answer(&cloud, "DescribeInstances", parameters).await;
        assert_eq!(texts(&body, "instanceId"), expected, "{parameters:?}");
    }
    let body = answer(&cloud, "DescribeInstances", &[("InstanceId.1", "i-3")]).await;
    assert_eq!(texts(&body, "name"), ["terminated"]);
    assert_eq!(texts(&body, "code"), ["48"]);
    assert_eq!(texts(&body, "instanceType"), ["m5.large"]);
    let call = cloud.calls().pop().unwrap();
    assert_eq!(call.operation, "DescribeInstances");
}

#[tokio::test]
async fn pages_follow_each_other() {
    let cloud = start(Config::default()).await;
    for at in 1..=7 {
        let id = format!("i-{at}");
        cloud.estate().put(instance(&id, "owned"));
    }
    let first = answer(&cloud, "DescribeInstances", &[("MaxResults", "5")]).await;
    assert_eq!(texts(&first, "instanceId").len(), 5);
    let token = texts(&first, "nextToken").concat();
    let rest = [("MaxResults", "5"), ("NextToken", token.as_str())];
    let second = answer(&cloud, "DescribeInstances", &rest).await;
    assert_eq!(texts(&second, "instanceId"), ["i-6", "i-7"]);
    assert!(texts(&second, "nextToken").is_empty());
}

#[tokio::test]
async fn refusals_have_ec2s_codes() {
    let cloud = start(Config::default()).await;
    let rows: [(&str, Parameters, &str); 8] = [
        (
            "DescribeInstances",
            &[("InstanceId.1", "i-none")],
            "InvalidInstanceID.NotFound",
        ),
        (
            "DescribeInstances",
            &[("InstanceId.1", "none")],
            "InvalidInstanceID.Malformed",
        ),
        (
            "DescribeVolumes",
            &[("VolumeId.1", "vol-none")],
            "InvalidVolume.NotFound",
        ),
        (
            "DescribeNetworkInterfaces",
            &[("NetworkInterfaceId.1", "eni-none")],
            "InvalidNetworkInterfaceID.NotFound",
        ),
        (
            "DescribeVolumes",
            &[
                ("Filter.1.Name", "instance-state-name"),
                ("Filter.1.Value.1", "running"),
            ],
            "InvalidParameterValue",
        ),
        (
            "DescribeInstances",
            &[("MaxResults", "1")],
            "InvalidParameterValue",
        ),
        (
            "DescribeInstances",
            &[("NextToken", "guess")],
            "InvalidNextToken",
        ),
        ("RunInstances", &[], "InvalidAction"),
    ];
    for (action, parameters, code) in rows {
        assert_eq!(refusal(&cloud, action, parameters).await, code);
    }
}

#[tokio::test]
async fn what_was_left_over_is_available() {
    let cloud = start(Config::default()).await;
    let left = [
        Thing::new(
            ThingKind::Volume,
            "vol-left",
            &[("karpenter.sh/nodepool", "spark-executor")],
        ),
        attached(Thing::new(ThingKind::Volume, "vol-used", &[])),
        Thing::new(
            ThingKind::NetworkInterface,
            "eni-left",
            &[("team", "<data> & more")],
        ),
    ];
    for thing in left {
        cloud.estate().put(thing);
    }
    let available = [
        ("Filter.1.Name", "status"),
        ("Filter.1.Value.1", "available"),
    ];
    let volumes = answer(&cloud, "DescribeVolumes", &available).await;
    assert_eq!(texts(&volumes, "volumeId"), ["vol-left"]);
    assert_eq!(texts(&volumes, "size"), ["100"]);
    assert_eq!(texts(&volumes, "status"), ["available"]);
    let on_instance = [
        ("Filter.1.Name", "attachment.instance-id"),
        ("Filter.1.Value.1", "i-1"),
    ];
    let volumes = answer(&cloud, "DescribeVolumes", &on_instance).await;
    assert_eq!(texts(&volumes, "volumeId"), ["vol-used"]);
    let interfaces = answer(&cloud, "DescribeNetworkInterfaces", &available).await;
    assert_eq!(texts(&interfaces, "value"), ["&lt;data&gt; &amp; more"]);
    cloud.estate().remove("eni-left");
    let interfaces = answer(&cloud, "DescribeNetworkInterfaces", &[]).await;
    assert!(texts(&interfaces, "networkInterfaceId").is_empty());
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
        &local_cloud::kubernetes::EC2_NODE_CLASS,
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
