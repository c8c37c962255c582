//! GitHub's answers, checked against the schemas of its published OpenAPI description.

use crate::github::cloud;
use local_cloud::config::TOKEN;
use octocrab::Octocrab;
use serde_json::{Value, json};

fn description() -> Value {
    let folder = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    let path = std::path::Path::new(&folder).join("../../fixtures/github/openapi.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[track_caller]
fn assert_is(name: &str, answer: &Value) {
    let mut schema = description();
    schema["$ref"] = format!("#/definitions/{name}").into();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let problems: Vec<String> = validator
        .iter_errors(answer)
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect();
    assert!(problems.is_empty(), "not a {name}: {problems:#?}");
}

/// The body of any answer, a refusal too.
async fn body(client: &Octocrab, route: &str) -> Value {
    let answer = client._get(route).await.unwrap();
    serde_json::from_str(&client.body_to_string(answer).await.unwrap()).unwrap()
}

#[tokio::test]
async fn answers_have_every_field_that_github_promises() {
    let cloud = cloud().await;
    let builder = Octocrab::builder()
        .base_uri(&cloud.endpoints().github)
        .unwrap();
    let client = builder.personal_token(TOKEN.to_owned()).build().unwrap();
    let repository = "/repos/demo/threadsleep";
    let comments = format!("{repository}/issues/1/comments");

    let created: Value = client
        .post(&comments, Some(&json!({ "body": "x" })))
        .await
        .unwrap();
    assert_is("issue-comment", &created);
    let route = format!("{repository}/issues/comments/{}", created["id"]);
    let id = created["id"].as_u64().unwrap();
    cloud.hide_comment(id);
    let updated: Value = client
        .patch(&route, Some(&json!({ "body": "y" })))
        .await
        .unwrap();
    assert_is("issue-comment", &updated);
    assert_is("issue-comment", &body(&client, &comments).await[0]);
    assert_is(
        "issue",
        &body(&client, &format!("{repository}/issues/1")).await,
    );
    assert_is(
        "pull-request",
        &body(&client, &format!("{repository}/pulls/1")).await,
    );
    for route in [
        "pulls?head=demo:change&state=open".to_owned(),
        format!(
            "commits/{}/pulls",
            "0123456789abcdef".repeat(3).split_at(40).0
        ),
    ] {
        let listed = body(&client, &format!("{repository}/{route}")).await;
        assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
        assert_is("pull-request-simple", &listed[0]);
    }
    assert_is(
        "basic-error",
        &body(&client, &format!("{repository}/pulls/2")).await,
    );
    let refused = client
        ._post(&comments, Some(&json!({ "body": "x".repeat(65_537) })))
        .await
        .unwrap();
    let refused = serde_json::from_str(&client.body_to_string(refused).await.unwrap()).unwrap();
    assert_is("validation-error", &refused);
}

#[tokio::test]
async fn issues_are_listed_created_and_changed_as_github_describes() {
    let cloud = cloud().await;
    let client = |token: &str| {
        let builder = Octocrab::builder()
            .base_uri(&cloud.endpoints().github)
            .unwrap();
        builder.personal_token(token.to_owned()).build().unwrap()
    };
    let (client, reader) = (client(TOKEN), client(local_cloud::config::READ_ONLY_TOKEN));
    let issues = "/repos/demo/threadsleep/issues";
    let new = json!({ "title": "Drift", "body": "x", "labels": ["dra"] });
    let created: Value = client.post(issues, Some(&new)).await.unwrap();
    assert_is("issue", &created);
    let route = format!("{issues}/{}", created["number"]);
    assert_is("issue", &body(&client, &route).await);
    let list = body(&client, issues).await;
    assert_eq!(list.as_array().unwrap().len(), 2, "the pull request, too");
    assert_is("issue", &list[0]);
    assert!(list[0].get("pull_request").is_none() && list[1].get("pull_request").is_some());
    let labelled = body(&client, &format!("{issues}?labels=dra")).await;
    assert_eq!(labelled.as_array().unwrap().len(), 1);

    let closed: Value = client
        .patch(&route, Some(&json!({ "state": "closed", "body": "y" })))
        .await
        .unwrap();
    assert_is("issue", &closed);
    assert_eq!(
        (&closed["state"], &closed["body"]),
        (&json!("closed"), &json!("y"))
    );
    let open = body(&client, issues).await;
    assert_eq!(open.as_array().unwrap().len(), 1);
    let page = body(&client, &format!("{issues}?state=all&per_page=1&page=2")).await;
    assert_eq!(page[0]["number"], 1);

    assert!(reader.post::<_, Value>(issues, Some(&new)).await.is_err());
    let untitled = json!({ "body": "x", "title": "" });
    assert!(
        client
            .post::<_, Value>(issues, Some(&untitled))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn workflow_runs_are_as_github_describes_them() {
    let cloud = cloud().await;
    let builder = Octocrab::builder()
        .base_uri(&cloud.endpoints().github)
        .unwrap();
    let client = builder.personal_token(TOKEN.to_owned()).build().unwrap();
    for (status, conclusion) in [("in_progress", None), ("completed", Some("cancelled"))] {
        cloud.set_workflow_run(local_cloud::WorkflowRun {
            repository: "demo/threadsleep".into(),
            id: 7,
            status: status.into(),
            conclusion: conclusion.map(str::to_owned),
        });
        let run = body(&client, "/repos/demo/threadsleep/actions/runs/7").await;
        assert_is("workflow-run", &run);
        assert_eq!(run["status"], status);
        assert_eq!(run["conclusion"], json!(conclusion));
    }
    let other = body(&client, "/repos/demo/threadsleep/actions/runs/8").await;
    assert_eq!(other["status"], "404");
}
