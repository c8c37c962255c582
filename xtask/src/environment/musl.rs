//! What builds static programs: Rust's library for musl, and a C compiler for it.

use std::path::Path;

use tokio::process::Command;

use super::component::Workshop;
use super::{apt, search_path};
use crate::children;
use crate::problem::{Problem, Result};

/// The C compiler that the crates with C in them look for.
const COMPILER: &str = "musl-gcc";

/// Installs what is missing of the two.
pub(crate) async fn prepare(target: &str, workshop: &Workshop) -> Result<()> {
    if !has_library(target, workshop).await? {
        workshop.say(&format!("installing Rust's library for {target}"));
        let mut command = Command::new("rustup");
        command.args(["target", "add", target]);
        let added = children::succeed(command, &workshop.interrupt).await;
        added.map_err(|problem| {
            if problem.is_interrupt() {
                return problem;
            }
            problem.help(format!(
                "static programs need Rust's library for {target}; add it as your Rust was installed"
            ))
        })?;
    }
    if search_path::find(COMPILER).is_some() {
        return Ok(());
    }
    if !apt::is_available() {
        return Err(Problem::new(format!("there is no `{COMPILER}`"))
            .help("install it; on Debian and Ubuntu: `apt-get install musl-tools`"));
    }
    apt::install("musl-tools", workshop).await
}

async fn has_library(target: &str, workshop: &Workshop) -> Result<bool> {
    let mut command = Command::new("rustc");
    command.args(["--print", "target-libdir", "--target", target]);
    let folder = children::output(command, &workshop.interrupt).await?;
    Ok(folder.status.success() && Path::new(folder.stdout.trim()).is_dir())
}
