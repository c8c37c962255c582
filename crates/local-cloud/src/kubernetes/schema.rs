//! The schemas of Karpenter's kinds, and what an API server does with them: drop unknown fields, fill in defaults,
//! refuse.
//!
//! The schemas are written for this project, in `karpenter/`: OpenAPI as in a CustomResourceDefinition, without the
//! rules in CEL, which `rules` has.

use super::kind::Kind;
use super::status::FieldError;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// The schema of one custom kind.
#[derive(Debug)]
pub(super) struct Schema {
    openapi: Value,
    validator: Validator,
}

static NODE_POOL: LazyLock<Schema> =
    LazyLock::new(|| Schema::read(include_str!("karpenter/node-pool.yaml")));
static NODE_CLAIM: LazyLock<Schema> =
    LazyLock::new(|| Schema::read(include_str!("karpenter/node-claim.yaml")));
static EC2_NODE_CLASS: LazyLock<Schema> =
    LazyLock::new(|| Schema::read(include_str!("karpenter/ec2-node-class.yaml")));

impl Schema {
    /// The schema of a kind; none for kinds of the core group.
    pub(super) fn of(kind: &Kind) -> Option<&'static Self> {
        match kind.kind {
            "NodePool" => Some(&NODE_POOL),
            "NodeClaim" => Some(&NODE_CLAIM),
            "EC2NodeClass" => Some(&EC2_NODE_CLASS),
            _ => None,
        }
    }

    /// The schemas are part of this program, and a test reads each of them.
    #[expect(
        clippy::expect_used,
        reason = "an embedded schema that cannot be read is a broken build"
    )]
    fn read(text: &str) -> Self {
        let openapi: Value = serde_saphyr::from_str(text).expect("the schema is YAML");
        let mut schema = openapi.clone();
        as_json_schema(&mut schema);
        let validator = jsonschema::draft4::new(&schema).expect("the schema is a JSON Schema");
        Self { openapi, validator }
    }

    /// Drops fields the schema does not know and returns their paths.
    pub(super) fn prune(&self, object: &mut Value) -> Vec<String> {
        let mut unknown = Vec::new();
        if let Some(fields) = object.as_object_mut() {
            // Metadata has the shape every object shares, which the schema leaves out.
            for (name, value) in fields.iter_mut().filter(|(name, _)| *name != "metadata") {
                match self.openapi["properties"].get(name) {
                    Some(schema) => prune(schema, value, name, &mut unknown),
                    None => unknown.push(name.clone()),
                }
            }
            fields.retain(|name, _| {
                name == "metadata" || self.openapi["properties"].get(name).is_some()
            });
        }
        unknown
    }

    /// Sets the fields the schema has defaults for.
    pub(super) fn complete(&self, object: &mut Value) {
        if let Some(spec) = object.get_mut("spec") {
            complete(&self.openapi["properties"]["spec"], spec);
        }
    }

    /// Everything about the object that the schema does not allow.
    pub(super) fn check(&self, object: &Value) -> Vec<FieldError> {
        self.validator
            .iter_errors(object)
            .map(|error| field_error(&error))
            .collect()
    }
}

fn prune(schema: &Value, value: &mut Value, path: &str, unknown: &mut Vec<String>) {
    if schema["x-kubernetes-preserve-unknown-fields"] == Value::Bool(true) {
        return;
    }
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                prune(&schema["items"], item, &format!("{path}[{index}]"), unknown);
            }
        }
        Value::Object(fields) => {
            let additional = schema.get("additionalProperties");
            let known = |name: &str| schema["properties"].get(name).or(additional);
            // An object where none belongs is left for the check to refuse.
            if schema.get("properties").is_none() && additional.is_none() {
                return;
            }
            for (name, value) in fields.iter_mut() {
                let path = format!("{path}.{name}");
                match known(name) {
                    Some(schema) => prune(schema, value, &path, unknown),
                    None => unknown.push(path),
                }
            }
            fields.retain(|name, _| known(name).is_some());
        }
        _ => {}
    }
}

fn complete(schema: &Value, value: &mut Value) {
    match value {
        Value::Array(items) => {
            for item in items {
                complete(&schema["items"], item);
            }
        }
        Value::Object(fields) => {
            for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
                if let (Some(default), None) = (schema.get("default"), fields.get(name)) {
                    fields.insert(name.clone(), default.clone());
                }
                if let Some(value) = fields.get_mut(name) {
                    complete(schema, value);
                }
            }
        }
        _ => {}
    }
}

/// Says in JSON Schema's words what Kubernetes has words of its own for.
fn as_json_schema(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.get("x-kubernetes-int-or-string") == Some(&Value::Bool(true)) {
                let either = json!([{ "type": "integer" }, { "type": "string" }]);
                fields.insert("anyOf".to_owned(), either);
            }
            if fields.get("x-kubernetes-list-type") == Some(&Value::from("set")) {
                fields.insert("uniqueItems".to_owned(), Value::Bool(true));
            }
            fields.values_mut().for_each(as_json_schema);
        }
        Value::Array(items) => items.iter_mut().for_each(as_json_schema),
        _ => {}
    }
}

fn field_error(error: &ValidationError<'_>) -> FieldError {
    let field = field_path(error.instance_path().as_str());
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let field = if field.is_empty() {
                name.to_owned()
            } else {
                format!("{field}.{name}")
            };
            FieldError {
                field,
                reason: "FieldValueRequired",
                message: "Required value".to_owned(),
            }
        }
        ValidationErrorKind::Enum { options } => {
            let supported: Vec<String> = options
                .as_array()
                .into_iter()
                .flatten()
                .map(Value::to_string)
                .collect();
            FieldError {
                reason: "FieldValueNotSupported",
                message: format!(
                    "Unsupported value: {}: supported values: {}",
                    error.instance(),
                    supported.join(", ")
                ),
                field,
            }
        }
        // These schemas use alternatives only for quantities, which are written either way.
        ValidationErrorKind::AnyOf { .. } => FieldError {
            reason: "FieldValueInvalid",
            message: format!(
                "Invalid value: {}: {field} in body must be an integer or a string that is a quantity",
                shown(error.instance())
            ),
            field,
        },
        _ => FieldError {
            reason: "FieldValueInvalid",
            message: format!(
                "Invalid value: {}: {}",
                shown(error.instance()),
                error.masked()
            ),
            field,
        },
    }
}

/// Objects and lists are named by their type, as their text would hide the message.
fn shown(value: &Value) -> String {
    match value {
        Value::Object(_) => "\"object\"".to_owned(),
        Value::Array(_) => "\"array\"".to_owned(),
        scalar => scalar.to_string(),
    }
}

/// Turns `/spec/template/spec/taints/0/key` into `spec.template.spec.taints[0].key`.
fn field_path(pointer: &str) -> String {
    let mut path = String::new();
    for segment in pointer.split('/').skip(1) {
        if segment.bytes().all(|byte| byte.is_ascii_digit()) {
            path.push_str(&format!("[{segment}]"));
            continue;
        }
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&segment.replace("~1", "/").replace("~0", "~"));
    }
    path
}

/// The fields of an object that clients may not write: `status` has its own owner.
pub(super) fn without_status(mut object: Value) -> Value {
    if let Some(fields) = object.as_object_mut() {
        fields.shift_remove("status");
    }
    object
}

/// Puts the current status back into an object a client wrote.
pub(super) fn with_status_of(current: Option<&Value>, object: Value) -> Value {
    let mut object = without_status(object);
    if let (Some(status), Some(fields)) = (
        current.and_then(|c| c.get("status")),
        object.as_object_mut(),
    ) {
        let fields: &mut Map<String, Value> = fields;
        fields.insert("status".to_owned(), status.clone());
    }
    object
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
