//! What builds static programs: Rust's library for musl, and a C compiler for it.
//!
//! Debian's packages with that compiler are not installed: with musl's loader on a machine, some programs take it for one
//! that has no glibc, snappy's Java library among them, on which a Spark depends. The headers alone are unpacked into the
//! cache, and the machine's own compiler is told to use them.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::component::Workshop;
use super::{apt, search_path};
use crate::children;
use crate::problem::{Problem, Result, WhileDoing as _};

/// The C compiler that the crates with C in them look for.
const COMPILER: &str = "musl-gcc";
/// The package with the headers.
const HEADERS: &str = "musl-dev";

/// Installs what is missing of the two. The folder of the compiler, to be first on the PATH, if it is not there yet.
pub(crate) async fn prepare(target: &str, workshop: &Workshop) -> Result<Option<PathBuf>> {
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
        return Ok(None);
    }
    compiler(workshop).await.map(Some)
}

async fn has_library(target: &str, workshop: &Workshop) -> Result<bool> {
    let mut command = Command::new("rustc");
    command.args(["--print", "target-libdir", "--target", target]);
    let folder = children::output(command, &workshop.interrupt).await?;
    Ok(folder.status.success() && Path::new(folder.stdout.trim()).is_dir())
}

/// The folder in the cache with a compiler of that name.
async fn compiler(workshop: &Workshop) -> Result<PathBuf> {
    let contents = format!("{HEADERS} behind the machine's compiler");
    let bin = |folder: PathBuf| folder.join("bin");
    if let Some(folder) = workshop.finished("musl", &contents) {
        return Ok(bin(folder));
    }
    if let Some(unfinished) = workshop.begin("musl", &contents).await? {
        workshop.say("unpacking musl's headers (once)");
        let unpacked = unfinished.folder.join("package");
        apt::unpack(HEADERS, &unpacked, workshop)
            .await
            .map_err(|problem| {
                if problem.is_interrupt() {
                    return problem;
                }
                Problem::new(format!("there is no `{COMPILER}`: {problem}"))
                    .help("install a C compiler for musl under that name")
            })?;
        write_compiler(&headers(&unpacked)?, &unfinished.folder.join("bin"))?;
        unfinished.finish()?;
    }
    let finished = workshop.finished("musl", &contents);
    finished
        .map(bin)
        .ok_or_else(|| Problem::new("the compiler for musl vanished"))
}

/// The folder of the headers in the package, which is called after the architecture.
fn headers(unpacked: &Path) -> Result<PathBuf> {
    let include = unpacked.join("usr/include");
    let folders = std::fs::read_dir(&include)
        .while_doing(|| format!("look into `{}`", include.display()))?
        .flatten()
        .map(|entry| entry.path());
    folders
        .into_iter()
        .find(|folder| folder.join("stdlib.h").is_file())
        .ok_or_else(|| Problem::new(format!("`{}` has no headers", include.display())))
}

/// For compiling alone: programs are linked by rustc, which brings musl itself.
fn write_compiler(headers: &Path, folder: &Path) -> Result<()> {
    let program = folder.join(COMPILER);
    let script = format!(
        "#!/bin/sh\nexec cc -nostdinc -isystem '{}' -isystem \"$(cc -print-file-name=include)\" \"$@\"\n",
        headers.display()
    );
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&program, script))
        .and_then(|()| std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)))
        .while_doing(|| format!("write `{}`", program.display()))
}
