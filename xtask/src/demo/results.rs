//! What the demo leaves behind: the comment as the local GitHub holds it, and the closing lines.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::cloud::{Cloud, PULL_REQUEST, REPOSITORY};
use super::fetch;
use crate::problem::{Problem, Result, WhileDoing as _};

/// The comment is this file of the results folder.
const COMMENT: &str = "comment.md";

/// The results of a finished chain.
#[derive(Debug)]
pub(crate) struct Results {
    pub(crate) folder: PathBuf,
    /// All comments of the pull request, oldest first.
    pub(crate) comments: Vec<String>,
}

/// Takes the results folder for this process alone, and makes it empty, so that nothing in it is from an
/// earlier run. It is taken as long as the file that is returned stays open.
pub(crate) fn take(folder: &Path) -> Result<File> {
    let path = folder.with_extension("lock");
    let parent = folder.parent().unwrap_or(folder);
    let lock = std::fs::create_dir_all(parent).and_then(|()| File::create(&path));
    let lock = lock.while_doing(|| format!("create `{}`", path.display()))?;
    if lock.try_lock().is_err() {
        let what = format!(
            "another process writes its results to `{}`",
            folder.display()
        );
        return Err(Problem::new(what).help("wait for it, or end it"));
    }
    empty(folder).map(|()| lock)
}

fn empty(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            return Err(cause).while_doing(|| format!("empty `{}`", folder.display()));
        }
        _ => {}
    }
    std::fs::create_dir_all(folder).while_doing(|| format!("create `{}`", folder.display()))
}

impl Results {
    /// Fetches the comment back and puts it beside the report.
    pub(crate) async fn collect(folder: &Path, cloud: &Cloud) -> Result<Self> {
        let url = format!(
            "{}/repos/{REPOSITORY}/issues/{PULL_REQUEST}/comments?per_page=100",
            cloud.endpoints.github
        );
        let answer = fetch::json(url).await?;
        let body = |comment: &Value| comment["body"].as_str().map(str::to_owned);
        let comments: Vec<String> = answer
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(body)
            .collect();
        let comment = comments.last().ok_or_else(|| {
            Problem::new(format!(
                "the local GitHub holds no comment on {REPOSITORY}#{PULL_REQUEST}"
            ))
        })?;
        let path = folder.join(COMMENT);
        std::fs::write(&path, comment).while_doing(|| format!("write `{}`", path.display()))?;
        Ok(Self {
            folder: folder.to_owned(),
            comments,
        })
    }

    /// Where everything lies, and what the numbers are good for.
    pub(crate) fn closing_lines(&self, repository: &Path) -> Vec<String> {
        let note = "Measured on a cluster emulated on this machine: compare the variants, not the seconds with those of EMR.";
        let mut lines = vec![String::new(), note.to_owned()];
        let shown = self.folder.strip_prefix(repository).unwrap_or(&self.folder);
        for (what, file) in [
            ("report", "report.md"),
            ("as data", "report.json"),
            ("comment", COMMENT),
            ("static run", "runs/static/run-record.json"),
            ("DRA run", "runs/dra/run-record.json"),
            ("step logs", "steps"),
        ] {
            if self.folder.join(file).exists() {
                lines.push(format!("  {what:<11} {}", shown.join(file).display()));
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::take;

    #[test]
    fn two_demos_do_not_share_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let results = folder.path().join("target/demo");
        let first = take(&results).unwrap();
        std::fs::write(results.join("old"), "").unwrap();
        assert!(take(&results).is_err());
        assert!(results.join("old").exists());
        drop(first);
        let _second = take(&results).unwrap();
        assert!(!results.join("old").exists());
    }
}
