//! How the cluster is found: a kubeconfig file the user names, else the chain that kubectl uses too.

use super::{Cluster, ClusterError};
use kube::config::{KubeConfigOptions, Kubeconfig};
use std::path::Path;
use std::time::Duration;

/// An address that does not answer within this time is taken as unreachable.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A server that accepted a request and does not answer it within this time is taken as unreachable.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

impl Cluster {
    /// Makes a client from `kubeconfig`, else from `KUBECONFIG`, `~/.kube/config` or the pod's own account.
    ///
    /// # Errors
    /// When there is no configuration or it cannot be used. The cluster itself is not asked yet.
    pub(crate) async fn connect(kubeconfig: Option<&Path>) -> Result<Self, ClusterError> {
        let mut config = match kubeconfig {
            Some(path) => {
                let file = Kubeconfig::read_from(path).map_err(unusable)?;
                kube::Config::from_custom_kubeconfig(file, &KubeConfigOptions::default())
                    .await
                    .map_err(unusable)?
            }
            None => kube::Config::infer().await.map_err(unusable)?,
        };
        config.connect_timeout = Some(CONNECT_TIMEOUT);
        config.read_timeout = Some(READ_TIMEOUT);
        // A pooled connection that sat idle between two polls must not count against the next answer.
        config.reset_reader_on_write = true;
        let server = config.cluster_url.to_string();
        let client = kube::Client::try_from(config).map_err(unusable)?;
        Ok(Self { client, server })
    }
}

fn unusable(error: impl std::error::Error + Send + Sync + 'static) -> ClusterError {
    ClusterError::NoConfiguration {
        source: Box::new(error),
    }
}
