//! Taking the NodePools away again: pools first, then their nodes, then the class the nodes were made of.
//! An instance that outlives its cluster costs money and is seen by nobody, so this waits until they are gone.

use super::error::Operation;
use super::{Cluster, ClusterError, POLL};
use crate::manifest::{CLUSTER_ANNOTATION, Kind, MANAGED_BY, NODE_CLASS, NODE_POOLS};
use kube::api::{Api, ApiResource, DeleteParams, DynamicObject, ListParams};
use kube::core::GroupVersionKind;
use std::time::Duration;
use tokio::time::Instant;

const POOL_LABEL: &str = "karpenter.sh/nodepool";
const MANAGED_BY_LABEL: &str = "app.kubernetes.io/managed-by";

/// What was removed, and what was left alone because somebody else made it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Removal {
    pub(crate) removed: Vec<String>,
    pub(crate) foreign: Vec<String>,
}

/// What there was under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Absent,
    Ours,
    /// Made by somebody else, or for another cluster.
    Foreign,
}

impl Cluster {
    /// Removes the NodePools and the EC2NodeClass that this action made, and waits until their nodes are gone.
    /// `cluster_name`, when known, must be the one they were made for.
    ///
    /// # Errors
    /// When the cluster cannot be asked, or when something is still there after `patience`.
    pub(crate) async fn remove(
        &self,
        cluster_name: Option<&str>,
        patience: Duration,
    ) -> Result<Removal, ClusterError> {
        let deadline = Instant::now() + patience;
        let mut removal = Removal::default();
        let mut pools = Vec::new();
        for name in NODE_POOLS {
            // A pool that is gone already may still have nodes: an earlier run was interrupted while it waited.
            if self
                .delete(Kind::NodePool, name, cluster_name, &mut removal)
                .await?
                != Found::Foreign
            {
                pools.push(name);
            }
        }
        self.wait_until_gone(&pools, false, (deadline, patience))
            .await?;
        // Karpenter holds the class back while a node is made of it, so it comes last.
        let class = self
            .delete(Kind::Ec2NodeClass, NODE_CLASS, cluster_name, &mut removal)
            .await?;
        self.wait_until_gone(&[], class == Found::Ours, (deadline, patience))
            .await?;
        Ok(removal)
    }

    /// Asks for the deletion of an object if it is ours.
    async fn delete(
        &self,
        kind: Kind,
        name: &str,
        cluster_name: Option<&str>,
        removal: &mut Removal,
    ) -> Result<Found, ClusterError> {
        let api = self.api(kind);
        let failed = |error| self.error(Operation::Delete, kind, name, error);
        let Some(object) = found(api.get_opt(name).await).map_err(failed)? else {
            return Ok(Found::Absent);
        };
        let label = format!("{kind} `{name}`");
        if !is_ours(&object, cluster_name) {
            removal.foreign.push(label);
            return Ok(Found::Foreign);
        }
        found(api.delete(name, &DeleteParams::default()).await.map(Some)).map_err(failed)?;
        removal.removed.push(label);
        Ok(Found::Ours)
    }

    async fn wait_until_gone(
        &self,
        pools: &[&str],
        class: bool,
        (deadline, patience): (Instant, Duration),
    ) -> Result<(), ClusterError> {
        loop {
            let left = self.left(pools, class).await?;
            if left.is_empty() {
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(ClusterError::NotGone { left, patience });
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// The objects that are still there, in words.
    async fn left(&self, pools: &[&str], class: bool) -> Result<Vec<String>, ClusterError> {
        let mut left = Vec::new();
        for pool in pools {
            let claims: Api<DynamicObject> = Api::all_with(self.client.clone(), &node_claims());
            let selector = ListParams::default().labels(&format!("{POOL_LABEL}={pool}"));
            let claims = found(claims.list(&selector).await.map(Some)).map_err(|error| {
                ClusterError::of(Operation::Read, &self.server, "NodeClaim", "", error)
            })?;
            left.extend(claims.iter().flatten().map(|claim| {
                format!(
                    "NodeClaim `{}` of {pool}",
                    claim.metadata.name.as_deref().unwrap_or("?")
                )
            }));
            if self.exists(Kind::NodePool, pool).await? {
                left.push(format!("NodePool `{pool}`"));
            }
        }
        if class && self.exists(Kind::Ec2NodeClass, NODE_CLASS).await? {
            left.push(format!("EC2NodeClass `{NODE_CLASS}`"));
        }
        Ok(left)
    }

    async fn exists(&self, kind: Kind, name: &str) -> Result<bool, ClusterError> {
        found(self.api(kind).get_opt(name).await)
            .map(|object| object.is_some())
            .map_err(|error| self.error(Operation::Read, kind, name, error))
    }
}

/// A cluster without Karpenter has none of its objects: not found, not an error.
fn found<T>(answer: Result<Option<T>, kube::Error>) -> Result<Option<T>, kube::Error> {
    match answer {
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(None),
        answer => answer,
    }
}

fn is_ours(object: &DynamicObject, cluster_name: Option<&str>) -> bool {
    let value = |map: &Option<std::collections::BTreeMap<String, String>>, key: &str| {
        map.as_ref()?.get(key).cloned()
    };
    let managed = value(&object.metadata.labels, MANAGED_BY_LABEL).as_deref() == Some(MANAGED_BY);
    let made_for = value(&object.metadata.annotations, CLUSTER_ANNOTATION);
    managed && cluster_name.is_none_or(|name| made_for.as_deref() == Some(name))
}

fn node_claims() -> ApiResource {
    ApiResource::from_gvk_with_plural(
        &GroupVersionKind::gvk("karpenter.sh", "v1", "NodeClaim"),
        "nodeclaims",
    )
}
