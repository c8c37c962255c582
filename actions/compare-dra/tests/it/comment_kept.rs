//! The sticky comment when it says the same, exists twice, was deleted, or GitHub asks for patience.

use local_cloud::{At, Call, Fault, FaultKind, LocalCloud, Moment, Service, config};

use crate::{
    bench::{Bench, beside, cloud, comments},
    commenting::{MARKER, post},
};

/// The calls to GitHub.
pub(crate) fn of_github(cloud: &LocalCloud) -> Vec<Call> {
    let mut calls = cloud.calls();
    calls.retain(|call| call.service == Service::Github);
    calls
}

/// How many calls changed something on GitHub.
fn writes(cloud: &LocalCloud) -> usize {
    let changes = |operation: &str| {
        ["POST", "PATCH"]
            .iter()
            .any(|verb| operation.starts_with(verb))
    };
    let calls = of_github(cloud);
    let writes = calls.iter().filter(|call| changes(&call.operation));
    writes.count()
}

#[tokio::test(flavor = "multi_thread")]
async fn unchanged_comment_is_not_written_again() {
    let cloud = cloud().await;
    let bench = Bench::on(&cloud);
    let (first, second) =
        beside(move || (bench.compare(&[]).exits(0), bench.compare(&[]).exits(0))).await;
    assert_eq!(writes(&cloud), 1, "{:#?}", cloud.calls());
    assert_eq!(second.output("comment-url"), first.output("comment-url"));
    assert_eq!(second.output("comment-posted"), Some("true"));
    assert!(second.said().contains("left as it is"), "{}", second.said());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_comments_the_oldest_is_updated_and_the_other_named() {
    let cloud = cloud().await;
    post(&cloud, config::TOKEN, &format!("{MARKER}\nfirst")).await;
    post(&cloud, config::TOKEN, &format!("{MARKER}\nsecond")).await;
    let bench = Bench::on(&cloud);
    let ran = beside(move || bench.compare(&[]).exits(0)).await;
    let found = comments(&cloud);
    assert!(found[0]["body"].as_str().unwrap().contains("### DRA used"));
    assert_eq!(found[1]["body"], format!("{MARKER}\nsecond"));
    let other = format!("#issuecomment-{}", found[1]["id"]);
    assert!(
        ran.stdout.contains("::warning title=Several comments::") && ran.stdout.contains(&other),
        "{}",
        ran.stdout
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn comment_deleted_while_it_is_updated_is_created_again() {
    let cloud = cloud().await;
    post(&cloud, config::TOKEN, &format!("{MARKER}\nold")).await;
    let id = comments(&cloud)[0]["id"].clone();
    let gate = cloud.hold(
        At::when(|call| call.operation.starts_with("PATCH")),
        Moment::Before,
    );
    let bench = Bench::on(&cloud);
    let running = tokio::spawn(beside(move || bench.compare(&[]).exits(0)));
    gate.arrived().await;
    delete(&cloud, &id).await;
    gate.settle().await;
    running.await.unwrap();
    let found = comments(&cloud);
    assert_eq!(found.len(), 1);
    assert_ne!(found[0]["id"], id);
}

#[tokio::test(flavor = "multi_thread")]
async fn hidden_comment_is_kept_up_to_date_and_said() {
    let cloud = cloud().await;
    post(&cloud, config::TOKEN, &format!("{MARKER}\nold")).await;
    cloud.hide_comment(comments(&cloud)[0]["id"].as_u64().unwrap());
    let bench = Bench::on(&cloud);
    let ran = beside(move || bench.compare(&[]).exits(0)).await;
    assert!(
        ran.stdout.contains("::notice title=Hidden comment::"),
        "{}",
        ran.stdout
    );
    let found = comments(&cloud);
    assert_eq!(found.len(), 1);
    assert!(found[0]["body"].as_str().unwrap().contains("### DRA used"));
}

#[tokio::test(flavor = "multi_thread")]
async fn limit_of_writing_is_waited_for_once_and_said() {
    let cloud = cloud().await;
    let posts = || At::when(|call| call.operation.starts_with("POST"));
    cloud.fault(Fault::once(posts(), FaultKind::Throttled));
    let bench = Bench::on(&cloud);
    let ran = beside(move || bench.compare(&[]).exits(0)).await;
    assert_eq!(comments(&cloud).len(), 1);
    assert!(
        ran.said()
            .contains("asks to wait 1 s. After that, once more: create the comment"),
        "{}",
        ran.said()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn limit_that_lasts_is_an_outside_failure() {
    let cloud = cloud().await;
    cloud.fault(Fault::always(
        At::Service(Service::Github),
        FaultKind::Throttled,
    ));
    let bench = Bench::on(&cloud);
    let ran = beside(move || bench.compare(&[]).exits(3)).await;
    assert_eq!(of_github(&cloud).len(), 2, "one repetition");
    assert!(ran.said().contains("(HTTP 429)"), "{}", ran.said());
}

async fn delete(cloud: &LocalCloud, id: &serde_json::Value) {
    let github = octocrab::Octocrab::builder()
        .base_uri(&cloud.endpoints().github)
        .unwrap()
        .personal_token(config::TOKEN)
        .build()
        .unwrap();
    let route = format!("/repos/{}/issues/comments/{id}", crate::bench::REPOSITORY);
    github._delete(route, None::<&()>).await.unwrap();
}
