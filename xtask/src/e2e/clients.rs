//! Unmodified clients against the local cloud of a finished demo: boto3, and kubectl where there is one.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::Signal;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use super::checks::Checks;
use crate::children::{self, Group};
use crate::demo::cloud::{BUCKET, NAMESPACE};
use crate::demo::{Desk, Stage, chain};
use crate::environment;
use crate::problem::Result;

/// Drives every AWS service with boto3; it belongs to the local cloud's tests.
const BOTO3_CHECK: &str = "crates/local-cloud/tests/clients/boto3_check.py";
/// A node that kubectl makes.
const NODE: &str = "made-by-kubectl";
/// How long a watch may take to report a pod.
const WATCH: Duration = Duration::from_secs(20);

/// Lists, describes, starts and cancels with boto3; gets and watches with kubectl.
pub(crate) async fn check(
    stage: &Stage,
    entry_point: &str,
    desk: &Desk,
    checks: &mut Checks,
) -> Result<()> {
    let kubectl =
        environment::prepare_kubectl(&desk.places, &desk.terminal, &desk.interrupt).await?;
    // The watch is open before boto3 starts a job run, whose driver pod it must then report.
    let watch = kubectl
        .as_deref()
        .map(|kubectl| watch(kubectl, stage))
        .transpose()?;
    checks.outcome(
        "boto3 lists, describes, starts and cancels job runs, and reads the bucket",
        boto3(stage, entry_point, desk).await,
    );
    let Some(kubectl) = kubectl else {
        desk.terminal
            .line("not tried: kubectl, which this machine does not have");
        return Ok(());
    };
    if let Some(watch) = watch {
        checks.outcome("kubectl watches pods", first_pod(watch).await);
    }
    checks.outcome(
        "kubectl creates a node",
        create_node(&kubectl, stage, desk).await,
    );
    for (name, arguments, expected) in [
        (
            "kubectl gets the driver NodePool",
            ["get", "nodepools"],
            "spark-driver",
        ),
        (
            "kubectl gets the executor NodePool",
            ["get", "nodepools"],
            "spark-executor",
        ),
        ("kubectl gets pods", ["get", "pods"], "driver"),
        ("kubectl gets nodes", ["get", "nodes"], NODE),
    ] {
        let mut command = client(&kubectl, stage);
        command.args(arguments).args(["--namespace", NAMESPACE]);
        let answer = children::succeed(command, &desk.interrupt).await;
        let answer = answer
            .map_err(|problem| problem.to_string())
            .and_then(|answer| {
                if answer.contains(expected) {
                    Ok(())
                } else {
                    Err(format!("no `{expected}` in:\n{answer}"))
                }
            });
        checks.outcome(name, answer);
    }
    desk.interrupt.check()
}

/// The demo's own nodes are gone by now, and an empty list proves little.
async fn create_node(
    kubectl: &Path,
    stage: &Stage,
    desk: &Desk,
) -> std::result::Result<(), String> {
    let folder = tempfile::tempdir().map_err(|cause| cause.to_string())?;
    let manifest = folder.path().join("node.json");
    let node = serde_json::json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE}});
    std::fs::write(&manifest, node.to_string()).map_err(|cause| cause.to_string())?;
    let mut command = client(kubectl, stage);
    // Debian's kubectl would ask for a schema that the local cloud does not publish.
    command
        .args(["create", "--validate=false", "--filename"])
        .arg(manifest);
    children::succeed(command, &desk.interrupt)
        .await
        .map(drop)
        .map_err(|problem| problem.to_string())
}

async fn boto3(stage: &Stage, entry_point: &str, desk: &Desk) -> std::result::Result<(), String> {
    let mut command = client(&stage.environment.python, stage);
    command
        .arg(desk.places.repository.join(BOTO3_CHECK))
        .args([BUCKET, &stage.cloud.virtual_cluster_id])
        .env("LOCAL_CLOUD_ROLE", chain::JOB_ROLE)
        .env("LOCAL_CLOUD_ENTRY_POINT", entry_point);
    children::succeed(command, &desk.interrupt)
        .await
        .map(drop)
        .map_err(|problem| problem.to_string())
}

fn watch(kubectl: &Path, stage: &Stage) -> Result<Group> {
    let mut command = client(kubectl, stage);
    command
        .args([
            "get",
            "pods",
            "--namespace",
            NAMESPACE,
            "--watch-only",
            "--output",
            "name",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    Group::start(command)
}

async fn first_pod(mut watch: Group) -> std::result::Result<(), String> {
    let mut line = String::new();
    if let Some(stdout) = watch.stdout() {
        let _ = tokio::time::timeout(WATCH, BufReader::new(stdout).read_line(&mut line)).await;
    }
    watch.end(Signal::TERM, Duration::from_secs(2)).await;
    if line.starts_with("pod/") {
        Ok(())
    } else {
        Err(format!("the watch reported `{}`", line.trim()))
    }
}

/// A program that finds the local cloud, and nothing else, in its environment.
fn client(program: &Path, stage: &Stage) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", &stage.folder)
        .envs(&stage.cloud.environment);
    command
}
