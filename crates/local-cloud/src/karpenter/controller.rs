//! The loop: follows pods and clocks, binds, buys and removes. Sleeps until an object changes or a step is due.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    claims::{Claim, Phase},
    classes,
    hardware::Hardware,
    node_pool::{NodePool, strings},
    objects::{delete_orphans, set_condition},
    packing,
    quantity::Resources,
    strangers::Strangers,
};
use crate::kubernetes::{NODE_POOL, POD, Store, events::scheduled};

/// How the model behaves.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// From the NodeClaim to a node that takes pods.
    pub(crate) startup: Duration,
    /// Karpenter's `BATCH_IDLE_DURATION`: it waits until no new pod came for this long.
    pub(crate) batch_idle: Duration,
    /// Karpenter's `BATCH_MAX_DURATION`.
    pub(crate) batch_max: Duration,
}

/// A pod that runs nowhere yet or runs somewhere.
#[derive(Debug, Clone)]
struct Pod {
    namespace: String,
    name: String,
    node: Option<String>,
    selector: BTreeMap<String, String>,
    requests: Resources,
}

/// Pods that fit nowhere are collected for a while before a node is bought.
#[derive(Debug)]
struct Batch {
    opened: Instant,
    grown: Instant,
    pods: BTreeSet<(String, String)>,
}

struct Controller {
    store: Store,
    hardware: Hardware,
    settings: Settings,
    claims: Vec<Claim>,
    strangers: Strangers,
    bought: u32,
    batch: Option<Batch>,
}

/// Runs until cancelled.
pub(crate) async fn run(
    store: Store,
    hardware: Hardware,
    settings: Settings,
    cancel: CancellationToken,
) {
    let mut changed = store.changed();
    let mut machines = hardware.estate.changed();
    let mut controller = Controller {
        store,
        hardware,
        settings,
        claims: Vec::new(),
        strangers: Strangers::default(),
        bought: 0,
        batch: None,
    };
    loop {
        changed.borrow_and_update();
        machines.borrow_and_update();
        let due = controller.reconcile();
        let sleep = async {
            match due {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = cancel.cancelled() => return,
            result = changed.changed() => if result.is_err() { return },
            result = machines.changed() => if result.is_err() { return },
            () = sleep => {}
        }
    }
}

impl Controller {
    /// Does everything that can be done now, and says when to look again.
    fn reconcile(&mut self) -> Option<Instant> {
        let held = self.hardware.estate.holds_terminations();
        delete_orphans(&self.store);
        self.step_claims(held);
        let own: BTreeSet<&str> = self
            .claims
            .iter()
            .map(|claim| claim.name.as_str())
            .collect();
        classes::follow(&self.store);
        let strangers = self.strangers.follow(&self.store, &self.hardware, &own);
        let pods: Vec<Pod> = self
            .store
            .list(&POD, None)
            .iter()
            .filter_map(active)
            .collect();
        let pods = self.bind(pods);
        self.note_empty_nodes(&pods);
        self.buy(&pods);
        let claims = self
            .claims
            .iter()
            .filter_map(|claim| claim.due(self.settings.startup, held));
        let batch = self.batch.as_ref().map(|batch| self.closing(batch));
        claims.chain(batch).chain(strangers).min()
    }

    fn step_claims(&mut self, held: bool) {
        let (store, hardware, startup) = (&self.store, &self.hardware, self.settings.startup);
        self.claims.retain_mut(|claim| {
            if !claim.follow(store, hardware) {
                return false;
            }
            while claim
                .due(startup, held)
                .is_some_and(|due| due <= Instant::now())
            {
                if !claim.step(store, hardware) {
                    return false;
                }
            }
            true
        });
    }

    /// Puts pending pods on nodes that have room.
    fn bind(&self, mut pods: Vec<Pod>) -> Vec<Pod> {
        for at in 0..pods.len() {
            if pods[at].node.is_some() {
                continue;
            }
            let home = self.claims.iter().find(|claim| {
                claim.phase == Phase::Initialized
                    && claim.pool.matches(&pods[at].selector)
                    && pods[at].requests.fits_in(room(claim, &pods))
            });
            if let Some(claim) = home {
                bind_pod(&self.store, &pods[at], &claim.name);
                pods[at].node = Some(claim.name.clone());
            }
        }
        pods
    }

    fn note_empty_nodes(&mut self, pods: &[Pod]) {
        for claim in self
            .claims
            .iter_mut()
            .filter(|claim| claim.phase == Phase::Initialized)
        {
            let empty = !pods
                .iter()
                .any(|pod| pod.node.as_ref() == Some(&claim.name));
            claim.empty_since = match (empty, claim.empty_since) {
                (false, _) => None,
                (true, None) => Some(Instant::now()),
                (true, since) => since,
            };
        }
    }

    /// Buys nodes for pods that neither a node nor one on its way has room for, once the batch is closed.
    fn buy(&mut self, pods: &[Pod]) {
        let homeless = self.homeless(pods);
        let names: BTreeSet<_> = homeless
            .iter()
            .map(|pod| (pod.namespace.clone(), pod.name.clone()))
            .collect();
        if names.is_empty() {
            self.batch = None;
            return;
        }
        let now = Instant::now();
        let batch = self.batch.get_or_insert_with(|| Batch {
            opened: now,
            grown: now,
            pods: BTreeSet::new(),
        });
        if !names.is_subset(&batch.pods) {
            batch.grown = now;
        }
        batch.pods = names;
        let Some(batch) = &self.batch else { return };
        if self.closing(batch) > now {
            return;
        }
        self.batch = None;
        let pools: Vec<_> = self
            .store
            .list(&NODE_POOL, None)
            .iter()
            .filter_map(NodePool::read)
            .collect();
        for pool in &pools {
            let mine: Vec<_> = homeless
                .iter()
                .filter(|pod| {
                    pools
                        .iter()
                        .find(|p| p.matches(&pod.selector))
                        .is_some_and(|p| p.name == pool.name)
                })
                .collect();
            let requests: Vec<_> = mine.iter().map(|pod| pod.requests).collect();
            for purchase in packing::pack(&requests, &pool.instance_types) {
                let sum = purchase
                    .pods
                    .iter()
                    .fold(Resources::default(), |sum, &at| Resources {
                        milli_cpu: sum.milli_cpu + requests[at].milli_cpu,
                        memory_mib: sum.memory_mib + requests[at].memory_mib,
                    });
                self.bought += 1;
                self.claims.push(Claim::create(
                    &self.store,
                    pool,
                    &purchase.instance_type,
                    self.bought,
                    sum,
                ));
            }
        }
    }

    /// Pending pods that a NodePool wants and no node on its way has room for.
    fn homeless<'a>(&self, pods: &'a [Pod]) -> Vec<&'a Pod> {
        let pools: Vec<_> = self
            .store
            .list(&NODE_POOL, None)
            .iter()
            .filter_map(NodePool::read)
            .collect();
        let coming =
            |claim: &&Claim| !matches!(claim.phase, Phase::Initialized | Phase::Terminating);
        let mut rooms: Vec<_> = self
            .claims
            .iter()
            .filter(coming)
            .map(|claim| (claim, claim.instance.allocatable()))
            .collect();
        let mut homeless = Vec::new();
        for pod in pods.iter().filter(|pod| pod.node.is_none()) {
            let nominated = rooms.iter_mut().find(|(claim, room)| {
                claim.pool.matches(&pod.selector) && pod.requests.fits_in(*room)
            });
            if let Some((_, room)) = nominated {
                *room = room.minus(pod.requests);
            } else if pools.iter().any(|pool| {
                pool.matches(&pod.selector)
                    && pool
                        .instance_types
                        .iter()
                        .any(|t| pod.requests.fits_in(t.allocatable()))
            }) {
                homeless.push(pod);
            }
        }
        homeless
    }

    fn closing(&self, batch: &Batch) -> Instant {
        (batch.grown + self.settings.batch_idle).min(batch.opened + self.settings.batch_max)
    }
}

fn room(claim: &Claim, pods: &[Pod]) -> Resources {
    let on_it = pods
        .iter()
        .filter(|pod| pod.node.as_ref() == Some(&claim.name));
    on_it.fold(claim.instance.allocatable(), |room, pod| {
        room.minus(pod.requests)
    })
}

fn bind_pod(store: &Store, pod: &Pod, node: &str) {
    let mut bound = false;
    let object = store.edit(&POD, Some(&pod.namespace), &pod.name, |object| {
        // An executor that found a free slot may have been faster.
        if object["spec"]["nodeName"].is_null() {
            object["spec"]["nodeName"] = json!(node);
            set_condition(object, "PodScheduled");
            bound = true;
        }
    });
    if let Some(object) = object.filter(|_| bound) {
        scheduled(store, &object);
    }
}

/// A pod that holds a place; one that has ended does not.
fn active(object: &Value) -> Option<Pod> {
    let metadata = &object["metadata"];
    if matches!(
        object["status"]["phase"].as_str(),
        Some("Succeeded" | "Failed")
    ) {
        return None;
    }
    Some(Pod {
        namespace: metadata["namespace"].as_str()?.to_owned(),
        name: metadata["name"].as_str()?.to_owned(),
        node: object["spec"]["nodeName"].as_str().map(str::to_owned),
        selector: strings(&object["spec"]["nodeSelector"]),
        requests: Resources::requested_by(object),
    })
}
