//! Typed AWS names, the SDK configuration made from them, and one way to word what AWS refused.
//!
//! | module      | idea                                                              |
//! |-------------|-------------------------------------------------------------------|
//! | `name`      | how the text names below are made and what a bad one says         |
//! | `region`    | AWS regions                                                       |
//! | `role_arn`  | IAM roles                                                         |
//! | `s3_uri`    | buckets and `s3://` locations                                     |
//! | `emr`       | virtual clusters and release labels                               |
//! | `config`    | credentials, retries, time-outs, endpoints                        |
//! | `web_identity` | a role that is assumed again whenever its credentials run out  |
//! | `problem`   | an SDK error as kind, code, message, request id and advice        |
//!
//! Calls no service by itself, but for the credentials of a role, and knows nothing of GitHub Actions.

mod config;
mod emr;
mod name;
mod problem;
mod region;
mod role_arn;
mod s3_uri;
mod web_identity;

pub use config::{custom_endpoint, s3_client, sdk_config, sdk_config_of_role};
pub use emr::{ReleaseLabel, VirtualClusterId};
pub use name::NameError;
pub use problem::{ProblemKind, SdkProblem, answer_kind, failure_parts};
pub use region::Region;
pub use role_arn::RoleArn;
pub use s3_uri::{BucketName, S3Uri};
pub use web_identity::{AssumedRole, TokenRequest};
