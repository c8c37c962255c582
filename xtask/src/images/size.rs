//! Sizes of files as people read them, and of folders as images have them.

use std::path::Path;

use crate::problem::{Result, WhileDoing as _};

/// Bytes in megabytes, with one decimal.
pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// The bytes of all files below a folder. Links count nothing.
pub(crate) fn of_folder(folder: &Path) -> Result<u64> {
    let sum = || -> std::io::Result<u64> {
        let mut sum = 0;
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_file() {
                sum += entry.metadata()?.len();
            } else if kind.is_dir() {
                sum += of_folder(&entry.path()).map_err(std::io::Error::other)?;
            }
        }
        Ok(sum)
    };
    sum().while_doing(|| format!("measure `{}`", folder.display()))
}
