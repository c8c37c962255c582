//! `apply`: exactly the plan that was reviewed, then the outputs, then the Karpenter objects of the new cluster.

use crate::action::Session;
use crate::cluster::{Applied, Cluster, ClusterError};
use crate::contract::Provisioned;
use crate::inputs::NodePoolSettings;
use crate::manifest::{self, ClusterFacts, Manifest};
use crate::report;
use crate::review::Goal;
use gha::Failure;
use std::time::Duration;
use tokio::time::Instant;

/// Between two attempts to reach a cluster that is still coming up.
const AGAIN: Duration = Duration::from_secs(2);

impl Session {
    /// Applies.
    ///
    /// # Errors
    /// When the plan has moved since its review, when Terraform or the cluster refuses, or when cancelled.
    pub(crate) async fn apply(&self) -> Result<(), Failure> {
        let approved = self.approved(Goal::Configuration).await?;
        let changes = approved.plan.changes;
        self.terraform.apply(&approved.file, changes).await?;
        self.runner
            .summary
            .append(&report::terraform(self.part(Some(changes))))?;
        let provisioned = self.publish(&self.terraform.outputs().await?)?;
        self.runner.summary.append(&report::outputs(&provisioned))?;
        match &self.inputs.node_pools {
            Some(settings) => {
                self.unless_cancelled(self.apply_node_pools(&provisioned, settings))
                    .await
            }
            None => Ok(()),
        }
    }

    /// What apply sets after Terraform, in words.
    pub(crate) fn karpenter_objects(&self) -> Vec<String> {
        let objects = self.inputs.node_pools.iter().flat_map(|_| {
            let pools = manifest::NODE_POOLS.map(|name| format!("NodePool `{name}`"));
            std::iter::once(format!("EC2NodeClass `{}`", manifest::NODE_CLASS)).chain(pools)
        });
        objects.collect()
    }

    async fn apply_node_pools(
        &self,
        provisioned: &Provisioned,
        settings: &NodePoolSettings,
    ) -> Result<(), Failure> {
        let facts = ClusterFacts {
            name: &provisioned.cluster_name.to_string(),
            node_role: &provisioned.node_role_name.to_string(),
        };
        let manifests = manifest::render(facts, settings).map_err(|error| {
            Failure::bug("a manifest of this action cannot be rendered").because(&error)
        })?;
        let cluster = self.reach(provisioned, &manifests).await?;
        let applied = self.apply_manifests(&cluster, &manifests).await?;
        self.runner
            .summary
            .append(&report::node_pools(&applied, settings))
    }

    /// Connects and lets the cluster check the objects, patiently: a cluster that Terraform has just made may not answer
    /// yet, not know this identity yet, or not have Karpenter yet.
    async fn reach(
        &self,
        provisioned: &Provisioned,
        manifests: &[Manifest],
    ) -> Result<Cluster, ClusterError> {
        let deadline = Instant::now() + self.inputs.ready_timeout;
        let mut said = String::new();
        loop {
            let tried = async {
                let region = Some(&provisioned.region);
                let cluster = self.connect(&provisioned.cluster_name, region).await?;
                cluster.try_out(manifests).await?;
                Ok::<_, ClusterError>(cluster)
            };
            let error = match tried.await {
                Ok(cluster) => return Ok(cluster),
                Err(error) => error,
            };
            if !error.may_come() || Instant::now() >= deadline {
                return Err(error);
            }
            let waiting = format!("waiting for the cluster: {error}");
            if waiting != said {
                self.runner.log.info(&waiting);
                said = waiting;
            }
            tokio::time::sleep(AGAIN.min(self.inputs.ready_timeout)).await;
        }
    }

    async fn apply_manifests<'a>(
        &self,
        cluster: &Cluster,
        manifests: &'a [Manifest],
    ) -> Result<Vec<(&'a Manifest, Applied)>, ClusterError> {
        let log = &self.runner.log;
        let _group = log.group(&format!("Karpenter on {}", cluster.server()));
        let mut results = Vec::new();
        for manifest in manifests {
            let applied = cluster.apply(manifest).await?;
            log.info(&format!("{} {}: {applied}", manifest.kind, manifest.name));
            if applied != Applied::Unchanged {
                log.info(&manifest.yaml);
            }
            results.push((manifest, applied));
        }
        for manifest in manifests {
            cluster
                .wait_until_ready(manifest, self.inputs.ready_timeout)
                .await?;
            log.info(&format!("{} {}: ready", manifest.kind, manifest.name));
        }
        Ok(results)
    }
}
