//! Taking the NodePools away again: pools first, then their nodes, then the class the nodes were made of.
//! An instance that outlives its cluster costs money and is seen by nobody, so this waits until they are gone.

use super::error::Operation;
use super::{Cluster, ClusterError, POLL, resource};
use crate::manifest::{CLUSTER_ANNOTATION, Kind, MANAGED_BY};
use kube::api::{Api, ApiResource, DeleteParams, DynamicObject, ListParams};
use kube::core::GroupVersionKind;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::Instant;

const POOL_LABEL: &str = "karpenter.sh/nodepool";
const MANAGED_BY_LABEL: &str = "app.kubernetes.io/managed-by";

/// Between two lines about what is waited for.
const QUIET: Duration = Duration::from_secs(30);

/// What becomes of NodePools that others made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Foreign {
    /// The cluster stays, so they do, too.
    LeaveAlone,
    /// The cluster goes, and their instances would outlive it.
    Refuse,
    /// The cluster goes, and so shall they.
    Remove,
}

/// What was removed, and what was left alone because somebody else made it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Removal {
    pub(crate) removed: Vec<String>,
    pub(crate) foreign: Vec<String>,
}

/// How to remove.
pub(crate) struct Order<'a> {
    /// The cluster that the objects must have been made for, when it is known.
    pub(crate) cluster: Option<&'a str>,
    pub(crate) foreign: Foreign,
    /// How long draining and ending the nodes may take.
    pub(crate) patience: Duration,
    /// Told now and then what is waited for.
    pub(crate) waiting: &'a (dyn Fn(&str) + Sync),
}

/// Whose an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Us,
    Others,
}

impl Cluster {
    /// Removes the NodePools and EC2NodeClasses that this action made, and waits until their nodes are gone.
    ///
    /// # Errors
    /// When the cluster cannot be asked, when it is another one, or when something is still there after the patience.
    pub(crate) async fn remove(&self, order: &Order<'_>) -> Result<Removal, ClusterError> {
        let deadline = Instant::now() + order.patience;
        let pools = self.objects(Kind::NodePool, order.cluster).await?;
        let classes = self.objects(Kind::Ec2NodeClass, order.cluster).await?;
        let mut removal = Removal::default();
        let (mut going, mut staying) = (BTreeSet::new(), BTreeSet::new());
        for (name, owner) in pools {
            if owner == Owner::Us || order.foreign == Foreign::Remove {
                going.insert(name);
            } else {
                staying.insert(name);
            }
        }
        let named = |name: &String| format!("{} `{name}`", Kind::NodePool);
        removal.foreign = staying.iter().map(named).collect();
        if order.foreign == Foreign::Refuse && !staying.is_empty() {
            return Err(ClusterError::OfOthers(removal.foreign));
        }
        for name in &going {
            self.delete(Kind::NodePool, name).await?;
            removal.removed.push(named(name));
        }
        // A pool that is gone already may still have nodes: an earlier run was interrupted while it waited.
        self.wait_until_gone(order, deadline, || self.nodes_left(&going, &staying))
            .await?;
        // Karpenter holds the class back while a node is made of it, so it comes last.
        let mut ours = Vec::new();
        for (name, owner) in classes {
            if owner == Owner::Us || order.foreign == Foreign::Remove {
                self.delete(Kind::Ec2NodeClass, &name).await?;
                removal
                    .removed
                    .push(format!("{} `{name}`", Kind::Ec2NodeClass));
                ours.push(name);
            }
        }
        self.wait_until_gone(order, deadline, || self.classes_left(&ours))
            .await?;
        Ok(removal)
    }

    /// The objects of a kind and whose they are.
    async fn objects(
        &self,
        kind: Kind,
        cluster: Option<&str>,
    ) -> Result<Vec<(String, Owner)>, ClusterError> {
        let mut objects = Vec::new();
        for object in self.list(&resource(kind), &kind.to_string()).await? {
            let name = object.metadata.name.clone().unwrap_or_default();
            let owner = match made_for(&object) {
                None => Owner::Others,
                Some(made_for) => match cluster {
                    Some(cluster) if cluster != made_for => {
                        return Err(ClusterError::OtherCluster {
                            object: format!("{kind} `{name}`"),
                            server: self.server.clone(),
                            made_for: made_for.to_owned(),
                            wanted: cluster.to_owned(),
                        });
                    }
                    _ => Owner::Us,
                },
            };
            objects.push((name, owner));
        }
        Ok(objects)
    }

    /// A cluster without Karpenter has none of its objects: not found, not an error.
    async fn list(
        &self,
        resource: &ApiResource,
        kind: &str,
    ) -> Result<Vec<DynamicObject>, ClusterError> {
        let api: Api<DynamicObject> = Api::all_with(self.client.clone(), resource);
        match api.list(&ListParams::default()).await {
            Ok(list) => Ok(list.items),
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(Vec::new()),
            Err(error) => Err(ClusterError::of(
                Operation::Read,
                &self.server,
                kind,
                "",
                error,
            )),
        }
    }

    async fn delete(&self, kind: Kind, name: &str) -> Result<(), ClusterError> {
        match self.api(kind).delete(name, &DeleteParams::default()).await {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
            Err(error) => Err(self.error(Operation::Delete, kind, name, error)),
        }
    }

    async fn wait_until_gone<Left>(
        &self,
        order: &Order<'_>,
        deadline: Instant,
        left: impl Fn() -> Left,
    ) -> Result<(), ClusterError>
    where
        Left: Future<Output = Result<Vec<String>, ClusterError>>,
    {
        let mut quiet_until = Instant::now();
        loop {
            let left = left().await?;
            if left.is_empty() {
                return Ok(());
            }
            let now = Instant::now();
            if now >= deadline {
                let patience = order.patience;
                return Err(ClusterError::NotGone { left, patience });
            }
            if now >= quiet_until {
                (order.waiting)(&format!("waiting until they are gone: {}", left.join("; ")));
                quiet_until = now + QUIET;
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// The NodePools that go, and every NodeClaim that does not belong to one that stays, in words.
    async fn nodes_left(
        &self,
        going: &BTreeSet<String>,
        staying: &BTreeSet<String>,
    ) -> Result<Vec<String>, ClusterError> {
        let pool_of = |claim: &DynamicObject| {
            let labels = claim.metadata.labels.as_ref()?;
            labels.get(POOL_LABEL).cloned()
        };
        let claims = self.list(&node_claims(), "NodeClaim").await?;
        let mut left: Vec<String> = claims
            .iter()
            .filter(|claim| pool_of(claim).is_none_or(|pool| !staying.contains(&pool)))
            .map(|claim| in_words(claim, pool_of(claim).as_deref()))
            .collect();
        let pools = self.list(&resource(Kind::NodePool), "NodePool").await?;
        let names = pools.into_iter().filter_map(|pool| pool.metadata.name);
        let still = names.filter(|name| going.contains(name));
        left.extend(still.map(|name| format!("NodePool `{name}`")));
        Ok(left)
    }

    async fn classes_left(&self, ours: &[String]) -> Result<Vec<String>, ClusterError> {
        let kind = Kind::Ec2NodeClass;
        let classes = self.list(&resource(kind), &kind.to_string()).await?;
        let names = classes.into_iter().filter_map(|class| class.metadata.name);
        let still = names.filter(|name| ours.contains(name));
        Ok(still.map(|name| format!("{kind} `{name}`")).collect())
    }
}

/// The claim, its node, and what Karpenter says holds it.
fn in_words(claim: &DynamicObject, pool: Option<&str>) -> String {
    let name = claim.metadata.name.as_deref().unwrap_or("?");
    let mut text = format!("NodeClaim `{name}`");
    if let Some(pool) = pool {
        text.push_str(&format!(" of {pool}"));
    }
    if let Some(node) = claim.data["status"]["nodeName"].as_str() {
        text.push_str(&format!(" on node {node}"));
    }
    let conditions = claim.data["status"]["conditions"].as_array();
    let holding = conditions.into_iter().flatten().find(|condition| {
        let kind = condition["type"].as_str();
        matches!(kind, Some("Drained" | "VolumesDetached")) && condition["status"] != "True"
    });
    if let Some(condition) = holding {
        let part = |name: &str| condition[name].as_str().unwrap_or_default();
        text.push_str(&format!(" ({} not yet: {})", part("type"), part("message")));
    }
    text
}

/// The cluster that an object of this action was made for.
fn made_for(object: &DynamicObject) -> Option<&str> {
    let labels = object.metadata.labels.as_ref()?;
    if labels.get(MANAGED_BY_LABEL)? != MANAGED_BY {
        return None;
    }
    let annotations = object.metadata.annotations.as_ref()?;
    Some(annotations.get(CLUSTER_ANNOTATION)?.as_str())
}

fn node_claims() -> ApiResource {
    ApiResource::from_gvk_with_plural(
        &GroupVersionKind::gvk("karpenter.sh", "v1", "NodeClaim"),
        "nodeclaims",
    )
}
