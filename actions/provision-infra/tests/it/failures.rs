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
        .says("::error file=infra/main.tf,line=4,title=Terraform::Invalid expression")
        .says("Invalid expression")
        .says("the named lines of the root module");
    assert!(ended.has_no_outputs());
}

#[tokio::test]
async fn an_annotated_error_is_told_once() {
    let ended = Scene::new("broken")
        .run_terraform_only(&[])
        .await
        .ended_with(3);
    assert_eq!(ended.lines_with("::error").len(), 2, "{}", ended.log);
    assert_eq!(
        ended.log.matches("Invalid expression").count(),
        1,
        "{}",
        ended.log
    );
    ended.says("1 error, shown above");
}

#[tokio::test]
async fn by_hand_a_failure_is_one_error_line_with_the_first_mistake() {
    let scene = Scene::new("broken");
    let more = "output \"a\" {\n  value = = 1\n}\n";
    std::fs::write(scene.file("z.tf"), more).unwrap();
    let ended = scene.run_by_hand(&[]).await.ended_with(3);
    let lines: Vec<_> = ended.log.lines().collect();
    let at = lines
        .iter()
        .position(|line| line.starts_with("error: "))
        .unwrap();
    assert_eq!(
        &lines[at..at + 5],
        [
            "error: Terraform init failed: infra/main.tf:4: Invalid expression",
            "  Expected the start of an expression, but found an invalid expression token.",
            "  infra/z.tf:2: Invalid expression",
            "    Expected the start of an expression, but found an invalid expression token.",
            "  terraform init in `infra` failed (exit status: 1): 2 errors",
        ],
        "{}",
        ended.log
    );
    let errors = lines
        .iter()
        .filter(|line| line.to_lowercase().starts_with("error"));
    assert_eq!(errors.count(), 1, "{}", ended.log);
}

#[tokio::test]
async fn an_undeclared_variable_is_named_with_its_input() {
    let ended = Scene::new("complete")
        .run_terraform_only(&[("variables", "region=eu-west-1\nclustername=x")])
        .await
        .ended_with(3);
    ended.says("correct `clustername` in the input `variables`");
}

#[tokio::test]
async fn a_changed_backend_says_what_to_delete() {
    let scene = Scene::new("complete");
    std::fs::write(
        scene.file("backend.tf"),
        "terraform {\n  backend \"local\" {}\n}\n",
    )
    .unwrap();
    scene
        .run_terraform_only(&[("backend-config", "path=a.tfstate")])
        .await
        .succeeded();
    let ended = scene
        .run_terraform_only(&[("backend-config", "path=b.tfstate")])
        .await
        .ended_with(3);
    ended
        .says("Backend configuration changed")
        .says("delete `infra/.terraform`");
}

#[tokio::test]
async fn output_before_the_first_apply_says_to_apply() {
    let scene = Scene::new("complete");
    let ended = scene
        .run_terraform_only(&[("command", "output")])
        .await
        .ended_with(2);
    ended
        .says("nothing is applied yet")
        .says("run `command: apply` first")
        .never_says("add the missing");
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
        ("working-directory", "nowhere"),
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

/// Its state would go with the runner, and what it made would have no owner.
#[tokio::test]
async fn the_module_of_this_action_does_not_start_without_a_state_in_a_bucket() {
    let scene = Scene::new("complete");
    let ended = scene
        .run_terraform_only(&[("working-directory", "")])
        .await
        .ended_with(2);
    ended.says(
        "`bucket` and `key` are missing: the module of this action keeps its state in a bucket",
    );
    assert!(ended.has_no_outputs());
}
