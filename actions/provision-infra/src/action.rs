//! The commands, step by step. Each step is done elsewhere; here is what all of them share.

use crate::bundled;
use crate::cluster::{Cluster, ClusterError};
use crate::contract::{ClusterName, Provisioned, TerraformOutputs};
use crate::inputs::{Command, Inputs};
use crate::report::{self, TerraformPart};
use crate::review::Goal;
use crate::terraform::{Program, Terraform};
use aws_setup::Region;
use gha::{Failure, Runner};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Runs the action.
///
/// # Errors
/// Anything that keeps it from doing all that was asked.
pub(crate) async fn run(mut runner: Runner) -> Result<(), Failure> {
    let inputs = Inputs::parse(runner.fields.take())?;
    runner
        .signals
        .let_finish("Terraform must save its state and give back its lock first");
    let search_path = runner.context.variable("PATH");
    let program = Program::locate(inputs.terraform.as_deref(), search_path).await?;
    runner.log.info(&format!("using {program}"));
    program.check(&inputs.backend_config)?;
    let (root, _unpacked) = root_module(&runner, &inputs)?;
    let terraform = Terraform {
        program,
        root,
        variables: inputs.variables.clone(),
        node_pools: inputs.node_pools_digest(),
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
        Command::Plan => session.plan(Goal::Configuration).await,
        Command::PlanDestroy => session.plan(Goal::Nothing).await,
        Command::Output => session.output().await,
        Command::Destroy => session.destroy().await,
    }
}

/// The folder to run Terraform in. The module of this program stays for the next step of a job, so that providers are
/// fetched once; at a desk it goes with the run.
fn root_module(runner: &Runner, inputs: &Inputs) -> Result<(PathBuf, Option<TempDir>), Failure> {
    if let Some(folder) = &inputs.working_directory {
        return Ok((folder.clone(), None));
    }
    if let Some(folder) = runner.context.variable("RUNNER_TEMP") {
        return Ok((bundled::unpack(Path::new(folder))?, None));
    }
    let folder = tempfile::tempdir().map_err(|error| {
        Failure::outside(
            "No temporary folder",
            "cannot make a folder for the root module",
        )
        .because(&error)
    })?;
    Ok((bundled::unpack(folder.path())?, Some(folder)))
}

/// One invocation, with Terraform initialised.
pub(crate) struct Session {
    pub(crate) runner: Runner,
    pub(crate) inputs: Inputs,
    pub(crate) terraform: Terraform,
}

impl Session {
    async fn output(&self) -> Result<(), Failure> {
        let outputs = self.terraform.outputs().await?;
        if outputs.is_empty() {
            return Err(nothing_applied(&self.terraform.root));
        }
        let provisioned = self.publish(&outputs)?;
        self.runner
            .summary
            .append(&report::terraform(self.part(None)))?;
        self.runner.summary.append(&report::outputs(&provisioned))
    }

    /// Checks the contract and sets the action's outputs.
    pub(crate) fn publish(&self, outputs: &TerraformOutputs) -> Result<Provisioned, Failure> {
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

    /// A client of the cluster: of the kubeconfig that was named, else of the EKS cluster itself.
    pub(crate) async fn connect(
        &self,
        name: &ClusterName,
        region: Option<&Region>,
    ) -> Result<Cluster, ClusterError> {
        let from_environment = || {
            let paths = self.runner.context.variable("KUBECONFIG")?;
            Some(std::env::split_paths(paths).collect::<Vec<_>>())
        };
        let kubeconfig = self.inputs.kubeconfig.clone().map(|path| vec![path]);
        match kubeconfig.or_else(from_environment) {
            Some(files) => Cluster::of_kubeconfig(&files).await,
            None => Cluster::of_eks(name, region.or(self.inputs.region.as_ref())).await,
        }
    }

    /// Drops the work when a signal comes. Only for steps that can simply be run again.
    pub(crate) async fn unless_cancelled(
        &self,
        doing: &str,
        work: impl Future<Output = Result<(), Failure>>,
    ) -> Result<(), Failure> {
        tokio::select! {
            result = work => result,
            () = self.runner.cancel.cancelled() => Err(Failure::cancelled(
                "Cancelled",
                format!("stopped while {doing}; what was applied or removed by then stays so"),
            )
            .help("run the same command again: it goes on from there")),
        }
    }

    /// What the root module is called in reports.
    pub(crate) fn module_name(&self) -> &Path {
        let given = self.inputs.working_directory.as_deref();
        given.unwrap_or(Path::new(bundled::NAME))
    }

    pub(crate) fn part(&self, changes: Option<crate::changes::Changes>) -> TerraformPart<'_> {
        TerraformPart {
            command: self.inputs.command,
            root: self.module_name(),
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
