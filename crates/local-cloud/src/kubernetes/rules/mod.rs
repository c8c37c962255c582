//! The rules beyond types that the published definitions of Karpenter's kinds have in CEL, written by hand, with the
//! messages that a cluster answers with (Karpenter v1.14, `pkg/apis/crds`). Pure.
//!
//! Left out: the rules on capacity reservations, placement groups, network interfaces, connection tracking and
//! Windows. An API server looks at the rules only when an object has all that is required.

mod node_class;
mod node_pool;

use super::kind::Kind;
use super::status::FieldError;
use serde_json::Value;

/// Everything that the rules of its kind refuse about an object, which may stand in the place of another.
pub(super) fn check(kind: &Kind, current: Option<&Value>, object: &Value) -> Vec<FieldError> {
    let mut broken = Broken::default();
    let spec = &object["spec"];
    let before = current.map(|current| &current["spec"]);
    match kind.kind {
        "NodePool" => node_pool::check(spec, before, &mut broken),
        "EC2NodeClass" => node_class::check(spec, &mut broken),
        "NodeClaim" => {
            let kept = before.is_none_or(|before| before == spec);
            broken.unless(kept, "spec", spec, "spec is immutable");
        }
        _ => {}
    }
    broken.0
}

/// What an API server says when it has not come to the rules.
pub(super) fn unchecked() -> FieldError {
    FieldError {
        field: "<nil>".to_owned(),
        reason: "FieldValueInvalid",
        message: "Invalid value: null: some validation rules were not checked because the object was invalid; \
                  correct the existing errors to complete validation"
            .to_owned(),
    }
}

/// The rules that are broken.
#[derive(Debug, Default)]
struct Broken(Vec<FieldError>);

impl Broken {
    /// Notes the message of a rule that does not hold at a field. A rule names the type of its field, not its value.
    fn unless(&mut self, holds: bool, field: impl Into<String>, value: &Value, message: &str) {
        if holds {
            return;
        }
        let kind = match value {
            Value::Object(_) | Value::Null => "object",
            Value::Array(_) => "array",
            Value::String(_) => "string",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "integer",
        };
        self.0.push(FieldError {
            field: field.into(),
            reason: "FieldValueInvalid",
            message: format!("Invalid value: \"{kind}\": {message}"),
        });
    }
}

/// The items of a list, and none where there is no list.
fn items(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

/// Whether an object has a field, as `has()` in CEL.
fn has(object: &Value, field: &str) -> bool {
    object.get(field).is_some()
}

fn any(object: &Value, fields: &[&str]) -> bool {
    fields.iter().any(|field| has(object, field))
}

#[cfg(test)]
#[path = "../rules_tests.rs"]
mod tests;
