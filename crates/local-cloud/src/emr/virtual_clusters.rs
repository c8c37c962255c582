//! Virtual clusters in memory: the calls on them, and what tests make of them.
//!
//! Errors are those of the published model: DeleteVirtualCluster knows no ResourceNotFoundException, and
//! Terraform's AWS provider (`internal/service/emrcontainers/virtual_cluster.go`) takes its ValidationException
//! with "not found" and "already terminated" for what they are. Not documented and therefore chosen here: deleting
//! one that is TERMINATING once more changes nothing and succeeds.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use serde_json::json;
use tokio::time::Instant;

use super::{
    error::ApiError,
    shapes::{ClusterState, CreateVirtualCluster, VirtualCluster},
    validate,
};
use crate::{
    config::{ACCOUNT, REGION},
    kubernetes::{NAMESPACE, Store},
};

/// A virtual cluster as a test wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VirtualClusterFacts {
    /// Its id: digits and lower-case letters.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its namespace, which is created with it.
    pub namespace: String,
    /// The EKS cluster that it belongs to.
    pub eks_cluster: String,
}

/// All virtual clusters. Clones share them.
#[derive(Debug, Clone)]
pub struct VirtualClusters {
    inner: Arc<Mutex<Inner>>,
    store: Store,
}

#[derive(Debug, Default)]
struct Inner {
    /// Oldest first.
    clusters: Vec<VirtualCluster>,
    /// How long a deleted one is TERMINATING.
    termination: Duration,
    /// Deleted ones stay TERMINATING, however long it takes.
    held: bool,
}

impl Inner {
    /// Moves those on whose time has come. There is no clock of its own: whoever looks sees the right state.
    fn settle(&mut self) {
        if self.held {
            return;
        }
        for cluster in &mut self.clusters {
            let due = cluster.deleted.map(|deleted| deleted + self.termination);
            if cluster.state == ClusterState::Terminating
                && due.is_some_and(|due| due <= Instant::now())
            {
                cluster.state = ClusterState::Terminated;
            }
        }
    }

    fn find(&mut self, id: &str) -> Option<&mut VirtualCluster> {
        self.clusters.iter_mut().find(|cluster| cluster.id == id)
    }
}

impl VirtualClusters {
    pub(super) fn new(store: Store) -> Self {
        Self {
            inner: Arc::default(),
            store,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.settle();
        inner
    }

    /// Adds a running one with the id it is to have, as one that Terraform knows from an earlier day.
    pub fn add(&self, facts: &VirtualClusterFacts) {
        let request = request(&facts.name, &facts.namespace, &facts.eks_cluster, &facts.id);
        if let Ok(request) = serde_json::from_value(request) {
            let mut inner = self.lock();
            self.keep(&mut inner, facts.id.clone(), request, &facts.namespace);
        }
    }

    /// Makes one ARRESTED, as EMR does when it can no longer reach the EKS cluster or the namespace.
    pub fn arrest(&self, id: &str) {
        if let Some(cluster) = self.lock().find(id) {
            cluster.state = ClusterState::Arrested;
        }
    }

    /// How long one that is deleted from now on is TERMINATING; no time at all if nothing is said.
    pub fn set_termination(&self, time: Duration) {
        self.lock().termination = time;
    }

    /// Keeps deleted ones TERMINATING until [`Self::release_termination`].
    pub fn hold_termination(&self) {
        self.lock().held = true;
    }

    /// Lets go what [`Self::hold_termination`] has held.
    pub fn release_termination(&self) {
        self.lock().held = false;
    }

    /// The state of one, in the service's word; none if there is no such one.
    #[must_use]
    pub fn state(&self, id: &str) -> Option<&'static str> {
        self.lock().find(id).map(|cluster| cluster.state.name())
    }

    /// Creates one for the configuration and gives its id; one that is alive in the namespace is taken instead.
    pub(super) fn seed(&self, name: &str, namespace: &str) -> String {
        let token = format!("seed-{namespace}");
        let request = request(name, namespace, crate::eks::CLUSTER, &token);
        let created = serde_json::from_value(request)
            .ok()
            .and_then(|request| self.create(request).ok());
        let alive = |cluster: &VirtualCluster| {
            cluster.state != ClusterState::Terminated && cluster.namespace() == namespace
        };
        created
            .or_else(|| self.all().into_iter().find(alive))
            .map(|cluster| cluster.id)
            .unwrap_or_default()
    }

    pub(super) fn create(&self, request: CreateVirtualCluster) -> Result<VirtualCluster, ApiError> {
        let namespace = validate::create_virtual_cluster(&request)?;
        let mut inner = self.lock();
        let known = |cluster: &&VirtualCluster| cluster.client_token == request.client_token;
        if let Some(known) = inner.clusters.iter().find(known) {
            return Ok(known.clone());
        }
        let taken = |cluster: &&VirtualCluster| {
            cluster.state != ClusterState::Terminated
                && cluster.namespace() == namespace
                && cluster.container_provider.id == request.container_provider.id
        };
        if let Some(other) = inner.clusters.iter().find(taken) {
            let message = format!(
                "A virtual cluster already exists in the given namespace: {} (namespace {namespace})",
                other.id
            );
            return Err(ApiError::Validation(message));
        }
        Ok(self.keep(
            &mut inner,
            super::service::identifier(25),
            request,
            &namespace,
        ))
    }

    fn keep(
        &self,
        inner: &mut Inner,
        id: String,
        request: CreateVirtualCluster,
        namespace: &str,
    ) -> VirtualCluster {
        let cluster = VirtualCluster {
            arn: format!("arn:aws:emr-containers:{REGION}:{ACCOUNT}:/virtualclusters/{id}"),
            id,
            name: request.name,
            state: ClusterState::Running,
            container_provider: request.container_provider,
            created_at: Timestamp::now(),
            tags: request.tags,
            client_token: request.client_token,
            deleted: None,
        };
        self.store.put(
            &NAMESPACE,
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}, "status": {"phase": "Active"}}),
        );
        inner.clusters.push(cluster.clone());
        cluster
    }

    pub(super) fn all(&self) -> Vec<VirtualCluster> {
        self.lock().clusters.clone()
    }

    pub(super) fn get(&self, id: &str) -> Result<VirtualCluster, ApiError> {
        let found = self.lock().find(id).cloned();
        found.ok_or_else(|| ApiError::NotFound(format!("Virtual cluster {id} doesn't exist.")))
    }

    /// `active` is how many of its job runs are not over.
    pub(super) fn delete(&self, id: &str, active: usize) -> Result<(), ApiError> {
        let refused = |what: &str| {
            Err(ApiError::Validation(format!(
                "Virtual cluster {id} {what}."
            )))
        };
        let mut inner = self.lock();
        let Some(cluster) = inner.find(id) else {
            return refused("not found");
        };
        match cluster.state {
            ClusterState::Terminated => return refused("is already terminated"),
            ClusterState::Terminating => return Ok(()),
            ClusterState::Running | ClusterState::Arrested if active > 0 => {
                return refused("has active job runs");
            }
            ClusterState::Running | ClusterState::Arrested => {}
        }
        cluster.state = ClusterState::Terminating;
        cluster.deleted = Some(Instant::now());
        Ok(())
    }
}

fn request(name: &str, namespace: &str, eks_cluster: &str, token: &str) -> serde_json::Value {
    json!({
        "name": name,
        "clientToken": token,
        "containerProvider": {"type": "EKS", "id": eks_cluster, "info": {"eksInfo": {"namespace": namespace}}},
    })
}
