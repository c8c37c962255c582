//! EC2 as its query API shows it: by id, by filter and page by page.

use crate::plain_http::post;
use crate::start;
use local_cloud::ec2::{Thing, ThingKind};
use local_cloud::{Config, LocalCloud};

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
