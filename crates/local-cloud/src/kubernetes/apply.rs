//! Server-side apply and merge patch on plain JSON, and who owns which fields. Pure, apart from the clock.
//!
//! Lists are replaced whole; merging them by key and conflicts between managers are left out.

use super::metadata;
use serde_json::{Map, Value, json};

/// Merges what a manager applies into the object there is, taking away what that manager applied before and now
/// leaves out. Fields another manager also owns stay.
pub(super) fn apply(current: Option<&Value>, applied: &Value, manager: &str) -> Value {
    let owned = fields_of(applied);
    let mut object = current.cloned().unwrap_or_else(|| json!({}));
    if let Some(before) = owned_by(&object, manager, "Apply") {
        let others = owned_by_others(&object, manager);
        remove_abandoned(&mut object, &before, &owned, &others);
    }
    merge(&mut object, applied, Nulls::Keep);
    set_owner(&mut object, manager, "Apply", owned);
    object
}

/// Records who created or replaced the object.
pub(super) fn own_whole(object: &mut Value, manager: &str) {
    let owned = fields_of(object);
    set_owner(object, manager, "Update", owned);
}

/// RFC 7396: objects merge, null removes, everything else replaces.
pub(super) fn merge_patch(current: &Value, patch: &Value) -> Value {
    let mut object = current.clone();
    merge(&mut object, patch, Nulls::Remove);
    object
}

#[derive(Clone, Copy, PartialEq)]
enum Nulls {
    Keep,
    Remove,
}

fn merge(target: &mut Value, patch: &Value, nulls: Nulls) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let Some(target) = target.as_object_mut() else {
        return;
    };
    for (name, value) in patch {
        if value.is_null() && nulls == Nulls::Remove {
            target.shift_remove(name);
        } else {
            merge(
                target.entry(name.clone()).or_insert(Value::Null),
                value,
                nulls,
            );
        }
    }
}

/// The fields of a configuration in the `fieldsV1` form: `{"f:spec": {"f:weight": {}}}`.
fn fields_of(applied: &Value) -> Value {
    let mut owned = field_set(applied);
    if let Some(fields) = owned.as_object_mut() {
        for identity in ["f:apiVersion", "f:kind"] {
            fields.shift_remove(identity);
        }
        if let Some(metadata) = fields.get_mut("f:metadata").and_then(Value::as_object_mut) {
            metadata.retain(|name, _| {
                ["f:labels", "f:annotations", "f:finalizers"].contains(&name.as_str())
            });
            if metadata.is_empty() {
                fields.shift_remove("f:metadata");
            }
        }
    }
    owned
}

fn field_set(value: &Value) -> Value {
    let fields = value.as_object().into_iter().flatten();
    Value::Object(
        fields
            .map(|(name, value)| (format!("f:{name}"), field_set(value)))
            .collect(),
    )
}

fn managers(object: &Value) -> impl Iterator<Item = &Value> {
    object["metadata"]["managedFields"]
        .as_array()
        .into_iter()
        .flatten()
}

fn owned_by(object: &Value, manager: &str, operation: &str) -> Option<Value> {
    managers(object)
        .find(|entry| entry["manager"] == manager && entry["operation"] == operation)
        .map(|entry| entry["fieldsV1"].clone())
}

fn owned_by_others(object: &Value, manager: &str) -> Value {
    let mut others = json!({});
    for entry in managers(object).filter(|entry| entry["manager"] != manager) {
        merge(&mut others, &entry["fieldsV1"], Nulls::Keep);
    }
    others
}

/// Removes the leaves of `before` that are neither in `now` nor in `others`, and objects that this empties.
fn remove_abandoned(value: &mut Value, before: &Value, now: &Value, others: &Value) {
    let (Some(fields), Some(before)) = (value.as_object_mut(), before.as_object()) else {
        return;
    };
    for (marked, below) in before {
        let name = marked.trim_start_matches("f:");
        let kept = now.get(marked).is_some() || others.get(marked).is_some();
        if below.as_object().is_none_or(Map::is_empty) {
            if !kept {
                fields.shift_remove(name);
            }
        } else if let Some(child) = fields.get_mut(name) {
            remove_abandoned(child, below, &now[marked], &others[marked]);
            if !kept && child.as_object().is_some_and(Map::is_empty) {
                fields.shift_remove(name);
            }
        }
    }
}

fn set_owner(object: &mut Value, manager: &str, operation: &str, owned: Value) {
    let mut entries: Vec<Value> = managers(object)
        .filter(|entry| entry["manager"] != manager || entry["operation"] != operation)
        .cloned()
        .collect();
    entries.push(json!({
        "manager": manager,
        "operation": operation,
        "apiVersion": object["apiVersion"],
        "time": metadata::now(),
        "fieldsType": "FieldsV1",
        "fieldsV1": owned,
    }));
    metadata::set(object, "managedFields", entries.into());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(spec: Value) -> Value {
        json!({ "apiVersion": "v1", "kind": "X", "metadata": { "name": "x" }, "spec": spec })
    }

    #[test]
    fn applying_twice_changes_nothing() {
        let config = applied(json!({ "a": 1, "list": [1, 2] }));
        let once = apply(None, &config, "me");
        let twice = apply(Some(&once), &config, "me");
        assert!(metadata::same(&once, &twice));
        assert_eq!(once["metadata"]["managedFields"][0]["operation"], "Apply");
        assert_eq!(
            once["metadata"]["managedFields"][0]["fieldsV1"],
            json!({ "f:spec": { "f:a": {}, "f:list": {} } })
        );
    }

    #[test]
    fn a_field_left_out_is_removed_unless_another_manager_owns_it() {
        let first = apply(
            None,
            &applied(json!({ "mine": { "x": 1 }, "shared": 1 })),
            "me",
        );
        let second = apply(
            Some(&first),
            &applied(json!({ "shared": 1, "theirs": 2 })),
            "them",
        );
        let last = apply(Some(&second), &applied(json!({ "new": 3 })), "me");
        assert_eq!(last["spec"], json!({ "shared": 1, "theirs": 2, "new": 3 }));
    }

    #[test]
    fn a_merge_patch_sets_and_removes() {
        let current = json!({ "a": { "b": 1, "c": 2 }, "list": [1] });
        let patch = json!({ "a": { "b": null, "d": 3 }, "list": [2] });
        assert_eq!(
            merge_patch(&current, &patch),
            json!({ "a": { "c": 2, "d": 3 }, "list": [2] })
        );
    }
}
