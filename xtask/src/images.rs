//! `cargo xtask images`: the container images of the actions, made of static programs and nothing else.
//! Fills the folder `image/` of each action; builds the images where a Docker engine is running. Publishes nothing.

pub(crate) mod binaries;
mod certificates;
pub(crate) mod docker_build;
mod platform;
pub(crate) mod size;
pub(crate) mod staging;
mod terraform;

use crate::build::ACTIONS;
use crate::demo::Desk;
use crate::environment::docker::Engine;
use crate::problem::{Problem, Result};

use docker_build::Labels;
pub(crate) use platform::Platform;
use staging::Staged;

/// Builds the static programs, lays them into each action's folder `image/`, and makes container images of them.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// These actions alone.
    #[arg(long, value_name = "ACTION", num_args = 1.., value_parser = clap::builder::PossibleValuesParser::new(ACTIONS))]
    only: Vec<String>,
    /// Fill the folders and build no image, as for `docker buildx` or a step that uses the action by its path.
    #[arg(long)]
    stage: bool,
    /// Fail if something in the folders may not be published, such as a Terraform whose checksum was not verified.
    #[arg(long)]
    for_release: bool,
    /// Address of the repository, for the label that registries link an image to it by.
    #[arg(long, value_name = "URL")]
    source: Option<String>,
    /// Version for the label, such as v1.2.3.
    #[arg(long, value_name = "VERSION", default_value = concat!(env!("CARGO_PKG_VERSION"), "-dev"))]
    release_version: String,
}

impl Options {
    fn labels(&self) -> Labels<'_> {
        Labels {
            source: self.source.as_deref(),
            version: &self.release_version,
        }
    }

    fn actions(&self) -> Vec<&str> {
        let chosen = |action: &&str| self.only.is_empty() || self.only.iter().any(|o| o == action);
        ACTIONS.into_iter().filter(chosen).collect()
    }
}

/// Fills the folders, then builds.
pub(crate) async fn run(options: &Options, desk: &Desk) -> Result<()> {
    let actions = options.actions();
    let staged = stage(&actions, desk).await?;
    for line in table(&staged) {
        desk.terminal.line(&line);
    }
    let too_large: Vec<String> = staged.iter().filter_map(Staged::too_large).collect();
    if !too_large.is_empty() {
        return Err(Problem::new(too_large.join("\n")).help(
            "see what grew: `cargo tree --duplicates`, and the features of a new dependency",
        ));
    }
    if options.for_release && staged.iter().any(|staged| !staged.is_for_release()) {
        return Err(
            Problem::new("not everything in these images may be published; see above")
                .help("build where releases.hashicorp.com can be reached"),
        );
    }
    if options.stage {
        return Ok(());
    }
    let engine = Engine::running(&desk.interrupt).await?.ok_or_else(|| {
        Problem::new("the folders are filled, but no Docker engine is running to build the images")
            .help("start one, or use `--stage` if the folders are all you want")
    })?;
    for action in actions {
        let tag = docker_build::build(&engine, action, &options.labels(), desk).await?;
        desk.terminal.line(&format!("built {tag}"));
    }
    Ok(())
}

/// Builds the programs and lays everything where the Dockerfiles look for it.
pub(crate) async fn stage(actions: &[&str], desk: &Desk) -> Result<Vec<Staged>> {
    let platform = Platform::of_this_machine()?;
    let programs = binaries::build(&platform, desk).await?;
    let mut staged = Vec::new();
    for action in actions {
        staged.push(staging::fill(action, &programs, &platform, desk).await?);
    }
    Ok(staged)
}

fn table(staged: &[Staged]) -> Vec<String> {
    let row = |staged: &Staged| {
        let terraform = staged.terraform.as_ref();
        let terraform = terraform.map(|found| format!(" + {}", found.describe()));
        format!(
            "  {:<16} {:>8}{}",
            staged.action,
            size::megabytes(staged.own_bytes),
            terraform.unwrap_or_default()
        )
    };
    staged.iter().map(row).collect()
}
