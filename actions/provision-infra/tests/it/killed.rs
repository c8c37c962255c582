//! A destroy that is killed, at every kind of call it makes, and run again.

use crate::destroying::{applied, cloud_with, destroy, endless, start_job_run, virtual_cluster};
use local_cloud::kubernetes::{NODE_CLAIM, NODE_POOL};
use local_cloud::{At, Call, Moment};
use serde_json::json;

/// Kills a destroy at the first call of this kind, and runs it again.
async fn kill_and_run_again(killed_at: &Call, moment: Moment) {
    let cloud = cloud_with(endless()).await;
    let scene = applied(&cloud).await;
    start_job_run(&cloud).await;
    cloud.kubernetes().put(
        &NODE_CLAIM,
        json!({"apiVersion": "karpenter.sh/v1", "kind": "NodeClaim",
               "metadata": {"name": "x1", "labels": {"karpenter.sh/nodepool": "spark-driver"}},
               "status": {"providerID": "aws:///us-east-1a/i-x1"}}),
    );
    let (service, operation) = (killed_at.service, killed_at.operation.clone());
    let at = At::when(move |call| call.service == service && call.operation == operation);
    let hold = cloud.hold(at, moment);
    let variables = virtual_cluster(&cloud);
    let inputs = [
        ("command", "destroy"),
        ("force", "true"),
        ("variables", variables.as_str()),
    ];
    let mut child = scene.step(&inputs, &cloud.environment()).spawn().unwrap();
    let drains_the_node = async {
        let store = cloud.kubernetes();
        let mut changed = store.changed();
        while store.get(&NODE_POOL, None, "spark-driver").is_some() {
            changed.changed().await.unwrap();
        }
        store.remove(&NODE_CLAIM, None, "x1");
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = hold.arrived() => {}
        () = drains_the_node => {}
        status = child.wait() => panic!("{killed_at:?} {moment:?}: ended {status:?}"),
    }
    child.start_kill().unwrap();
    child.wait().await.unwrap();
    hold.release();
    cloud.kubernetes().remove(&NODE_CLAIM, None, "x1");

    let inputs = [("force", "true"), ("cluster-name", "test")];
    let ended = destroy(&scene, &cloud, &inputs).await.succeeded();
    assert_eq!(ended.output("left"), Some("0"), "{killed_at:?} {moment:?}");
    let state = &cloud.state()["emr"]["virtual_clusters"][0]["state"];
    assert_eq!(state, "TERMINATED", "{killed_at:?} {moment:?}");
    let pools = cloud.kubernetes().list(&NODE_POOL, None);
    assert!(pools.is_empty(), "{killed_at:?} {moment:?}");
}

/// Wherever the process is killed, the same command finishes the job, and nothing is left.
#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_call_a_second_destroy_finishes() {
    let clean = cloud_with(endless()).await;
    let scene = applied(&clean).await;
    start_job_run(&clean).await;
    let before = clean.calls().len();
    destroy(&scene, &clean, &[("force", "true")])
        .await
        .succeeded();
    let calls = clean.calls().split_off(before);
    let mut seen = Vec::new();
    for call in calls {
        let kind = (call.service, call.operation.clone());
        // The first call of a kind stands for those that follow it.
        if seen.contains(&kind) {
            continue;
        }
        seen.push(kind);
        kill_and_run_again(&call, Moment::Before).await;
        // Only what changes something is different afterwards.
        let changes = ["Delete", "Cancel", "delete"];
        if changes.iter().any(|verb| call.operation.starts_with(verb)) {
            kill_and_run_again(&call, Moment::After).await;
        }
    }
    assert!(seen.len() >= 10, "{seen:?}");
}
