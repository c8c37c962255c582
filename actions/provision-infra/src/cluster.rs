//! The Kubernetes cluster: applies the manifests, waits until Karpenter accepts them, and removes them again.
//! What the manifests say is decided in `manifest`; what to do with them, in `action`.

mod connect;
mod error;
mod readiness;
mod remove;
mod secrecy;

pub(crate) use error::ClusterError;
pub(crate) use remove::{Foreign, Order, Removal};

use crate::manifest::{Kind, Manifest};
use error::Operation;
use kube::api::{Api, ApiResource, DynamicObject, Patch, PatchParams};
use kube::core::GroupVersionKind;
use readiness::Readiness;
use serde_json::Value;
use std::fmt;
use std::time::Duration;
use tokio::time::Instant;

/// The owner of the fields this action sets.
const FIELD_MANAGER: &str = "emr-eks-actions";

/// Between two looks at an object that is waited for.
const POLL: Duration = Duration::from_millis(500);

/// What applying an object did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Applied {
    Created,
    Changed,
    Unchanged,
}

impl fmt::Display for Applied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
        })
    }
}

/// A cluster that a client was made for. No request has been sent yet.
#[derive(Clone)]
pub(crate) struct Cluster {
    client: kube::Client,
    server: String,
}

impl Cluster {
    /// Address of the API server, for messages.
    pub(crate) fn server(&self) -> &str {
        &self.server
    }

    /// Asks the cluster whether it would take all of these objects. Changes nothing.
    ///
    /// # Errors
    /// Every refusal together, or the first other failure.
    pub(crate) async fn try_out(&self, manifests: &[Manifest]) -> Result<(), ClusterError> {
        let mut parameters = PatchParams::apply(FIELD_MANAGER)
            .force()
            .validation_strict();
        parameters.dry_run = true;
        let mut refused = Vec::new();
        for manifest in manifests {
            let tried = self
                .api(manifest.kind)
                .patch(&manifest.name, &parameters, &Patch::Apply(&manifest.object))
                .await
                .map_err(|error| {
                    self.error(Operation::Apply, manifest.kind, &manifest.name, error)
                });
            match tried {
                Ok(_) => {}
                Err(error @ ClusterError::Invalid { .. }) => refused.push(error),
                Err(error) => return Err(error),
            }
        }
        if refused.is_empty() {
            Ok(())
        } else {
            Err(ClusterError::Several(refused))
        }
    }

    /// Applies one object by server-side apply, taking over fields that others have set.
    ///
    /// # Errors
    /// When the cluster cannot be reached or refuses the object.
    pub(crate) async fn apply(&self, manifest: &Manifest) -> Result<Applied, ClusterError> {
        let api = self.api(manifest.kind);
        let failed = |error| self.error(Operation::Apply, manifest.kind, &manifest.name, error);
        let before = api.get_opt(&manifest.name).await.map_err(failed)?;
        let parameters = PatchParams::apply(FIELD_MANAGER)
            .force()
            .validation_strict();
        let after = api
            .patch(&manifest.name, &parameters, &Patch::Apply(&manifest.object))
            .await
            .map_err(failed)?;
        Ok(match before {
            None => Applied::Created,
            Some(before) if before.metadata.resource_version == after.metadata.resource_version => {
                Applied::Unchanged
            }
            // A controller may have written its status in between, which changes the version too.
            Some(before) if same_intent(&before, &after) => Applied::Unchanged,
            Some(_) => Applied::Changed,
        })
    }

    /// Waits until the controller reports the object as ready.
    ///
    /// # Errors
    /// When it is not ready within `patience`, with the controller's own reason.
    pub(crate) async fn wait_until_ready(
        &self,
        manifest: &Manifest,
        patience: Duration,
    ) -> Result<(), ClusterError> {
        let api = self.api(manifest.kind);
        let deadline = Instant::now() + patience;
        loop {
            let object = api.get(&manifest.name).await.map_err(|error| {
                self.error(Operation::Read, manifest.kind, &manifest.name, error)
            })?;
            let readiness = Readiness::of(&object.data, object.metadata.generation);
            if readiness == Readiness::Ready {
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(ClusterError::NotReady {
                    kind: manifest.kind,
                    name: manifest.name.clone(),
                    patience,
                    readiness: readiness.to_string(),
                });
            }
            tokio::time::sleep(POLL).await;
        }
    }

    fn api(&self, kind: Kind) -> Api<DynamicObject> {
        Api::all_with(self.client.clone(), &resource(kind))
    }

    fn error(
        &self,
        operation: Operation,
        kind: Kind,
        name: &str,
        error: kube::Error,
    ) -> ClusterError {
        ClusterError::of(operation, &self.server, kind, name, error)
    }
}

/// Whether two versions of an object ask for the same; the status is not asked for.
fn same_intent(a: &DynamicObject, b: &DynamicObject) -> bool {
    let spec = |object: &DynamicObject| object.data.get("spec").cloned().unwrap_or(Value::Null);
    a.metadata.labels == b.metadata.labels
        && a.metadata.annotations == b.metadata.annotations
        && spec(a) == spec(b)
}

fn resource(kind: Kind) -> ApiResource {
    let (group, plural) = match kind {
        Kind::Ec2NodeClass => ("karpenter.k8s.aws", "ec2nodeclasses"),
        Kind::NodePool => ("karpenter.sh", "nodepools"),
    };
    ApiResource::from_gvk_with_plural(
        &GroupVersionKind::gvk(group, "v1", &kind.to_string()),
        plural,
    )
}

#[cfg(test)]
mod tests;
