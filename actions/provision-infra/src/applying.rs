//! `apply`: exactly the plan that was reviewed, then the outputs, then the Karpenter objects of the new cluster.

use crate::action::Session;
use crate::cluster::{Applied, Cluster, ClusterError};
use crate::contract::Provisioned;
use crate::inputs::NodePoolSettings;
use crate::manifest::{self, ClusterFacts, Facts, Manifest, Problem};
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
        self.warn_of_lost_state();
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
                self.unless_cancelled(
                    "applying the NodePools",
                    self.apply_node_pools(&provisioned, settings),
                )
                .await
            }
            None => Ok(()),
        }
    }

    /// A state that goes with the runner leaves everything it made without an owner.
    fn warn_of_lost_state(&self) {
        let context = &self.runner.context;
        if context.actions
            && context.variable("TF_DATA_DIR").is_none()
            && self.terraform.keeps_state_here()
        {
            self.runner.log.warning(
                "State stays on this runner",
                &format!(
                    "the root module `{}` has no backend, so its state is a file that goes with the runner: the next run will not \
                     know what this one made, and destroy will not find it. Give it a backend, such as `backend \"s3\"` with \
                     `use_lockfile`",
                    self.module_name().display()
                ),
            );
        }
    }

    /// What apply sets after Terraform, in words.
    pub(crate) fn karpenter_objects(&self) -> Result<Vec<String>, Failure> {
        let Some(settings) = &self.inputs.node_pools else {
            return Ok(Vec::new());
        };
        let zone = "eu-west-1a".parse().ok();
        let zones = settings.zones.resolve(zone.as_ref());
        // Its names do not depend on the cluster.
        let facts = Facts::new("cluster", "role", "namespace", "eu-west-1", zones.as_ref());
        let manifests = self.manifests(&facts, settings)?;
        let named = |manifest: &Manifest| format!("{} `{}`", manifest.kind, manifest.name);
        Ok(manifests.iter().map(named).collect())
    }

    /// Our objects, or those of the user's files; what is worth knowing of the latter is said.
    fn manifests(
        &self,
        facts: &Facts,
        settings: &NodePoolSettings,
    ) -> Result<Vec<Manifest>, Failure> {
        let cluster = ClusterFacts {
            name: &facts.cluster_name,
            node_role: &facts.node_role_name,
        };
        let broken =
            |error| Failure::bug("a manifest of this action cannot be rendered").because(&error);
        if self.inputs.node_pool_files.is_empty() {
            return manifest::render(cluster, settings, facts.zone_list()).map_err(broken);
        }
        let loaded = manifest::load(&self.inputs.node_pool_files, facts)
            .map_err(|problems| refused(&problems))?;
        let log = &self.runner.log;
        if !loaded.translated.is_empty() {
            let _group = log.group("Translated from Karpenter v1alpha5");
            loaded
                .translated
                .iter()
                .for_each(|note| log.info(&note.to_string()));
        }
        for note in &loaded.notes {
            log.notice("NodePools", &note.to_string());
        }
        let class = loaded.needs_our_class.then(|| manifest::our_class(cluster));
        let class = class.transpose().map_err(broken)?;
        Ok(class.into_iter().chain(loaded.manifests).collect())
    }

    async fn apply_node_pools(
        &self,
        provisioned: &Provisioned,
        settings: &NodePoolSettings,
    ) -> Result<(), Failure> {
        let zones = settings.zones.resolve(provisioned.first_zone.as_ref());
        let facts = Facts::new(
            &provisioned.cluster_name.to_string(),
            &provisioned.node_role_name.to_string(),
            &provisioned.namespace.to_string(),
            provisioned.region.as_str(),
            zones.as_ref(),
        );
        let manifests = self.manifests(&facts, settings)?;
        let cluster = self.reach(provisioned, &manifests).await?;
        let applied = self.apply_manifests(&cluster, &manifests).await?;
        self.runner.summary.append(&report::node_pools(&applied))
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

fn refused(problems: &[Problem]) -> Failure {
    let problems = problems
        .iter()
        .map(|problem| format!("`node-pool-files`: {problem}"));
    Failure::bad_inputs(problems.collect())
}
