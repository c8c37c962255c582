//! The members that EMR on EKS takes from a pod template, and those it refuses although Kubernetes knows them.
//!
//! EMR's lists are the ones its job runner mounts as `driver-pod-allowlist` and `driver-container-allowlist` (release
//! 6.8.0); the executors' are the same. The rest is Kubernetes' core/v1.

/// Members of one kind of object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    /// What may be there.
    pub(crate) allowed: &'static [&'static str],
    /// What Kubernetes knows and EMR refuses.
    pub(crate) refused: &'static [&'static str],
}

/// The pod itself.
pub(crate) const POD: Fields = Fields {
    allowed: &["apiVersion", "kind", "metadata", "spec"],
    refused: &["status"],
};

/// The pod's metadata: EMR takes all of it.
pub(crate) const METADATA: Fields = Fields {
    allowed: &[
        "annotations",
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "finalizers",
        "generateName",
        "generation",
        "labels",
        "managedFields",
        "name",
        "namespace",
        "ownerReferences",
        "resourceVersion",
        "selfLink",
        "uid",
    ],
    refused: &[],
};

/// The pod's `spec`.
pub(crate) const SPEC: Fields = Fields {
    allowed: &[
        "activeDeadlineSeconds",
        "affinity",
        "containers",
        "enableServiceLinks",
        "ephemeralContainers",
        "hostAliases",
        "hostname",
        "imagePullSecrets",
        "initContainers",
        "nodeName",
        "nodeSelector",
        "overhead",
        "preemptionPolicy",
        "priority",
        "priorityClassName",
        "readinessGates",
        "restartPolicy",
        "runtimeClassName",
        "schedulerName",
        "subdomain",
        "terminationGracePeriodSeconds",
        "tolerations",
        "topologySpreadConstraints",
        "volumes",
    ],
    refused: &[
        "automountServiceAccountToken",
        "dnsConfig",
        "dnsPolicy",
        "hostIPC",
        "hostNetwork",
        "hostPID",
        "hostUsers",
        "hostnameOverride",
        "os",
        "resourceClaims",
        "resources",
        "schedulingGates",
        "securityContext",
        "serviceAccount",
        "serviceAccountName",
        "setHostnameAsFQDN",
        "shareProcessNamespace",
    ],
};

/// The container Spark runs in.
pub(crate) const MAIN_CONTAINER: Fields = Fields {
    allowed: &[
        "env",
        "envFrom",
        "lifecycle",
        "livenessProbe",
        "name",
        "readinessProbe",
        "resources",
        "startupProbe",
        "stdin",
        "stdinOnce",
        "terminationMessagePath",
        "terminationMessagePolicy",
        "tty",
        "volumeDevices",
        "volumeMounts",
        "workingDir",
    ],
    refused: &[
        "args",
        "command",
        "image",
        "imagePullPolicy",
        "ports",
        "resizePolicy",
        "restartPolicy",
        "restartPolicyRules",
        "securityContext",
    ],
};

/// Any other container: EMR takes all of it.
pub(crate) const SIDECAR: Fields = Fields {
    allowed: &[
        "args",
        "command",
        "env",
        "envFrom",
        "image",
        "imagePullPolicy",
        "lifecycle",
        "livenessProbe",
        "name",
        "ports",
        "readinessProbe",
        "resizePolicy",
        "resources",
        "restartPolicy",
        "restartPolicyRules",
        "securityContext",
        "startupProbe",
        "stdin",
        "stdinOnce",
        // Of ephemeral containers.
        "targetContainerName",
        "terminationMessagePath",
        "terminationMessagePolicy",
        "tty",
        "volumeDevices",
        "volumeMounts",
        "workingDir",
    ],
    refused: &[],
};

/// A toleration: with a mistyped member it tolerates something else, and the pod finds no node.
pub(crate) const TOLERATION: Fields = Fields {
    allowed: &["effect", "key", "operator", "tolerationSeconds", "value"],
    refused: &[],
};

/// The sidecar that EMR adds to the driver by itself.
pub(crate) const RESERVED_SIDECAR: &str = "emr-container-fluentd";

/// What to do instead of setting a refused member.
pub(crate) fn instead(member: &str) -> &'static str {
    match member {
        "image" | "imagePullPolicy" => {
            "remove it: a custom image is set with `spark.kubernetes.container.image`"
        }
        "command" | "args" => {
            "remove it: what the job runs is its entry point and its arguments, or give the pod an init container"
        }
        "serviceAccount" | "serviceAccountName" | "automountServiceAccountToken" => {
            "remove it: EMR makes the service accounts from the execution role"
        }
        "ports" => "remove it: Spark names its own ports",
        "securityContext" => "remove it: EMR sets its own",
        _ => "remove it",
    }
}
