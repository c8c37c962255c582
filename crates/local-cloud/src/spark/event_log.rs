//! From the driver's local event log to the keys it would have on S3.
//!
//! On S3 a file appears when its stream is closed, so a log that still says `.inprogress` is lost with its driver,
//! as on EMR. The file is named after the job run, as EMR names the application; inside, Spark keeps the id the
//! standalone master gave it.

use std::{
    io,
    path::{Path, PathBuf},
};

use bytes::Bytes;

use crate::objects::Objects;

/// Copies what was closed under `local` to `s3://bucket/prefix/`, with the application's id replaced by `name`.
/// Gives the keys that were written.
pub(crate) async fn publish(
    objects: &Objects,
    local: &Path,
    bucket: &str,
    prefix: &str,
    name: &str,
) -> io::Result<Vec<String>> {
    let mut keys = Vec::new();
    for (file, relative) in closed_files(local)? {
        let key = [prefix, &renamed(&relative, name)]
            .iter()
            .filter(|part| !part.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join("/");
        objects
            .put(bucket, &key, Bytes::from(tokio::fs::read(&file).await?))
            .await?;
        keys.push(key);
    }
    Ok(keys)
}

/// Every closed file, with its path relative to the folder.
fn closed_files(local: &Path) -> io::Result<Vec<(PathBuf, String)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(local)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            // A rolled log: its open part has no suffix of its own, so the folder is taken as it is.
            for part in std::fs::read_dir(entry.path())? {
                let part = part?;
                let part_name = part.file_name().to_string_lossy().into_owned();
                if is_published(&part_name) {
                    files.push((part.path(), format!("{name}/{part_name}")));
                }
            }
        } else if is_published(&name) {
            files.push((entry.path(), name));
        }
    }
    files.sort();
    Ok(files)
}

/// Hidden files are checksums of Hadoop's local file system.
fn is_published(name: &str) -> bool {
    !name.starts_with('.') && !name.ends_with(".inprogress")
}

/// Replaces every application id (`app-<14 digits>-<4 digits>`) by the name.
fn renamed(path: &str, name: &str) -> String {
    const ID_LENGTH: usize = "app-20261122145634-0000".len();
    let mut result = String::new();
    let mut rest = path;
    while let Some(at) = rest.find("app-") {
        let end = (at + ID_LENGTH).min(rest.len());
        result.push_str(&rest[..at]);
        result.push_str(name);
        rest = &rest[end..];
    }
    result + rest
}

#[cfg(test)]
mod tests {
    use super::{is_published, renamed};

    #[test]
    fn names_a_log_after_the_job_run() {
        assert_eq!(
            renamed("app-20261122145634-0000", "spark-0abc"),
            "spark-0abc"
        );
        assert_eq!(
            renamed(
                "eventlog_v2_app-20261122145634-0000/events_1_app-20261122145634-0000.zstd",
                "spark-0abc"
            ),
            "eventlog_v2_spark-0abc/events_1_spark-0abc.zstd"
        );
    }

    #[test]
    fn an_open_log_is_not_published() {
        assert!(!is_published("app-20261122145634-0000.inprogress"));
        assert!(!is_published(".app-20261122145634-0000.crc"));
    }
}
