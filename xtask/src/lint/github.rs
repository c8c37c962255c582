//! compare-dra's calls to GitHub: Prism stands between the binary and the local cloud's GitHub, with GitHub's own
//! description of the operations in use, and minds what either of them says that GitHub would not.

pub(super) mod description;
mod scenes;
mod server;
mod stage;

use std::path::Path;

use serde::Deserialize;
use tokio::process::Command;

use crate::build::LOCAL_CLOUD;
use crate::environment::Packages;
use crate::interrupt::Interrupt;
use crate::places::Places;
use crate::problem::{Problem, Result, WhileDoing as _};
use server::Server;
use stage::Stage;

/// The pull request that comments are written on.
const REPOSITORY: &str = "demo/threadsleep";

/// A call as Prism saw it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Call {
    method: String,
    /// With its query.
    path: String,
    status: u16,
    /// What is not as GitHub describes it, of the request or of the answer.
    faults: Vec<String>,
}

/// Has compare-dra, which is built, do everything it does on GitHub; what is wrong is the text of the error.
pub(super) async fn check(
    packages: &Packages,
    places: &Places,
    interrupt: &Interrupt,
) -> Result<String> {
    let mut cloud = Command::new(places.binaries.join(LOCAL_CLOUD));
    cloud
        .args(["--pull-request", &format!("{REPOSITORY}#1")])
        .arg("--end-with-stdin");
    let (cloud, ready) = Server::start(cloud, interrupt).await?;
    let github = ready["endpoints"]["github"].as_str().unwrap_or_default();
    let (prism, address) = prism(packages, &places.repository, github, interrupt).await?;

    let stage = Stage::new(places, &address)?;
    let mut problems = Vec::new();
    for scene in scenes::all() {
        problems.extend(scene.play(&stage, interrupt).await?);
    }
    let calls = calls(&prism.end().await?)?;
    cloud.end().await?;

    // What came of a wrong call is said after what was wrong with it.
    problems.splice(0..0, faults(&calls).chain(unseen(&calls)));
    if problems.is_empty() {
        return Ok(format!(
            "{} runs of the binary, {} calls, each as GitHub describes it",
            scenes::all().len(),
            calls.len()
        ));
    }
    Err(Problem::new(problems.join("\n"))
        .help("mend the call, or the answer of crates/local-cloud/src/github"))
}

/// Prism in front of `upstream`, and its address.
async fn prism(
    packages: &Packages,
    repository: &Path,
    upstream: &str,
    interrupt: &Interrupt,
) -> Result<(Server, String)> {
    let mut command = Command::new(&packages.node);
    command
        .arg(repository.join("xtask/node/github/github.mjs"))
        .arg(&packages.folder)
        .arg(repository.join("fixtures/github/openapi.json"))
        .arg(upstream);
    let (server, ready) = Server::start(command, interrupt).await?;
    let address = ready["address"].as_str().unwrap_or_default().to_owned();
    Ok((server, address))
}

fn calls(lines: &[String]) -> Result<Vec<Call>> {
    let parse = |line: &String| serde_json::from_str(line);
    let calls: std::result::Result<_, _> = lines.iter().map(parse).collect();
    calls.while_doing(|| "read what Prism says of a call".into())
}

/// What is not as GitHub describes it.
fn faults(calls: &[Call]) -> impl Iterator<Item = String> {
    calls.iter().flat_map(|call| {
        let asked = format!("{} {} ({})", call.method, call.path, call.status);
        call.faults
            .iter()
            .map(move |fault| format!("{asked}: {fault}"))
    })
}

/// What must have been asked and answered, or the check has checked less than it says.
fn unseen(calls: &[Call]) -> impl Iterator<Item = String> {
    let seen = |method: &str, part: &str, status: u16| {
        let mut calls = calls.iter();
        calls.any(|call| call.method == method && call.path.contains(part) && call.status == status)
    };
    let all = scenes::CALLS.into_iter();
    all.filter(move |(method, part, status)| !seen(method, part, *status))
        .map(|(method, part, status)| {
            format!("no call {method} …{part}… was answered with {status}")
        })
}

#[cfg(test)]
mod tests;
