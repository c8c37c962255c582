//! How the cluster is found: a kubeconfig file the user names, else the chain that kubectl uses too.

use super::{Cluster, ClusterError, secrecy};
use kube::config::{KubeConfigOptions, Kubeconfig};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// An address that does not answer within this time is taken as unreachable.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A server that accepted a request and does not answer it within this time is taken as unreachable.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

impl Cluster {
    /// Makes a client from `kubeconfig`, else from `KUBECONFIG`, `~/.kube/config` or the pod's own account.
    /// `usual` are the files of the second case, only to name the one that cannot be read.
    ///
    /// # Errors
    /// When there is no configuration or it cannot be used. The cluster itself is not asked yet.
    pub(crate) async fn connect(
        kubeconfig: Option<&Path>,
        usual: &[PathBuf],
    ) -> Result<Self, ClusterError> {
        let mut config = match kubeconfig {
            Some(path) => {
                let file =
                    Kubeconfig::read_from(path).map_err(|error| {
                        match secrecy::unreadable(path, &error) {
                            Some(fault) => ClusterError::Kubeconfig { fault },
                            None => unusable(error),
                        }
                    })?;
                kube::Config::from_custom_kubeconfig(file, &KubeConfigOptions::default())
                    .await
                    .map_err(unusable)?
            }
            None => kube::Config::infer()
                .await
                .map_err(|error| unreadable(usual).unwrap_or_else(|| unusable(error)))?,
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

/// The first of these files that is there and is no kubeconfig.
fn unreadable(files: &[PathBuf]) -> Option<ClusterError> {
    files.iter().find_map(|path| {
        let error = Kubeconfig::read_from(path).err()?;
        let fault = secrecy::unreadable(path, &error)?;
        Some(ClusterError::Kubeconfig { fault })
    })
}

fn unusable(error: impl std::error::Error + Send + Sync + 'static) -> ClusterError {
    ClusterError::NoConfiguration {
        source: Box::new(error),
    }
}
