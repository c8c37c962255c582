//! `destroy`: everything away, in the order in which nothing is left without an owner: job runs, nodes, the virtual
//! cluster, Terraform's resources. At last it looks for what is left. Run again, it goes on with what is still there.

mod job_runs;
mod targets;
mod virtual_cluster;

use crate::action::Session;
use crate::cluster::{Cluster, Foreign, Order};
use crate::leftovers::{self, Finder, Found, Prices};
use crate::report;
use crate::review::{self, Goal};
use crate::terraform::span;
use aws_setup::sdk_config;
use eks_access::Access;
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
        let reviewed = approved.plan.reviewed;
        let foreign = self.foreign(&targets, &reviewed.clusters_destroyed);
        self.unless_cancelled(
            "removing job runs, nodes and the virtual cluster",
            self.remove_what_terraform_does_not_know(&targets, foreign),
        )
        .await?;
        let plan = self.planned(Goal::Nothing).await?;
        self.runner.log.info(&format!("plan: {}", plan.changes));
        // Waiting for the nodes may have taken an hour, in which another run can have added something.
        let moved = review::moved(&reviewed.review, &plan.reviewed.review);
        if !moved.is_empty() {
            return Err(added_meanwhile(&moved));
        }
        if let Err(failure) = self.terraform.apply(&plan.file, plan.changes).await {
            // What holds a network back is among what would be left.
            if !self.runner.cancel.is_cancelled() {
                self.tell_what_is_there(&targets).await?;
            }
            return Err(failure);
        }
        self.runner
            .summary
            .append(&report::terraform(self.part(Some(plan.changes))))?;
        self.unless_cancelled(
            "looking for what is left",
            self.look_for_leftovers(&targets),
        )
        .await
    }

    /// What becomes of NodePools of others: they only matter when their cluster goes.
    fn foreign(&self, targets: &Targets, destroyed: &[Option<String>]) -> Foreign {
        let target = targets.cluster.as_ref().map(ToString::to_string);
        // One whose name is not known may be this one.
        let goes = destroyed
            .iter()
            .any(|name| name.is_none() || *name == target);
        match (goes, self.inputs.force) {
            (false, _) => Foreign::LeaveAlone,
            (true, true) => Foreign::Remove,
            (true, false) => Foreign::Refuse,
        }
    }

    /// Everything with the cluster's tags, for a Terraform that could not remove something.
    async fn tell_what_is_there(&self, targets: &Targets) -> Result<(), Failure> {
        let (Some(cluster), Some(region), Some(finder)) = (
            &targets.cluster,
            &targets.region,
            self.finder(targets).await,
        ) else {
            return Ok(());
        };
        let found = finder.everything().await;
        let config = sdk_config(Some(region)).await;
        let prices = Prices::of(&found.left, &config, region.as_str()).await;
        let page = leftovers::page(&cluster.to_string(), region.as_str(), &found, &prices);
        for left in &found.left {
            let line = format!("still there: {} {}: {}", left.kind, left.id, left.what);
            self.runner.log.info(&line);
        }
        self.runner.summary.append(&page)
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
        // Also without NodePools to remove: an instance of Karpenter's would outlive its cluster.
        if let Some(cluster) = &targets.cluster
            && foreign != Foreign::LeaveAlone
        {
            self.wait_for_instances(targets, &cluster.to_string())
                .await?;
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
        let mut order = Order {
            cluster: Some(&cluster_name),
            foreign,
            patience: self.inputs.remove_timeout,
            waiting: &waiting,
        };
        let removal = match self.connect(name, targets.region.as_ref()).await {
            Ok(cluster) => {
                let proven = self.is_the_target(&cluster, targets).await;
                if order.foreign == Foreign::Remove && !proven {
                    log.warning(
                        "NodePools of others are not removed",
                        &format!(
                            "`force` removes them only where EKS says that {} is cluster `{name}`, and it did not",
                            cluster.server()
                        ),
                    );
                    order.foreign = Foreign::Refuse;
                }
                cluster.remove(&order).await
            }
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
                self.refuse_while_nodes_run(targets, &cluster_name).await?;
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

    /// Whether EKS says that this is the server of the cluster to be destroyed.
    async fn is_the_target(&self, cluster: &Cluster, targets: &Targets) -> bool {
        let Some(name) = &targets.cluster else {
            return false;
        };
        let config = sdk_config(targets.region.as_ref()).await;
        let found = Access::find(&config, &name.to_string()).await;
        found.is_ok_and(|access| access.kubernetes.cluster_url == *cluster.server())
    }

    /// A cluster that does not answer is most likely gone, unless its nodes still run.
    async fn refuse_while_nodes_run(
        &self,
        targets: &Targets,
        cluster: &str,
    ) -> Result<(), Failure> {
        let Some(finder) = self.finder(targets).await else {
            return Ok(());
        };
        let nodes = finder.nodes().await.unwrap_or_default();
        if nodes.is_empty() || self.inputs.force {
            return Ok(());
        }
        let mut failure = Failure::outside(
            "Cluster not reachable",
            format!("cluster `{cluster}` does not answer, and instances of Karpenter's nodes run; nothing was destroyed by Terraform"),
        )
        .help("make the cluster reachable, so that its NodePools can be removed first; or end these instances and run destroy again, or set `force: true`");
        failure.causes = nodes
            .iter()
            .map(|node| format!("{}: {}", node.id, node.what))
            .collect();
        Err(failure)
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
            self.runner.outputs.set("left", "unknown")?;
            self.runner.log.warning(
                "Not looked for what is left",
                "the name of the EKS cluster or its region is not known any more; name it in the input `cluster-name`",
            );
            return Ok(());
        };
        let (cluster, region) = (cluster.to_string(), region.to_string());
        let config = sdk_config(targets.region.as_ref()).await;
        if Access::find(&config, &cluster).await.is_ok() {
            self.runner.log.notice(
                "The cluster stays",
                &format!(
                    "EKS cluster `{cluster}` is not this root module's and is still there, so what carries its tags is not left over \
                     and was not looked for"
                ),
            );
            return Ok(());
        }
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
        if found.unasked.is_empty() || !found.left.is_empty() {
            self.runner.outputs.set("left", found.left.len())?;
        } else {
            self.runner.outputs.set("left", "unknown")?;
        }
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

fn added_meanwhile(moved: &[String]) -> Failure {
    Failure::outside(
        "Plan has moved",
        format!(
            "while job runs, nodes and the virtual cluster were removed, another run has changed the infrastructure, and \
             Terraform was not started; what has moved:\n  {}",
            moved.join("\n  ")
        ),
    )
    .help("run `plan-destroy` again and have it reviewed anew")
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
