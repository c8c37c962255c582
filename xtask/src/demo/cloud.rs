//! The local cloud as a child process: started with what the demo needs, read by its one line, ended for sure.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use indexmap::IndexMap;
use rustix::process::Signal;
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{ChildStdout, Command};

use crate::build::LOCAL_CLOUD;
use crate::children::Group;
use crate::environment::Environment;
use crate::interrupt::Interrupt;
use crate::places::Places;
use crate::problem::{Problem, Result, WhileDoing as _};

/// The bucket of scripts, logs and records.
pub(crate) const BUCKET: &str = "demo-bench";
/// The bucket of Terraform's state.
pub(crate) const STATE_BUCKET: &str = "demo-state";
/// The namespace of the virtual cluster.
pub(crate) const NAMESPACE: &str = "analytics";
/// The pull request that gets the comment.
pub(crate) const REPOSITORY: &str = "demo/threadsleep";
/// Its number.
pub(crate) const PULL_REQUEST: u64 = 1;
/// The workflow token that the local GitHub accepts for writing.
pub(crate) const TOKEN: &str = "local-cloud-token";
/// From the order of a node until it is ready, in seconds. A real one takes 40 to 60.
const NODE_STARTUP_SECONDS: u32 = 8;

/// How long the first line may take.
const START: Duration = Duration::from_secs(60);
/// How long the processes of running jobs may take to end.
/// A local cloud that is killed leaves them behind, so this is longer than the sum of all its own limits.
const END: Duration = Duration::from_secs(45);

/// Where each service answers.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Endpoints {
    pub(crate) s3: String,
    pub(crate) emr_containers: String,
    pub(crate) sts: String,
    pub(crate) kubernetes: String,
    pub(crate) github: String,
    pub(crate) inspect: String,
}

/// The line that the local cloud prints when it is ready.
#[derive(Debug, Clone, Deserialize)]
struct Ready {
    endpoints: Endpoints,
    environment: Variables,
    virtual_cluster_id: Option<String>,
}

/// A map, or a list of pairs.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Variables {
    Map(IndexMap<String, String>),
    Pairs(Vec<(String, String)>),
}

/// A running local cloud.
#[derive(Debug)]
pub(crate) struct Cloud {
    process: Group,
    pub(crate) endpoints: Endpoints,
    pub(crate) environment: IndexMap<String, String>,
    pub(crate) virtual_cluster_id: String,
    log: PathBuf,
}

impl Cloud {
    /// Starts the binary on loopback and waits until every service answers. Its messages go to `local-cloud.log`.
    pub(crate) async fn start(
        places: &Places,
        environment: &Environment,
        folder: &Path,
        interrupt: &Interrupt,
    ) -> Result<Self> {
        let loopback = Ipv4Addr::LOCALHOST.into();
        Self::start_at(loopback, places, environment, folder, interrupt).await
    }

    /// The same on another address.
    pub(crate) async fn start_at(
        address: IpAddr,
        places: &Places,
        environment: &Environment,
        folder: &Path,
        interrupt: &Interrupt,
    ) -> Result<Self> {
        let log = folder.join("local-cloud.log");
        let messages =
            std::fs::File::create(&log).while_doing(|| format!("create `{}`", log.display()))?;
        let mut command = Command::new(places.binaries.join(LOCAL_CLOUD));
        command
            .args(["--listen", &address.to_string()])
            .args(["--bucket", BUCKET, "--bucket", STATE_BUCKET])
            .args(["--virtual-cluster", "demo", "--namespace", NAMESPACE])
            .args(["--pull-request", &format!("{REPOSITORY}#{PULL_REQUEST}")])
            .args(["--node-startup-seconds", &NODE_STARTUP_SECONDS.to_string()])
            .arg("--python")
            .arg(&environment.python)
            .arg("--java-home")
            .arg(&environment.java_home)
            .arg("--data")
            .arg(folder.join("cloud"))
            // Held open as long as this process lives: killed, it takes the local cloud with it.
            .arg("--end-with-stdin")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(messages);
        let mut process = Group::start(command)?;
        let stdout = process.stdout();
        let line = tokio::select! {
            line = tokio::time::timeout(START, first_line(stdout)) => line.ok().flatten(),
            () = interrupt.raised() => {
                process.end(Signal::TERM, END).await;
                return Err(Problem::interrupted());
            }
        };
        let ready: Ready = match line.map(|line| serde_json::from_str(&line)) {
            Some(Ok(ready)) => ready,
            other => {
                process.end(Signal::TERM, Duration::from_secs(1)).await;
                let said = std::fs::read_to_string(&log).unwrap_or_default();
                let problem = other
                    .and_then(std::result::Result::err)
                    .map(|cause| format!(": {cause}"));
                let problem = problem.unwrap_or_default();
                return Err(Problem::new(format!(
                    "the local cloud did not start{problem}\n{}",
                    said.trim_end()
                )));
            }
        };
        let environment = match ready.environment {
            Variables::Map(map) => map,
            Variables::Pairs(pairs) => pairs.into_iter().collect(),
        };
        let virtual_cluster_id = ready
            .virtual_cluster_id
            .ok_or_else(|| Problem::new("the local cloud made no virtual cluster"))?;
        Ok(Self {
            process,
            endpoints: ready.endpoints,
            environment,
            virtual_cluster_id,
            log,
        })
    }

    /// Ends the local cloud, and waits until its Spark processes are gone too.
    pub(crate) async fn end(self) {
        self.process.end(Signal::TERM, END).await;
    }

    /// What it said on standard error, which is nothing when all is well.
    pub(crate) fn complaints(&self) -> Option<String> {
        let said = std::fs::read_to_string(&self.log).unwrap_or_default();
        (!said.trim().is_empty())
            .then(|| said.trim().lines().take(5).collect::<Vec<_>>().join("\n"))
    }

    /// What a person types to look around.
    pub(crate) fn how_to_reach(&self, environment: &Environment) -> Vec<String> {
        let mut lines = vec![
            String::new(),
            "The local cloud stays up until Ctrl-C.".to_owned(),
        ];
        let at = &self.endpoints;
        for (name, address) in [
            ("S3", &at.s3),
            ("EMR containers", &at.emr_containers),
            ("STS", &at.sts),
            ("Kubernetes", &at.kubernetes),
            ("GitHub", &at.github),
            ("everything", &at.inspect),
        ] {
            lines.push(format!("  {name:<15} {address}"));
        }
        lines.push("In another terminal:".into());
        lines.extend(
            self.environment
                .iter()
                .map(|(name, value)| format!("  export {name}={value}")),
        );
        lines.push(format!(
            "  aws emr-containers list-job-runs --virtual-cluster-id {}",
            self.virtual_cluster_id
        ));
        lines.push(format!("  aws s3 ls --recursive s3://{BUCKET}"));
        lines.push(format!("  kubectl get pods,nodes --namespace {NAMESPACE}"));
        lines.push(format!("  curl -s {}/state", at.inspect));
        lines.push(format!(
            "Without the AWS command line: {} has boto3.",
            environment.python.display()
        ));
        lines.push(format!("Its own messages: {}", self.log.display()));
        lines
    }
}

async fn first_line(stdout: Option<ChildStdout>) -> Option<String> {
    let mut line = String::new();
    BufReader::new(stdout?).read_line(&mut line).await.ok()?;
    Some(line)
}
