//! A step's outputs.
//!
//! Under Actions they go to the runner's file at once, so that they count even after a crash.
//! Otherwise they are printed on standard output at the end.

use crate::{
    action::Output,
    environment::Environment,
    failure::Failure,
    file_command::{append, entry, random_delimiter},
};
use std::{
    fmt::Display,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

/// Writes outputs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Outputs {
    declared: &'static [Output],
    file: Option<PathBuf>,
    pending: Arc<Mutex<String>>,
}

impl Outputs {
    pub(crate) fn new(declared: &'static [Output], environment: &Environment) -> Self {
        let file = environment.get("GITHUB_OUTPUT").map(PathBuf::from);
        Self {
            declared,
            file,
            pending: Arc::default(),
        }
    }

    /// Sets an output; a later value for the same name wins.
    ///
    /// # Errors
    /// A bug if the action does not declare the output; an outside failure if the runner's file cannot be written.
    pub fn set(&self, name: &str, value: impl Display) -> Result<(), Failure> {
        if !self.declared.iter().any(|output| output.name == name) {
            return Err(Failure::bug(format!(
                "the action sets output `{name}`, which it does not declare"
            )));
        }
        let value = value.to_string();
        let unrepresentable = |_| Failure::bug(format!("output `{name}` holds the delimiter"));
        let Some(file) = &self.file else {
            let text = if value.contains('\n') {
                entry(name, &value, &random_delimiter()).map_err(unrepresentable)?
            } else {
                format!("{name}={value}\n")
            };
            self.pending
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push_str(&text);
            return Ok(());
        };
        let text = entry(name, &value, &random_delimiter()).map_err(unrepresentable)?;
        append(file, &text).map_err(|error| {
            Failure::outside(
                "Output not written",
                format!("cannot write output `{name}` to `{}`", file.display()),
            )
            .because(&error)
        })
    }

    /// What is to be printed at the end, once.
    pub(crate) fn take_pending(&self) -> String {
        std::mem::take(&mut *self.pending.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
