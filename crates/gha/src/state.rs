//! Values kept from a step's main part for its post part.

use crate::{
    environment::Environment,
    failure::Failure,
    file_command::{append, entry, random_delimiter},
};
use std::{fmt::Display, path::PathBuf};

/// Saves and reads a step's state. Cheap to clone. Outside Actions there is nothing to save to.
#[derive(Clone)]
pub struct State {
    file: Option<PathBuf>,
    environment: Environment,
}

impl State {
    pub(crate) fn new(environment: &Environment) -> Self {
        Self {
            file: environment.get("GITHUB_STATE").map(PathBuf::from),
            environment: environment.clone(),
        }
    }

    /// Keeps a value for the post part of this step; written at once, so that it survives a kill.
    ///
    /// # Errors
    /// An outside failure if the runner's file cannot be written.
    pub fn save(&self, key: &str, value: impl Display) -> Result<(), Failure> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let text = entry(key, &value.to_string(), &random_delimiter())
            .map_err(|_| Failure::bug(format!("state `{key}` cannot be written")))?;
        append(file, &text).map_err(|error| {
            Failure::outside(
                "State not saved",
                format!("cannot save state `{key}` to `{}`", file.display()),
            )
            .because(&error)
        })
    }

    /// A value saved by the main part; the case of the key matters.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<String> {
        self.environment
            .get(&format!("STATE_{key}"))
            .map(str::to_owned)
    }
}
