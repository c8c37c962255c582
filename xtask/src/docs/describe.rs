//! What a program says of itself with `--describe`.

use std::path::Path;

use serde::Deserialize;
use tokio::process::Command;

use crate::children;
use crate::interrupt::Interrupt;
use crate::problem::{Problem, Result, WhileDoing as _};

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Description {
    pub(super) name: String,
    pub(super) about: String,
    pub(super) inputs: Vec<Input>,
    pub(super) outputs: Vec<Output>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) kind: String,
    #[serde(default)]
    pub(super) required: bool,
    pub(super) default: Option<String>,
    /// An expression that only a workflow can evaluate.
    pub(super) workflow_default: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Output {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) kind: String,
}

/// Asks the program, and makes sure that it is the one that was meant.
pub(super) async fn ask(program: &Path, name: &str, interrupt: &Interrupt) -> Result<Description> {
    let mut command = Command::new(program);
    command.arg("--describe").env_clear();
    let text = children::succeed(command, interrupt).await?;
    let described: Description = serde_json::from_str(&text)
        .while_doing(|| format!("understand what `{name} --describe` says"))?;
    if described.name != name {
        return Err(Problem::new(format!(
            "the program `{name}` calls itself `{}`",
            described.name
        ))
        .help("name ACTION after its folder, and build it anew"));
    }
    Ok(described)
}
