//! Debian packages, for the few things that exist nowhere else. Only as root, and only when asked for by name.

use std::path::Path;

use tokio::process::Command;

use super::component::Workshop;
use super::search_path;
use crate::children;
use crate::problem::{Result, WhileDoing as _};

/// Whether `install` can work at all on this machine.
pub(crate) fn is_available() -> bool {
    search_path::is_root() && search_path::find("apt-get").is_some()
}

/// Installs a package, with fresh package lists if the first try finds none.
pub(crate) async fn install(package: &str, workshop: &Workshop) -> Result<()> {
    workshop.say(&format!("installing the system package {package}"));
    if children::succeed(
        apt_get(&["install", "-y", "--no-install-recommends", package]),
        &workshop.interrupt,
    )
    .await
    .is_ok()
    {
        return Ok(());
    }
    workshop.interrupt.check()?;
    children::succeed(apt_get(&["update"]), &workshop.interrupt).await?;
    let again = apt_get(&["install", "-y", "--no-install-recommends", package]);
    children::succeed(again, &workshop.interrupt)
        .await
        .map(drop)
}

/// Unpacks a package into a folder and installs nothing. Needs no root, unless the package lists are missing.
pub(crate) async fn unpack(package: &str, folder: &Path, workshop: &Workshop) -> Result<()> {
    std::fs::create_dir_all(folder).while_doing(|| format!("create `{}`", folder.display()))?;
    let download = || {
        let mut command = apt_get(&["download", package]);
        command.current_dir(folder);
        command
    };
    let first = children::succeed(download(), &workshop.interrupt).await;
    workshop.interrupt.check()?;
    if first.is_err() {
        children::succeed(apt_get(&["update"]), &workshop.interrupt).await?;
        children::succeed(download(), &workshop.interrupt).await?;
    }
    let archives = std::fs::read_dir(folder)
        .while_doing(|| format!("look into `{}`", folder.display()))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "deb"));
    for archive in archives {
        let mut command = Command::new("dpkg");
        command.arg("-x").arg(&archive).arg(folder);
        children::succeed(command, &workshop.interrupt).await?;
    }
    Ok(())
}

fn apt_get(arguments: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive");
    command
}
