//! The state in the local cloud's S3, with Terraform's native locking.

use crate::harness::Scene;
use crate::signals::{pid, signal, wait_until};
use local_cloud::{Config, LocalCloud};
use rustix::process::{Pid, Signal, kill_process};

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
    let applied = scene.run(&inputs, &cloud.environment()).await.succeeded();
    applied.never_says("State stays on this runner");
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
        .says("::error title=State is locked::")
        .says("held by someone@elsewhere since 2026-01-01 00:00:00 +0000 UTC, for an apply")
        .says("terraform force-unlock 11111111-2222-3333-4444-555555555555");
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

/// A scene of that module with its state in the bucket.
fn remote(module: &str) -> Scene {
    let scene = Scene::new(module);
    std::fs::write(
        scene.file("backend.tf"),
        "terraform {\n  backend \"s3\" {}\n}\n",
    )
    .unwrap();
    scene
}

async fn is_locked(cloud: &LocalCloud) -> bool {
    let lock = cloud
        .objects()
        .get(BUCKET, "infra/terraform.tfstate.tflock");
    lock.await.unwrap().is_some()
}

const INPUTS: [(&str, &str); 2] = [("backend-config", BACKEND), ("node-pools", "false")];

/// Two checkouts of one repository, as two workflow runs have them.
#[tokio::test(flavor = "multi_thread")]
async fn what_another_run_applied_after_the_review_is_named() {
    let (one, other, cloud) = (remote("layered"), remote("layered"), cloud().await);
    let environment = cloud.environment();
    one.run(&INPUTS, &environment).await.succeeded();
    let size = ("variables", "size=2");
    let plan = [&INPUTS[..], &[("command", "plan"), size]].concat();
    one.run(&plan, &environment).await.succeeded();
    let another = [&INPUTS[..], &[("variables", "size=3")]].concat();
    other.run(&another, &environment).await.succeeded();
    let expected = ("expected-plan", "infrastructure-plan/plan.json");
    let apply = [&INPUTS[..], &[size, expected]].concat();
    let ended = one.run(&apply, &environment).await.ended_with(3);
    ended.says("terraform_data.network: still update, with another value of `input.size`");
    assert!(!is_locked(&cloud).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_apply_gives_the_lock_in_the_bucket_back() {
    let (scene, cloud) = (remote("sleeping"), cloud().await);
    let waiting = scene.file("waiting");
    let child = scene.step(&INPUTS, &cloud.environment()).spawn().unwrap();
    wait_until("the apply", || waiting.exists()).await;
    assert!(
        is_locked(&cloud).await,
        "the state is not locked during apply"
    );
    signal(&child, Signal::INT);
    scene.end(child).await.ended_with(130);
    assert!(!is_locked(&cloud).await, "the state is still locked");
}

/// The out-of-memory killer takes Terraform, not this program.
#[tokio::test(flavor = "multi_thread")]
async fn a_terraform_that_was_killed_leaves_its_lock_and_the_message_says_so() {
    let (scene, cloud) = (remote("sleeping"), cloud().await);
    let waiting = scene.file("waiting");
    let child = scene.step(&INPUTS, &cloud.environment()).spawn().unwrap();
    wait_until("the apply", || waiting.exists()).await;
    let sleeper = pid(&std::fs::read_to_string(&waiting).unwrap());
    let terraform = parent(sleeper);
    kill_process(terraform, Signal::KILL).unwrap();
    // The shell that Terraform had started is nobody's child now.
    kill_process(sleeper, Signal::KILL).unwrap();
    let ended = scene.end(child).await.ended_with(3);
    ended
        .says("Terraform was killed, so its lock on the state is most likely still there")
        .says("terraform force-unlock ID");
    assert!(is_locked(&cloud).await);
    let again = scene.run(&INPUTS, &cloud.environment()).await.ended_with(3);
    again
        .says("::error title=State is locked::")
        .says("terraform force-unlock ");
}

fn parent(process: Pid) -> Pid {
    let status = format!("/proc/{}/status", process.as_raw_nonzero());
    let status = std::fs::read_to_string(status).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("PPid:"));
    pid(line.unwrap())
}

#[tokio::test]
async fn a_state_that_would_go_with_the_runner_is_warned_of() {
    let ended = Scene::new("complete")
        .run_terraform_only(&[])
        .await
        .succeeded();
    ended.says("::warning title=State stays on this runner::");
}
