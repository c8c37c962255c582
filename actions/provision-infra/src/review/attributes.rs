//! What differs inside one resource, attribute by attribute, as far as a person would read it.

use super::plan_json::Change;
use super::secrets::{HIDDEN, Secrets};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// Most attributes kept of a resource.
const MOST: usize = 40;
/// Most characters kept of a value.
const LONGEST: usize = 120;

/// One attribute that differs. The texts are cut and never sensitive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attribute {
    /// Such as `scaling_config[0].max_size`.
    pub(crate) path: String,
    /// Absent where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) before: Option<String>,
    /// Absent where there is none any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) after: Option<String>,
    /// Whether it is why the resource is replaced.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) forces_replacement: bool,
}

/// The attributes that differ, those that force a replacement first.
pub(super) fn differences(change: &Change, secrets: &Secrets) -> Vec<Attribute> {
    let (before, after) = secrets.sides(change);
    let mut walk = Walk {
        forcing: &change.replace_paths,
        found: Vec::new(),
    };
    walk.compare(
        &mut Vec::new(),
        Some(&before),
        Some(&after),
        &change.after_unknown,
        (&change.before, &change.after),
    );
    walk.found
        .sort_by_key(|attribute| (!attribute.forces_replacement, attribute.path.clone()));
    walk.found.truncate(MOST);
    walk.found
}

struct Walk<'a> {
    forcing: &'a [Value],
    found: Vec<Attribute>,
}

impl Walk<'_> {
    /// `open` are the two sides with their sensitive values, only to see whether these differ.
    fn compare(
        &mut self,
        path: &mut Vec<Value>,
        before: Option<&Value>,
        after: Option<&Value>,
        unknown: &Value,
        open: (&Value, &Value),
    ) {
        const NULL: &Value = &Value::Null;
        if unknown == &Value::Bool(true) {
            // Known after the apply: it may well stay what it is, which only the top of it says.
            self.note(path, before, Some("(known after apply)".to_owned()));
            return;
        }
        let sides = (before.unwrap_or(NULL), after.unwrap_or(NULL));
        let names: Vec<Value> = match sides {
            (Value::Object(a), Value::Object(b)) => {
                let mut names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
                names.extend(
                    unknown
                        .as_object()
                        .into_iter()
                        .flat_map(|fields| fields.keys()),
                );
                names
                    .into_iter()
                    .map(|name| Value::from(name.as_str()))
                    .collect()
            }
            (Value::Array(a), Value::Array(b)) => {
                (0..a.len().max(b.len())).map(Value::from).collect()
            }
            _ if open.0 == open.1 => return,
            (_, after) => {
                let after = (!after.is_null()).then(|| shown(after));
                self.note(path, before, after);
                return;
            }
        };
        for name in names {
            path.push(name.clone());
            self.compare(
                path,
                at(sides.0, &name),
                at(sides.1, &name),
                at(unknown, &name).unwrap_or(NULL),
                (
                    at(open.0, &name).unwrap_or(NULL),
                    at(open.1, &name).unwrap_or(NULL),
                ),
            );
            path.pop();
        }
    }

    fn note(&mut self, path: &[Value], before: Option<&Value>, after: Option<String>) {
        let forces = |forcing: &Value| {
            forcing
                .as_array()
                .is_some_and(|forcing| path.starts_with(forcing) || forcing.starts_with(path))
        };
        let forces_replacement = self.forcing.iter().any(forces);
        self.found.push(Attribute {
            path: written(path),
            before: before.filter(|value| !value.is_null()).map(shown),
            after,
            forces_replacement,
        });
    }
}

fn at<'a>(value: &'a Value, name: &Value) -> Option<&'a Value> {
    match name {
        Value::String(name) => value.get(name.as_str()),
        Value::Number(place) => value.get(usize::try_from(place.as_u64()?).ok()?),
        _ => None,
    }
}

fn written(path: &[Value]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Value::String(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
            }
            step => text.push_str(&format!("[{step}]")),
        }
    }
    text
}

fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) if text == HIDDEN => return text.clone(),
        value => value.to_string(),
    };
    if text.chars().count() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}
