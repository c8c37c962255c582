//! The hash of a plan: of every change with its values, in one order, without anything that only says when it was made.

use super::plan_json::{Change, PlanJson};
use super::secrets::Secrets;
use super::{Action, Goal, OutputChange, Resource};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::str::FromStr;

/// First line of what is hashed, so that another form of it never gives the same hash.
const FORM: &str = "emr-eks-actions plan 1";

/// SHA-256 of a plan, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hash(String);

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Hash {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let hexadecimal = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        if text.len() == 64 && text.chars().all(hexadecimal) {
            Ok(Self(text.to_owned()))
        } else {
            Err("expected the 64 hexadecimal digits of the output `plan-hash`")
        }
    }
}

/// The hash of a whole plan.
pub(super) fn hash(
    goal: Goal,
    resources: &[Resource],
    outputs: &[OutputChange],
    beyond: &BTreeMap<String, String>,
) -> Hash {
    let resources = resources.iter().map(|resource| {
        let from = resource.previous_address.as_deref().unwrap_or_default();
        let (address, action) = (&resource.address, resource.action);
        format!("resource\t{address}\t{from}\t{action}\t{}", resource.digest)
    });
    let outputs = outputs.iter().map(|output| {
        format!(
            "output\t{}\t\t{}\t{}",
            output.name, output.action, output.digest
        )
    });
    let beyond = beyond
        .iter()
        .map(|(name, digest)| format!("beyond\t{name}\t\t\t{digest}"));
    let mut lines: Vec<String> = resources.chain(outputs).chain(beyond).collect();
    lines.sort();
    let goal = match goal {
        Goal::Configuration => "apply",
        Goal::Nothing => "destroy",
    };
    Hash(sha256(&format!("{FORM}\n{goal}\n{}\n", lines.join("\n"))))
}

/// The hash of all provisioners of the configuration, which run without being in any change; none without them.
pub(super) fn provisioners(plan: &PlanJson, secrets: &Secrets) -> Option<String> {
    let mut found = Vec::new();
    gather_provisioners(&plan.configuration, &mut found);
    if found.is_empty() {
        return None;
    }
    let hidden: Vec<Value> = found
        .into_iter()
        .map(|provisioners| secrets.hide(provisioners, &Value::Null))
        .collect();
    Some(of_value(&Value::Array(hidden)))
}

fn gather_provisioners<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if name == "provisioners" {
                    found.push(field);
                } else {
                    gather_provisioners(field, found);
                }
            }
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| gather_provisioners(item, found)),
        _ => {}
    }
}

/// The hash of a JSON value, whatever the order of its fields.
pub(super) fn of_value(value: &Value) -> String {
    let mut text = String::new();
    write_canonical(value, &mut text);
    sha256(&text)
}

/// The hash of a text.
pub(crate) fn of_text(text: &str) -> String {
    sha256(text)
}

/// The hash of what a plan was made from.
pub(super) fn source(plan: &PlanJson, secrets: &Secrets) -> Hash {
    let variables = plan.variables.iter().map(|(name, variable)| {
        let mark = Value::Bool(plan.is_sensitive(name));
        (name.clone(), secrets.hide(&variable.value, &mark))
    });
    let configuration = secrets.hide(&plan.configuration, &Value::Null);
    let whole = serde_json::json!({
        "configuration": configuration,
        "variables": variables.collect::<serde_json::Map<_, _>>(),
    });
    Hash(of_value(&whole))
}

/// The hash of one change.
pub(super) fn digest(change: &Change, secrets: &Secrets) -> String {
    let (before, after) = secrets.sides(change);
    // What is destroyed is the same thing whatever its other attributes have become meanwhile.
    let before = match change.action() {
        Some(Action::Destroy) => identity(&before),
        _ => before,
    };
    let whole = serde_json::json!({
        "actions": change.actions,
        "before": before,
        "after": after,
        "after_unknown": known_later(&change.after_unknown),
        "replace_paths": change.replace_paths,
        "importing": change.importing,
    });
    of_value(&whole)
}

/// The attributes by which providers tell one thing from another.
fn identity(value: &Value) -> Value {
    ["id", "arn", "name"]
        .into_iter()
        .map(|name| (name.to_owned(), value[name].clone()))
        .collect()
}

/// Only what is unknown: the marks of what is known take several forms.
fn known_later(mark: &Value) -> Value {
    match mark {
        Value::Bool(true) => Value::Bool(true),
        Value::Array(items) => {
            let items: Vec<Value> = items.iter().map(known_later).collect();
            if items.iter().all(Value::is_null) {
                return Value::Null;
            }
            Value::Array(items)
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, mark)| (name, known_later(mark)));
            let fields: serde_json::Map<_, _> = fields
                .filter(|(_, mark)| !mark.is_null())
                .map(|(name, mark)| (name.clone(), mark))
                .collect();
            if fields.is_empty() {
                return Value::Null;
            }
            Value::Object(fields)
        }
        _ => Value::Null,
    }
}

/// JSON with the fields in alphabetical order.
fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write_canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| name.as_str());
            text.push('{');
            for (name, field) in fields {
                let _ = write!(text, "{}:", Value::from(name.as_str()));
                write_canonical(field, text);
                text.push(',');
            }
            text.push('}');
        }
        other => {
            let _ = write!(text, "{other}");
        }
    }
}

fn sha256(text: &str) -> String {
    let mut digits = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}
