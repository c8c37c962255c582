//! What a file is when it is no event log. Pure.

use std::fmt;

use crate::number::count;

/// Why there is not one event of Spark in what was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotALog {
    /// Nothing, or nothing but white space.
    Empty,
    /// None of so many lines is an event.
    NoEvents(u64),
    /// It could not be unpacked or read, or is of another format.
    Unreadable {
        /// In words that go on after its name.
        what: String,
        /// An outside system broke off.
        outside: bool,
    },
}

impl fmt::Display for NotALog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "is empty"),
            Self::NoEvents(lines) => {
                let lines = usize::try_from(*lines).unwrap_or(usize::MAX);
                let lines = count(lines, "line", "lines");
                write!(
                    f,
                    "is not a Spark event log: it has {lines} and not one event"
                )
            }
            Self::Unreadable { what, .. } => write!(f, "{what}"),
        }
    }
}
