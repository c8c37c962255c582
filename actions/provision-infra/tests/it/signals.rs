//! A signal in the middle of an apply: Terraform gets it once, ends by itself and gives its lock back.

use crate::harness::Scene;
use local_cloud::kubernetes::{NODE_CLAIM, NODE_POOL};
use local_cloud::{Config, LocalCloud};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use std::time::{Duration, Instant};

pub(crate) async fn wait_until(what: &str, done: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !done() {
        assert!(Instant::now() < deadline, "{what} took more than 60 s");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub(crate) fn signal(child: &tokio::process::Child, signal: Signal) {
    let action = Pid::from_raw(i32::try_from(child.id().unwrap()).unwrap()).unwrap();
    kill_process(action, signal).unwrap();
}

pub(crate) fn pid(text: &str) -> Pid {
    Pid::from_raw(text.trim().parse().unwrap()).unwrap()
}

#[tokio::test]
async fn an_interrupted_apply_leaves_no_lock_and_nothing_running() {
    let scene = Scene::new("sleeping");
    let lock = scene.file(".terraform.tfstate.lock.info");
    let waiting = scene.file("waiting");
    let child = scene.step(&[("node-pools", "false")], &[]).spawn().unwrap();
    wait_until("the apply", || waiting.exists()).await;
    assert!(lock.exists(), "the state is not locked during apply");

    signal(&child, Signal::INT);
    let ended = scene.end(child).await.ended_with(130);

    ended.says("terraform apply in `infra` was interrupted");
    assert!(!lock.exists(), "the state is still locked");
    let sleeper = pid(&std::fs::read_to_string(&waiting).unwrap());
    wait_until("the end of the resource's own process", || {
        test_kill_process(sleeper).is_err()
    })
    .await;
    // The state can be used again at once.
    scene
        .run_terraform_only(&[("command", "plan")])
        .await
        .succeeded();
}

#[tokio::test]
async fn by_hand_an_interrupted_apply_is_one_error_line() {
    let scene = Scene::new("sleeping");
    let waiting = scene.file("waiting");
    let child = scene.by_hand(&[]).spawn().unwrap();
    wait_until("the apply", || waiting.exists()).await;
    signal(&child, Signal::INT);
    let ended = scene.end(child).await.ended_with(130);
    let errors = ended.lines_with("error");
    assert_eq!(errors.len(), 1, "{}", ended.log);
    assert!(
        errors[0].starts_with("error: Terraform was interrupted: terraform apply in `infra`"),
        "{}",
        ended.log
    );
    ended.says("\n  infra/main.tf:4: local-exec provisioner error");
}

#[tokio::test]
async fn sigterm_is_an_interrupt_too() {
    let scene = Scene::new("sleeping");
    let waiting = scene.file("waiting");
    let child = scene.step(&[("node-pools", "false")], &[]).spawn().unwrap();
    wait_until("the apply", || waiting.exists()).await;
    signal(&child, Signal::TERM);
    scene.end(child).await.ended_with(130);
    assert!(!scene.file(".terraform.tfstate.lock.info").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destroy_that_waits_for_nodes_can_be_stopped_and_run_again() {
    let scene = Scene::new("complete");
    let cloud = LocalCloud::start(Config::default()).await.unwrap();
    scene.run(&[], &cloud.environment()).await.succeeded();
    let store = cloud.kubernetes().clone();
    store.put(
        &NODE_CLAIM,
        serde_json::json!({"apiVersion": "karpenter.sh/v1", "kind": "NodeClaim",
            "metadata": {"name": "x1", "labels": {"karpenter.sh/nodepool": "spark-executor"}}}),
    );
    let destroy = [("command", "destroy")];
    let child = scene.step(&destroy, &cloud.environment()).spawn().unwrap();
    wait_until("the removal of the pools", || {
        store.get(&NODE_POOL, None, "spark-executor").is_none()
    })
    .await;
    signal(&child, Signal::INT);
    let ended = scene.end(child).await.ended_with(130);
    ended.says("stopped while removing job runs, nodes and the virtual cluster");

    // The second run goes on with what is left.
    let child = scene.step(&destroy, &cloud.environment()).spawn().unwrap();
    store.remove(&NODE_CLAIM, None, "x1");
    let ended = scene.end(child).await.succeeded();
    assert_eq!(
        ended.output("changes"),
        Some("0 to add, 0 to change, 1 to destroy")
    );
}
