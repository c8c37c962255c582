//! The text files of the repository: tracked ones, and new ones that are not ignored.

use std::path::Path;

use tokio::process::Command;

use crate::children;
use crate::interrupt::Interrupt;
use crate::problem::Result;

/// A text file by its path in the repository.
#[derive(Debug)]
pub(crate) struct TrackedFile {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Every text file that a commit could hold. Deleted and binary files are left out.
pub(crate) async fn files(repository: &Path, interrupt: &Interrupt) -> Result<Vec<TrackedFile>> {
    let mut command = Command::new("git");
    command.current_dir(repository).args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    let listed = children::succeed(command, interrupt).await?;
    let read = |path: &str| {
        let text = std::fs::read_to_string(repository.join(path)).ok()?;
        Some(TrackedFile {
            path: path.to_owned(),
            text,
        })
    };
    Ok(listed
        .split('\0')
        .filter(|path| !path.is_empty())
        .filter_map(read)
        .collect())
}
