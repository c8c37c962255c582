//! What the rules let through, and what each of them refuses.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use super::check;
use crate::kubernetes::{EC2_NODE_CLASS, Kind, NODE_POOL};
use serde_json::{Value, json};

fn node_pool() -> Value {
    json!({ "spec": {
        "disruption": { "consolidateAfter": "30s", "budgets": [{ "nodes": "100%" }] },
        "limits": { "cpu": 1000 },
        "weight": 10,
        "template": {
            "metadata": { "labels": { "type": "karpenter", "provisioner": "spark-driver" } },
            "spec": {
                "nodeClassRef": { "group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "spark" },
                "requirements": [
                    { "key": "karpenter.k8s.aws/instance-family", "operator": "In", "values": ["m5"], "minValues": 1 },
                    { "key": "karpenter.k8s.aws/instance-generation", "operator": "Gt", "values": ["4"] },
                    { "key": "karpenter.sh/capacity-type", "operator": "In", "values": ["spot"] },
                    { "key": "example.com/disk", "operator": "Exists" },
                ],
            },
        },
    } })
}

fn node_class() -> Value {
    json!({ "spec": {
        "role": "node",
        "amiSelectorTerms": [{ "alias": "al2023@latest" }],
        "subnetSelectorTerms": [{ "tags": { "karpenter.sh/discovery": "c" } }],
        "securityGroupSelectorTerms": [{ "tags": { "karpenter.sh/discovery": "c" } }],
        "blockDeviceMappings": [{ "deviceName": "/dev/xvda", "ebs": { "volumeSize": "100Gi" } }],
        "tags": { "team": "data" },
    } })
}

/// The refusals of what a change makes of an object, as `field: end of the message`.
fn refused(kind: &Kind, mut object: Value, pointer: &str, value: Value) -> Vec<String> {
    match object.pointer_mut(pointer) {
        Some(place) => *place = value,
        None => {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            object.pointer_mut(parent).unwrap()[name] = value;
        }
    }
    let errors = check(kind, None, &object);
    errors
        .into_iter()
        .map(|error| {
            let message = error.message.rsplit("\": ").next().unwrap().to_owned();
            format!("{}: {message}", error.field)
        })
        .collect()
}

#[test]
fn what_this_project_applies_is_let_through() {
    assert_eq!(check(&NODE_POOL, None, &node_pool()), []);
    assert_eq!(check(&EC2_NODE_CLASS, None, &node_class()), []);
    assert_eq!(check(&NODE_POOL, Some(&node_pool()), &node_pool()), []);
}

#[test]
fn each_rule_of_a_node_pool_refuses_what_breaks_it() {
    let key = "/spec/template/spec/requirements/0/key";
    let first = "/spec/template/spec/requirements/0";
    let requirements = "spec.template.spec.requirements";
    let rows = [
        (
            "/spec/disruption/budgets/0/schedule",
            json!("@daily"),
            "spec.disruption.budgets: 'schedule' must be set with 'duration'".to_owned(),
        ),
        (
            key,
            json!("karpenter.sh/provisioner-name"),
            format!("{requirements}[0].key: label domain \"karpenter.sh\" is restricted"),
        ),
        (
            key,
            json!("karpenter.sh/nodepool"),
            format!("{requirements}[0].key: label \"karpenter.sh/nodepool\" is restricted"),
        ),
        (
            key,
            json!("kubernetes.io/hostname"),
            format!("{requirements}[0].key: label \"kubernetes.io/hostname\" is restricted"),
        ),
        (
            key,
            json!("karpenter.k8s.aws/instance-familiy"),
            format!("{requirements}[0].key: label domain \"karpenter.k8s.aws\" is restricted"),
        ),
        (
            "/spec/template/metadata/labels",
            json!({ "karpenter.sh/nodepool": "x" }),
            "spec.template.metadata.labels: label \"karpenter.sh/nodepool\" is restricted"
                .to_owned(),
        ),
        (
            first,
            json!({ "key": "node.kubernetes.io/instance-type", "operator": "In", "values": [] }),
            format!("{requirements}: requirements with operator 'In' must have a value defined"),
        ),
        (
            first,
            json!({ "key": "karpenter.k8s.aws/instance-cpu", "operator": "Lt", "values": ["4", "8"] }),
            format!(
                "{requirements}: requirements operator 'Gt', 'Lt', 'Gte', or 'Lte' must have a single positive integer value"
            ),
        ),
        (
            "/spec/template/spec/requirements/0/minValues",
            json!(2),
            format!(
                "{requirements}: requirements with 'minValues' must have at least that many values specified in the 'values' field"
            ),
        ),
        (
            "/spec/template/spec/nodeClassRef/name",
            json!(""),
            "spec.template.spec.nodeClassRef.name: name may not be empty".to_owned(),
        ),
    ];
    for (pointer, value, expected) in rows {
        assert_eq!(refused(&NODE_POOL, node_pool(), pointer, value), [expected]);
    }
}

#[test]
fn the_class_of_a_node_pool_keeps_its_group_and_kind() {
    let mut moved = node_pool();
    moved["spec"]["template"]["spec"]["nodeClassRef"]["kind"] = json!("OtherNodeClass");
    let errors = check(&NODE_POOL, Some(&node_pool()), &moved);
    assert_eq!(errors.len(), 1);
    assert!(
        errors[0]
            .message
            .ends_with("nodeClassRef.kind is immutable")
    );
    assert_eq!(check(&NODE_POOL, None, &moved), []);
}

#[test]
fn each_rule_of_a_node_class_refuses_what_breaks_it() {
    let images = "spec.amiSelectorTerms";
    let rows = [
        (
            "/spec/instanceProfile",
            json!("p"),
            vec!["spec: must specify exactly one of ['role', 'instanceProfile']".to_owned()],
        ),
        (
            "/spec/role",
            json!(""),
            vec!["spec.role: role cannot be empty".to_owned()],
        ),
        (
            "/spec/amiSelectorTerms",
            json!([{ "alias": "al2023@latest" }, { "id": "ami-1" }]),
            vec![format!(
                "{images}: 'alias' is mutually exclusive, cannot be set with a combination of other amiSelectorTerms"
            )],
        ),
        (
            "/spec/amiSelectorTerms/0/name",
            json!("x"),
            vec![format!(
                "{images}: 'alias' is mutually exclusive, cannot be set with a combination of other fields in amiSelectorTerms"
            )],
        ),
        (
            "/spec/amiSelectorTerms/0",
            json!({ "alias": "al2023" }),
            vec![format!(
                "{images}[0].alias: 'alias' is improperly formatted, must match the format 'family@version'"
            )],
        ),
        (
            "/spec/amiSelectorTerms/0",
            json!({ "id": "ami-1" }),
            vec!["spec: must specify amiFamily if amiSelectorTerms does not contain an alias".to_owned()],
        ),
        (
            "/spec/amiFamily",
            json!("Bottlerocket"),
            vec!["spec: if set, amiFamily must be 'AL2023' or 'Custom' when using an AL2023 alias".to_owned()],
        ),
        (
            "/spec/subnetSelectorTerms/0",
            json!({}),
            vec!["spec.subnetSelectorTerms: expected at least one, got none, ['tags', 'id']".to_owned()],
        ),
        (
            "/spec/securityGroupSelectorTerms/0/id",
            json!("sg-1"),
            vec![
                "spec.securityGroupSelectorTerms: 'id' is mutually exclusive, cannot be set with a combination of \
                 other fields in a security group selector term"
                    .to_owned(),
            ],
        ),
        (
            "/spec/securityGroupSelectorTerms/0/tags",
            json!({ "karpenter.sh/discovery": "" }),
            vec!["spec.securityGroupSelectorTerms[0].tags: empty tag keys or values aren't supported".to_owned()],
        ),
        (
            "/spec/tags",
            json!({ "kubernetes.io/cluster/c": "owned" }),
            vec!["spec.tags: tag contains a restricted tag matching kubernetes.io/cluster/".to_owned()],
        ),
        (
            "/spec/blockDeviceMappings/0/ebs",
            json!({ "volumeType": "gp3" }),
            vec!["spec.blockDeviceMappings[0].ebs: snapshotID or volumeSize must be defined".to_owned()],
        ),
    ];
    for (pointer, value, expected) in rows {
        assert_eq!(
            refused(&EC2_NODE_CLASS, node_class(), pointer, value),
            expected
        );
    }
}
