//! Builds an action's image from its Dockerfile and the folder `image/` beside it, with the labels of the OCI.

use tokio::process::Command;

use super::staging;
use crate::children;
use crate::demo::Desk;
use crate::environment::docker::Engine;
use crate::problem::{Problem, Result};

/// The image's name and tag on this machine.
pub(crate) fn tag(action: &str) -> String {
    format!("emr-eks-actions/{action}:local")
}

/// What the labels of an image say beside what is known here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Labels<'a> {
    /// The address of the repository, if it is known.
    pub(crate) source: Option<&'a str>,
    pub(crate) version: &'a str,
}

/// Builds the image and returns its tag.
pub(crate) async fn build(
    engine: &Engine,
    action: &str,
    labels: &Labels<'_>,
    desk: &Desk,
) -> Result<String> {
    let tag = tag(action);
    let revision = revision(desk).await?;
    let mut command = engine.docker.command();
    command.args(["build", "--quiet", "--tag", &tag]);
    // BuildKit takes the image's own time from this, as the files have it from their staging.
    command.arg("--build-arg");
    command.arg(format!("SOURCE_DATE_EPOCH={}", staging::TIME.as_secs()));
    let known = [
        ("title", action),
        ("licenses", "Apache-2.0"),
        ("revision", &revision),
        ("version", labels.version),
    ];
    let source = labels.source.map(|source| ("source", source));
    for (name, value) in known.into_iter().chain(source) {
        command.arg("--label");
        command.arg(format!("org.opencontainers.image.{name}={value}"));
    }
    command.arg(desk.places.repository.join("actions").join(action));
    children::succeed(command, &desk.interrupt)
        .await
        .map_err(|problem| {
            if problem.is_interrupt() {
                return problem;
            }
            Problem::new(format!("the image of {action} does not build: {problem}"))
        })?;
    Ok(tag)
}

/// The commit the sources are of; `-dirty` when they were changed since.
async fn revision(desk: &Desk) -> Result<String> {
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(&desk.places.repository);
        command
    };
    let head = children::output(git(&["rev-parse", "HEAD"]), &desk.interrupt).await?;
    if !head.status.success() {
        return Ok("unknown".into());
    }
    let changed = children::output(git(&["status", "--porcelain"]), &desk.interrupt).await?;
    let dirty = if changed.stdout.trim().is_empty() {
        ""
    } else {
        "-dirty"
    };
    Ok(format!("{}{dirty}", head.stdout.trim()))
}
