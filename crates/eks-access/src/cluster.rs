//! DescribeCluster, and everything that keeps a cluster from being reached, in words.

use aws_config::SdkConfig;
use aws_sdk_eks::types::{Cluster, ClusterStatus};
use aws_setup::{SdkProblem, failure_parts};
use http::Uri;

/// Why there is no way to the cluster. Its `Display` is a sentence without its full stop.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// DescribeCluster failed.
    #[error("eks:DescribeCluster for cluster `{cluster}`: {problem}")]
    NotDescribed {
        /// The cluster.
        cluster: String,
        /// What AWS said.
        problem: Box<SdkProblem>,
    },
    /// The cluster does not work now.
    #[error("cluster `{cluster}` is {status}")]
    NotActive {
        /// The cluster.
        cluster: String,
        /// Such as `CREATING`.
        status: String,
    },
    /// The description lacks what is needed, or it cannot be used.
    #[error("cluster `{cluster}` has no usable {what}")]
    Incomplete {
        /// The cluster.
        cluster: String,
        /// What is missing.
        what: &'static str,
    },
    /// No credentials to sign a token with.
    #[error("no usable AWS credentials for a token of cluster `{cluster}`: {why}")]
    NoCredentials {
        /// The cluster.
        cluster: String,
        /// The innermost cause.
        why: String,
    },
    /// The region of the cluster is not known.
    #[error("no region is known for cluster `{0}`: set the input `region` or AWS_REGION")]
    NoRegion(String),
    /// The token could not be signed.
    #[error("no token for cluster `{0}` could be signed")]
    NotSigned(String),
    /// The HTTP client could not be made.
    #[error("the client of the Kubernetes API could not be made: {0}")]
    Client(#[source] kube::Error),
}

impl AccessError {
    /// Whether EKS says that there is no such cluster, or that it is on its way out.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        match self {
            Self::NotDescribed { problem, .. } => {
                problem.code.as_deref() == Some("ResourceNotFoundException")
            }
            Self::NotActive { status, .. } => status == "DELETING",
            _ => false,
        }
    }

    /// Whether the cluster is still being made.
    #[must_use]
    pub fn is_not_yet(&self) -> bool {
        matches!(self, Self::NotActive { status, .. } if status == "CREATING")
    }
}

/// Where the API is and how to trust it.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) endpoint: Uri,
    /// Certificates in DER; with none, the usual ones count.
    pub(crate) authority: Option<Vec<Vec<u8>>>,
}

/// Asks EKS for the cluster.
pub(crate) async fn describe(config: &SdkConfig, cluster: &str) -> Result<Place, AccessError> {
    let answer = aws_sdk_eks::Client::new(config)
        .describe_cluster()
        .name(cluster)
        .send()
        .await
        .map_err(|error| AccessError::NotDescribed {
            cluster: cluster.to_owned(),
            problem: Box::new(failure_parts(&error)),
        })?;
    place(cluster, answer.cluster())
}

fn place(name: &str, cluster: Option<&Cluster>) -> Result<Place, AccessError> {
    let incomplete = |what| AccessError::Incomplete {
        cluster: name.to_owned(),
        what,
    };
    let cluster = cluster.ok_or_else(|| incomplete("description"))?;
    match cluster.status() {
        // A cluster that is being updated answers.
        None | Some(ClusterStatus::Active | ClusterStatus::Updating) => {}
        Some(other) => {
            return Err(AccessError::NotActive {
                cluster: name.to_owned(),
                status: other.as_str().to_owned(),
            });
        }
    }
    let endpoint = cluster.endpoint().and_then(|uri| uri.parse().ok());
    let data = cluster.certificate_authority().and_then(|ca| ca.data());
    let authority = data.map(|data| certificates(data).ok_or_else(|| incomplete("certificate")));
    Ok(Place {
        endpoint: endpoint.ok_or_else(|| incomplete("endpoint"))?,
        authority: authority.transpose()?,
    })
}

/// Base64 of PEM, as EKS and kubeconfigs have it, to DER.
fn certificates(data: &str) -> Option<Vec<Vec<u8>>> {
    let decode = |text: &str| base64_simd::STANDARD.decode_to_vec(text).ok();
    let pem = String::from_utf8(decode(data.trim())?).ok()?;
    let blocks = pem.split("-----BEGIN CERTIFICATE-----").skip(1);
    let blocks = blocks.map(|block| {
        let (body, _) = block.split_once("-----END CERTIFICATE-----")?;
        decode(&body.split_whitespace().collect::<String>())
    });
    let blocks: Vec<Vec<u8>> = blocks.collect::<Option<_>>()?;
    (!blocks.is_empty()).then_some(blocks)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use aws_sdk_eks::types::{Certificate, Cluster, ClusterStatus};

    use super::place;

    fn cluster(status: ClusterStatus, data: &str) -> Cluster {
        Cluster::builder()
            .status(status)
            .endpoint("https://ABC.gr7.eu-west-1.eks.amazonaws.com")
            .certificate_authority(Certificate::builder().data(data).build())
            .build()
    }

    #[test]
    fn endpoint_and_certificates_are_taken_from_the_description() {
        // Two blocks that hold "one" and "two".
        let pem = "-----BEGIN CERTIFICATE-----\nb25l\n-----END CERTIFICATE-----\n\
                   -----BEGIN CERTIFICATE-----\ndH\ndv\n-----END CERTIFICATE-----\n";
        let data = base64_simd::STANDARD.encode_to_string(pem);
        let place = place("c", Some(&cluster(ClusterStatus::Active, &data))).unwrap();
        assert_eq!(place.endpoint.scheme_str(), Some("https"));
        assert_eq!(
            place.authority,
            Some(vec![b"one".to_vec(), b"two".to_vec()])
        );
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let said = |described: Option<&Cluster>| place("c", described).unwrap_err().to_string();
        assert_eq!(said(None), "cluster `c` has no usable description");
        assert_eq!(
            said(Some(&cluster(ClusterStatus::Creating, ""))),
            "cluster `c` is CREATING"
        );
        assert_eq!(
            said(Some(&cluster(ClusterStatus::Active, "bm9uZQ=="))),
            "cluster `c` has no usable certificate"
        );
        let nowhere = Cluster::builder().status(ClusterStatus::Active).build();
        assert_eq!(said(Some(&nowhere)), "cluster `c` has no usable endpoint");
    }
}
