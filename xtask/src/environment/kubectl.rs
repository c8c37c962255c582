//! kubectl, which only the check of the local cluster by an unmodified client needs.

use std::path::PathBuf;

use super::component::Workshop;
use super::{apt, search_path};
use crate::interrupt::Interrupt;
use crate::places::Places;
use crate::problem::Result;
use crate::terminal::Terminal;

/// A kubectl, installed when this machine allows it; without one the caller must say what was not tried.
pub(crate) async fn prepare(
    places: &Places,
    terminal: &Terminal,
    interrupt: &Interrupt,
) -> Result<Option<PathBuf>> {
    if let Some(program) = search_path::find("kubectl") {
        return Ok(Some(program));
    }
    let workshop = Workshop::new(&places.cache, terminal, interrupt)?;
    if !apt::is_available() {
        workshop.say("kubectl is not installed and cannot be installed here");
        return Ok(None);
    }
    if let Err(problem) = apt::install("kubernetes-client", &workshop).await {
        interrupt.check()?;
        workshop.say(&format!("kubectl cannot be installed: {problem}"));
    }
    Ok(search_path::find("kubectl"))
}
