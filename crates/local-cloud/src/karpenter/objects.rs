//! The NodeClaim and Node objects, and the two NodePools of the origin. Builds JSON, changes nothing by itself.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{catalogue::InstanceType, node_pool::NodePool, quantity::Resources};
use crate::kubernetes::{CLASS_FINALIZER, EC2_NODE_CLASS, NODE, NODE_CLAIM, NODE_POOL, Store};

/// Says that the object stands for no real machine. Watchers can pass it on to whoever reads their numbers.
pub(crate) const EMULATED: &str = "local-cloud/emulated";

/// Holds a NodeClaim until its instance is terminated.
const FINALIZER: &str = "karpenter.sh/termination";

/// Whether somebody deleted the object.
pub(super) fn is_deleting(object: &Value) -> bool {
    object["metadata"]["deletionTimestamp"].is_string()
}

/// Whether Karpenter's finalizer holds the object.
pub(super) fn is_ours(object: &Value) -> bool {
    let finalizers = object["metadata"]["finalizers"].as_array();
    finalizers.is_some_and(|held| held.iter().any(|one| one == FINALIZER))
}

/// Takes Karpenter's finalizer from a NodeClaim. One that is deleted is gone then, unless others hold it, too.
pub(super) fn release(store: &Store, name: &str) {
    store.edit(&NODE_CLAIM, None, name, |claim| {
        if let Some(finalizers) = claim["metadata"]["finalizers"].as_array_mut() {
            finalizers.retain(|finalizer| finalizer != FINALIZER);
        }
    });
}

/// Deletes the NodeClaims whose NodePool is going or gone, as the garbage collector does with what has no owner any more.
pub(super) fn delete_orphans(store: &Store) {
    let mut pools = store.list(&NODE_POOL, None);
    pools.retain(|pool| !is_deleting(pool));
    let lives = |owner: &Value| {
        owner["kind"] != "NodePool"
            || pools
                .iter()
                .any(|pool| pool["metadata"]["uid"] == owner["uid"])
    };
    for claim in store.list(&NODE_CLAIM, None) {
        let owners = claim["metadata"]["ownerReferences"].as_array();
        let orphan = owners.is_some_and(|owners| !owners.is_empty() && !owners.iter().any(lives));
        if orphan && !is_deleting(&claim) {
            let name = claim["metadata"]["name"].as_str().unwrap_or_default();
            store.mark_deleting(&NODE_CLAIM, None, name);
        }
    }
}

/// Puts a NodeClaim and its Node that were bought before anybody looked: the pool's smallest instance type.
pub(crate) fn seed_node_claim(store: &Store, pool: &str, name: &str) {
    let pool = store
        .get(&NODE_POOL, None, pool)
        .as_ref()
        .and_then(NodePool::read);
    let Some((pool, instance)) = pool.and_then(|pool| {
        let instance = pool.instance_types.first()?.clone();
        Some((pool, instance))
    }) else {
        return;
    };
    let provider_id = format!("aws:///{}/{}", pool.zone, super::hardware::new_id());
    let mut claim = node_claim(&pool, &instance, name, Resources::default());
    claim["status"]["providerID"] = json!(provider_id);
    claim["status"]["nodeName"] = json!(name);
    for kind in ["Launched", "Registered", "Initialized", "Ready"] {
        set_condition(&mut claim, kind);
    }
    store.put(
        &NODE,
        node(&pool, &instance, (name, &provider_id), "127.0.0.1"),
    );
    store.put(&NODE_CLAIM, claim);
}

/// Now, in the whole seconds Kubernetes writes.
pub(crate) fn now() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The labels Karpenter puts on NodeClaims and Nodes alike.
fn labels(pool: &NodePool, instance: &InstanceType, name: &str) -> Value {
    let mut labels = json!({
        "karpenter.sh/nodepool": pool.name,
        "karpenter.sh/capacity-type": pool.capacity_type,
        "node.kubernetes.io/instance-type": instance.name(),
        "topology.kubernetes.io/zone": pool.zone,
        "karpenter.k8s.aws/instance-family": instance.family,
        "karpenter.k8s.aws/instance-size": instance.size,
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/os": "linux",
        "kubernetes.io/hostname": name,
    });
    for (key, value) in &pool.labels {
        labels[key] = json!(value);
    }
    labels
}

fn resources(amount: Resources) -> Value {
    json!({"cpu": format!("{}m", amount.milli_cpu), "memory": format!("{}Mi", amount.memory_mib)})
}

/// A NodeClaim that was just decided.
pub(crate) fn node_claim(
    pool: &NodePool,
    instance: &InstanceType,
    name: &str,
    requests: Resources,
) -> Value {
    json!({
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodeClaim",
        "metadata": {
            "name": name,
            "labels": labels(pool, instance, name),
            "annotations": {EMULATED: "true"},
            "finalizers": [FINALIZER],
            "ownerReferences": [{
                "apiVersion": "karpenter.sh/v1", "kind": "NodePool", "name": pool.name, "uid": pool.uid,
                "blockOwnerDeletion": true,
            }],
        },
        "spec": {
            "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": pool.node_class},
            "requirements": [],
            "resources": {"requests": resources(requests)},
        },
        "status": {"conditions": []},
    })
}

/// The Node a NodeClaim became, ready for pods.
pub(crate) fn node(
    pool: &NodePool,
    instance: &InstanceType,
    (name, provider_id): (&str, &str),
    address: &str,
) -> Value {
    let mut labels = labels(pool, instance, name);
    labels["karpenter.sh/registered"] = json!("true");
    labels["karpenter.sh/initialized"] = json!("true");
    json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels, "annotations": {EMULATED: "true"}},
        "spec": {"providerID": provider_id},
        "status": {
            "addresses": [{"type": "InternalIP", "address": address}],
            "allocatable": resources(instance.allocatable()),
            "capacity": {"cpu": instance.vcpus.to_string(), "memory": format!("{}Gi", instance.memory_gib)},
            "conditions": [condition("Ready", "KubeletReady")],
            "nodeInfo": {
                "architecture": "amd64", "bootID": "", "containerRuntimeVersion": "", "kernelVersion": "",
                "kubeProxyVersion": "", "kubeletVersion": "v1.34.0", "machineID": "", "operatingSystem": "linux",
                "osImage": "emulated", "systemUUID": "",
            },
        },
    })
}

/// A condition that is true from now on.
pub(crate) fn condition(kind: &str, reason: &str) -> Value {
    json!({"type": kind, "status": "True", "reason": reason, "message": "", "lastTransitionTime": now()})
}

/// Sets a condition to true, unless it already is.
pub(crate) fn set_condition(object: &mut Value, kind: &str) {
    let conditions = &mut object["status"]["conditions"];
    if !conditions.is_array() {
        *conditions = json!([]);
    }
    if let Some(list) = conditions.as_array_mut()
        && !list.iter().any(|c| c["type"] == kind)
    {
        list.push(condition(kind, kind));
    }
}

/// Applies the origin's driver and executor NodePools, for callers that do not run provision-infra first.
pub(crate) fn seed_node_pools(store: &Store, consolidate_after: &str) {
    for (name, families, capacity) in [
        ("spark-driver", json!(["m4", "m5"]), "on-demand"),
        ("spark-executor", json!(["m4", "m5", "r4", "r5"]), "spot"),
    ] {
        store.put(
            &EC2_NODE_CLASS,
            json!({
                "apiVersion": "karpenter.k8s.aws/v1", "kind": "EC2NodeClass",
                "metadata": {"name": name, "finalizers": [CLASS_FINALIZER]}, "spec": {},
            }),
        );
        store.put(&NODE_POOL, json!({
            "apiVersion": "karpenter.sh/v1",
            "kind": "NodePool",
            "metadata": {"name": name},
            "spec": {
                "disruption": {"consolidationPolicy": "WhenEmpty", "consolidateAfter": consolidate_after},
                "template": {
                    "metadata": {"labels": {"type": "karpenter", "provisioner": name}},
                    "spec": {
                        "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": name},
                        "requirements": [
                            {"key": "karpenter.k8s.aws/instance-family", "operator": "In", "values": families},
                            {"key": "karpenter.sh/capacity-type", "operator": "In", "values": [capacity]},
                        ],
                    },
                },
            },
        }));
    }
}
