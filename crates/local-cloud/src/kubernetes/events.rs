//! The Event objects that the scheduler and the kubelet write about a pod. Decides nothing.

use super::kind::EVENT;
use super::store::Store;
use serde_json::{Value, json};

/// Who reports an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reporter {
    Scheduler,
    Kubelet,
}

/// Writes an event about a pod, now, in the form that `client-go`'s recorder gives it. The kubelet's are about the
/// pod's first container.
pub(crate) fn report(store: &Store, pod: &Value, reporter: Reporter, reason: &str, message: &str) {
    let metadata = &pod["metadata"];
    let name = metadata["name"].as_str().unwrap_or_default();
    let unique = uuid::Uuid::new_v4().simple().to_string();
    let now = super::metadata::now();
    let (component, field, kind) = match reporter {
        Reporter::Scheduler => ("default-scheduler", None, "Normal"),
        Reporter::Kubelet => {
            let container = pod["spec"]["containers"][0]["name"].as_str();
            let field = container.map(|name| format!("spec.containers{{{name}}}"));
            ("kubelet", field, "Normal")
        }
    };
    let kind = if reason.starts_with("Failed") {
        "Warning"
    } else {
        kind
    };
    let mut event = json!({
        "metadata": {"name": format!("{name}.{}", &unique[..16]), "namespace": metadata["namespace"]},
        "involvedObject": {
            "kind": "Pod", "apiVersion": "v1", "namespace": metadata["namespace"], "name": name,
            "uid": metadata["uid"], "resourceVersion": metadata["resourceVersion"],
        },
        "reason": reason,
        "message": message,
        "type": kind,
        "source": {"component": component, "host": pod["spec"]["nodeName"]},
        "reportingComponent": component,
        "reportingInstance": "",
        "firstTimestamp": now,
        "lastTimestamp": now,
        "eventTime": null,
        "count": 1,
    });
    if let Some(field) = field {
        event["involvedObject"]["fieldPath"] = json!(field);
    }
    store.put(&EVENT, event);
}

/// The scheduler has found the pod's node.
pub(crate) fn scheduled(store: &Store, pod: &Value) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let message = format!(
        "Successfully assigned {}/{} to {}",
        text(&pod["metadata"]["namespace"]),
        text(&pod["metadata"]["name"]),
        text(&pod["spec"]["nodeName"])
    );
    report(store, pod, Reporter::Scheduler, "Scheduled", &message);
}
