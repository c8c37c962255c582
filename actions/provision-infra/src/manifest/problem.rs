//! What is wrong with a manifest, and where: one line each, all of them together.

use std::fmt;

/// A document of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: String,
    /// The line on which the document begins, from 1.
    pub(crate) line: usize,
    /// Such as ``NodePool `spark` ``, once it is known.
    pub(crate) object: Option<String>,
}

/// One thing that is wrong or worth knowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) place: Place,
    /// Such as `spec.limits.cpu`; empty for the document as a whole.
    pub(crate) path: String,
    pub(crate) what: String,
}

impl Problem {
    pub(super) fn new(place: Place, path: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            place,
            path: path.into(),
            what: what.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.place.file, self.place.line)?;
        if let Some(object) = &self.place.object {
            write!(f, "{object}: ")?;
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.what)
    }
}
