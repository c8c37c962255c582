//! Where YAML is wrong and why, never what it says.
//!
//! A kubeconfig holds tokens and keys, and a pod template may. The parser's own message shows the lines around the
//! mistake, and some of its reasons repeat a value; what an action prints ends up in logs, records and comments.
//!
//! `nearest` names the member that a mistyped one was probably meant to be: members are names of the document's kind.
//! This crate parses nothing and knows no kind of document.

mod nearest;

pub use nearest::nearest;

use serde_saphyr::Error;

/// The mistake in one line: `line 12, column 5: the field `name` is missing`. Holds field names of the expected
/// document, never a value that was read.
#[must_use]
pub fn describe(error: &Error) -> String {
    let reason = reason(error.without_snippet());
    match error.location() {
        Some(place) => format!("line {}, column {}: {reason}", place.line(), place.column()),
        None => reason,
    }
}

fn reason(error: &Error) -> String {
    match error {
        // Messages about the form: they name at most one character.
        Error::ExternalMessage { msg, .. } => format!("not valid YAML: {msg}"),
        Error::SerdeInvalidType { expected, .. }
        | Error::SerdeInvalidValue { expected, .. }
        | Error::SerdeInvalidLength { expected, .. } => format!("expected {expected}"),
        Error::Unexpected { expected, .. } => format!("expected {expected}"),
        Error::SerdeMissingField { field, .. } => format!("the field `{field}` is missing"),
        Error::DuplicateMappingKey { .. } => "a key is there twice".to_owned(),
        Error::MultipleDocuments { .. } => "expected one document, found more".to_owned(),
        Error::UnknownAnchor { .. } => "an alias without an anchor".to_owned(),
        Error::Eof { .. } => "it ends too early".to_owned(),
        Error::AliasError { error, .. } | Error::WithSnippet { error, .. } => reason(error),
        // Others may repeat what they found.
        _ => "the value cannot be used here".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::describe;

    const SECRET: &str = "eyJTOPSECRETTOKEN123";

    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    #[expect(dead_code, reason = "only the shape matters")]
    struct User {
        name: String,
        port: Option<u8>,
        labels: Option<BTreeMap<String, String>>,
    }

    fn said(yaml: &str) -> String {
        let read = serde_saphyr::from_str::<User>(&yaml.replace("SECRET", SECRET));
        describe(&read.expect_err("the document is wrong"))
    }

    #[test]
    fn no_kind_of_mistake_shows_a_value() {
        for yaml in [
            "name: SECRET\n bad: [\n",
            "name: \"SECRET",
            "name: \"SECRET\\q\"",
            "name: x\nport: SECRET",
            "name: x\nlabels: SECRET",
            "name: SECRET\nname: SECRET",
            "name: *SECRET",
            "name: !SECRET [",
            "SECRET",
            "[SECRET]",
        ] {
            let said = said(yaml);
            assert!(!said.contains(SECRET), "{said}");
            assert_eq!(said.lines().count(), 1, "{said}");
        }
    }

    #[test]
    fn says_where_and_why() {
        assert!(said("name: x\nport: []\n").starts_with("line 2, column "));
        assert!(said("port: 1\n").contains("`name` is missing"));
        assert!(said("name: x\nname: y\n").contains("twice"));
    }
}
