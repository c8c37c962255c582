//! Objects as the table that `kubectl get` prints. Pure, apart from reading the clock for ages.

use super::kind::Kind;
use serde_json::{Value, json};
use std::sync::Arc;

/// How objects are to be written in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As they are.
    Objects,
    /// As rows of a table.
    Table,
}

impl Form {
    /// Reads the `Accept` header.
    pub(super) fn of(accept: &str) -> Self {
        let first = accept.split(',').next().unwrap_or_default();
        if first.contains("as=Table") {
            Self::Table
        } else {
            Self::Objects
        }
    }
}

/// A column: its title and how its text is found.
type Column = (&'static str, fn(&Value) -> Value);

fn columns(kind: &Kind) -> &'static [Column] {
    match kind.kind {
        "Pod" => &[
            ("Name", name),
            ("Ready", ready_containers),
            ("Status", pod_status),
            ("Restarts", restarts),
            ("Age", age),
        ],
        "Node" => &[
            ("Name", name),
            ("Status", node_status),
            ("Roles", none),
            ("Age", age),
            ("Version", kubelet),
        ],
        "Namespace" => &[("Name", name), ("Status", phase), ("Age", age)],
        "NodePool" => &[
            ("Name", name),
            ("NodeClass", node_class),
            ("Nodes", nodes),
            ("Ready", ready),
            ("Age", age),
        ],
        "NodeClaim" => &[
            ("Name", name),
            ("Type", instance_type),
            ("Capacity", capacity_type),
            ("Zone", zone),
            ("Node", node_name),
            ("Ready", ready),
            ("Age", age),
        ],
        "EC2NodeClass" => &[("Name", name), ("Ready", ready), ("Age", age)],
        _ => &[("Name", name), ("Age", age)],
    }
}

/// A table with a row for each object.
pub(super) fn table<'a>(
    kind: &Kind,
    version: Option<u64>,
    objects: impl IntoIterator<Item = &'a Arc<Value>>,
) -> Value {
    let columns = columns(kind);
    let definitions = columns.iter().map(|(title, _)| {
        let format = if *title == "Name" { "name" } else { "" };
        json!({ "name": title, "type": "string", "format": format, "description": "", "priority": 0 })
    });
    let rows = objects.into_iter().map(|object| {
        json!({
            "cells": columns.iter().map(|(_, cell)| cell(object)).collect::<Vec<_>>(),
            "object": {
                "kind": "PartialObjectMetadata",
                "apiVersion": "meta.k8s.io/v1",
                "metadata": object["metadata"],
            },
        })
    });
    let mut table = json!({
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {},
        "columnDefinitions": Value::from_iter(definitions),
        "rows": Value::from_iter(rows),
    });
    if let Some(version) = version {
        table["metadata"]["resourceVersion"] = version.to_string().into();
    }
    table
}

fn or_none(value: &Value) -> Value {
    match value {
        Value::Null => "<none>".into(),
        Value::String(text) => text.as_str().into(),
        other => other.to_string().into(),
    }
}

fn name(object: &Value) -> Value {
    or_none(&object["metadata"]["name"])
}

fn none(_: &Value) -> Value {
    "<none>".into()
}

fn age(object: &Value) -> Value {
    let created = object["metadata"]["creationTimestamp"]
        .as_str()
        .and_then(|t| t.parse::<jiff::Timestamp>().ok());
    let Some(created) = created else {
        return "<unknown>".into();
    };
    let seconds = jiff::Timestamp::now()
        .duration_since(created)
        .as_secs()
        .max(0);
    match seconds {
        0..120 => format!("{seconds}s"),
        120..7200 => format!("{}m", seconds / 60),
        7200..172_800 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
    .into()
}

fn phase(object: &Value) -> Value {
    // Namespaces are made without a status, and are active all the same.
    match &object["status"]["phase"] {
        Value::Null => "Active".into(),
        phase => or_none(phase),
    }
}

fn containers(object: &Value) -> &[Value] {
    object["status"]["containerStatuses"]
        .as_array()
        .map_or(&[], Vec::as_slice)
}

fn ready_containers(object: &Value) -> Value {
    let all = object["spec"]["containers"].as_array().map_or(0, Vec::len);
    let ready = containers(object)
        .iter()
        .filter(|c| c["ready"] == true)
        .count();
    format!("{ready}/{all}").into()
}

fn pod_status(object: &Value) -> Value {
    let deleting = !object["metadata"]["deletionTimestamp"].is_null();
    let states = || containers(object).iter().map(|c| &c["state"]);
    let reason = states().find_map(|state| {
        state["waiting"]["reason"]
            .as_str()
            .or(state["terminated"]["reason"].as_str())
    });
    match (deleting, reason) {
        (true, _) => "Terminating".into(),
        (false, Some(reason)) => reason.into(),
        (false, None) => or_none(&object["status"]["phase"]),
    }
}

fn restarts(object: &Value) -> Value {
    let count: u64 = containers(object)
        .iter()
        .filter_map(|c| c["restartCount"].as_u64())
        .sum();
    count.to_string().into()
}

fn condition(object: &Value, kind: &str) -> Option<Value> {
    let conditions = object["status"]["conditions"].as_array()?;
    conditions
        .iter()
        .find(|c| c["type"] == kind)
        .map(|c| c["status"].clone())
}

fn ready(object: &Value) -> Value {
    or_none(&condition(object, "Ready").unwrap_or_default())
}

fn node_status(object: &Value) -> Value {
    let ready = condition(object, "Ready") == Some("True".into());
    let cordoned = object["spec"]["unschedulable"] == true;
    match (ready, cordoned) {
        (true, false) => "Ready",
        (true, true) => "Ready,SchedulingDisabled",
        (false, false) => "NotReady",
        (false, true) => "NotReady,SchedulingDisabled",
    }
    .into()
}

fn kubelet(object: &Value) -> Value {
    or_none(&object["status"]["nodeInfo"]["kubeletVersion"])
}

fn node_class(object: &Value) -> Value {
    or_none(&object["spec"]["template"]["spec"]["nodeClassRef"]["name"])
}

fn nodes(object: &Value) -> Value {
    or_none(&object["status"]["nodes"])
}

fn instance_type(object: &Value) -> Value {
    or_none(&object["metadata"]["labels"]["node.kubernetes.io/instance-type"])
}

fn capacity_type(object: &Value) -> Value {
    or_none(&object["metadata"]["labels"]["karpenter.sh/capacity-type"])
}

fn zone(object: &Value) -> Value {
    or_none(&object["metadata"]["labels"]["topology.kubernetes.io/zone"])
}

fn node_name(object: &Value) -> Value {
    or_none(&object["status"]["nodeName"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubernetes::{NODE, POD};

    fn row(kind: &Kind, object: Value) -> String {
        let table = table(kind, None, [&Arc::new(object)]);
        let cells = table["rows"][0]["cells"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        cells
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn rows_say_what_kubectl_says() {
        let pod = json!({
            "metadata": { "name": "p", "creationTimestamp": jiff::Timestamp::now().to_string() },
            "spec": { "containers": [{ "name": "a" }, { "name": "b" }] },
            "status": { "phase": "Running", "containerStatuses": [{ "ready": true, "restartCount": 1 }] },
        });
        assert!(row(&POD, pod).starts_with("p 1/2 Running 1 "));
        let ended = json!({
            "metadata": { "name": "p" },
            "status": { "containerStatuses": [{ "state": { "terminated": { "reason": "OOMKilled" } } }] },
        });
        assert_eq!(row(&POD, ended), "p 0/0 OOMKilled 0 <unknown>");
        let node = json!({
            "metadata": { "name": "n" },
            "status": { "conditions": [{ "type": "Ready", "status": "True" }] },
        });
        assert_eq!(row(&NODE, node), "n Ready <none> <unknown> <none>");
    }

    #[test]
    fn a_table_is_given_only_to_those_who_prefer_it() {
        let kubectl = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
        assert_eq!(Form::of(kubectl), Form::Table);
        assert_eq!(Form::of("application/json"), Form::Objects);
    }
}
