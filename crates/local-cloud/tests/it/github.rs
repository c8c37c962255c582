//! GitHub as octocrab uses it.

use crate::start;
use local_cloud::config::{READ_ONLY_TOKEN, TOKEN};
use local_cloud::{Config, LocalCloud, PullRequestSeed};
use octocrab::models::CommentId;
use octocrab::models::issues::Comment;
use octocrab::{GitHubError, Octocrab};
use serde_json::json;

pub(crate) async fn cloud() -> LocalCloud {
    start(Config {
        pull_requests: vec![PullRequestSeed {
            repository: "demo/threadsleep".to_owned(),
            number: 1,
        }],
        ..Config::default()
    })
    .await
}

fn client(cloud: &LocalCloud, token: &str) -> Octocrab {
    let builder = Octocrab::builder()
        .base_uri(&cloud.endpoints().github)
        .unwrap();
    builder.personal_token(token.to_owned()).build().unwrap()
}

async fn update(client: &Octocrab, id: CommentId, body: &str) -> octocrab::Result<Comment> {
    let route = format!("/repos/demo/threadsleep/issues/comments/{id}");
    client.patch(route, Some(&json!({ "body": body }))).await
}

fn refusal<T>(result: octocrab::Result<T>) -> GitHubError {
    match result.err().unwrap() {
        octocrab::Error::GitHub { source, .. } => *source,
        other => panic!("not refused by the server: {other}"),
    }
}

#[tokio::test]
async fn a_comment_is_created_found_updated_and_deleted() {
    let cloud = cloud().await;
    let client = client(&cloud, TOKEN);
    let issues = client.issues("demo", "threadsleep");
    let created = issues.create_comment(1, "first").await.unwrap();
    assert_eq!(
        (created.user.login.as_str(), created.user.r#type.as_str()),
        ("github-actions[bot]", "Bot")
    );
    let found = issues.list_comments(1).send().await.unwrap();
    assert_eq!(found.items[0].id, created.id);

    let updated = update(&client, created.id, "second").await.unwrap();
    assert_eq!(updated.body.as_deref(), Some("second"));
    assert_eq!(cloud.state()["github"]["comments"][0]["body"], "second");
    // octocrab's own method sends POST, which GitHub does not know here.
    assert_eq!(
        refusal(issues.update_comment(created.id, "third").await).status_code,
        404
    );

    issues.delete_comment(created.id).await.unwrap();
    assert!(
        issues
            .list_comments(1)
            .send()
            .await
            .unwrap()
            .items
            .is_empty()
    );
    assert_eq!(
        refusal(update(&client, created.id, "x").await).status_code,
        404
    );
}

#[tokio::test]
async fn comments_are_listed_in_pages_oldest_first() {
    let cloud = cloud().await;
    let client = client(&cloud, TOKEN);
    let issues = client.issues("demo", "threadsleep");
    for number in 0..5 {
        issues.create_comment(1, number.to_string()).await.unwrap();
    }
    let page = issues.list_comments(1).per_page(2).send().await.unwrap();
    let all = client.all_pages(page).await.unwrap();
    let bodies: Vec<String> = all.into_iter().filter_map(|c| c.body).collect();
    assert_eq!(bodies, ["0", "1", "2", "3", "4"]);
}

#[tokio::test]
async fn pull_requests_and_issues_are_what_octocrab_reads() {
    let cloud = cloud().await;
    let client = client(&cloud, TOKEN);
    let pull_request = client.pulls("demo", "threadsleep").get(1).await.unwrap();
    assert_eq!(pull_request.base.ref_field, "main");
    let issue = client.issues("demo", "threadsleep").get(1).await.unwrap();
    assert!(issue.pull_request.is_some());
    let missing = refusal(client.pulls("demo", "threadsleep").get(2).await);
    assert_eq!(
        (missing.status_code.as_u16(), missing.message.as_str()),
        (404, "Not Found")
    );
}

#[tokio::test]
async fn a_token_that_may_not_write_reads_only() {
    let cloud = cloud().await;
    let client = client(&cloud, READ_ONLY_TOKEN);
    let issues = client.issues("demo", "threadsleep");
    assert!(issues.list_comments(1).send().await.is_ok());
    let refused = refusal(issues.create_comment(1, "x").await);
    assert_eq!(refused.status_code, 403);
    assert_eq!(refused.message, "Resource not accessible by integration");
}

#[tokio::test]
async fn an_unknown_token_is_refused() {
    let cloud = cloud().await;
    let refused = refusal(
        client(&cloud, "other")
            .issues("demo", "threadsleep")
            .get(1)
            .await,
    );
    assert_eq!(
        (refused.status_code.as_u16(), refused.message.as_str()),
        (401, "Bad credentials")
    );
}

#[tokio::test]
async fn a_comment_has_at_most_65536_characters() {
    let cloud = cloud().await;
    let client = client(&cloud, TOKEN);
    let issues = client.issues("demo", "threadsleep");
    // Characters count, not bytes.
    let comment = issues.create_comment(1, "ä".repeat(65_536)).await.unwrap();
    let refused = refusal(issues.create_comment(1, "x".repeat(65_537)).await);
    assert_eq!(
        (refused.status_code.as_u16(), refused.message.as_str()),
        (422, "Validation Failed")
    );
    assert_eq!(
        refused.errors.unwrap()[0]["message"],
        "Body is too long (maximum is 65536 characters)"
    );
    assert_eq!(
        refusal(update(&client, comment.id, "").await).status_code,
        422
    );
}
