//! The plan as a comment on the pull request that asks for it.

use crate::harness::{Ended, Scene};
use local_cloud::{Config, LocalCloud, PullRequestSeed, config};
use serde_json::Value;

async fn cloud() -> LocalCloud {
    let config = Config {
        pull_requests: vec![PullRequestSeed {
            repository: "acme/infra".to_owned(),
            number: 1,
        }],
        ..Config::default()
    };
    LocalCloud::start(config).await.unwrap()
}

/// Plans as a step of a workflow on pull request 1.
async fn plan(scene: &Scene, cloud: &LocalCloud, inputs: &[(&str, &str)]) -> Ended {
    let event = scene.workspace("event.json");
    std::fs::write(&event, r#"{"pull_request": {"number": 1}}"#).unwrap();
    let mut environment = cloud.environment();
    for (name, value) in [
        ("GITHUB_REPOSITORY", "acme/infra"),
        ("GITHUB_EVENT_NAME", "pull_request"),
        ("GITHUB_EVENT_PATH", &event.to_string_lossy()),
    ] {
        environment.push((name.to_owned(), value.to_owned()));
    }
    let command = [("command", "plan"), ("node-pools", "false")];
    scene
        .run(&[&command, inputs].concat(), &environment)
        .await
        .succeeded()
}

fn comments(cloud: &LocalCloud) -> Vec<Value> {
    let comments = cloud.state()["github"]["comments"].clone();
    comments.as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_is_one_comment_that_the_next_plan_updates() {
    let (scene, cloud) = (Scene::new("layered"), cloud().await);
    let comment = [("comment", "always"), ("token", config::TOKEN)];
    let first = plan(&scene, &cloud, &comment).await;
    assert!(first.output("comment-url").is_some());
    let said = comments(&cloud)[0]["body"].as_str().unwrap().to_owned();
    assert!(
        said.starts_with("<!-- emr-eks-actions:provision-infra:v1:default -->\n## Plan of `infra`"),
        "{said}"
    );
    scene.run_terraform_only(&[]).await.succeeded();
    plan(&scene, &cloud, &comment).await;
    let now = comments(&cloud);
    assert_eq!(now.len(), 1);
    assert!(
        now[0]["body"]
            .as_str()
            .unwrap()
            .contains("nothing to change"),
        "{now:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_comments_without_being_asked_to() {
    let (scene, cloud) = (Scene::new("layered"), cloud().await);
    let ended = plan(&scene, &cloud, &[("token", config::TOKEN)]).await;
    assert_eq!(ended.output("comment-url"), None);
    assert!(comments(&cloud).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_the_right_is_a_notice_and_the_plan_is_there_all_the_same() {
    let (scene, cloud) = (Scene::new("layered"), cloud().await);
    let inputs = [("comment", "auto"), ("token", "ghs_no_such_token")];
    let ended = plan(&scene, &cloud, &inputs).await;
    ended.says("::notice title=No comment::");
    assert!(ended.output("plan-hash").is_some());
}
