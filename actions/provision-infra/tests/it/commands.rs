//! What each command does with Terraform, without a cluster.

use crate::harness::{Scene, cloud};

#[tokio::test]
async fn apply_sets_every_output_and_counts_the_changes() {
    let ended = Scene::new("complete")
        .run_terraform_only(&[])
        .await
        .succeeded();
    let expected = [
        ("cluster-name", "test"),
        ("virtual-cluster-id", "0123456789abcdefghijklmno"),
        (
            "job-execution-role-arn",
            "arn:aws:iam::000000000000:role/job-execution",
        ),
        ("bucket", "test-bench"),
        ("region", "us-east-1"),
        ("namespace", "analytics"),
        ("node-role-name", "karpenter-node"),
        ("changes", "1 to add, 0 to change, 0 to destroy"),
    ];
    for (name, value) in expected {
        assert_eq!(ended.output(name), Some(value), "{name}");
    }
    assert!(
        ended.summary.contains("| `bucket` | `test-bench` |"),
        "{}",
        ended.summary
    );
}

#[tokio::test]
async fn a_second_apply_changes_nothing() {
    let scene = Scene::new("complete");
    scene.run_terraform_only(&[]).await.succeeded();
    let again = scene.run_terraform_only(&[]).await.succeeded();
    assert_eq!(
        again.output("changes"),
        Some("0 to add, 0 to change, 0 to destroy")
    );
    assert!(
        again.summary.contains("nothing to change"),
        "{}",
        again.summary
    );
}

#[tokio::test]
async fn variables_reach_terraform() {
    let scene = Scene::new("complete");
    let ended = scene
        .run_terraform_only(&[("variables", "cluster_name=a=b-is-no-name\nregion=eu-west-1")])
        .await
        .ended_with(2);
    ended.says("output `cluster_name` = `a=b-is-no-name`");
    let ended = scene
        .run_terraform_only(&[
            ("variables", "cluster_name=other\n\nregion=eu-west-1\n"),
            ("region", "us-east-1"),
        ])
        .await
        .succeeded();
    assert_eq!(ended.output("cluster-name"), Some("other"));
    assert_eq!(ended.output("region"), Some("eu-west-1"));
    ended.says("input `region` is us-east-1, but the root module's output `region` is eu-west-1");
}

#[tokio::test]
async fn plan_tells_the_changes_and_makes_none() {
    let scene = Scene::new("complete");
    let ended = scene
        .run_terraform_only(&[("command", "plan")])
        .await
        .succeeded();
    assert_eq!(
        ended.output("changes"),
        Some("1 to add, 0 to change, 0 to destroy")
    );
    assert_eq!(ended.output("cluster-name"), None);
    assert!(
        ended.summary.contains("Nothing was changed yet"),
        "{}",
        ended.summary
    );
    ended
        .says("terraform_data.cluster: Plan to create")
        .says("nothing was changed");
    assert!(!scene.file("terraform.tfstate").exists());
}

#[tokio::test]
async fn output_only_reads() {
    let scene = Scene::new("complete");
    scene.run_terraform_only(&[]).await.succeeded();
    let before = std::fs::read(scene.file("terraform.tfstate")).unwrap();
    let ended = scene
        .run_terraform_only(&[("command", "output")])
        .await
        .succeeded();
    assert_eq!(ended.output("bucket"), Some("test-bench"));
    assert_eq!(ended.output("changes"), None);
    assert_eq!(
        std::fs::read(scene.file("terraform.tfstate")).unwrap(),
        before
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn destroy_removes_everything_and_can_be_repeated() {
    let scene = Scene::new("complete");
    scene.run_terraform_only(&[]).await.succeeded();
    let cloud = cloud().await;
    let ended = scene.destroy(&[], &cloud).await.succeeded();
    assert_eq!(
        ended.output("changes"),
        Some("0 to add, 0 to change, 1 to destroy")
    );
    let again = scene.destroy(&[], &cloud).await.succeeded();
    assert_eq!(
        again.output("changes"),
        Some("0 to add, 0 to change, 0 to destroy")
    );
}

#[tokio::test]
async fn a_sensitive_output_is_masked_and_never_shown() {
    let scene = Scene::new("complete");
    let ended = scene.run_terraform_only(&[]).await.succeeded();
    let shown = ended
        .log
        .lines()
        .filter(|line| !line.starts_with("::add-mask::"));
    assert!(
        !shown.collect::<String>().contains("correct-horse-battery"),
        "{}",
        ended.log
    );
    ended.says("::add-mask::correct-horse-battery");
    assert!(!ended.summary.contains("correct-horse-battery"));
}

#[tokio::test]
async fn the_plan_file_does_not_outlive_the_step() {
    let scene = Scene::new("complete");
    let folder = scene.file("temporary");
    std::fs::create_dir(&folder).unwrap();
    let child = scene
        .step(&[("node-pools", "false")], &[])
        .env("TMPDIR", &folder)
        .spawn()
        .unwrap();
    scene.end(child).await.succeeded();
    // A plan holds every sensitive value in clear text.
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
}
