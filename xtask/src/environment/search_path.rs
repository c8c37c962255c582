//! Programs on the PATH.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

/// The first executable file called `name` on the PATH.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| {
            file.metadata().is_ok_and(|metadata| {
                metadata.is_file() && metadata.permissions().mode() & 0o111 != 0
            })
        })
}

/// Whether this process may install packages of the system.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
