//! A plan is reviewed, and exactly that plan is applied, or nothing.

use crate::harness::{Ended, Scene, cloud};
use serde_json::Value;

const SECRET: &str = "correct-horse-battery";

async fn plan(scene: &Scene, inputs: &[(&str, &str)]) -> Ended {
    let command = [&[("command", "plan")], inputs].concat();
    scene.run_terraform_only(&command).await.succeeded()
}

fn document(scene: &Scene) -> Value {
    let json = std::fs::read(scene.workspace("infrastructure-plan/plan.json")).unwrap();
    serde_json::from_slice(&json).unwrap()
}

#[tokio::test]
async fn a_plan_is_written_for_people_and_programs_without_its_secrets() {
    let scene = Scene::new("layered");
    let ended = plan(&scene, &[]).await;
    assert_eq!(
        ended.output("plan-json"),
        Some("infrastructure-plan/plan.json")
    );
    let markdown = std::fs::read_to_string(scene.workspace("infrastructure-plan/plan.md")).unwrap();
    assert!(
        markdown.contains("| create | `terraform_data.cluster` |"),
        "{markdown}"
    );
    assert_eq!(ended.summary.trim(), markdown.trim());
    let json = document(&scene);
    assert_eq!(json["hash"].as_str(), ended.output("plan-hash"));
    assert_eq!(json["counts"], serde_json::json!({"create": 2}));
    assert_eq!(json["resources"][0]["address"], "terraform_data.cluster");
    assert_eq!(ended.output("ended"), Some("0"));
    for text in [&markdown, &json.to_string(), &ended.log] {
        let shown = text
            .lines()
            .filter(|line| !line.starts_with("::add-mask::"));
        assert!(
            shown.into_iter().all(|line| !line.contains(SECRET)),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_replacement_is_called_dangerous_and_says_why() {
    let scene = Scene::new("layered");
    scene.run_terraform_only(&[]).await.succeeded();
    let ended = plan(&scene, &[("variables", "generation=two")]).await;
    assert!(ended.summary.contains("[!CAUTION]"), "{}", ended.summary);
    assert!(
        ended
            .summary
            .contains("| **replace** | `terraform_data.cluster` | `triggers_replace[0]` cannot be changed in place |"),
        "{}",
        ended.summary
    );
    assert_eq!(ended.output("ended"), Some("1"));
    let everything = ended.summary.clone() + &document(&scene).to_string();
    assert!(!everything.contains(SECRET), "{everything}");
}

#[tokio::test]
async fn the_reviewed_plan_is_applied_by_its_hash() {
    let scene = Scene::new("layered");
    let hash = plan(&scene, &[])
        .await
        .output("plan-hash")
        .unwrap()
        .to_owned();
    let ended = scene
        .run_terraform_only(&[("expected-plan", &hash)])
        .await
        .succeeded();
    ended.says("this is the plan that was reviewed");
    // The same job again, after it failed later on: nothing is left to do, which is no reason to refuse.
    let expected = ("expected-plan", "infrastructure-plan/plan.json");
    let again = scene.run_terraform_only(&[expected]).await.succeeded();
    again.says("nothing is left to do of the plan that was reviewed");
    let by_hash = scene
        .run_terraform_only(&[("expected-plan", &hash)])
        .await
        .ended_with(3);
    by_hash.says("nor whether an earlier run has done it");
}

/// Forgotten variables must not look like a plan that was carried out.
#[tokio::test]
async fn an_empty_plan_of_another_configuration_is_not_the_reviewed_one_carried_out() {
    let scene = Scene::new("layered");
    scene.run_terraform_only(&[]).await.succeeded();
    plan(&scene, &[("variables", "size=2")]).await;
    let expected = ("expected-plan", "infrastructure-plan/plan.json");
    let ended = scene.run_terraform_only(&[expected]).await.ended_with(3);
    ended
        .says("Plan has moved")
        .says("the configuration or its variables are others than those that were reviewed");
}

#[tokio::test]
async fn a_plan_that_has_moved_is_refused_with_what_has_moved() {
    let scene = Scene::new("layered");
    scene.run_terraform_only(&[]).await.succeeded();
    let reviewed = plan(&scene, &[("variables", "size=2")]).await;
    let hash = reviewed.output("plan-hash").unwrap();
    // Meanwhile somebody applies something else.
    scene
        .run_terraform_only(&[("variables", "size=3\ngeneration=two")])
        .await
        .succeeded();
    let before = std::fs::read(scene.file("terraform.tfstate")).unwrap();
    let size = ("variables", "size=2");
    let expected = ("expected-plan", "infrastructure-plan/plan.json");
    let ended = scene
        .run_terraform_only(&[size, expected])
        .await
        .ended_with(3);
    ended
        .says("::error title=Plan has moved::")
        .says("terraform_data.cluster: replace now, and not in the reviewed plan")
        .says("terraform_data.network: still update, with another value of `input.size`")
        .says("nothing was changed");
    let by_hash = scene
        .run_terraform_only(&[size, ("expected-plan", hash)])
        .await
        .ended_with(3);
    by_hash.says("only its hash was given");
    assert_eq!(
        std::fs::read(scene.file("terraform.tfstate")).unwrap(),
        before
    );
}

#[tokio::test]
async fn a_kept_plan_file_is_applied_and_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let scene = Scene::new("layered");
    let kept = ("plan-file", "kept/plan.tfplan");
    let size = ("variables", "size=7");
    plan(&scene, &[kept, size]).await;
    let mode = std::fs::metadata(scene.workspace("kept/plan.tfplan"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let ended = scene.run_terraform_only(&[kept, size]).await.succeeded();
    assert_eq!(ended.output("cluster-name"), Some("test-7"));
}

/// The hash that is shown does not know sensitive values; the file does.
#[tokio::test]
async fn a_plan_file_with_another_secret_is_refused_without_showing_either() {
    let scene = Scene::new("layered");
    let kept = ("plan-file", "plan.tfplan");
    plan(&scene, &[kept]).await;
    let other = ("variables", "password=staple-of-another");
    let ended = scene.run_terraform_only(&[kept, other]).await.ended_with(3);
    ended
        .says("Plan has moved")
        .says("values that are sensitive have changed");
    ended.never_says(SECRET);
}

#[tokio::test]
async fn a_plan_file_that_is_not_the_expected_one_is_refused() {
    let scene = Scene::new("layered");
    let hash = plan(&scene, &[])
        .await
        .output("plan-hash")
        .unwrap()
        .to_owned();
    plan(
        &scene,
        &[("plan-file", "plan.tfplan"), ("variables", "size=2")],
    )
    .await;
    let ended = scene
        .run_terraform_only(&[
            ("plan-file", "plan.tfplan"),
            ("variables", "size=2"),
            ("expected-plan", &hash),
        ])
        .await
        .ended_with(2);
    ended
        .says("it is not the plan that was reviewed")
        .says(&hash);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destroy_is_held_to_its_plan_too() {
    let scene = Scene::new("layered");
    scene.run_terraform_only(&[]).await.succeeded();
    let to_apply = plan(&scene, &[("variables", "size=2")]).await;
    let wrong = to_apply.output("plan-hash").unwrap();
    let cloud = cloud().await;
    let ended = scene
        .destroy(&[("expected-plan", wrong)], &cloud)
        .await
        .ended_with(3);
    ended.says("Plan has moved");
    assert!(scene.file("terraform.tfstate").exists());

    let planned = scene
        .run_terraform_only(&[("command", "plan-destroy")])
        .await
        .succeeded();
    assert!(
        planned.summary.contains("## Plan to destroy `infra`"),
        "{}",
        planned.summary
    );
    assert_eq!(planned.output("ended"), Some("2"));
    let right = planned.output("plan-hash").unwrap();
    scene
        .destroy(&[("expected-plan", right)], &cloud)
        .await
        .succeeded();
}

#[tokio::test]
async fn an_expected_plan_that_cannot_be_one_is_a_bad_input() {
    let scene = Scene::new("layered");
    let ended = scene
        .run_terraform_only(&[("expected-plan", "no-such-file")])
        .await
        .ended_with(2);
    ended.says("neither a hash of 64 hexadecimal digits nor a file");
    plan(&scene, &[]).await;
    let path = scene.workspace("infrastructure-plan/plan.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("\"create\"", "\"update\"")).unwrap();
    let ended = scene
        .run_terraform_only(&[("expected-plan", "infrastructure-plan/plan.json")])
        .await
        .ended_with(2);
    ended.says("it was changed after `plan` wrote it");
}

#[tokio::test]
async fn what_is_done_is_followed_line_by_line_and_the_rest_is_folded() {
    let scene = Scene::new("layered");
    let ended = scene.run_terraform_only(&[]).await.succeeded();
    let place = |text: &str| {
        ended
            .log
            .find(text)
            .unwrap_or_else(|| panic!("no `{text}` in\n{}", ended.log))
    };
    let followed = place("1/2  created    terraform_data.network  0 s");
    let folded = place("::group::Terraform apply: everything it said");
    assert!(followed < folded, "{}", ended.log);
    assert!(
        folded < place("terraform_data.network: Creating..."),
        "{}",
        ended.log
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destroy_that_was_cut_off_goes_on_with_the_plan_that_was_reviewed() {
    let scene = Scene::new("layered");
    scene.run_terraform_only(&[]).await.succeeded();
    scene
        .run_terraform_only(&[("command", "plan-destroy")])
        .await
        .succeeded();
    // As a destroy leaves it that is cut off after the first resource.
    let path = scene.file("terraform.tfstate");
    let mut state: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let resources = state["resources"].as_array_mut().unwrap();
    resources.retain(|resource| resource["name"] != "cluster");
    std::fs::write(&path, state.to_string()).unwrap();
    let expected = ("expected-plan", "infrastructure-plan/plan.json");
    let ended = scene.destroy(&[expected], &cloud().await).await.succeeded();
    ended.says("this is what is left of the plan that was reviewed");
    assert_eq!(
        ended.output("changes"),
        Some("0 to add, 0 to change, 1 to destroy")
    );
}

#[tokio::test]
async fn what_the_node_pools_are_made_from_is_held_to_the_review_too() {
    let scene = Scene::new("layered");
    let command = [("command", "plan"), ("cpu-limit", "8")];
    let planned = scene.run(&command, &[]).await.succeeded();
    let hash = planned.output("plan-hash").unwrap().to_owned();
    let expected = ("expected-plan", "infrastructure-plan/plan.json");
    let ended = scene
        .run(&[("cpu-limit", "9999"), expected], &[])
        .await
        .ended_with(3);
    ended.says("NodePools: others than in the reviewed plan");
    assert!(!scene.file("terraform.tfstate").exists());
    let same = scene.run(&command, &[]).await.succeeded();
    assert_eq!(same.output("plan-hash"), Some(hash.as_str()));
}
