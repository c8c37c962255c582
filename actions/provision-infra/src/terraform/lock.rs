//! Who holds the lock of a state, as Terraform reports it. Only for what is said about it.
//!
//! Terraform has no field for it: the block `Lock Info:` of the diagnostic's detail is the same for every backend.

use crate::diagnostic::Diagnostic;

/// What is known of a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lock {
    pub(super) id: String,
    pub(super) who: Option<String>,
    /// As Terraform writes it, such as `2026-01-01 00:00:00 +0000 UTC`.
    pub(super) created: Option<String>,
    /// Such as `OperationTypeApply`.
    operation: Option<String>,
}

impl Lock {
    /// The lock that one of these errors is about.
    pub(super) fn of(errors: &[Diagnostic]) -> Option<Self> {
        errors.iter().find_map(|error| Self::read(&error.detail))
    }

    fn read(detail: &str) -> Option<Self> {
        let (_, block) = detail.split_once("Lock Info:")?;
        let field = |name: &str| {
            let value = block
                .lines()
                .find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(':'))?
                .trim();
            (!value.is_empty()).then(|| value.to_owned())
        };
        Some(Self {
            id: field("ID")?,
            who: field("Who"),
            created: field("Created"),
            operation: field("Operation"),
        })
    }

    /// `held by someone@elsewhere since 2026-01-01 00:00:00 +0000 UTC, for an apply`.
    pub(super) fn holder(&self) -> String {
        let who = self.who.as_deref().unwrap_or("somebody who is not named");
        let since = self
            .created
            .as_deref()
            .map(|created| format!(" since {created}"))
            .unwrap_or_default();
        let operation = match self.operation.as_deref() {
            Some("OperationTypeApply") => ", for an apply",
            Some("OperationTypePlan") => ", for a plan",
            Some("OperationTypeRefresh") => ", for a refresh",
            _ => "",
        };
        format!("held by {who}{since}{operation}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DETAIL: &str = "Error message: 412\nLock Info:\n  ID:        11111111-2222\n  Path:      b/k\n  \
        Operation: OperationTypeApply\n  Who:       someone@elsewhere\n  Version:   1.11.4\n  \
        Created:   2026-01-01 00:00:00 +0000 UTC\n  Info:      \n\n\nTerraform acquires a state lock.";

    #[test]
    fn the_holder_and_the_time_are_read_from_the_block() {
        let lock = Lock::read(DETAIL).unwrap();
        assert_eq!(lock.id, "11111111-2222");
        assert_eq!(
            lock.holder(),
            "held by someone@elsewhere since 2026-01-01 00:00:00 +0000 UTC, for an apply"
        );
        assert_eq!(Lock::read("no such block"), None);
    }
}
