//! NodePools that the user brings, of today's Karpenter and of the origin's.

use crate::harness::{Scene, cloud};
use local_cloud::kubernetes::NODE_POOL;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn the_origins_provisioners_are_translated_shown_applied_and_destroyed() {
    let (scene, cloud) = (Scene::new("complete"), cloud().await);
    let source = std::path::Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap())
        .join("tests/manifests/provisioners");
    std::fs::create_dir(scene.workspace("provisioners")).unwrap();
    for entry in std::fs::read_dir(source).unwrap() {
        let entry = entry.unwrap();
        let copy = scene.workspace("provisioners").join(entry.file_name());
        std::fs::copy(entry.path(), copy).unwrap();
    }
    let inputs = [
        ("node-pool-files", "provisioners"),
        ("zones", "us-east-1b,us-east-1c"),
    ];
    let ended = scene.run(&inputs, &cloud.environment()).await.succeeded();
    ended
        .says("::group::Translated from Karpenter v1alpha5")
        .says("spec.ttlSecondsAfterEmpty became consolidationPolicy: WhenEmpty")
        .says("NodePool spark-executor: ready");
    let pool = cloud
        .kubernetes()
        .get(&NODE_POOL, None, "spark-executor")
        .unwrap();
    let zones = &pool["spec"]["template"]["spec"]["requirements"][0]["values"];
    assert_eq!(*zones, json!(["us-east-1b"]));
    assert!(
        ended.summary.contains(
            "| NodePool `spark-executor` | created, ready | spot | m4, m5, r4, r5 | us-east-1b |"
        ),
        "{}",
        ended.summary
    );
    scene
        .run(&[("command", "destroy")], &cloud.environment())
        .await
        .succeeded();
    assert!(cloud.kubernetes().list(&NODE_POOL, None).is_empty());
}

/// After a quarter of an hour of Terraform it would be late to learn of a misspelt field.
#[tokio::test]
async fn files_with_problems_are_refused_before_terraform_starts() {
    let scene = Scene::new("complete");
    let text = "apiVersion: karpenter.sh/v1\nkind: NodePool\nmetadata: {name: a}\nspec: {template: {spec: {}}, limts: {cpu: 1}}\n";
    std::fs::write(scene.workspace("bad.yaml"), text).unwrap();
    let inputs = [("node-pool-files", "bad.yaml\nmissing.yaml")];
    let ended = scene.run(&inputs, &[]).await.ended_with(2);
    ended
        .says("bad.yaml:1: NodePool `a`: spec.limts: unknown field; `limits` was probably meant")
        .says("spec.template.spec.nodeClassRef: is missing")
        .says("`missing.yaml`: cannot be read")
        .never_says("::group::Terraform");
}

const POOL_OF_NO_CLASS: &str = "apiVersion: karpenter.sh/v1\nkind: NodePool\nmetadata: {name: big}\nspec:\n  template:\n    spec:\n      \
    nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: absent}\n      requirements: []\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_that_never_becomes_ready_fails_with_what_karpenter_says() {
    let (scene, cloud) = (Scene::new("complete"), cloud().await);
    std::fs::write(scene.workspace("pool.yaml"), POOL_OF_NO_CLASS).unwrap();
    let inputs = [("node-pool-files", "pool.yaml"), ("ready-timeout", "1s")];
    let ended = scene.run(&inputs, &cloud.environment()).await.ended_with(3);
    ended
        .says("::notice title=NodePools::")
        .says("EC2NodeClass `absent` is in none of the files")
        .says("NodePool `big` is not ready after 1 s")
        .says("NodeClass not found on cluster");
}
