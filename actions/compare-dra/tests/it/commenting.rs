//! The sticky comment.

use local_cloud::config;
use octocrab::Octocrab;
use serde_json::json;

use crate::bench::{Bench, MALLORY, REPOSITORY, beside, cloud, comments};

pub(crate) const MARKER: &str = "<!-- emr-eks-actions:compare-dra:v1:default -->";

#[tokio::test(flavor = "multi_thread")]
async fn comment_is_created_with_marker_verdict_table_and_timelines() {
    let cloud = cloud().await;
    let bench = Bench::on(&cloud);
    let ran = beside(move || bench.compare(&[]).exits(0)).await;
    let found = comments(&cloud);
    assert_eq!(found.len(), 1);
    let body = found[0]["body"].as_str().unwrap();
    assert!(
        body.starts_with(&format!(
            "{MARKER}\n### DRA used 79 % fewer executor-seconds and took 31 % longer"
        )),
        "{body}"
    );
    assert!(
        body.contains("| Executor-seconds | 1,575 | 337 |")
            && body.contains("xychart-beta")
            && body.contains("█"),
        "{body}"
    );
    assert!(
        body.contains("(https://github.com/octo/threadsleep/actions/runs/42)"),
        "{body}"
    );
    assert_eq!(ran.output("comment-posted"), Some("true"));
    assert!(
        ran.output("comment-url")
            .unwrap()
            .contains("/octo/threadsleep/")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn second_run_updates_the_comment() {
    let cloud = cloud().await;
    let bench = Bench::on(&cloud);
    let bench = beside(move || {
        bench.compare(&[]).exits(0);
        bench
    })
    .await;
    let first = comments(&cloud);
    bench.edit("runs/dra/run-record.json", |record| {
        record["job_run"]["state"] = json!("FAILED")
    });
    beside(move || bench.compare(&[]).exits(0)).await;
    let second = comments(&cloud);
    assert_eq!(second.len(), 1);
    assert_eq!(second[0]["id"], first[0]["id"]);
    assert!(
        second[0]["body"]
            .as_str()
            .unwrap()
            .contains("cannot be compared")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn comment_of_someone_else_with_the_marker_is_left_alone() {
    let cloud = cloud().await;
    let theirs = format!("{MARKER}\nmine now");
    post(&cloud, MALLORY, &theirs).await;
    let bench = Bench::on(&cloud);
    let (first, second) =
        beside(move || (bench.compare(&[]).exits(0), bench.compare(&[]).exits(0))).await;
    let found = comments(&cloud);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0]["body"], theirs);
    assert_eq!(found[1]["author"], "github-actions[bot]");
    assert!(
        first
            .stdout
            .contains("::warning title=Comments of others::This pull request has a comment")
            && first.stdout.contains("by `mallory`")
            && !first.stdout.contains("Wrong comment-author"),
        "{}",
        first.stdout
    );
    assert!(!second.stdout.contains("::warning"), "{}", second.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_comment_author_is_a_warning_that_names_the_login_to_set() {
    let cloud = cloud().await;
    let mut bench = Bench::on(&cloud);
    bench.set("INPUT_TOKEN", MALLORY);
    let (first, second, right) = beside(move || {
        (
            bench.compare(&[]).exits(0),
            bench.compare(&[]).exits(0),
            bench.compare(&["--comment-author", "Mallory"]).exits(0),
        )
    })
    .await;
    for ran in [&first, &second] {
        assert!(
            ran.stdout
                .contains("::warning title=Wrong comment-author::")
                && ran.stdout.contains("Set `comment-author: mallory`"),
            "{}",
            ran.stdout
        );
    }
    assert!(!first.stdout.contains("Comments of others"));
    assert!(second.stdout.contains("the next run adds another comment"));
    assert!(
        !right.stdout.contains("Wrong comment-author")
            && right.stdout.contains("::warning title=Several comments::"),
        "{}",
        right.stdout
    );
    assert_eq!(comments(&cloud).len(), 2, "the third run updates");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_number_and_wrong_token_are_told_apart() {
    let cloud = cloud().await;
    let mut bench = Bench::on(&cloud);
    let event = bench.path("other-event.json");
    std::fs::write(&event, r#"{"pull_request": {"number": 77}}"#).unwrap();
    let always = ["--comment", "always"];
    let numbered = ["--comment", "always", "--pull-request", "99"];
    let (input, auto, event, token) = beside(move || {
        let input = bench.compare(&numbered).exits(3);
        let auto = bench.compare(&["--pull-request", "99"]).exits(0);
        bench.set("GITHUB_EVENT_PATH", event.to_str().unwrap());
        let event = bench.compare(&always).exits(3);
        bench.set("INPUT_TOKEN", "stale");
        (input, auto, event, bench.compare(&always).exits(3))
    })
    .await;
    for (ran, part) in [
        (
            &input,
            "check the number 99, which may be wrong: it comes from the input `pull-request`",
        ),
        (&auto, "::notice title=No comment::"),
        (&auto, "check the number 99"),
        (
            &event,
            "check the number 77, which may be wrong: it comes from the event",
        ),
        (&token, "check the input `token`: the token is wrong"),
    ] {
        assert!(ran.said().contains(part), "lacks {part}: {}", ran.said());
        assert!(
            !ran.said().contains("pull-requests: write"),
            "{}",
            ran.said()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn comment_behind_many_others_is_found() {
    let cloud = cloud().await;
    for number in 0..130 {
        post(&cloud, MALLORY, &format!("comment {number}")).await;
    }
    post(&cloud, config::TOKEN, &format!("{MARKER}\nold")).await;
    let bench = Bench::on(&cloud);
    beside(move || bench.compare(&[]).exits(0)).await;
    let found = comments(&cloud);
    assert_eq!(found.len(), 131);
    assert!(!found[130]["body"].as_str().unwrap().contains("old"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_keys_make_two_comments() {
    let cloud = cloud().await;
    let bench = Bench::on(&cloud);
    beside(move || {
        bench.compare(&["--key", "one"]).exits(0);
        bench.compare(&["--key", "two"]).exits(0)
    })
    .await;
    assert_eq!(comments(&cloud).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn read_only_token_is_a_notice_that_names_the_permission() {
    let cloud = cloud().await;
    let mut bench = Bench::on(&cloud);
    bench.set("INPUT_TOKEN", config::READ_ONLY_TOKEN);
    let ran = beside(move || bench.compare(&[]).exits(0)).await;
    assert!(
        ran.stdout.contains("::notice title=No comment::"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("pull-requests: write"),
        "{}",
        ran.stdout
    );
    assert_eq!(ran.output("comment-posted"), Some("false"));
    assert_eq!(ran.output("comment-url"), None);
    assert!(ran.summary.contains("### DRA used"));
    assert!(comments(&cloud).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn read_only_token_fails_when_a_comment_is_demanded() {
    let cloud = cloud().await;
    let mut bench = Bench::on(&cloud);
    bench.set("INPUT_TOKEN", config::READ_ONLY_TOKEN);
    let ran = beside(move || bench.compare(&["--comment", "always"]).exits(3)).await;
    assert!(
        ran.said()
            .contains("Resource not accessible by integration")
            && ran.said().contains("pull-requests: write")
    );
    assert_eq!(
        ran.output("verdict"),
        Some("mixed"),
        "the report comes first"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_pull_request_is_a_notice_or_a_bad_input() {
    let cloud = cloud().await;
    let mut bench = Bench::on(&cloud);
    bench.set("GITHUB_EVENT_PATH", "");
    let (auto, always) = beside(move || {
        (
            bench.compare(&[]).exits(0),
            bench.compare(&["--comment", "always"]).exits(2),
        )
    })
    .await;
    assert!(auto.stdout.contains("::notice title=No comment::"));
    assert!(always.said().contains("pull-request"));
}

#[tokio::test(flavor = "multi_thread")]
async fn unreachable_github_is_an_outside_failure_after_the_report_was_written() {
    let cloud = cloud().await;
    let mut bench = Bench::on(&cloud);
    // Port 9 (discard) is closed on loopback.
    bench.set("GITHUB_API_URL", "http://127.0.0.1:9");
    let bench = beside(move || {
        let ran = bench.compare(&[]).exits(3);
        assert!(ran.said().contains("127.0.0.1:9"));
        bench
    })
    .await;
    assert!(bench.path("dra-report/report.md").exists());
}

pub(crate) async fn post(cloud: &local_cloud::LocalCloud, token: &str, body: &str) {
    let github = Octocrab::builder()
        .base_uri(&cloud.endpoints().github)
        .unwrap()
        .personal_token(token)
        .build()
        .unwrap();
    let route = format!("/repos/{REPOSITORY}/issues/1/comments");
    let _: serde_json::Value = github
        .post(route, Some(&json!({ "body": body })))
        .await
        .unwrap();
}
