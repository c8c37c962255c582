//! STS as the AWS SDK uses it.

use crate::{sdk, start};
use aws_sdk_sts::error::ProvideErrorMetadata;
use local_cloud::config::{ACCESS_KEY_ID, ACCOUNT};
use local_cloud::{Config, LocalCloud};

async fn client(cloud: &LocalCloud, access_key: &str) -> aws_sdk_sts::Client {
    let config = aws_sdk_sts::config::Builder::from(&sdk(cloud, access_key).await);
    aws_sdk_sts::Client::from_conf(config.endpoint_url(&cloud.endpoints().sts).build())
}

#[tokio::test]
async fn the_caller_is_the_one_account() {
    let cloud = start(Config::default()).await;
    let identity = client(&cloud, ACCESS_KEY_ID)
        .await
        .get_caller_identity()
        .send()
        .await
        .unwrap();
    assert_eq!(identity.account(), Some(ACCOUNT));
    assert!(identity.arn().unwrap().starts_with("arn:aws:iam::"));
}

#[tokio::test]
async fn an_unknown_key_and_an_unknown_operation_are_refused() {
    let cloud = start(Config::default()).await;
    let stranger = client(&cloud, "AKIAUNKNOWN000000000").await;
    let refused = stranger.get_caller_identity().send().await.unwrap_err();
    assert_eq!(refused.code(), Some("InvalidClientTokenId"));
    let known = client(&cloud, ACCESS_KEY_ID).await;
    let refused = known.get_session_token().send().await.unwrap_err();
    assert_eq!(refused.code(), Some("InvalidAction"));
}
