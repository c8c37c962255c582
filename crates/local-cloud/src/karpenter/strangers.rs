//! NodeClaims that others put into the cluster: each that was launched has an instance, and all go when they are
//! deleted. Otherwise they are left as they are: nothing is bought, bound or removed for them.

use super::claims::TERMINATION;
use super::hardware::{Hardware, Machine};
use super::objects::{is_deleting, is_ours, release};
use crate::kubernetes::{NODE, NODE_CLAIM, Store};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use tokio::time::Instant;

/// Those that are known, by name.
#[derive(Debug, Default)]
pub(super) struct Strangers(BTreeMap<String, Stranger>);

#[derive(Debug, Default)]
struct Stranger {
    /// Its instance, once it has a provider id.
    machine: Option<String>,
    terminating_since: Option<Instant>,
}

impl Strangers {
    /// Does what can be done now, and says when to look again. `own` are the model's own NodeClaims.
    pub(super) fn follow(
        &mut self,
        store: &Store,
        hardware: &Hardware,
        own: &BTreeSet<&str>,
    ) -> Option<Instant> {
        let objects: BTreeMap<String, Value> = store
            .list(&NODE_CLAIM, None)
            .into_iter()
            .filter_map(|object| Some((object["metadata"]["name"].as_str()?.to_owned(), object)))
            .filter(|(name, _)| !own.contains(name.as_str()))
            .collect();
        for (name, object) in &objects {
            // One that was let go and is held by others is not met again.
            let wanted = !is_deleting(object) || is_ours(object);
            if wanted && !self.0.contains_key(name) {
                self.0.insert(name.clone(), Stranger::default());
            }
            if let Some(stranger) = self.0.get_mut(name)
                && stranger.machine.is_none()
            {
                stranger.machine = instance(store, hardware, object);
            }
        }
        let held = hardware.estate.holds_terminations();
        self.0.retain(|name, stranger| {
            stranger.stays(store, hardware, name, objects.get(name), held)
        });
        let ends = self.0.values().filter_map(|one| one.terminating_since);
        ends.min()
            .filter(|_| !held)
            .map(|since| since + TERMINATION)
    }
}

/// Gives a NodeClaim that was launched its instance.
fn instance(store: &Store, hardware: &Hardware, object: &Value) -> Option<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let labels = &object["metadata"]["labels"];
    let provider = object["status"]["providerID"].as_str()?;
    let (zone, id) = provider.strip_prefix("aws:///")?.split_once('/')?;
    let machine = Machine {
        id,
        instance_type: &text(&labels["node.kubernetes.io/instance-type"]),
        zone,
        spot: labels["karpenter.sh/capacity-type"] == "spot",
        pool: &text(&labels["karpenter.sh/nodepool"]),
    };
    hardware.launch(store, &machine);
    let name = text(&object["metadata"]["name"]);
    let node = object["status"]["nodeName"].as_str().unwrap_or(&name);
    hardware.registered(id, &name, node);
    Some(id.to_owned())
}

impl Stranger {
    fn end(&self, hardware: &Hardware) {
        if let Some(machine) = &self.machine {
            hardware.terminated(machine);
        }
    }

    fn stays(
        &mut self,
        store: &Store,
        hardware: &Hardware,
        name: &str,
        object: Option<&Value>,
        held: bool,
    ) -> bool {
        let Some(object) = object else {
            self.end(hardware);
            return false;
        };
        if !is_deleting(object) {
            return true;
        }
        let since = *self.terminating_since.get_or_insert_with(|| {
            if let Some(machine) = &self.machine {
                hardware.terminate(machine);
            }
            Instant::now()
        });
        if held || since.elapsed() < TERMINATION {
            return true;
        }
        self.end(hardware);
        if let Some(node) = object["status"]["nodeName"].as_str() {
            store.remove(&NODE, None, node);
        }
        release(store, name);
        false
    }
}
