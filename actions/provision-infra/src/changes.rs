//! How many resources Terraform adds, changes and destroys. Counts only: which ones they are is not known here.

use serde::Deserialize;
use std::fmt;

/// The counts of one plan or one apply, as Terraform reports them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Changes {
    pub(crate) add: u64,
    pub(crate) change: u64,
    #[serde(rename = "remove")]
    pub(crate) destroy: u64,
    /// Resources taken into the state without being made; older programs do not report it.
    #[serde(default)]
    pub(crate) import: u64,
}

impl Changes {
    /// Whether no resource is touched at all.
    pub(crate) fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// Terraform's own wording: `3 to add, 0 to change, 0 to destroy`.
impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.import > 0 {
            write!(f, "{} to import, ", self.import)?;
        }
        write!(
            f,
            "{} to add, {} to change, {} to destroy",
            self.add, self.change, self.destroy
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_like_terraform() {
        let changes = Changes {
            add: 3,
            ..Changes::default()
        };
        assert_eq!(changes.to_string(), "3 to add, 0 to change, 0 to destroy");
    }

    #[test]
    fn imports_are_said_only_when_there_are_any() {
        let changes = Changes {
            import: 1,
            destroy: 2,
            ..Changes::default()
        };
        assert_eq!(
            changes.to_string(),
            "1 to import, 0 to add, 0 to change, 2 to destroy"
        );
    }
}
