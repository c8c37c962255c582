//! Debian packages, for the few things that exist nowhere else. Only as root, and only when asked for by name.

use tokio::process::Command;

use super::component::Workshop;
use super::search_path;
use crate::children;
use crate::problem::Result;

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

fn apt_get(arguments: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive");
    command
}
