//! The files that a plan leaves: plan.md and plan.json for people and programs, and Terraform's own plan file if asked for.

use crate::review::Review;
use gha::Failure;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Where the two were written.
pub(crate) struct Written {
    pub(crate) json: PathBuf,
    pub(crate) markdown: PathBuf,
}

/// Writes plan.json and plan.md.
///
/// # Errors
/// When the folder cannot be written.
pub(crate) fn write(folder: &Path, review: &Review, page: &str) -> Result<Written, Failure> {
    let document = review
        .document()
        .map_err(|error| Failure::bug("the review has no JSON").because(&error))?;
    let written = Written {
        json: folder.join("plan.json"),
        markdown: folder.join("plan.md"),
    };
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&written.json, document))
        .and_then(|()| std::fs::write(&written.markdown, page))
        .map_err(|error| not_written("plan-dir", folder, &error))?;
    Ok(written)
}

/// Keeps Terraform's plan file, readable by its owner alone: it holds every value in clear text.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn keep(plan: &Path, kept: &Path) -> Result<(), Failure> {
    let copy = || {
        let bytes = std::fs::read(plan)?;
        if let Some(folder) = kept.parent() {
            std::fs::create_dir_all(folder)?;
        }
        // One that is there already could be readable by others.
        match std::fs::remove_file(kept) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(kept)?;
        file.write_all(&bytes)
    };
    copy().map_err(|error| not_written("plan-file", kept, &error))
}

fn not_written(input: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure::outside(
        "Plan cannot be written",
        format!("cannot write `{}`", path.display()),
    )
    .because(error)
    .help(format!(
        "name a place that can be written in the input `{input}`"
    ))
}
