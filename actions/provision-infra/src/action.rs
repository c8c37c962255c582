//! The four commands, step by step. Each step is done elsewhere; their order and what is said about them is here.

use crate::cluster::{Applied, Cluster, ClusterError};
use crate::contract::{Provisioned, TerraformOutputs};
use crate::inputs::{Command, Inputs, NodePoolSettings};
use crate::manifest::{self, ClusterFacts, Manifest};
use crate::report::{self, TerraformPart};
use crate::terraform::{Goal, Program, Terraform};
use gha::{Failure, Runner};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long Karpenter may take to accept an object.
const READY_PATIENCE: Duration = Duration::from_secs(60);

/// How long draining and ending the nodes may take before destroy gives up.
const REMOVE_PATIENCE: Duration = Duration::from_secs(600);

/// Runs the action.
///
/// # Errors
/// Anything that keeps it from doing all that was asked.
pub(crate) async fn run(mut runner: Runner) -> Result<(), Failure> {
    let inputs = Inputs::parse(runner.fields.take())?;
    runner
        .signals
        .let_finish("Terraform must save its state and give back its lock first");
    let program =
        Program::locate(inputs.terraform.as_deref(), runner.context.variable("PATH")).await?;
    runner.log.info(&format!("using {program}"));
    let terraform = Terraform {
        program,
        root: inputs.root_module.clone(),
        variables: inputs.variables.clone(),
        region: inputs.region.as_ref().map(ToString::to_string),
        annotates: runner.context.actions,
        log: runner.log.clone(),
        cancel: runner.cancel.clone(),
    };
    terraform.init(&inputs.backend_config).await?;
    let session = Session {
        runner,
        inputs,
        terraform,
    };
    match session.inputs.command {
        Command::Apply => session.apply().await,
        Command::Plan => session.plan().await,
        Command::Output => session.output().await,
        Command::Destroy => session.destroy().await,
    }
}

/// One invocation, with Terraform initialised.
struct Session {
    runner: Runner,
    inputs: Inputs,
    terraform: Terraform,
}

impl Session {
    async fn plan(&self) -> Result<(), Failure> {
        let plan = self.terraform.plan(Goal::Configuration).await?;
        self.runner.outputs.set("changes", plan.changes)?;
        self.runner
            .log
            .info(&format!("plan: {}; nothing was changed", plan.changes));
        self.runner
            .summary
            .append(&report::terraform(self.part(Some(plan.changes))))
    }

    async fn output(&self) -> Result<(), Failure> {
        let outputs = self.terraform.outputs().await?;
        if outputs.is_empty() {
            return Err(nothing_applied(&self.inputs.root_module));
        }
        let provisioned = self.publish(&outputs)?;
        self.runner
            .summary
            .append(&report::terraform(self.part(None)))?;
        self.runner.summary.append(&report::outputs(&provisioned))
    }

    async fn apply(&self) -> Result<(), Failure> {
        let plan = self.terraform.plan(Goal::Configuration).await?;
        self.runner.outputs.set("changes", plan.changes)?;
        self.runner.log.info(&format!("plan: {}", plan.changes));
        self.terraform.apply(&plan).await?;
        self.runner
            .summary
            .append(&report::terraform(self.part(Some(plan.changes))))?;
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

    async fn destroy(&self) -> Result<(), Failure> {
        // Before Terraform: once the cluster is gone, nobody ends the instances that Karpenter started.
        if self.inputs.node_pools.is_some() {
            let outputs = self.terraform.outputs().await?;
            self.unless_cancelled(self.remove_node_pools(&outputs))
                .await?;
        }
        let plan = self.terraform.plan(Goal::Nothing).await?;
        self.runner.outputs.set("changes", plan.changes)?;
        self.runner.log.info(&format!("plan: {}", plan.changes));
        self.terraform.apply(&plan).await?;
        self.runner
            .summary
            .append(&report::terraform(self.part(Some(plan.changes))))
    }

    /// Checks the contract and sets the action's outputs.
    fn publish(&self, outputs: &TerraformOutputs) -> Result<Provisioned, Failure> {
        let provisioned = Provisioned::read(outputs)?;
        for (name, value) in provisioned.pairs() {
            self.runner.outputs.set(name, value)?;
        }
        if let Some(asked) = self
            .inputs
            .region
            .as_ref()
            .filter(|asked| **asked != provisioned.region)
        {
            self.runner.log.warning(
                "Two regions",
                &format!(
                    "input `region` is {asked}, but the root module's output `region` is {}; the next steps use the latter",
                    provisioned.region
                ),
            );
        }
        Ok(provisioned)
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
        let cluster = self.connect().await?;
        let applied = self.apply_manifests(&cluster, &manifests).await?;
        self.runner
            .summary
            .append(&report::node_pools(&applied, settings))
    }

    async fn apply_manifests<'a>(
        &self,
        cluster: &Cluster,
        manifests: &'a [Manifest],
    ) -> Result<Vec<(&'a Manifest, Applied)>, ClusterError> {
        let _group = self
            .runner
            .log
            .group(&format!("Karpenter on {}", cluster.server()));
        let mut results = Vec::new();
        for manifest in manifests {
            let applied = cluster.apply(manifest).await?;
            self.runner
                .log
                .info(&format!("{} {}: {applied}", manifest.kind, manifest.name));
            if applied != Applied::Unchanged {
                self.runner.log.info(&manifest.yaml);
            }
            results.push((manifest, applied));
        }
        for manifest in manifests {
            cluster.wait_until_ready(manifest, READY_PATIENCE).await?;
            self.runner
                .log
                .info(&format!("{} {}: ready", manifest.kind, manifest.name));
        }
        Ok(results)
    }

    async fn connect(&self) -> Result<Cluster, ClusterError> {
        let variable = |name| self.runner.context.variable(name);
        let usual: Vec<PathBuf> = match (variable("KUBECONFIG"), variable("HOME")) {
            (Some(paths), _) => std::env::split_paths(paths).collect(),
            (None, Some(home)) => vec![Path::new(home).join(".kube/config")],
            (None, None) => Vec::new(),
        };
        Cluster::connect(self.inputs.kubeconfig.as_deref(), &usual).await
    }

    async fn remove_node_pools(&self, outputs: &TerraformOutputs) -> Result<(), Failure> {
        // After an earlier, interrupted destroy the outputs may be gone while the NodePools are not.
        let cluster_name = outputs
            .get("cluster_name")
            .and_then(|output| output.first_text());
        let removal = match self.connect().await {
            Ok(cluster) => cluster.remove(cluster_name, REMOVE_PATIENCE).await,
            Err(error) => Err(error),
        };
        match removal {
            Ok(removal) => {
                for object in &removal.removed {
                    self.runner.log.info(&format!("removed {object}"));
                }
                self.runner.summary.append(&report::removal(&removal))
            }
            Err(error) if error.is_unreachable() => {
                self.runner.log.warning(
                    "NodePools not removed",
                    &format!(
                        "{}; going on with Terraform. If the cluster still exists, instances that Karpenter started may \
                         outlive it: look for instances tagged karpenter.sh/nodepool",
                        Failure::from(error)
                    ),
                );
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Drops the work when a signal comes. Only for steps that can simply be run again.
    async fn unless_cancelled(
        &self,
        work: impl Future<Output = Result<(), Failure>>,
    ) -> Result<(), Failure> {
        tokio::select! {
            result = work => result,
            () = self.runner.cancel.cancelled() => Err(Failure::cancelled(
                "Cancelled",
                "stopped while working on the NodePools; what was applied or removed by then stays so",
            )
            .help("run the same command again: it goes on from there")),
        }
    }

    fn part(&self, changes: Option<crate::changes::Changes>) -> TerraformPart<'_> {
        TerraformPart {
            command: self.inputs.command,
            root: &self.inputs.root_module,
            changes,
        }
    }
}

fn nothing_applied(root: &Path) -> Failure {
    Failure::bad_input(
        "command",
        format!(
            "nothing is applied yet: the state of root module `{}` has no outputs to read",
            root.display()
        ),
    )
    .help(
        "run `command: apply` first; if that was done, check that `backend-config` names the same state \
         and that the root module has outputs",
    )
}
