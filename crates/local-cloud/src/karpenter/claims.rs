//! One bought node from decision to termination: which step is due when. Knows time, not objects of others.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::{
    catalogue::InstanceType,
    hardware::{Hardware, Machine},
    node_pool::NodePool,
    objects::{self, set_condition},
    quantity::Resources,
};
use crate::kubernetes::{NODE, NODE_CLAIM, Store};

/// How far a node has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Decided,
    Launched,
    Registered,
    /// Pods can run.
    Initialized,
    /// The NodeClaim is marked for deletion.
    Terminating,
}

/// A NodeClaim in the model's hands.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub(crate) name: String,
    pub(crate) pool: NodePool,
    pub(crate) instance: InstanceType,
    pub(crate) phase: Phase,
    /// Id of its instance in EC2.
    machine: String,
    address: String,
    decided: Instant,
    /// Since when the node has had no pods.
    pub(crate) empty_since: Option<Instant>,
    terminating_since: Option<Instant>,
}

/// How long the instance takes to go once its NodeClaim is deleted.
pub(super) const TERMINATION: Duration = Duration::from_secs(1);

impl Claim {
    /// Creates the NodeClaim object. `number` makes the node's name and loopback address unique.
    pub(crate) fn create(
        store: &Store,
        pool: &NodePool,
        instance: &InstanceType,
        number: u32,
        requests: Resources,
    ) -> Self {
        let [_, _, high, low] = (256 + number).to_be_bytes();
        let address = format!("127.0.{high}.{low}");
        let name = format!("{}-{number:04}", pool.name);
        store.put(
            &NODE_CLAIM,
            objects::node_claim(pool, instance, &name, requests),
        );
        Self {
            name,
            pool: pool.clone(),
            instance: instance.clone(),
            phase: Phase::Decided,
            machine: super::hardware::new_id(),
            address,
            decided: Instant::now(),
            empty_since: None,
            terminating_since: None,
        }
    }

    /// When the next step is due by the clock alone. `held` instances do not terminate.
    pub(crate) fn due(&self, startup: Duration, held: bool) -> Option<Instant> {
        match self.phase {
            Phase::Decided => Some(self.decided + startup / 4),
            Phase::Launched => Some(self.decided + startup * 3 / 4),
            Phase::Registered => Some(self.decided + startup),
            Phase::Initialized => self
                .empty_since
                .zip(self.pool.consolidate_after)
                .map(|(since, after)| since + after),
            Phase::Terminating if held => None,
            Phase::Terminating => self.terminating_since.map(|since| since + TERMINATION),
        }
    }

    /// Takes the step that is due. False once the node is gone.
    pub(crate) fn step(&mut self, store: &Store, hardware: &Hardware) -> bool {
        match self.phase {
            Phase::Decided => self.launch(store, hardware),
            Phase::Launched => self.register(store, hardware),
            Phase::Registered => self.initialize(store),
            Phase::Initialized => self.terminate(store, hardware),
            Phase::Terminating => {
                hardware.terminated(&self.machine);
                store.remove(&NODE, None, &self.name);
                objects::release(store, &self.name);
                return false;
            }
        }
        true
    }

    /// Follows what others did to the NodeClaim: one that was deleted terminates, one that was torn out is forgotten.
    pub(crate) fn follow(&mut self, store: &Store, hardware: &Hardware) -> bool {
        let Some(object) = store.get(&NODE_CLAIM, None, &self.name) else {
            store.remove(&NODE, None, &self.name);
            hardware.terminated(&self.machine);
            return false;
        };
        if self.phase != Phase::Terminating && objects::is_deleting(&object) {
            self.terminate(store, hardware);
        }
        true
    }

    fn provider_id(&self) -> String {
        format!("aws:///{}/{}", self.pool.zone, self.machine)
    }

    fn launch(&mut self, store: &Store, hardware: &Hardware) {
        self.phase = Phase::Launched;
        let machine = Machine {
            id: &self.machine,
            instance_type: &self.instance.name(),
            zone: &self.pool.zone,
            spot: self.pool.capacity_type == "spot",
            pool: &self.pool.name,
        };
        hardware.launch(store, &machine);
        let provider = self.provider_id();
        store.edit(&NODE_CLAIM, None, &self.name, |claim| {
            claim["status"]["providerID"] = json!(provider);
            set_condition(claim, "Launched");
        });
    }

    fn register(&mut self, store: &Store, hardware: &Hardware) {
        self.phase = Phase::Registered;
        hardware.registered(&self.machine, &self.name, &self.name);
        store.edit(&NODE_CLAIM, None, &self.name, |claim| {
            claim["status"]["nodeName"] = json!(self.name);
            set_condition(claim, "Registered");
        });
    }

    fn initialize(&mut self, store: &Store) {
        self.phase = Phase::Initialized;
        self.empty_since = Some(Instant::now());
        store.put(
            &NODE,
            objects::node(
                &self.pool,
                &self.instance,
                (&self.name, &self.provider_id()),
                &self.address,
            ),
        );
        store.edit(&NODE_CLAIM, None, &self.name, |claim| {
            set_condition(claim, "Initialized");
            set_condition(claim, "Ready");
        });
    }

    fn terminate(&mut self, store: &Store, hardware: &Hardware) {
        self.phase = Phase::Terminating;
        self.terminating_since = Some(Instant::now());
        hardware.terminate(&self.machine);
        store.mark_deleting(&NODE_CLAIM, None, &self.name);
        store.mark_deleting(&NODE, None, &self.name);
    }
}
