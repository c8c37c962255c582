//! The `metadata` part of objects: names, and the fields the API server fills in.
//! Pure, apart from reading the clock and drawing a uid.

use super::kind::Kind;
use super::status::FieldError;
use serde_json::{Map, Value, json};

/// Which object of a kind: its namespace, if the kind has them, and its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ObjectName {
    pub(super) namespace: Option<String>,
    pub(super) name: String,
}

impl ObjectName {
    /// A namespace given for a cluster-wide kind is ignored; one missing is `default`.
    pub(super) fn new(kind: &Kind, namespace: Option<&str>, name: &str) -> Self {
        Self {
            namespace: kind.namespaced.then(|| {
                namespace
                    .filter(|n| !n.is_empty())
                    .unwrap_or("default")
                    .to_owned()
            }),
            name: name.to_owned(),
        }
    }
}

/// The name an object has by its own metadata.
pub(super) fn name_of(kind: &Kind, object: &Value) -> ObjectName {
    ObjectName::new(
        kind,
        text(object, "namespace"),
        text(object, "name").unwrap_or_default(),
    )
}

/// A string field of the metadata.
pub(super) fn text<'a>(object: &'a Value, field: &str) -> Option<&'a str> {
    object["metadata"][field].as_str()
}

/// Sets a field of the metadata.
pub(super) fn set(object: &mut Value, field: &str, value: Value) {
    metadata_mut(object).insert(field.to_owned(), value);
}

/// Sets a field of the metadata unless it has a value.
pub(super) fn set_if_absent(object: &mut Value, field: &str, value: impl FnOnce() -> Value) {
    let metadata = metadata_mut(object);
    if metadata.get(field).is_none_or(Value::is_null) {
        metadata.insert(field.to_owned(), value());
    }
}

fn metadata_mut(object: &mut Value) -> &mut Map<String, Value> {
    let object = as_object(object);
    as_object(object.entry("metadata").or_insert_with(|| json!({})))
}

fn as_object(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = json!({});
    }
    match value {
        Value::Object(map) => map,
        // The line above made it one.
        _ => unreachable!("a value that was just set to an object is an object"),
    }
}

/// The current time as Kubernetes writes it, to the second.
pub(super) fn now() -> String {
    jiff::Timestamp::now()
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

/// Whether finalizers are holding the object.
pub(super) fn has_finalizers(object: &Value) -> bool {
    object["metadata"]["finalizers"]
        .as_array()
        .is_some_and(|f| !f.is_empty())
}

/// Whether the object was marked for deletion.
pub(super) fn is_deleting(object: &Value) -> bool {
    text(object, "deletionTimestamp").is_some()
}

/// Whether a change took the last finalizer from an object marked for deletion.
pub(super) fn lost_last_finalizer(before: &Value, after: &Value) -> bool {
    is_deleting(after) && has_finalizers(before) && !has_finalizers(after)
}

/// Fills in what the API server owns, from the object that is being replaced where there is one.
pub(super) fn complete(
    kind: &Kind,
    name: &ObjectName,
    mut object: Value,
    current: Option<&Value>,
) -> Value {
    let body = as_object(&mut object);
    body.insert("apiVersion".to_owned(), kind.api_version().into());
    body.insert("kind".to_owned(), kind.kind.into());
    set(&mut object, "name", name.name.clone().into());
    match &name.namespace {
        Some(namespace) => set(&mut object, "namespace", namespace.clone().into()),
        None => drop(metadata_mut(&mut object).shift_remove("namespace")),
    }
    if let Some(current) = current {
        for field in [
            "uid",
            "creationTimestamp",
            "deletionTimestamp",
            "resourceVersion",
        ] {
            if let Some(kept) = current["metadata"].get(field) {
                set(&mut object, field, kept.clone());
            }
        }
    }
    set_if_absent(&mut object, "uid", || {
        uuid::Uuid::new_v4().to_string().into()
    });
    set_if_absent(&mut object, "creationTimestamp", || now().into());
    set_generation(kind, &mut object, current);
    object
}

/// The generation counts changes of the `spec` of custom resources.
fn set_generation(kind: &Kind, object: &mut Value, current: Option<&Value>) {
    if !kind.is_custom() {
        return;
    }
    let generation = current.map_or(1, |current| {
        let known = current["metadata"]["generation"].as_u64().unwrap_or(1);
        known + u64::from(current["spec"] != object["spec"])
    });
    set(object, "generation", generation.into());
}

/// Whether two versions of an object say the same: the time in `managedFields` does not count.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    without_times(a) == without_times(b)
}

fn without_times(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(managers) = object["metadata"]["managedFields"].as_array_mut() {
        for manager in managers {
            if let Some(manager) = manager.as_object_mut() {
                manager.shift_remove("time");
            }
        }
    }
    object
}

/// Takes away what only the API server may say about an object.
pub(super) fn as_new(mut object: Value) -> Value {
    let metadata = metadata_mut(&mut object);
    for field in [
        "uid",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "resourceVersion",
        "generation",
        "managedFields",
        "selfLink",
    ] {
        metadata.shift_remove(field);
    }
    object
}

/// The name for a new object: its own, or one made from `generateName`.
pub(super) fn new_name(object: &Value) -> Option<String> {
    let named = text(object, "name")
        .filter(|name| !name.is_empty())
        .map(str::to_owned);
    named.or_else(|| {
        let prefix = text(object, "generateName").filter(|prefix| !prefix.is_empty())?;
        let random = uuid::Uuid::new_v4().simple().to_string();
        Some(format!("{prefix}{}", &random[..5]))
    })
}

/// What is wrong with a name: names are DNS subdomains.
pub(super) fn check_name(name: &str) -> Vec<FieldError> {
    let label = |label: &str| {
        let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = label.as_bytes();
        edge(bytes.first())
            && edge(bytes.last())
            && bytes
                .iter()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
    };
    if name.len() <= 253 && name.split('.').all(label) {
        return Vec::new();
    }
    vec![FieldError {
        field: "metadata.name".to_owned(),
        reason: "FieldValueInvalid",
        message: format!(
            "Invalid value: {name:?}: a lowercase RFC 1123 subdomain must consist of lower case alphanumeric \
             characters, '-' or '.', and must start and end with an alphanumeric character"
        ),
    }]
}
