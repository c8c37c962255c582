//! Builds what the demo and the checks run.

use crate::children;
use crate::interrupt::Interrupt;
use crate::places::{Places, cargo};
use crate::problem::{Problem, Result};

/// The four actions, in the order of a benchmark.
pub(crate) const ACTIONS: [&str; 4] = [
    "provision-infra",
    "upload-scripts",
    "run-spark-job",
    "compare-dra",
];

/// The binary that plays the cloud.
pub(crate) const LOCAL_CLOUD: &str = "local-cloud";

/// Builds the four actions and the local cloud; cargo shows its own progress.
pub(crate) async fn binaries(places: &Places, interrupt: &Interrupt) -> Result<()> {
    build(
        places,
        interrupt,
        &[ACTIONS.as_slice(), &[LOCAL_CLOUD]].concat(),
    )
    .await
}

/// Builds the actions alone.
pub(crate) async fn actions(places: &Places, interrupt: &Interrupt) -> Result<()> {
    build(places, interrupt, &ACTIONS).await
}

async fn build(places: &Places, interrupt: &Interrupt, packages: &[&str]) -> Result<()> {
    let mut command = cargo(&places.repository);
    command.args(["build", "--bins"]);
    for package in packages {
        command.args(["--package", package]);
    }
    let called = children::as_typed(&command);
    if children::pass_through(command, interrupt).await?.success() {
        return Ok(());
    }
    Err(Problem::new("the workspace does not build")
        .help(format!("see above, and again with `{called}`")))
}
