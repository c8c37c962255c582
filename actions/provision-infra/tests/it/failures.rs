//! What a user sees when it does not work: what, where, how to fix it, and the exit code.

use crate::harness::Scene;

#[tokio::test]
async fn missing_outputs_are_named_with_what_was_found() {
    let ended = Scene::new("incomplete")
        .run_terraform_only(&[])
        .await
        .ended_with(2);
    ended
        .says("output `bucket` (or `default_bucket_name`) is missing")
        .says("output `namespace` is missing")
        .says("output `node_role_name` is missing")
        .says("outputs found: cluster_name, emr_on_eks_role_arn, emrcontainers_virtual_cluster_id, unrelated");
    assert!(
        !ended.log.contains("`virtual_cluster_id` is missing"),
        "{}",
        ended.log
    );
    // Terraform did its part, and that stays known.
    assert_eq!(
        ended.output("changes"),
        Some("1 to add, 0 to change, 0 to destroy")
    );
}

#[tokio::test]
async fn a_broken_file_is_named_with_its_line() {
    let ended = Scene::new("broken")
        .run_terraform_only(&[])
        .await
        .ended_with(3);
    ended
        .says("infra/main.tf:4")
        .says("Invalid expression")
        .says("the named lines of the root module");
    assert!(ended.has_no_outputs());
}

#[tokio::test]
async fn a_failed_apply_says_what_was_completed_and_how_to_go_on() {
    let ended = Scene::new("failing")
        .run_terraform_only(&[])
        .await
        .ended_with(3);
    ended
        .says("completed before that: terraform_data.first")
        .says("terraform_data.second")
        .says("exit status 9");
}

#[tokio::test]
async fn a_missing_program_is_said_before_anything_is_done() {
    let scene = Scene::new("complete");
    let child = scene
        .bare_step(&[], &[])
        .env("PATH", "/nowhere")
        .spawn()
        .unwrap();
    let ended = scene.end(child).await.ended_with(3);
    ended
        .says("neither `terraform` nor `tofu` is on the PATH")
        .says("input `terraform`");
}

#[tokio::test]
async fn a_program_that_is_no_terraform_is_refused() {
    let scene = Scene::new("complete");
    let child = scene
        .bare_step(&[("terraform", "/bin/echo")], &[])
        .spawn()
        .unwrap();
    let ended = scene.end(child).await.ended_with(3);
    ended.says("`/bin/echo version -json` does not state a version");
}

#[tokio::test]
async fn all_bad_inputs_are_reported_together() {
    let scene = Scene::new("complete");
    let inputs = [
        ("command", "aply"),
        ("root-module", "nowhere"),
        ("variables", "no-equals-sign"),
        ("terraform", "/no/such/program"),
        ("region", "not a region"),
        ("node-pools", "maybe"),
        ("driver-instance-families", "m5.xlarge"),
        ("executor-capacity-type", "cheap"),
        ("zones", "us-east-1a,,"),
        ("consolidate-after", "30"),
        ("cpu-limit", "lots"),
        ("memory-limit", "1000GB"),
        ("kubeconfig", "no-such-file"),
    ];
    let child = scene.bare_step(&inputs, &[]).spawn().unwrap();
    let ended = scene.end(child).await.ended_with(2);
    for (name, _) in inputs {
        ended.says(&format!("`{name}`"));
    }
    ended.says("13 inputs cannot be used");
}

#[tokio::test]
async fn a_folder_without_terraform_files_is_no_root_module() {
    let scene = Scene::new("complete");
    std::fs::remove_file(scene.file("main.tf")).unwrap();
    let ended = scene.run_terraform_only(&[]).await.ended_with(2);
    ended.says("`infra`: the folder has no *.tf file");
}
