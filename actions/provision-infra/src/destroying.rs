//! `destroy`: everything away, in the order in which nothing is left without an owner: job runs, nodes, the virtual
//! cluster, Terraform's resources. At last it looks for what is left. Run again, it goes on with what is still there.

mod job_runs;
mod targets;
mod virtual_cluster;

use crate::action::Session;
use crate::cluster::{Foreign, Order};
use crate::leftovers::{self, Finder, Found, Prices};
use crate::report;
use crate::review::Goal;
use crate::terraform::span;
use aws_setup::sdk_config;
use gha::Failure;
use std::time::Duration;
use targets::Targets;
use tokio::time::Instant;

/// The first wait between two looks; it doubles up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// EMR and EC2 are asked no more often than this in the long run.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// How long what was left may take to go by itself: instances that shut down, interfaces that are being detached.
const LINGERS: Duration = Duration::from_secs(180);

impl Session {
    /// Destroys.
    ///
    /// # Errors
    /// When something may not or cannot be removed, with what was removed by then; and when something is left at the end.
    pub(crate) async fn destroy(&self) -> Result<(), Failure> {
        let targets = self.targets().await?;
        // Held to the review before anything goes: what is removed first would change the plan.
        let approved = self.approved(Goal::Nothing).await?;
        let foreign = match &approved.plan.reviewed.clusters_destroyed {
            clusters if clusters.is_empty() => Foreign::LeaveAlone,
            _ if self.inputs.force => Foreign::Remove,
            _ => Foreign::Refuse,
        };
        drop(approved);
        self.unless_cancelled(self.remove_what_terraform_does_not_know(&targets, foreign))
            .await?;
        let plan = self.planned(Goal::Nothing).await?;
        self.runner.log.info(&format!("plan: {}", plan.changes));
        self.terraform.apply(&plan.file, plan.changes).await?;
        self.runner
            .summary
            .append(&report::terraform(self.part(Some(plan.changes))))?;
        self.unless_cancelled(self.look_for_leftovers(&targets))
            .await
    }

    async fn remove_what_terraform_does_not_know(
        &self,
        targets: &Targets,
        foreign: Foreign,
    ) -> Result<(), Failure> {
        let emr = self.emr(targets).await?;
        if let Some(emr) = &emr {
            self.end_job_runs(emr).await?;
        }
        if self.inputs.node_pools.is_some() {
            self.remove_nodes(targets, foreign).await?;
        }
        match &emr {
            Some(emr) => self.delete_virtual_cluster(emr).await,
            None => Ok(()),
        }
    }

    /// Before Terraform: once the cluster is gone, nobody ends the instances that Karpenter started.
    async fn remove_nodes(&self, targets: &Targets, foreign: Foreign) -> Result<(), Failure> {
        let log = &self.runner.log;
        let Some(name) = &targets.cluster else {
            log.notice(
                "No cluster",
                "the state names no EKS cluster, so there are no NodePools to remove; if there is one all the same, name it \
                 in the input `cluster-name`",
            );
            return Ok(());
        };
        let cluster_name = name.to_string();
        let waiting = |line: &str| log.info(line);
        let order = Order {
            cluster: Some(&cluster_name),
            foreign,
            patience: self.inputs.remove_timeout,
            waiting: &waiting,
        };
        let removal = match self.connect(name, targets.region.as_ref()).await {
            Ok(cluster) => cluster.remove(&order).await,
            Err(error) => Err(error),
        };
        match removal {
            Ok(removal) => {
                for object in &removal.removed {
                    log.info(&format!("removed {object}"));
                }
                self.runner.summary.append(&report::removal(&removal))?;
                self.wait_for_instances(targets, &cluster_name).await
            }
            Err(error) if error.is_gone() => {
                log.info(&format!(
                    "EKS has no cluster `{name}` any more, so it has no NodePools"
                ));
                Ok(())
            }
            Err(error) if error.is_unreachable() => {
                log.warning(
                    "NodePools not removed",
                    &format!(
                        "{}; going on with Terraform. If the cluster still exists, instances that Karpenter started may \
                         outlive it: what is left is looked for at the end",
                        Failure::from(error)
                    ),
                );
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A NodeClaim is gone once Karpenter has asked EC2; this waits until EC2 has done it.
    async fn wait_for_instances(&self, targets: &Targets, cluster: &str) -> Result<(), Failure> {
        let Some(finder) = self.finder(targets).await else {
            return Ok(());
        };
        let patience = self.inputs.remove_timeout;
        let mut waits = Waits::of(patience);
        loop {
            let nodes = match finder.nodes().await {
                Ok(nodes) => nodes,
                Err(unasked) => {
                    self.runner.log.warning(
                        "Instances not looked for",
                        &format!(
                            "Karpenter says that its nodes are gone, and EC2 could not be asked: {}: {}",
                            unasked.call, unasked.problem
                        ),
                    );
                    return Ok(());
                }
            };
            if nodes.is_empty() {
                return Ok(());
            }
            if !waits.again().await {
                let causes = nodes
                    .iter()
                    .map(|node| format!("{}: {}", node.id, node.what))
                    .collect();
                let mut failure = Failure::outside(
                    "Instances not gone",
                    format!(
                        "instances of Karpenter's nodes in cluster `{cluster}` are still there after {}",
                        span(patience)
                    ),
                )
                .help("look at them in the EC2 console, end what holds them, then run destroy again; Terraform was not started");
                failure.causes = causes;
                return Err(failure);
            }
        }
    }

    async fn look_for_leftovers(&self, targets: &Targets) -> Result<(), Failure> {
        let (Some(cluster), Some(region), Some(finder)) = (
            &targets.cluster,
            &targets.region,
            self.finder(targets).await,
        ) else {
            self.runner.log.notice(
                "Not looked for what is left",
                "the name of the EKS cluster or its region is not known any more; name it in the input `cluster-name`",
            );
            return Ok(());
        };
        let (cluster, region) = (cluster.to_string(), region.to_string());
        let found = self.settled(&finder).await;
        for unasked in &found.unasked {
            self.runner.log.warning(
                "Not looked for what is left",
                &format!(
                    "whether {} are left is not known: {}: {}",
                    unasked.what, unasked.call, unasked.problem
                ),
            );
        }
        self.runner.outputs.set("left", found.left.len())?;
        let config = sdk_config(targets.region.as_ref()).await;
        let prices = Prices::of(&found.left, &config, &region).await;
        let page = leftovers::page(&cluster, &region, &found, &prices);
        self.runner.summary.append(&page)?;
        match leftovers::failure(&cluster, &region, &found.left, &prices) {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    /// What is left once what was going is gone.
    async fn settled(&self, finder: &Finder) -> Found {
        let mut waits = Waits::of(LINGERS.min(self.inputs.remove_timeout));
        loop {
            let found = finder.everything().await;
            if found.left.is_empty() || !waits.again().await {
                return found;
            }
        }
    }

    async fn finder(&self, targets: &Targets) -> Option<Finder> {
        let (cluster, region) = (targets.cluster.as_ref()?, targets.region.as_ref()?);
        let config = sdk_config(Some(region)).await;
        Some(Finder::new(&config, region.as_str(), &cluster.to_string()))
    }
}

/// Waits between looks, each longer than the one before, until the time is over.
struct Waits {
    deadline: Instant,
    next: Duration,
}

impl Waits {
    fn of(patience: Duration) -> Self {
        Self {
            deadline: Instant::now() + patience,
            next: FIRST_WAIT,
        }
    }

    /// Waits; false when the time is over.
    async fn again(&mut self) -> bool {
        let now = Instant::now();
        if now >= self.deadline {
            return false;
        }
        tokio::time::sleep(self.next.min(self.deadline - now)).await;
        self.next = (self.next * 2).min(LONGEST_WAIT);
        true
    }
}
