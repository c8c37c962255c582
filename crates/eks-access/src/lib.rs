//! From the name of an EKS cluster to a client of its Kubernetes API, without the `aws` program or a kubeconfig.
//!
//! | module    | idea                                                                   |
//! |-----------|------------------------------------------------------------------------|
//! | `cluster` | where the cluster's API is and how to trust it, from DescribeCluster   |
//! | `token`   | who is asking: a presigned STS request that EKS checks. Pure           |
//! | `bearer`  | puts a token that is still valid on every request                      |
//!
//! Reads no kubeconfig and grants nothing: the caller's IAM principal needs an access entry of the cluster.

mod bearer;
mod cluster;
mod token;

use aws_config::SdkConfig;
use kube::{Client, Config, client::ClientBuilder};
use tower::{buffer::BufferLayer, filter::AsyncFilterLayer};

use bearer::Bearer;
pub use cluster::AccessError;

/// Requests that may wait for the connection.
const REQUESTS: usize = 64;

/// The way to a cluster: where it is, how it is trusted, and who is asking.
pub struct Access {
    /// Where and how, for a caller that needs other time limits.
    pub kubernetes: Config,
    bearer: Bearer,
}

impl Access {
    /// Asks EKS for the cluster and makes sure that there are credentials.
    ///
    /// # Errors
    /// [`AccessError`] when the cluster cannot be described, is not active, or the caller has no credentials.
    pub async fn find(config: &SdkConfig, cluster: &str) -> Result<Self, AccessError> {
        let place = cluster::describe(config, cluster).await?;
        let mut kubernetes = Config::new(place.endpoint);
        kubernetes.root_cert = place.authority;
        let bearer = Bearer::new(config, cluster)?;
        // One token now: that there are no credentials is better said here than by a watch.
        bearer.header().await?;
        Ok(Self { kubernetes, bearer })
    }

    /// The client. Its tokens are renewed for as long as the credentials are valid.
    ///
    /// # Errors
    /// [`AccessError::Client`] when there is no HTTP client.
    pub fn client(self) -> Result<Client, AccessError> {
        let builder = ClientBuilder::try_from(self.kubernetes).map_err(AccessError::Client)?;
        // The filter answers several requests at once, which needs a service that can be cloned.
        let builder = builder.with_layer(&BufferLayer::new(REQUESTS));
        let bearer = AsyncFilterLayer::new(self.bearer);
        Ok(builder.with_layer(&bearer).build())
    }
}

/// A client of the cluster's Kubernetes API. Its tokens are renewed for as long as `config`'s credentials are valid.
///
/// # Errors
/// [`AccessError`] when the cluster cannot be described, is not active, or the caller has no credentials.
pub async fn client(config: &SdkConfig, cluster: &str) -> Result<Client, AccessError> {
    Access::find(config, cluster).await?.client()
}
