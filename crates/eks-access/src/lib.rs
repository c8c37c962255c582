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

/// A client of the cluster's Kubernetes API. Its tokens are renewed for as long as `config`'s credentials are valid.
///
/// # Errors
/// [`AccessError`] when the cluster cannot be described, is not active, or the caller has no credentials.
pub async fn client(config: &SdkConfig, cluster: &str) -> Result<Client, AccessError> {
    let place = cluster::describe(config, cluster).await?;
    let mut kubernetes = Config::new(place.endpoint);
    kubernetes.root_cert = place.authority;
    let bearer = Bearer::new(config, cluster)?;
    // One token now: that there are no credentials is better said here than by a watch.
    bearer.header().await?;
    let builder = ClientBuilder::try_from(kubernetes).map_err(AccessError::Client)?;
    // The filter answers several requests at once, which needs a service that can be cloned.
    let builder = builder.with_layer(&BufferLayer::new(REQUESTS));
    Ok(builder.with_layer(&AsyncFilterLayer::new(bearer)).build())
}
