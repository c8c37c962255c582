//! The EMR containers API (2020-10-01) and what stands behind it: virtual clusters and job runs.
//!
//! Shapes, limits and error codes are those of the published service model. Signatures are not checked. Not
//! documented and therefore chosen here: a second StartJobRun with a known `clientToken` gives the first job run
//! whatever its body says, and CancelJobRun of a job run that is over is a ValidationException.

mod error;
mod executors;
mod job;
mod lifecycle;
mod logs;
mod pod_template;
mod pods;
mod routes;
mod scripted;
mod service;
mod shapes;
mod spark_run;
mod validate;
mod virtual_clusters;
mod workers;

pub(crate) use service::{Service, Settings};
pub use virtual_clusters::{VirtualClusterFacts, VirtualClusters};
