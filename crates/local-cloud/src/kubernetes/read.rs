//! Answers get, list, watch and log requests.

use super::kind::POD;
use super::parameters::Parameters;
use super::pod_log;
use super::selector::Selector;
use super::status::Refusal;
use super::store::Store;
use super::table::{self, Form};
use super::target::Target;
use super::watch::{self, Wish};
use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

pub(super) fn read(
    store: &Store,
    target: &Target,
    parameters: &Parameters,
    accept: &str,
) -> Result<Response, Refusal> {
    let form = Form::of(accept);
    match (target.part.as_deref(), &target.name) {
        (Some("log"), Some(pod)) if *target.kind == POD => {
            pod_log::serve(store, target, pod, parameters)
        }
        (Some("status") | None, Some(name)) if !parameters.flag("watch") => {
            get(store, target, name, form)
        }
        (None, _) if parameters.flag("watch") => watch(store, target, parameters, form),
        (None, None) => list(store, target, parameters, form),
        _ => Err(Refusal::unknown_path()),
    }
}

fn get(store: &Store, target: &Target, name: &str, form: Form) -> Result<Response, Refusal> {
    let object = store.get(target.kind, target.namespace.as_deref(), name);
    let object = object.ok_or_else(|| Refusal::not_found(target.kind, name))?;
    Ok(match form {
        Form::Objects => Json(object).into_response(),
        Form::Table => Json(table::table(target.kind, None, [&Arc::new(object)])).into_response(),
    })
}

fn list(
    store: &Store,
    target: &Target,
    parameters: &Parameters,
    form: Form,
) -> Result<Response, Refusal> {
    let selector = selector(target, parameters)?;
    let (version, mut objects) = store.snapshot(target.kind, target.namespace.as_deref());
    objects.retain(|object| selector.matches(object));
    Ok(match form {
        Form::Objects => Json(object_list(target, version, &objects)).into_response(),
        Form::Table => Json(table::table(target.kind, Some(version), &objects)).into_response(),
    })
}

/// The list object of a kind.
pub(super) fn object_list(target: &Target, version: u64, objects: &[Arc<Value>]) -> Value {
    json!({
        "kind": format!("{}List", target.kind.kind),
        "apiVersion": target.kind.api_version(),
        "metadata": { "resourceVersion": version.to_string() },
        "items": objects.iter().map(|object| Value::clone(object)).collect::<Vec<_>>(),
    })
}

pub(super) fn selector(target: &Target, parameters: &Parameters) -> Result<Selector, Refusal> {
    let labels = parameters.text("labelSelector");
    let fields = parameters.text("fieldSelector");
    let selector = Selector::parse(target.kind, target.namespace.as_deref(), labels, fields);
    let selector = selector.map_err(Refusal::bad_request)?;
    Ok(match &target.name {
        Some(name) => selector.named(name),
        None => selector,
    })
}

fn watch(
    store: &Store,
    target: &Target,
    parameters: &Parameters,
    form: Form,
) -> Result<Response, Refusal> {
    let send_initial_events = parameters.flag("sendInitialEvents");
    if send_initial_events && parameters.text("resourceVersionMatch") != Some("NotOlderThan") {
        return Err(Refusal::bad_request(
            "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
        ));
    }
    let wish = Wish {
        kind: target.kind,
        selector: selector(target, parameters)?,
        form,
        version: parameters.number("resourceVersion")?,
        send_initial_events,
        bookmarks: parameters.flag("allowWatchBookmarks"),
        timeout: parameters
            .number("timeoutSeconds")?
            .map(Duration::from_secs),
    };
    Ok(watch::serve(store.clone(), wish))
}
