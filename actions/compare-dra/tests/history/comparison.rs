//! What has to be equal. Differences are gathered, so that one run shows them all.

use std::fmt::Debug;

/// What was not equal, at one place.
pub(crate) struct Differences {
    place: String,
    found: Vec<String>,
}

impl Differences {
    pub(crate) fn at(place: &str) -> Self {
        Self {
            place: place.to_owned(),
            found: Vec::new(),
        }
    }

    /// `ours` is what was measured.
    pub(crate) fn equal<T: PartialEq + Debug>(&mut self, what: &str, ours: T, theirs: T) {
        if ours != theirs {
            let place = &self.place;
            self.found.push(format!(
                "{place}: {what}: measured {ours:?}, expected {theirs:?}"
            ));
        }
    }

    pub(crate) fn all(self) -> Vec<String> {
        self.found
    }
}
