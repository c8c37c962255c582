//! One snapshot of the process environment, taken at the start.
//!
//! The only place that reads it; everything else is given the snapshot.

use std::{collections::BTreeMap, sync::Arc};

/// The environment as it was when the program started. Cheap to clone.
///
/// Text that is not UTF-8 keeps a replacement character, so that using it fails visibly.
#[derive(Clone, Default)]
pub(crate) struct Environment(Arc<BTreeMap<String, String>>);

impl Environment {
    /// Reads the environment of this process.
    pub(crate) fn of_process() -> Self {
        let text = |value: std::ffi::OsString| value.to_string_lossy().into_owned();
        Self(Arc::new(
            std::env::vars_os()
                .map(|(name, value)| (text(name), text(value)))
                .collect(),
        ))
    }

    /// The value of a variable; an empty one counts as unset.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Whether the runner started this process.
    pub(crate) fn in_actions(&self) -> bool {
        self.get("GITHUB_ACTIONS") == Some("true")
    }
}

#[cfg(test)]
impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(pairs: [(&str, &str); N]) -> Self {
        Self(Arc::new(
            pairs
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        ))
    }
}
