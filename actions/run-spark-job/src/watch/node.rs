//! One Kubernetes node, folded from every version of it that was seen.

use jiff::Timestamp;
use k8s_openapi::api::core::v1::Node;
use kube::ResourceExt;

/// What one version of the object says.
pub(super) fn of(node: &Node, there_before: bool) -> run_record::Node {
    let label = |key: &str| node.labels().get(key).cloned();
    run_record::Node {
        name: node.name_any(),
        provider_id: node.spec.as_ref().and_then(|spec| spec.provider_id.clone()),
        pool: label("karpenter.sh/nodepool").or_else(|| label("eks.amazonaws.com/nodegroup")),
        instance_type: label("node.kubernetes.io/instance-type"),
        zone: label("topology.kubernetes.io/zone"),
        capacity_type: label("karpenter.sh/capacity-type").or_else(|| managed(node)),
        there_before,
        created: node.metadata.creation_timestamp.as_ref().map(|time| time.0),
        ready: ready(node),
        deleted: None,
    }
}

/// Takes in a newer version. What was known stays known; a condition that flips later changes no first time.
pub(super) fn update(seen: &mut run_record::Node, newer: run_record::Node) {
    seen.provider_id = newer.provider_id.or(seen.provider_id.take());
    seen.pool = newer.pool.or(seen.pool.take());
    seen.instance_type = newer.instance_type.or(seen.instance_type.take());
    seen.zone = newer.zone.or(seen.zone.take());
    seen.capacity_type = newer.capacity_type.or(seen.capacity_type.take());
    seen.ready = seen.ready.or(newer.ready);
}

/// The capacity type of an EKS managed node group, in Karpenter's spelling.
fn managed(node: &Node) -> Option<String> {
    let label = node.labels().get("eks.amazonaws.com/capacityType")?;
    Some(label.to_lowercase().replace('_', "-"))
}

fn ready(node: &Node) -> Option<Timestamp> {
    let conditions = node.status.as_ref()?.conditions.as_ref()?;
    let ready = conditions
        .iter()
        .find(|condition| condition.type_ == "Ready" && condition.status == "True")?;
    ready.last_transition_time.as_ref().map(|time| time.0)
}
