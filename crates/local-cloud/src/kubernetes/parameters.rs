//! The query parameters of a request. Pure.

use super::status::Refusal;
use std::collections::HashMap;
use std::str::FromStr;

/// What to do with fields that the schema does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnknownFields {
    /// Refuse the object.
    Strict,
    /// Drop them and say so in a `Warning` header.
    Warn,
    /// Drop them.
    Ignore,
}

/// The query parameters by name; of one given twice the last counts.
#[derive(Debug, Default)]
pub(super) struct Parameters(HashMap<String, String>);

impl Parameters {
    pub(super) fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs.into_iter().collect())
    }

    /// A parameter that is given and not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|text| !text.is_empty())
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        matches!(self.text(name), Some("true" | "1"))
    }

    pub(super) fn number<T: FromStr>(&self, name: &str) -> Result<Option<T>, Refusal> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        let invalid = |_| Refusal::bad_request(format!("invalid {name}: {text:?} is not a number"));
        text.parse().map(Some).map_err(invalid)
    }

    /// Whether the request is to be checked and answered, but nothing written.
    pub(super) fn dry_run(&self) -> bool {
        self.text("dryRun") == Some("All")
    }

    pub(super) fn unknown_fields(&self) -> Result<UnknownFields, Refusal> {
        match self.text("fieldValidation") {
            Some("Strict") => Ok(UnknownFields::Strict),
            None | Some("Warn") => Ok(UnknownFields::Warn),
            Some("Ignore") => Ok(UnknownFields::Ignore),
            Some(other) => Err(Refusal::bad_request(format!(
                "fieldValidation: Unsupported value: {other:?}: supported values: \"Ignore\", \"Strict\", \"Warn\""
            ))),
        }
    }
}
