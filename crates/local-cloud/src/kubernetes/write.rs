//! Creates, replaces, patches and deletes objects for clients, with the checks an API server makes first.

use super::apply;
use super::kind::{ALL, EC2_NODE_CLASS, Kind, NAMESPACE, NODE_POOL};
use super::metadata::{self, ObjectName};
use super::parameters::{Parameters, UnknownFields};
use super::readiness;
use super::rules;
use super::schema::{self, Schema};
use super::status::{self, FieldError, Refusal};
use super::store::Store;
use serde_json::{Value, json};
use std::sync::Arc;

/// What a patch's body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Patch {
    /// Server-side apply.
    Apply,
    /// JSON merge patch.
    Merge,
}

/// A write to one object of a kind.
#[derive(Debug)]
pub(super) struct Write<'a> {
    pub(super) store: &'a Store,
    pub(super) kind: &'static Kind,
    pub(super) name: ObjectName,
    pub(super) parameters: &'a Parameters,
    /// Who writes, if the request does not name a manager.
    pub(super) client: &'a str,
}

/// What a write led to.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) object: Arc<Value>,
    pub(super) created: bool,
    /// Fields that were dropped.
    pub(super) unknown: Vec<String>,
}

/// Why nothing was written.
enum Unwritten {
    Refused(Refusal),
    /// The result is shown but not kept.
    DryRun(Value),
}

impl From<Refusal> for Unwritten {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Write<'_> {
    pub(super) fn create(&self, object: Value) -> Result<Written, Refusal> {
        self.check_identity(&object)?;
        self.check_namespace()?;
        if metadata::text(&object, "resourceVersion").is_some_and(|version| !version.is_empty()) {
            let message = "resourceVersion should not be set on objects to be created";
            return Err(Refusal::bad_request(message));
        }
        let manager = self.manager();
        self.write(|current| match current {
            Some(_) => Err(Refusal::already_exists(self.kind, &self.name.name)),
            None => {
                let mut object = metadata::as_new(object);
                apply::own_whole(&mut object, &manager);
                Ok(object)
            }
        })
    }

    pub(super) fn replace(&self, object: Value) -> Result<Written, Refusal> {
        self.check_identity(&object)?;
        let manager = self.manager();
        self.write(|current| {
            let current = current.ok_or_else(|| Refusal::not_found(self.kind, &self.name.name))?;
            self.check_version(current, &object)?;
            let mut object = object;
            if let Some(managers) = current["metadata"].get("managedFields") {
                metadata::set(&mut object, "managedFields", managers.clone());
            }
            apply::own_whole(&mut object, &manager);
            Ok(object)
        })
    }

    pub(super) fn patch(&self, kind: Patch, patch: Value) -> Result<Written, Refusal> {
        match kind {
            Patch::Apply => self.apply(patch),
            Patch::Merge => self.write(|current| {
                let current =
                    current.ok_or_else(|| Refusal::not_found(self.kind, &self.name.name))?;
                self.check_version(current, &patch)?;
                Ok(apply::merge_patch(current, &patch))
            }),
        }
    }

    fn apply(&self, applied: Value) -> Result<Written, Refusal> {
        let Some(manager) = self.parameters.text("fieldManager") else {
            // The real server words this as an invalid object of the kind PatchOptions.
            let options = Kind {
                group: "meta.k8s.io",
                kind: "PatchOptions",
                ..*self.kind
            };
            let error = FieldError {
                field: "fieldManager".to_owned(),
                reason: "FieldValueRequired",
                message: "Required value: is required for apply patch".to_owned(),
            };
            return Err(Refusal::invalid(&options, "", &[error]));
        };
        if applied["apiVersion"].is_null() || applied["kind"].is_null() {
            return Err(Refusal::bad_request(
                "apiVersion and kind must be set in an apply patch",
            ));
        }
        self.check_identity(&applied)?;
        self.check_namespace()?;
        if !applied["metadata"]["managedFields"].is_null() {
            return Err(Refusal::bad_request("metadata.managedFields must be nil"));
        }
        self.check_declared(&applied)?;
        let applied = schema::without_status(applied);
        self.write(|current| {
            if let Some(current) = current {
                self.check_version(current, &applied)?;
            }
            Ok(apply::apply(current, &applied, manager))
        })
    }

    /// An apply patch may hold only fields of the schema, whatever `fieldValidation` says.
    fn check_declared(&self, applied: &Value) -> Result<(), Refusal> {
        let Some(schema) = Schema::of(self.kind) else {
            return Ok(());
        };
        let unknown = schema.prune(&mut applied.clone());
        unknown.first().map_or(Ok(()), |field| {
            Err(Refusal::unclassified(format!(
                "failed to create typed patch object (/{}; {}, Kind={}): .{field}: field not declared in schema",
                self.name.name,
                self.kind.api_version(),
                self.kind.kind,
            )))
        })
    }

    /// Deletes the object, or marks it if finalizers hold it. Returns what is answered.
    pub(super) fn delete(&self, options: &Value) -> Result<Value, Refusal> {
        let namespace = self.name.namespace.as_deref();
        let name = self.name.name.as_str();
        let not_found = || Refusal::not_found(self.kind, name);
        let object = self
            .store
            .get(self.kind, namespace, name)
            .ok_or_else(not_found)?;
        let wanted = &options["preconditions"];
        for field in ["uid", "resourceVersion"] {
            if wanted[field].is_string() && wanted[field] != object["metadata"][field] {
                return Err(Refusal::conflict(self.kind, name));
            }
        }
        if self.parameters.dry_run() || options["dryRun"][0] == "All" {
            return Ok(object);
        }
        if metadata::has_finalizers(&object) {
            return self
                .store
                .mark_deleting(self.kind, namespace, name)
                .ok_or_else(not_found);
        }
        if *self.kind == NAMESPACE {
            self.empty_namespace();
        }
        self.store
            .remove(self.kind, namespace, name)
            .ok_or_else(not_found)?;
        self.settle();
        Ok(status::deleted(self.kind, &object))
    }

    fn empty_namespace(&self) {
        for kind in ALL.into_iter().filter(|kind| kind.namespaced) {
            for object in self.store.list(kind, Some(&self.name.name)) {
                let name = metadata::text(&object, "name").unwrap_or_default();
                self.store.remove(kind, Some(&self.name.name), name);
            }
        }
    }

    fn write(
        &self,
        make: impl FnOnce(Option<&Value>) -> Result<Value, Refusal>,
    ) -> Result<Written, Refusal> {
        let mut created = false;
        let mut unknown = Vec::new();
        let stored = self.store.transform(self.kind, &self.name, |current| {
            created = current.is_none();
            let (object, dropped) = self.admit(current, make(current)?)?;
            unknown = dropped;
            if self.parameters.dry_run() {
                return Err(Unwritten::DryRun(metadata::complete(
                    self.kind, &self.name, object, current,
                )));
            }
            Ok(Some(object))
        });
        let object = match stored {
            Ok(stored) => stored.unwrap_or_default(),
            Err(Unwritten::DryRun(object)) => Arc::new(object),
            Err(Unwritten::Refused(refusal)) => return Err(refusal),
        };
        if !self.parameters.dry_run() {
            self.settle();
        }
        Ok(Written {
            object,
            created,
            unknown,
        })
    }

    /// Drops unknown fields, fills in defaults and checks the result.
    fn admit(
        &self,
        current: Option<&Value>,
        object: Value,
    ) -> Result<(Value, Vec<String>), Refusal> {
        let mut object = schema::with_status_of(current, object);
        if current.is_none() {
            set_first_status(self.kind, &mut object);
        }
        let mut errors = metadata::check_name(&self.name.name);
        let mut unknown = Vec::new();
        if let Some(schema) = Schema::of(self.kind) {
            unknown = schema.prune(&mut object);
            if self.parameters.unknown_fields()? == UnknownFields::Strict && !unknown.is_empty() {
                let listed: Vec<String> = unknown
                    .iter()
                    .map(|f| format!("unknown field \"{f}\""))
                    .collect();
                let message = format!("strict decoding error: {}", listed.join(", "));
                return Err(Refusal::bad_request(message));
            }
            schema.complete(&mut object);
            errors.extend(schema.check(&object));
            if errors
                .iter()
                .any(|error| error.reason == "FieldValueRequired")
            {
                errors.push(rules::unchecked());
            } else {
                errors.extend(rules::check(self.kind, current, &object));
            }
        }
        if errors.is_empty() {
            Ok((object, unknown))
        } else {
            Err(Refusal::invalid(self.kind, &self.name.name, &errors))
        }
    }

    /// The object has to be of this kind and have this name, as far as it says so.
    fn check_identity(&self, object: &Value) -> Result<(), Refusal> {
        let kind = [
            ("apiVersion", self.kind.api_version()),
            ("kind", self.kind.kind.to_owned()),
        ];
        for (field, expected) in kind {
            if object[field]
                .as_str()
                .is_some_and(|actual| actual != expected)
            {
                return Err(Refusal::bad_request(format!(
                    "{field} {} does not match the expected {expected:?}",
                    object[field]
                )));
            }
        }
        let expected = [
            ("name", Some(&self.name.name)),
            ("namespace", self.name.namespace.as_ref()),
        ];
        for (field, expected) in expected {
            let actual = metadata::text(object, field).filter(|text| !text.is_empty());
            if let (Some(actual), Some(expected)) = (actual, expected)
                && actual != expected
            {
                return Err(Refusal::bad_request(format!(
                    "the {field} of the object ({actual}) does not match the {field} on the URL ({expected})"
                )));
            }
        }
        Ok(())
    }

    fn check_namespace(&self) -> Result<(), Refusal> {
        match &self.name.namespace {
            Some(name) if self.store.get(&NAMESPACE, None, name).is_none() => {
                Err(Refusal::not_found(&NAMESPACE, name))
            }
            _ => Ok(()),
        }
    }

    /// A client that says which version it read writes only over that version.
    fn check_version(&self, current: &Value, wanted: &Value) -> Result<(), Refusal> {
        let read = metadata::text(wanted, "resourceVersion").filter(|version| !version.is_empty());
        if read.is_some_and(|version| metadata::text(current, "resourceVersion") != Some(version)) {
            return Err(Refusal::conflict(self.kind, &self.name.name));
        }
        Ok(())
    }

    fn manager(&self) -> String {
        let client = self.client.split('/').next().unwrap_or("unknown");
        self.parameters
            .text("fieldManager")
            .unwrap_or(client)
            .to_owned()
    }

    fn settle(&self) {
        if [NODE_POOL, EC2_NODE_CLASS].contains(self.kind) {
            readiness::settle(self.store);
        }
    }
}

fn set_first_status(kind: &Kind, object: &mut Value) {
    match kind.kind {
        "Pod" => object["status"] = json!({ "phase": "Pending" }),
        "Namespace" => object["status"] = json!({ "phase": "Active" }),
        _ => {}
    }
}
