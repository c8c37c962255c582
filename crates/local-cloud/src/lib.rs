//! S3, EMR containers, STS, IAM, EKS, CloudWatch Logs, prices, EC2, Kubernetes and GitHub on loopback, with a real Spark
//! behind the EMR API.
//!
//! Start one with [`LocalCloud::start`], give its [`LocalCloud::environment`] to any client, and that client works
//! against it without knowing. Every service listens on its own free port of one process, and all state ends with
//! it. It imports none of the workspace's other crates, so that a mistake in their types cannot hide on both sides
//! of the wire.

mod calls;
mod cloud;
mod cloudwatch_logs;
pub mod config;
mod credentials;
pub mod ec2;
mod eks;
mod emr;
mod endpoints;
mod github;
mod iam;
mod inspect;
mod job_script;
mod karpenter;
pub mod kubernetes;
mod listener;
mod made_up_prices;
mod objects;
mod pricing;
mod query_api;
mod s3;
mod spark;
mod sts;
mod tagging;
mod web_identity;

pub use calls::{Answer, At, Call, Fault, FaultHandle, FaultKind, Hold, Moment, Service};
pub use cloud::{LocalCloud, StartError};
pub use config::{
    Config, PullRequestHead, PullRequestSeed, SparkInstall, Token, VirtualClusterSeed,
};
pub use credentials::Credentials;
pub use eks::{EksCluster, EksStatus};
pub use emr::{VirtualClusterFacts, VirtualClusters};
pub use endpoints::Endpoints;
pub use github::WorkflowRun;
pub use job_script::{JobScript, LogLine, ScriptedEnd};
pub use made_up_prices::{Prices, SpotPrice};
pub use objects::Objects;
