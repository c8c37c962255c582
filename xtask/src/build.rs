//! Builds what the demo and the checks run.

use std::path::Path;

use crate::children;
use crate::interrupt::Interrupt;
use crate::places::{Places, cargo};
use crate::problem::{Problem, Result, WhileDoing as _};
use crate::runner::metadata::ActionMetadata;
use crate::tidy::layout;

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

/// Builds the local cloud alone.
pub(crate) async fn cloud(places: &Places, interrupt: &Interrupt) -> Result<()> {
    build(places, interrupt, &[LOCAL_CLOUD]).await
}

/// Builds the actions alone.
pub(crate) async fn actions(places: &Places, interrupt: &Interrupt) -> Result<()> {
    build(places, interrupt, &ACTIONS).await
}

/// Builds the binaries of some packages, and gives them the other names they are called by.
pub(crate) async fn build(places: &Places, interrupt: &Interrupt, packages: &[&str]) -> Result<()> {
    let mut command = cargo(&places.repository);
    command.args(["build", "--bins"]);
    for package in packages {
        command.args(["--package", package]);
    }
    let called = children::as_typed(&command);
    if children::pass_through(command, interrupt).await?.success() {
        return ACTIONS
            .iter()
            .filter(|name| packages.contains(name))
            .try_for_each(|name| {
                link_post(places, name)?;
                link_second(places, name)
            });
    }
    Err(Problem::new("the workspace does not build")
        .help(format!("see above, and again with `{called}`")))
}

/// Gives the built program of an action the second name that its image gives it, if it has a post step.
fn link_post(places: &Places, name: &str) -> Result<()> {
    let action = ActionMetadata::read(&places.repository.join("actions").join(name))?;
    match action.post_binary() {
        Some(post) => link(&places.binaries.join(post), action.binary()?),
        None => Ok(()),
    }
}

/// Gives it the names of the actions in its own folders, too.
fn link_second(places: &Places, name: &str) -> Result<()> {
    let folder = places.repository.join("actions").join(name);
    let program = ActionMetadata::read(&folder)?;
    for second in layout::second_entries(&places.repository, name) {
        let action = ActionMetadata::read(&folder.join(second))?;
        link(&places.binaries.join(action.binary()?), program.binary()?)?;
    }
    Ok(())
}

/// Makes `link` a symbolic link to `program` beside it, whatever it was before.
pub(crate) fn link(link: &Path, program: &str) -> Result<()> {
    if std::fs::read_link(link).is_ok_and(|target| target == Path::new(program)) {
        return Ok(());
    }
    if link.symlink_metadata().is_ok() {
        std::fs::remove_file(link).while_doing(|| format!("remove `{}`", link.display()))?;
    }
    std::os::unix::fs::symlink(program, link).while_doing(|| format!("link `{}`", link.display()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::link;

    #[test]
    fn a_link_that_names_something_else_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let post = folder.path().join("action-post");
        for program in ["before", "action", "action"] {
            link(&post, program).unwrap();
            assert_eq!(std::fs::read_link(&post).unwrap().as_os_str(), program);
        }
    }
}
