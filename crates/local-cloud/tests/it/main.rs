//! Drives a local cloud with the clients people use: the AWS SDKs, kube, octocrab and the program itself.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod ec2;
mod ec2_nodes;
mod eks;
mod faults;
mod github;
mod github_contract;
mod identity;
mod kubernetes;
mod kubernetes_apply;
mod kubernetes_log;
mod kubernetes_watch;
mod plain_http;
mod program;
mod s3;
mod s3_buckets;
mod s3_checksums;
mod s3_faults;
mod s3_keys;
mod s3_multipart;
mod sts;

use local_cloud::{Config, LocalCloud};

/// A cloud with these settings.
async fn start(config: Config) -> LocalCloud {
    LocalCloud::start(config).await.unwrap()
}

/// What an AWS SDK reads from the environment, given to it directly.
async fn sdk(cloud: &LocalCloud, access_key: &str) -> aws_config::SdkConfig {
    let secret = local_cloud::config::SECRET_ACCESS_KEY;
    aws_config::defaults(aws_config::BehaviorVersion::latest())
        .region(local_cloud::config::REGION)
        .credentials_provider(aws_credential_types::Credentials::new(
            access_key, secret, None, None, "test",
        ))
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .endpoint_url(&cloud.endpoints().s3)
        .load()
        .await
}
