//! The schemas at work on NodePools as people write them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use super::{Schema, field_path};
use crate::kubernetes::{EC2_NODE_CLASS, NODE_CLAIM, NODE_POOL, POD};
use serde_json::{Value, json};

fn node_pool(spec: Value) -> Value {
    let mut pool = json!({
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodePool",
        "metadata": { "name": "spark-executor" },
        "spec": {
            "template": { "spec": {
                "nodeClassRef": { "group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "spark" },
                "requirements": [{ "key": "karpenter.sh/capacity-type", "operator": "In", "values": ["spot"] }],
            } },
        },
    });
    for (field, value) in spec.as_object().into_iter().flatten() {
        pool["spec"][field] = value.clone();
    }
    pool
}

fn schema() -> &'static Schema {
    Schema::of(&NODE_POOL).unwrap()
}

fn wrong_fields(object: &Value) -> Vec<String> {
    schema()
        .check(object)
        .into_iter()
        .map(|e| e.field)
        .collect()
}

#[test]
fn every_custom_kind_has_a_schema() {
    for kind in [&NODE_POOL, &NODE_CLAIM, &EC2_NODE_CLASS] {
        assert!(Schema::of(kind).is_some());
    }
    assert!(Schema::of(&POD).is_none());
}

#[test]
fn a_current_node_pool_is_accepted_and_completed() {
    let mut pool = node_pool(json!({
        "limits": { "cpu": 1000, "memory": "1000Gi" },
        "disruption": { "consolidationPolicy": "WhenEmpty", "consolidateAfter": "30s", "budgets": [{ "nodes": "100%" }] },
    }));
    assert!(schema().prune(&mut pool).is_empty());
    schema().complete(&mut pool);
    assert!(
        wrong_fields(&pool).is_empty(),
        "{:?}",
        schema().check(&pool)
    );
    assert_eq!(pool["spec"]["template"]["spec"]["expireAfter"], "720h");
}

#[test]
fn the_limits_of_old_provisioners_are_refused_by_name() {
    let pool = node_pool(json!({ "limits": { "resources": { "cpu": 1000 } } }));
    assert_eq!(wrong_fields(&pool), ["spec.limits.resources"]);
}

#[test]
fn missing_and_unsupported_values_are_told_apart() {
    let pool = node_pool(json!({ "disruption": { "consolidationPolicy": "WhenUnderutilized" } }));
    let mut errors = schema().check(&pool);
    errors.sort_by(|a, b| a.field.cmp(&b.field));
    let seen: Vec<_> = errors
        .iter()
        .map(|e| (e.field.as_str(), e.reason))
        .collect();
    assert_eq!(
        seen,
        [
            ("spec.disruption.consolidateAfter", "FieldValueRequired"),
            (
                "spec.disruption.consolidationPolicy",
                "FieldValueNotSupported"
            ),
        ]
    );
}

#[test]
fn unknown_fields_are_dropped_and_named() {
    let mut pool = node_pool(json!({ "ttlSecondsAfterEmpty": 30 }));
    assert_eq!(schema().prune(&mut pool), ["spec.ttlSecondsAfterEmpty"]);
    assert_eq!(pool, node_pool(json!({})));
}

/// The kubelet's settings too, which the API does not look into.
#[test]
fn a_full_node_class_is_accepted_as_it_is() {
    let class = json!({
        "apiVersion": "karpenter.k8s.aws/v1",
        "kind": "EC2NodeClass",
        "metadata": { "name": "spark" },
        "spec": {
            "role": "node",
            "amiSelectorTerms": [{ "alias": "al2023@latest" }],
            "subnetSelectorTerms": [{ "tags": { "karpenter.sh/discovery": "c" } }],
            "securityGroupSelectorTerms": [{ "name": "nodes" }],
            "blockDeviceMappings": [{ "deviceName": "/dev/xvda", "ebs": { "volumeSize": "100Gi", "volumeType": "gp3" } }],
            "instanceStorePolicy": "RAID0",
            "kubelet": { "maxPods": 20, "evictionHard": { "memory.available": "5%" } },
            "metadataOptions": { "httpTokens": "required" },
            "tags": { "team": "data" },
            "userData": "echo ready",
        },
    });
    let schema = Schema::of(&EC2_NODE_CLASS).unwrap();
    let mut seen = class.clone();
    assert!(schema.prune(&mut seen).is_empty());
    assert_eq!(seen, class);
    schema.complete(&mut seen);
    assert!(schema.check(&seen).is_empty(), "{:?}", schema.check(&seen));
    assert_eq!(
        seen["spec"]["metadataOptions"]["httpPutResponseHopLimit"],
        1
    );
}

#[test]
fn each_reason_of_a_budget_counts_once() {
    let pool = node_pool(json!({ "disruption": {
        "consolidateAfter": "30s",
        "budgets": [{ "nodes": "1", "reasons": ["Empty", "Empty"] }],
    } }));
    assert_eq!(wrong_fields(&pool), ["spec.disruption.budgets[0].reasons"]);
}

#[test]
fn quantities_are_numbers_or_texts_that_read_as_one() {
    for quantity in [json!(1000), json!("1000Gi"), json!("0.5"), json!("2e3")] {
        let pool = node_pool(json!({ "limits": { "memory": quantity } }));
        assert!(wrong_fields(&pool).is_empty(), "{quantity}");
    }
    for other in [json!("1000GB"), json!(true), json!(null), json!("")] {
        let pool = node_pool(json!({ "limits": { "memory": other } }));
        assert_eq!(wrong_fields(&pool), ["spec.limits.memory"], "{other}");
    }
}

#[test]
fn list_items_are_numbered_in_field_paths() {
    assert_eq!(field_path("/spec/taints/0/key"), "spec.taints[0].key");
}
