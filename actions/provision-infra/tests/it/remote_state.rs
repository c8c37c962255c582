//! The state in the local cloud's S3, with Terraform's native locking.

use crate::harness::Scene;
use local_cloud::{Config, LocalCloud};

const BUCKET: &str = "test-state";
const BACKEND: &str = "bucket=test-state\nkey=infra/terraform.tfstate\nregion=us-east-1\nuse_lockfile=true\n\
                       use_path_style=true\nskip_credentials_validation=true\nskip_requesting_account_id=true\n\
                       skip_metadata_api_check=true";

async fn cloud() -> LocalCloud {
    let config = Config {
        buckets: vec![BUCKET.into()],
        ..Config::default()
    };
    LocalCloud::start(config).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn state_and_lock_live_in_the_bucket() {
    let (scene, cloud) = (Scene::new("remote"), cloud().await);
    let inputs = [("backend-config", BACKEND), ("node-pools", "false")];
    scene.run(&inputs, &cloud.environment()).await.succeeded();
    assert!(
        cloud
            .objects()
            .get(BUCKET, "infra/terraform.tfstate")
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        cloud
            .objects()
            .get(BUCKET, "infra/terraform.tfstate.tflock")
            .await
            .unwrap()
            .is_none()
    );

    // A fresh checkout knows nothing but the backend.
    let elsewhere = Scene::new("remote");
    let read = elsewhere
        .run(
            &[&inputs[..], &[("command", "output")]].concat(),
            &cloud.environment(),
        )
        .await
        .succeeded();
    assert_eq!(read.output("bucket"), Some("test-bench"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_state_says_who_holds_it() {
    let (scene, cloud) = (Scene::new("remote"), cloud().await);
    let lock = r#"{"ID":"11111111-2222-3333-4444-555555555555","Operation":"OperationTypeApply","Info":"","Who":"someone@elsewhere","Version":"1.11.4","Created":"2026-01-01T00:00:00Z","Path":"test-state/infra/terraform.tfstate"}"#;
    cloud
        .objects()
        .put(BUCKET, "infra/terraform.tfstate.tflock", lock.into())
        .await
        .unwrap();
    let inputs = [("backend-config", BACKEND), ("node-pools", "false")];
    let ended = scene.run(&inputs, &cloud.environment()).await.ended_with(3);
    ended
        .says("Error acquiring the state lock")
        .says("someone@elsewhere");
    assert!(
        cloud
            .objects()
            .get(BUCKET, "infra/terraform.tfstate.tflock")
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_bucket_that_does_not_exist_is_named() {
    let (scene, cloud) = (Scene::new("remote"), cloud().await);
    let backend = BACKEND.replace("bucket=test-state", "bucket=no-such-bucket");
    let inputs = [
        ("backend-config", backend.as_str()),
        ("node-pools", "false"),
    ];
    let ended = scene.run(&inputs, &cloud.environment()).await.ended_with(3);
    ended.says("no-such-bucket");
}
