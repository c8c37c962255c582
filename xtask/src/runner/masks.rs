//! Secrets that must not be shown: every text for a person goes through here.

use std::sync::{Arc, Mutex, PoisonError};

/// The values a job hides. Cheap to clone; every clone hides the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Masks {
    values: Arc<Mutex<Vec<String>>>,
}

impl Masks {
    /// Hides `value` and each of its lines from now on.
    pub(crate) fn add(&self, value: &str) {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        for part in std::iter::once(value).chain(value.lines()) {
            if !part.trim().is_empty() && !values.iter().any(|known| known == part) {
                values.push(part.to_owned());
            }
        }
        // A secret inside a longer one must not leave the rest of the longer one readable.
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    }

    pub(crate) fn apply(&self, text: &str) -> String {
        let values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        values.iter().fold(text.to_owned(), |text, secret| {
            text.replace(secret.as_str(), "***")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Masks;

    #[test]
    fn whole_values_and_their_lines_are_hidden() {
        let masks = Masks::default();
        masks.add("top\nsecret-key");
        masks.add("secret");
        masks.add("  ");
        assert_eq!(
            masks.apply("a secret-key and a secret on top"),
            "a *** and a *** on ***"
        );
    }
}
