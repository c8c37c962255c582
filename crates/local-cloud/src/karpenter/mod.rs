//! A small model of Karpenter and of the Kubernetes scheduler, working on the API objects alone.
//!
//! Pending pods become NodeClaims, NodeClaims become nodes after the configured start-up time, pods are bound to
//! nodes with room, and a node without pods goes after its NodePool's `consolidateAfter`. Known simplifications:
//! the smallest instance type that fits is chosen (Karpenter compares prices), consolidation looks at empty nodes
//! only and acts at once (Karpenter polls every 10 s and validates for 15 s more), limits, budgets, taints and
//! interruptions are not modelled. It starts no process: the Spark side follows the objects.
//!
//! Every NodeClaim has an instance in EC2, also one that somebody else put into the cluster. NodeClaims go with their
//! NodePool, which owns them; the finalizer stays until the instance is terminated.

mod catalogue;
mod claims;
mod classes;
mod controller;
mod hardware;
mod node_pool;
mod objects;
mod packing;
mod quantity;
mod strangers;

use std::time::Duration;

use tokio_util::sync::{CancellationToken, DropGuard};

pub(crate) use objects::{now, seed_node_claim, seed_node_pools, set_condition};

use crate::{ec2::Estate, eks::EksCluster, kubernetes::Store};

/// Starts the model; it ends when the guard is dropped. `startup` is the time from a NodeClaim to a ready node.
pub(crate) fn start(store: Store, estate: Estate, eks: EksCluster, startup: Duration) -> DropGuard {
    let hardware = hardware::Hardware { estate, eks };
    let settings = controller::Settings {
        startup,
        batch_idle: Duration::from_secs(1),
        batch_max: Duration::from_secs(10),
    };
    let cancel = CancellationToken::new();
    tokio::spawn(controller::run(store, hardware, settings, cancel.clone()));
    cancel.drop_guard()
}

/// Every instance type that can be bought, with its vCPUs.
pub(crate) fn instance_types() -> impl Iterator<Item = (String, u64)> {
    let types = catalogue::all().into_iter();
    types.map(|instance| (instance.name(), instance.vcpus))
}
