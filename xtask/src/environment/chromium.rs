//! A Chromium, in which the tests look at reports.

use std::path::PathBuf;

use super::component::Workshop;
use super::{apt, search_path};
use crate::problem::Result;

/// What it is called on different systems.
const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

/// The machine's own, or Debian's when it can be installed; none when neither is there.
pub(crate) async fn prepare(workshop: &Workshop) -> Result<Option<PathBuf>> {
    if let Some(program) = found() {
        return Ok(Some(program));
    }
    if apt::is_available()
        && let Err(problem) = apt::install("chromium", workshop).await
    {
        workshop.interrupt.check()?;
        workshop.say(&format!("Chromium cannot be installed: {problem}"));
    }
    Ok(found())
}

fn found() -> Option<PathBuf> {
    NAMES.into_iter().find_map(search_path::find)
}
