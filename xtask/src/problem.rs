//! The one error of the project's own commands: what failed, and how to fix it.
//! Knows nothing about exit codes except that an interrupt has its own.

use std::fmt::Display;

/// A command of this program failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{what}")]
pub(crate) struct Problem {
    what: String,
    help: Option<String>,
    interrupted: bool,
}

pub(crate) type Result<T> = std::result::Result<T, Problem>;

impl Problem {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            help: None,
            interrupted: false,
        }
    }

    /// The person at the terminal asked to stop.
    pub(crate) fn interrupted() -> Self {
        Self {
            what: "interrupted".into(),
            help: None,
            interrupted: true,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn advice(&self) -> Option<&str> {
        self.help.as_deref()
    }

    pub(crate) fn is_interrupt(&self) -> bool {
        self.interrupted
    }
}

/// Says what was being done when something failed.
pub(crate) trait WhileDoing<T> {
    fn while_doing(self, doing: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: Display> WhileDoing<T> for std::result::Result<T, E> {
    fn while_doing(self, doing: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|cause| Problem::new(format!("cannot {}: {cause}", doing())))
    }
}
