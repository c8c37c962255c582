//! What can go wrong with the cluster, decided by codes, and how to fix it.

use super::secrecy;
use crate::manifest::Kind;
use eks_access::AccessError;
use gha::Failure;
use std::error::Error;
use std::fmt;
use std::time::Duration;

type Cause = Box<dyn Error + Send + Sync>;

/// What was being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Apply,
    Read,
    Delete,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Apply => "apply",
            Self::Read => "read",
            Self::Delete => "delete",
        })
    }
}

/// One request about one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    operation: Operation,
    object: String,
    server: String,
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "cannot {} {} on {}",
            self.operation, self.object, self.server
        )
    }
}

/// Why the cluster part failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClusterError {
    #[error("the cluster is not known: there is no usable kubeconfig")]
    NoConfiguration { source: Cause },
    #[error("the EKS cluster cannot be used")]
    NotFound { source: Box<AccessError> },
    #[error("{fault}")]
    Kubeconfig {
        /// Path, place and reason, without anything the file says.
        fault: String,
    },
    #[error("{request}: it cannot be reached")]
    Unreachable { request: Request, source: Cause },
    #[error("{request}: the credentials were refused")]
    Credentials { request: Request, source: Cause },
    #[error("{request}: it does not know this kind of object")]
    UnknownKind { request: Request, source: Cause },
    #[error("{request}: the object was refused")]
    Invalid {
        request: Request,
        /// `field: message` for each refused field.
        fields: Vec<String>,
        source: Cause,
    },
    #[error("{request}")]
    Refused { request: Request, source: Cause },
    #[error("{} refused; nothing was applied", counted(.0.len()))]
    Several(Vec<ClusterError>),
    #[error("{kind} `{name}` is not ready after {} s: {readiness}", .patience.as_secs())]
    NotReady {
        kind: Kind,
        name: String,
        patience: Duration,
        readiness: String,
    },
    #[error(
        "{object} on {server} was made for cluster `{made_for}`, and `{wanted}` is to be destroyed"
    )]
    OtherCluster {
        object: String,
        server: String,
        made_for: String,
        wanted: String,
    },
    #[error("the cluster is to be destroyed, and it has NodePools that this action did not make: {}", .0.join(", "))]
    OfOthers(Vec<String>),
    #[error("still in the cluster after {} s: {}", .patience.as_secs(), .left.join(", "))]
    NotGone {
        left: Vec<String>,
        patience: Duration,
    },
}

impl ClusterError {
    /// Classifies what the client reports.
    pub(super) fn of(
        operation: Operation,
        server: &str,
        kind: impl fmt::Display,
        name: &str,
        error: kube::Error,
    ) -> Self {
        let request = Request {
            operation,
            object: if name.is_empty() {
                format!("the {kind}s")
            } else {
                format!("{kind} `{name}`")
            },
            server: server.to_owned(),
        };
        let (code, fields) = match &error {
            kube::Error::Api(status) => (Some(status.code), refused_fields(status)),
            _ => (None, Vec::new()),
        };
        let is_auth = matches!(error, kube::Error::Auth(_));
        let is_transport = matches!(error, kube::Error::Service(_) | kube::Error::HyperError(_));
        let source: Cause = Box::new(error);
        match code {
            Some(401 | 403) => Self::Credentials { request, source },
            Some(404) => Self::UnknownKind { request, source },
            Some(400 | 422) => Self::Invalid {
                request,
                fields,
                source,
            },
            None if is_auth => Self::Credentials { request, source },
            None if is_transport => Self::Unreachable { request, source },
            _ => Self::Refused { request, source },
        }
    }

    /// Whether nothing answers: most likely the cluster is gone already.
    pub(crate) fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }

    /// Whether EKS says that there is no such cluster any more.
    pub(crate) fn is_gone(&self) -> bool {
        matches!(self, Self::NotFound { source } if source.is_gone())
    }

    /// Whether it may well come right by itself soon after the cluster was made: its name is not known everywhere yet, its
    /// API starts, an access entry takes effect, Karpenter is being installed.
    pub(crate) fn may_come(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::UnknownKind { .. } | Self::Credentials { .. } => true,
            Self::NotFound { source } => source.is_not_yet(),
            // An API server that starts says that it is not ready.
            Self::Refused { source, .. } => {
                let error = source.downcast_ref::<kube::Error>();
                matches!(error, Some(kube::Error::Api(status)) if status.code >= 500)
            }
            Self::Several(errors) => errors.iter().all(Self::may_come),
            _ => false,
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::NoConfiguration { .. } => "No cluster configuration",
            Self::NotFound { .. } => "Cluster not found",
            Self::Kubeconfig { .. } => "Kubeconfig cannot be read",
            Self::Unreachable { .. } => "Cluster not reachable",
            Self::Credentials { .. } => "Cluster refused the credentials",
            Self::UnknownKind { .. } => "Karpenter not installed",
            Self::Invalid { .. } | Self::Several(_) => "Cluster refused the object",
            Self::Refused { .. } => "Cluster refused the request",
            Self::NotReady { .. } => "NodePool not ready",
            Self::NotGone { .. } => "NodePools not removed",
            Self::OtherCluster { .. } => "Another cluster",
            Self::OfOthers(_) => "NodePools of others",
        }
    }

    fn help(&self) -> &'static str {
        match self {
            Self::NoConfiguration { .. } => {
                "write a kubeconfig for the cluster in an earlier step and name it in the input `kubeconfig`; one that runs \
                 a program for its token needs that program here; or set `node-pools: false`"
            }
            Self::NotFound { .. } => {
                "check that the root module's outputs `cluster_name` and `region` are this cluster's and that the AWS identity \
                 may call eks:DescribeCluster; or name a `kubeconfig`; `apply` also goes without the cluster, with `node-pools: false`"
            }
            Self::Kubeconfig { .. } => {
                "correct the file at that place; its text is not shown here, because it may hold a token or a key"
            }
            Self::Unreachable { .. } => {
                "check that the address is this cluster's, that its endpoint is public and lets this runner in, or that the \
                 runner is inside its network, or set `node-pools: false`"
            }
            Self::Credentials { .. } => {
                "give the identity of this step an EKS access entry that may get, create, patch and delete nodepools, \
                 ec2nodeclasses and nodeclaims; a kubeconfig that runs a program for its token needs that program here"
            }
            Self::UnknownKind { .. } => {
                "install Karpenter 1.0 or later in the cluster, then run the same command again"
            }
            Self::Invalid { .. } | Self::Several(_) => {
                "change the input that sets the named field; Karpenter before 1.0 has other fields and must be updated"
            }
            Self::Refused { .. } => {
                "run the same command again; what was applied already stays and is not applied twice"
            }
            Self::NotReady { .. } => {
                "fix what the condition names (role, subnets or security groups tagged karpenter.sh/discovery), \
                 then run the same command again"
            }
            Self::OtherCluster { .. } => {
                "name the kubeconfig of the right cluster, or leave it out: then EKS is asked; nothing was removed"
            }
            Self::OfOthers(_) => {
                "their instances would outlive the cluster and cost money: delete them first and wait until their nodes are \
                 gone, or set `force: true` to have them removed; nothing was removed"
            }
            Self::NotGone { .. } => {
                "end what still runs on these nodes, then run destroy again; Terraform was not started, so that no \
                 instance outlives its cluster"
            }
        }
    }
}

impl From<ClusterError> for Failure {
    fn from(error: ClusterError) -> Self {
        let mut failure = Failure::outside(error.title(), error.to_string()).help(error.help());
        if let ClusterError::Several(errors) = error {
            for error in errors {
                let failed = Self::from(error);
                failure.causes.push(failed.what);
                failure.causes.extend(failed.causes);
            }
            return failure;
        }
        if let ClusterError::Invalid { fields, .. } = &error {
            failure.causes.clone_from(fields);
        }
        let Some(source) = error.source() else {
            return failure;
        };
        match secrecy::instead_of(source) {
            Some(said) => {
                failure.causes.push(said);
                failure
            }
            None => failure.because(source),
        }
    }
}

fn counted(objects: usize) -> String {
    match objects {
        1 => "1 object was".to_owned(),
        count => format!("{count} objects were"),
    }
}

fn refused_fields(status: &kube::core::Status) -> Vec<String> {
    let causes = status.details.iter().flat_map(|details| &details.causes);
    causes
        .map(|cause| match cause.field.as_str() {
            "" => cause.message.clone(),
            field => format!("{field}: {}", cause.message),
        })
        .collect()
}
