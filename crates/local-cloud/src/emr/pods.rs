//! Driver and executor pods as objects: built from the template, moved through their phases. Starts nothing.

use serde_json::{Value, json};

use crate::{
    karpenter::{now, set_condition},
    kubernetes::{
        POD, Store,
        events::{self, Reporter, scheduled},
    },
    spark::settings::PodRequest,
};

/// Which pod of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Driver,
    Executor,
}

impl Role {
    pub(super) fn container(self) -> &'static str {
        match self {
            Self::Driver => "spark-kubernetes-driver",
            Self::Executor => "spark-kubernetes-executor",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Driver => "driver",
            Self::Executor => "executor",
        }
    }
}

/// What all pods of a job share.
#[derive(Debug, Clone)]
pub(super) struct PodSpec<'a> {
    pub(super) namespace: &'a str,
    pub(super) job: &'a str,
    pub(super) virtual_cluster: &'a str,
    pub(super) release: &'a str,
    pub(super) template: &'a Value,
    pub(super) request: PodRequest,
}

/// A pod that waits for a node.
pub(super) fn pending(spec: &PodSpec<'_>, role: Role, name: &str) -> Value {
    let mut labels = spec.template["metadata"]["labels"].clone();
    if !labels.is_object() {
        labels = json!({});
    }
    labels["emr-containers.amazonaws.com/job.id"] = json!(spec.job);
    labels["emr-containers.amazonaws.com/virtual-cluster-id"] = json!(spec.virtual_cluster);
    labels["emr-containers.amazonaws.com/component"] = json!(role.label());
    labels["spark-role"] = json!(role.label());
    labels["spark-app-selector"] = json!(format!("spark-{}", spec.job));
    let requests = json!({
        "cpu": format!("{}m", spec.request.milli_cpu),
        "memory": format!("{}Mi", spec.request.memory_mib),
    });
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": spec.namespace,
            "labels": labels,
            "annotations": spec.template["metadata"]["annotations"],
        },
        "spec": {
            "nodeSelector": spec.template["spec"]["nodeSelector"],
            "tolerations": spec.template["spec"]["tolerations"],
            "restartPolicy": "Never",
            "containers": [{
                "name": role.container(),
                "image": format!("emr-on-eks/spark/{}", spec.release),
                "resources": {"requests": requests},
            }],
        },
        "status": {"phase": "Pending", "conditions": []},
    })
}

/// The pod is on this node.
pub(super) fn bind(store: &Store, namespace: &str, name: &str, node: &str) {
    let mut moved = false;
    let bound = store.edit(&POD, Some(namespace), name, |pod| {
        moved = pod["spec"]["nodeName"] != node;
        pod["spec"]["nodeName"] = json!(node);
        set_condition(pod, "PodScheduled");
    });
    if let Some(pod) = bound.filter(|_| moved) {
        scheduled(store, &pod);
    }
}

/// The container runs from now on: its image is pulled and it is created at once.
pub(super) fn start(store: &Store, namespace: &str, name: &str, executor: Option<u32>) {
    let started = store.edit(&POD, Some(namespace), name, |pod| {
        if let Some(executor) = executor {
            pod["metadata"]["labels"]["spark-exec-id"] = json!(executor.to_string());
        }
        let container = pod["spec"]["containers"][0]["name"].clone();
        pod["status"]["phase"] = json!("Running");
        pod["status"]["startTime"] = json!(now());
        pod["status"]["containerStatuses"] = json!([{
            "name": container, "ready": true, "started": true, "restartCount": 0, "image": "", "imageID": "",
            "state": {"running": {"startedAt": now()}},
        }]);
    });
    if let Some(pod) = started {
        let container = &pod["spec"]["containers"][0];
        let name = container["name"].as_str().unwrap_or_default();
        let image = container["image"].as_str().unwrap_or_default();
        let steps = [
            ("Pulling", format!("Pulling image \"{image}\"")),
            (
                "Pulled",
                format!(
                    "Successfully pulled image \"{image}\" in 0s (0s including waiting). Image size: 0 bytes."
                ),
            ),
            ("Created", format!("Created container: {name}")),
            ("Started", format!("Started container {name}")),
        ];
        for (reason, message) in steps {
            events::report(store, &pod, Reporter::Kubelet, reason, &message);
        }
    }
}

/// The container has ended; 0 is success. What has ended before stays as it was.
pub(super) fn finish(store: &Store, namespace: &str, name: &str, exit_code: i32) {
    store.edit(&POD, Some(namespace), name, |pod| {
        if matches!(
            pod["status"]["phase"].as_str(),
            Some("Succeeded" | "Failed")
        ) {
            return;
        }
        pod["status"]["phase"] = json!(if exit_code == 0 {
            "Succeeded"
        } else {
            "Failed"
        });
        // A pod that never got a node has no containers.
        if let Some(status) = pod["status"]["containerStatuses"].get_mut(0) {
            let started = status["state"]["running"]["startedAt"].clone();
            status["ready"] = json!(false);
            status["started"] = json!(false);
            status["state"] = json!({"terminated": {
                "exitCode": exit_code, "startedAt": started, "finishedAt": now(),
                "reason": if exit_code == 0 { "Completed" } else { "Error" },
            }});
        }
    });
}
