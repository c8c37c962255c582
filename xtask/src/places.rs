//! Where things are: the repository, the build output, the cache. Reads the environment once; creates nothing.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::children;
use crate::interrupt::Interrupt;
use crate::problem::{Problem, Result, WhileDoing as _};

/// The folders that every command works with.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// The repository's root folder.
    pub(crate) repository: PathBuf,
    /// Where cargo puts the binaries of the dev profile.
    pub(crate) binaries: PathBuf,
    /// What is prepared once for every clone on this machine.
    pub(crate) cache: PathBuf,
}

impl Places {
    pub(crate) async fn find(interrupt: &Interrupt) -> Result<Self> {
        // `cargo run` says it anew: a build folder that clones share may hold a program that another clone built.
        let package = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let repository = package
            .parent()
            .map(Path::to_path_buf)
            .ok_or_else(|| Problem::new("this program was built outside its repository"))?;
        let metadata = metadata(&repository, interrupt).await?;
        let target = metadata["target_directory"]
            .as_str()
            .ok_or_else(|| Problem::new("`cargo metadata` names no target directory"))?;
        Ok(Self {
            binaries: Path::new(target).join("debug"),
            repository,
            cache: cache()?,
        })
    }

    /// The folder for results that a person reads: always in the repository, wherever cargo builds.
    pub(crate) fn results(&self, name: &str) -> PathBuf {
        self.repository.join("target").join(name)
    }
}

/// `cargo metadata` of the workspace, without the dependencies from registries.
pub(crate) async fn metadata(
    repository: &Path,
    interrupt: &Interrupt,
) -> Result<serde_json::Value> {
    let mut command = cargo(repository);
    command.args(["metadata", "--format-version", "1", "--no-deps"]);
    let text = children::succeed(command, interrupt).await?;
    serde_json::from_str(&text).while_doing(|| "read the answer of `cargo metadata`".into())
}

/// A cargo that does not inherit what `cargo run` told this program about this program's own package.
pub(crate) fn cargo(repository: &Path) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(repository);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&*name);
        }
    }
    command
}

fn cache() -> Result<PathBuf> {
    let named = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    named("XDG_CACHE_HOME")
        .filter(|folder| folder.is_absolute())
        .or_else(|| Some(named("HOME")?.join(".cache")))
        .map(|folder| folder.join("emr-eks-actions"))
        .ok_or_else(|| {
            Problem::new(
                "there is no place for cached downloads: neither XDG_CACHE_HOME nor HOME is set",
            )
            .help("set HOME, or XDG_CACHE_HOME to a folder with 1 GB of room")
        })
}
