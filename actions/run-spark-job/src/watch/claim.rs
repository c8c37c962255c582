//! One NodeClaim, folded from every version of it that was seen.

use jiff::Timestamp;
use kube::{ResourceExt, api::DynamicObject};
use run_record::NodeClaim;
use serde_json::Value;

use super::EMULATED;

/// A NodeClaim and how it was met.
#[derive(Debug, Clone)]
pub(super) struct ClaimSeen {
    pub(super) claim: NodeClaim,
    /// It existed before watching began.
    pub(super) from_the_start: bool,
    /// The cluster says that it is emulated.
    pub(super) emulated: bool,
    /// Its end was noticed late.
    pub(super) end_missed: bool,
}

impl ClaimSeen {
    /// What one version of the object says.
    pub(super) fn of(name: &str, object: &DynamicObject, from_the_start: bool) -> Self {
        let label = |key: &str| object.labels().get(key).cloned();
        let metadata = &object.metadata;
        let status = |path: &str| {
            let value = object.data.pointer(path).and_then(Value::as_str);
            value.map(str::to_owned)
        };
        Self {
            from_the_start,
            emulated: object.annotations().contains_key(EMULATED),
            end_missed: false,
            claim: NodeClaim {
                name: name.to_owned(),
                provider_id: status("/status/providerID"),
                there_before: from_the_start,
                node: status("/status/nodeName"),
                node_pool: label("karpenter.sh/nodepool"),
                instance_type: label("node.kubernetes.io/instance-type"),
                zone: label("topology.kubernetes.io/zone"),
                capacity_type: label("karpenter.sh/capacity-type"),
                created: metadata.creation_timestamp.as_ref().map(|time| time.0),
                launched: condition(&object.data, "Launched"),
                registered: condition(&object.data, "Registered"),
                initialized: condition(&object.data, "Initialized"),
                deleting: metadata.deletion_timestamp.as_ref().map(|time| time.0),
                drained: condition(&object.data, "Drained"),
                terminated: None,
            },
        }
    }

    /// Takes in a newer version. A time, once known, is the first one: conditions can flip later.
    pub(super) fn update(&mut self, newer: Self) {
        let (seen, now) = (&mut self.claim, newer.claim);
        self.emulated |= newer.emulated;
        seen.provider_id = now.provider_id.or(seen.provider_id.take());
        seen.node = now.node.or(seen.node.take());
        seen.node_pool = now.node_pool.or(seen.node_pool.take());
        seen.instance_type = now.instance_type.or(seen.instance_type.take());
        seen.zone = now.zone.or(seen.zone.take());
        seen.capacity_type = now.capacity_type.or(seen.capacity_type.take());
        seen.launched = seen.launched.or(now.launched);
        seen.registered = seen.registered.or(now.registered);
        seen.initialized = seen.initialized.or(now.initialized);
        seen.deleting = seen.deleting.or(now.deleting);
        seen.drained = seen.drained.or(now.drained);
    }
}

fn condition(object: &Value, name: &str) -> Option<Timestamp> {
    let text = |condition: &Value, field: &str| {
        condition
            .get(field)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let conditions = object.pointer("/status/conditions")?.as_array()?;
    let condition = conditions
        .iter()
        .find(|condition| text(condition, "type").as_deref() == Some(name))?;
    (text(condition, "status").as_deref() == Some("True")).then_some(())?;
    text(condition, "lastTransitionTime")?.parse().ok()
}
