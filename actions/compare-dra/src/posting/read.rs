//! Reading the report that a stranger may have written.

use std::{
    io,
    path::{Path, PathBuf},
};

use gha::Failure;
use tokio::io::AsyncReadExt;

use crate::report::Report;

/// No report is larger, in bytes: 1,000 executors take less than 1 MiB for each run.
const MOST_BYTES: u64 = 32 << 20;

/// The report at a path, or in the directory there.
pub(crate) async fn report(given: &Path) -> Result<Report, Failure> {
    let path = file(given)
        .await
        .map_err(|error| refused(given, &error.to_string()))?;
    let bytes = bytes(&path)
        .await
        .map_err(|error| refused(&path, &error.to_string()))?;
    Report::from_json(&bytes).map_err(|error| refused(&path, "cannot be shown").because(&error).help(
        "give the report.json of a compare-dra of the same release as this action, as it was uploaded",
    ))
}

fn refused(path: &Path, what: &str) -> Failure {
    Failure::bad_input("report", format!("`{}`: {what}", path.display()))
        .help("download the artifact into a directory of its own first, and name that directory")
}

/// Links are not followed: those in an artifact could lead to any file of this machine.
async fn file(given: &Path) -> io::Result<PathBuf> {
    let kind = tokio::fs::symlink_metadata(given).await?.file_type();
    let path = if kind.is_dir() {
        given.join("report.json")
    } else {
        given.to_owned()
    };
    if tokio::fs::symlink_metadata(&path)
        .await?
        .file_type()
        .is_file()
    {
        Ok(path)
    } else {
        Err(io::Error::other("is not a regular file"))
    }
}

async fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = tokio::fs::File::open(path).await?;
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).await?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::other(
            "has more than 32 MiB, which no report has",
        ));
    }
    Ok(bytes)
}
