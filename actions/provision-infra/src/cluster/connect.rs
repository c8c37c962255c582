//! How the cluster is found: kubeconfig files that were named, else EKS is asked.
//! Never the home directory's: what is there by chance may be another cluster.

use super::{Cluster, ClusterError, secrecy};
use crate::contract::ClusterName;
use aws_setup::{Region, sdk_config};
use eks_access::Access;
use kube::config::{KubeConfigOptions, Kubeconfig};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// An address that does not answer within this time is taken as unreachable.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A server that accepted a request and does not answer it within this time is taken as unreachable.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

impl Cluster {
    /// Makes a client from kubeconfig files, merged as kubectl does.
    ///
    /// # Errors
    /// When one cannot be read or none can be used. The cluster itself is not asked yet.
    pub(crate) async fn of_kubeconfig(files: &[PathBuf]) -> Result<Self, ClusterError> {
        let mut merged = Kubeconfig::default();
        for file in files {
            let read = Kubeconfig::read_from(file).map_err(|error| fault(file, error))?;
            merged = merged.merge(read).map_err(unusable)?;
        }
        let config = kube::Config::from_custom_kubeconfig(merged, &KubeConfigOptions::default())
            .await
            .map_err(unusable)?;
        let config = with_limits(config);
        let server = config.cluster_url.to_string();
        let client = kube::Client::try_from(config).map_err(unusable)?;
        Ok(Self { client, server })
    }

    /// Makes a client of the EKS cluster of that name, with the AWS credentials of this step.
    ///
    /// # Errors
    /// When EKS does not know the cluster, or there are no credentials.
    pub(crate) async fn of_eks(
        name: &ClusterName,
        region: Option<&Region>,
    ) -> Result<Self, ClusterError> {
        let config = sdk_config(region).await;
        let not_found = |source| ClusterError::NotFound {
            source: Box::new(source),
        };
        let mut access = Access::find(&config, &name.to_string())
            .await
            .map_err(not_found)?;
        access.kubernetes = with_limits(access.kubernetes);
        let server = access.kubernetes.cluster_url.to_string();
        let client = access.client().map_err(not_found)?;
        Ok(Self { client, server })
    }
}

fn with_limits(mut config: kube::Config) -> kube::Config {
    config.connect_timeout = Some(CONNECT_TIMEOUT);
    config.read_timeout = Some(READ_TIMEOUT);
    // A pooled connection that sat idle between two polls must not count against the next answer.
    config.reset_reader_on_write = true;
    config
}

fn fault(path: &Path, error: kube::config::KubeconfigError) -> ClusterError {
    match secrecy::unreadable(path, &error) {
        Some(fault) => ClusterError::Kubeconfig { fault },
        None => unusable(error),
    }
}

fn unusable(error: impl std::error::Error + Send + Sync + 'static) -> ClusterError {
    ClusterError::NoConfiguration {
        source: Box::new(error),
    }
}
