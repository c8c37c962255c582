//! EKS: one cluster, which is the Kubernetes API server behind TLS, for callers with a token made from STS.

mod bearer;
mod certificate;
mod routes;
mod signature;
mod state;

pub(crate) use bearer::authenticated;
pub(crate) use certificate::Certificate;
pub(crate) use routes::{CLUSTER, Cluster, routes};
pub use state::{EksCluster, EksStatus};
