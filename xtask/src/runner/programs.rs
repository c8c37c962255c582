//! What stands for the images of actions: the binaries of this workspace as processes, or real containers.

use std::path::{Path, PathBuf};

use super::container::{Asked, Containers, Mounts};
use super::metadata::Runs;
use super::process::Program;
use super::variables::Environment;
use crate::interrupt::Interrupt;
use crate::problem::{Problem, Result};

/// How the steps of a job are run.
#[derive(Debug)]
pub(crate) enum Programs {
    /// An entry point `/x` is the binary `x` of this folder.
    Processes(PathBuf),
    /// An entry point is one of the image that action.yml names.
    Containers(Containers),
}

/// What is to be run of an action.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    /// The folder of the action.
    pub(crate) action: &'a Path,
    pub(crate) runs: &'a Runs,
    /// One of the action's entry points, as action.yml has it.
    pub(crate) entrypoint: &'a str,
    pub(crate) args: &'a [String],
    pub(crate) environment: &'a Environment,
}

impl Programs {
    /// The program to start for an entry point.
    pub(crate) async fn program(
        &mut self,
        entry: Entry<'_>,
        mounts: Mounts<'_>,
        interrupt: &Interrupt,
    ) -> Result<Program> {
        let folder = mounts.workspace.to_owned();
        match self {
            Self::Processes(binaries) => Ok(Program {
                binary: binary(binaries, entry.entrypoint)?,
                args: entry.args.to_vec(),
                folder,
                environment: entry.environment.clone(),
            }),
            Self::Containers(containers) => {
                let image = containers
                    .image(entry.action, &entry.runs.image, interrupt)
                    .await?;
                let asked = Asked {
                    image: &image,
                    entrypoint: entry.entrypoint,
                    args: entry.args,
                    environment: entry.environment,
                };
                let call = containers.call(asked, mounts);
                Ok(Program {
                    binary: call.program,
                    args: call.args,
                    folder,
                    environment: call.environment,
                })
            }
        }
    }

    /// Ends what a job that was given up left running, and says how many containers that were.
    pub(crate) async fn end(&mut self, interrupt: &Interrupt) -> Result<usize> {
        match self {
            Self::Processes(_) => Ok(0),
            Self::Containers(containers) => containers.end(interrupt).await,
        }
    }
}

fn binary(folder: &Path, entrypoint: &str) -> Result<PathBuf> {
    let name = entrypoint.rsplit('/').next().unwrap_or(entrypoint);
    let binary = folder.join(name);
    if binary.is_file() {
        return Ok(binary);
    }
    Err(Problem::new(format!(
        "there is no binary `{}` for the entry point",
        binary.display()
    ))
    .help(format!("build it with `cargo build --package {name}`")))
}
