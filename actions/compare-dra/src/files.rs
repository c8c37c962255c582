//! Finding run records in local directories, and writing the report.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::place::RECORD;

/// How deep records are looked for below a directory.
const DEPTH: usize = 4;

/// The records at or below a directory, sorted by path.
pub(crate) async fn records_below(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![(directory.to_owned(), 0)];
    while let Some((directory, depth)) = open.pop() {
        let mut entries = tokio::fs::read_dir(&directory).await?;
        while let Some(entry) = entries.next_entry().await? {
            // Symbolic links are not followed: a loop of them would have no end.
            let kind = entry.file_type().await?;
            if kind.is_dir() && depth < DEPTH {
                open.push((entry.path(), depth + 1));
            } else if kind.is_file() && entry.file_name() == RECORD {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Writes a file of the report, making its directory.
pub(crate) async fn write(directory: &Path, name: &str, text: &str) -> io::Result<PathBuf> {
    tokio::fs::create_dir_all(directory).await?;
    let path = directory.join(name);
    tokio::fs::write(&path, text).await?;
    Ok(path)
}
