//! The kinds of objects the API server knows, as data.
//! Says nothing about how objects are stored or checked.

/// One kind of Kubernetes object and the names it goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kind {
    /// API group; empty for the core group.
    pub group: &'static str,
    /// API version within the group.
    pub version: &'static str,
    /// The `kind` field of its objects.
    pub kind: &'static str,
    /// The name in URLs.
    pub plural: &'static str,
    /// Names `kubectl` accepts as abbreviations.
    pub short_names: &'static [&'static str],
    /// Whether its objects live in a namespace.
    pub namespaced: bool,
}

/// `v1` Namespace.
pub const NAMESPACE: Kind = core("Namespace", "namespaces", &["ns"], false);
/// `v1` Pod.
pub const POD: Kind = core("Pod", "pods", &["po"], true);
/// `v1` Node.
pub const NODE: Kind = core("Node", "nodes", &["no"], false);
/// `v1` ConfigMap.
pub const CONFIG_MAP: Kind = core("ConfigMap", "configmaps", &["cm"], true);
/// `v1` Event.
pub const EVENT: Kind = core("Event", "events", &["ev"], true);
/// `karpenter.sh/v1` NodeClaim.
pub const NODE_CLAIM: Kind = karpenter("karpenter.sh", "NodeClaim", "nodeclaims", &[]);
/// `karpenter.sh/v1` NodePool.
pub const NODE_POOL: Kind = karpenter("karpenter.sh", "NodePool", "nodepools", &[]);
/// `karpenter.k8s.aws/v1` EC2NodeClass.
pub const EC2_NODE_CLASS: Kind = karpenter(
    "karpenter.k8s.aws",
    "EC2NodeClass",
    "ec2nodeclasses",
    &["ec2nc", "ec2ncs"],
);

/// Every kind the API server serves.
pub const ALL: [&Kind; 8] = [
    &NAMESPACE,
    &POD,
    &NODE,
    &CONFIG_MAP,
    &EVENT,
    &NODE_CLAIM,
    &NODE_POOL,
    &EC2_NODE_CLASS,
];

const fn core(
    kind: &'static str,
    plural: &'static str,
    short_names: &'static [&'static str],
    namespaced: bool,
) -> Kind {
    Kind {
        group: "",
        version: "v1",
        kind,
        plural,
        short_names,
        namespaced,
    }
}

const fn karpenter(
    group: &'static str,
    kind: &'static str,
    plural: &'static str,
    short_names: &'static [&'static str],
) -> Kind {
    Kind {
        group,
        version: "v1",
        kind,
        plural,
        short_names,
        namespaced: false,
    }
}

impl Kind {
    /// The kind served at this group, version and plural name.
    #[must_use]
    pub fn find(group: &str, version: &str, plural: &str) -> Option<&'static Kind> {
        ALL.into_iter()
            .find(|k| k.group == group && k.version == version && k.plural == plural)
    }

    /// The `apiVersion` field of its objects: `v1` or `karpenter.sh/v1`.
    #[must_use]
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// The singular name, as in discovery.
    #[must_use]
    pub fn singular(&self) -> String {
        self.kind.to_lowercase()
    }

    /// The resource as error messages name it: `pods` or `nodepools.karpenter.sh`.
    #[must_use]
    pub fn qualified(&self) -> String {
        if self.group.is_empty() {
            self.plural.to_owned()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }

    /// Whether its objects are described by a CustomResourceDefinition.
    #[must_use]
    pub fn is_custom(&self) -> bool {
        !self.group.is_empty()
    }
}
