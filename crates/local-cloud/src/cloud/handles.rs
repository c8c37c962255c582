//! What a test reaches into a running cloud with: what was called, what is to fail, and what the services hold.

use super::LocalCloud;
use crate::calls::{At, Call, Fault, FaultHandle, FaultKind, Hold, Moment, Service};
use crate::config::ACCOUNT;
use crate::credentials::Credentials;
use crate::ec2::Estate;
use crate::eks::EksCluster;
use crate::emr::VirtualClusters;
use crate::job_script::JobScript;
use crate::karpenter;
use crate::kubernetes::Store;
use std::time::Duration;

impl LocalCloud {
    /// The virtual clusters of EMR.
    #[must_use]
    pub fn virtual_clusters(&self) -> &VirtualClusters {
        self.emr.virtual_clusters()
    }

    /// Hides a comment on GitHub, as a person does on the page.
    pub fn hide_comment(&self, id: u64) {
        self.github.hide(id);
    }

    /// The objects in Kubernetes.
    #[must_use]
    pub fn kubernetes(&self) -> &Store {
        &self.kubernetes
    }

    /// The instances, volumes, network interfaces and load balancers.
    #[must_use]
    pub fn estate(&self) -> &Estate {
        &self.estate
    }

    /// The cluster as EKS knows it.
    #[must_use]
    pub fn eks(&self) -> &EksCluster {
        &self.eks
    }

    /// Puts a NodeClaim of a NodePool that is there, with its node, as if Karpenter had bought it some time ago: with
    /// an instance, a volume and a network interface. It goes when it is deleted, or its NodePool is.
    pub fn seed_node_claim(&self, pool: &str, name: &str) {
        karpenter::seed_node_claim(&self.kubernetes, pool, name);
    }

    /// Every call that has reached a service, in the order they arrived.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.guard.calls.all()
    }

    /// Waits until a call has arrived, or was answered so, that this is true for, and gives it; one that is there already
    /// counts.
    pub async fn call(&self, wanted: impl Fn(&Call) -> bool) -> Call {
        let mut count = self.guard.calls.count();
        loop {
            count.borrow_and_update();
            if let Some(call) = self.guard.calls.find(&wanted) {
                return call;
            }
            // The cloud holds the sender.
            let _ = count.changed().await;
        }
    }

    /// Makes calls fail. The first fault that was set for a call is the one that happens.
    pub fn fault(&self, fault: Fault) -> FaultHandle {
        self.guard.calls.fault(fault)
    }

    /// Holds the first call that matches, before or after it takes effect, until it is released.
    pub fn hold(&self, at: At, moment: Moment) -> Hold {
        Hold::new(
            self.guard
                .calls
                .fault(Fault::once(at, FaultKind::Hold(moment))),
        )
    }

    /// Issues temporary credentials that count for this long.
    #[must_use]
    pub fn issue_credentials(&self, lifetime: Duration) -> Credentials {
        let arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/local-cloud/session");
        self.guard.keys.issue(&arn, lifetime)
    }

    /// Closes all connections to a service, as its restart does. With a fault for every call of the service it
    /// stays away until that is removed.
    pub fn disconnect(&self, service: Service) {
        if let Some(listener) = self.gates.get(&service) {
            listener.disconnect();
        }
        if service == Service::Kubernetes {
            self.eks_cluster.disconnect();
        }
    }

    /// Plays this for every job run that is submitted from now on.
    pub fn set_script(&self, script: JobScript) {
        self.emr.set_script(script);
    }

    /// Applies the origin's driver and executor NodePools, for callers that do not provision first.
    /// `consolidate_after` is how long a node stays empty, such as `5s`.
    pub fn seed_node_pools(&self, consolidate_after: &str) {
        karpenter::seed_node_pools(&self.kubernetes, consolidate_after);
    }
}
