//! Label and field selectors. Pure.

use super::kind::Kind;
use serde_json::Value;

/// Which objects of a kind are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Selector {
    namespace: Option<String>,
    labels: Vec<(String, Rule)>,
    fields: Vec<(String, Rule)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    Absent,
}

/// Fields that objects of every kind can be selected by.
const COMMON_FIELDS: [&str; 2] = ["metadata.name", "metadata.namespace"];

/// Fields that events can be selected by.
const EVENT_FIELDS: [&str; 8] = [
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "type",
];

impl Selector {
    /// Reads the query parameters.
    ///
    /// # Errors
    /// The message of the refusal, for a selector that cannot be read or a field that is not supported.
    pub(super) fn parse(
        kind: &Kind,
        namespace: Option<&str>,
        labels: Option<&str>,
        fields: Option<&str>,
    ) -> Result<Self, String> {
        let labels = requirements(labels.unwrap_or_default())?;
        let fields = requirements(fields.unwrap_or_default())?;
        for (field, _) in &fields {
            let of_kind: &[&str] = match kind.kind {
                "Pod" => &["spec.nodeName", "status.phase"],
                "Event" => &EVENT_FIELDS,
                _ => &[],
            };
            if !of_kind.contains(&field.as_str()) && !COMMON_FIELDS.contains(&field.as_str()) {
                return Err(format!("field label not supported: {field}"));
            }
        }
        Ok(Self {
            namespace: namespace.map(str::to_owned),
            labels,
            fields,
        })
    }

    /// Narrows the selection to one object.
    pub(super) fn named(mut self, name: &str) -> Self {
        self.fields
            .push(("metadata.name".to_owned(), Rule::In(vec![name.to_owned()])));
        self
    }

    pub(super) fn matches(&self, object: &Value) -> bool {
        let metadata = &object["metadata"];
        let label = |key: &str| metadata["labels"][key].as_str();
        self.namespace
            .as_deref()
            .is_none_or(|wanted| metadata["namespace"].as_str() == Some(wanted))
            && self
                .labels
                .iter()
                .all(|(key, rule)| rule.allows(label(key)))
            && self.fields.iter().all(|(path, rule)| {
                let value = path.split('.').fold(object, |value, field| &value[field]);
                // A field that is not set is the empty text.
                rule.allows(Some(value.as_str().unwrap_or_default()))
            })
    }
}

impl Rule {
    fn allows(&self, value: Option<&str>) -> bool {
        let among =
            |values: &[String]| value.is_some_and(|value| values.iter().any(|v| v == value));
        match self {
            Self::In(values) => among(values),
            Self::NotIn(values) => !among(values),
            Self::Exists => value.is_some(),
            Self::Absent => value.is_none(),
        }
    }
}

fn requirements(text: &str) -> Result<Vec<(String, Rule)>, String> {
    let mut found = Vec::new();
    for part in split_outside_parentheses(text) {
        let part = part.trim();
        if !part.is_empty() {
            found.push(
                requirement(part).ok_or_else(|| format!("unable to parse requirement: {part}"))?,
            );
        }
    }
    Ok(found)
}

fn requirement(text: &str) -> Option<(String, Rule)> {
    let one = |value: &str| vec![value.trim().trim_start_matches('=').trim().to_owned()];
    if let Some((head, values)) = text.strip_suffix(')').and_then(|t| t.split_once('(')) {
        let values = values.split(',').map(|v| v.trim().to_owned()).collect();
        let (key, operator) = head.trim().rsplit_once(char::is_whitespace)?;
        let rule = match operator {
            "in" => Rule::In(values),
            "notin" => Rule::NotIn(values),
            _ => return None,
        };
        return Some((key.trim().to_owned(), rule));
    }
    if let Some((key, value)) = text.split_once("!=") {
        return Some((key.trim().to_owned(), Rule::NotIn(one(value))));
    }
    if let Some((key, value)) = text.split_once('=') {
        return Some((key.trim().to_owned(), Rule::In(one(value))));
    }
    match text.strip_prefix('!') {
        Some(key) => Some((key.trim().to_owned(), Rule::Absent)),
        None if !text.contains(char::is_whitespace) => Some((text.to_owned(), Rule::Exists)),
        None => None,
    }
}

fn split_outside_parentheses(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    text.split(|character| {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ',' && depth == 0
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubernetes::{NODE, POD};
    use serde_json::json;

    fn selects(labels: &str) -> bool {
        let pod =
            json!({ "metadata": { "name": "p", "labels": { "role": "driver", "job": "1" } } });
        Selector::parse(&POD, None, Some(labels), None).is_ok_and(|s| s.matches(&pod))
    }

    #[test]
    fn labels_are_matched_by_every_operator() {
        for matching in [
            "role=driver",
            "role==driver,job",
            "role in (driver, executor),!x",
            "x!=1",
            "x notin (a)",
            "",
        ] {
            assert!(selects(matching), "{matching}");
        }
        for other in [
            "role=executor",
            "role!=driver",
            "!role",
            "x",
            "role notin (driver)",
            "x in (a,b)",
            "a b",
        ] {
            assert!(!selects(other), "{other}");
        }
    }

    #[test]
    fn only_known_fields_select() {
        let on_node = |kind| Selector::parse(kind, None, None, Some("spec.nodeName=n"));
        let pod = json!({ "spec": { "nodeName": "n" } });
        assert!(on_node(&POD).is_ok_and(|s| s.matches(&pod) && !s.matches(&json!({}))));
        assert_eq!(
            on_node(&NODE),
            Err("field label not supported: spec.nodeName".to_owned())
        );
    }
}
