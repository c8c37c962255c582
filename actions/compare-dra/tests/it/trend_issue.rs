//! The issue of the third entry.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
};

use local_cloud::{At, Fault, FaultKind, LocalCloud, Service, config};
use octocrab::Octocrab;
use serde_json::{Value, json};

use crate::{
    bench::{Bench, MALLORY, REPOSITORY, beside, cloud},
    trend::{next, reported},
};

const HISTORY: [&str; 2] = ["--history", "history"];

fn issues(cloud: &LocalCloud) -> Vec<Value> {
    let state = cloud.state();
    state["github"]["issues"].as_array().unwrap().clone()
}

/// A bench with six runs of 340 executor-seconds, the seventh of which is to come.
async fn steady(cloud: &LocalCloud) -> Bench {
    let bench = Bench::on(cloud);
    beside(move || {
        let mut bench = reported(bench);
        for id in 1..=6 {
            next(&mut bench, id, 340.0);
            let ran = bench.trend(&HISTORY).exits(0);
            assert_eq!(ran.output("issue-posted"), Some("false"), "{ran:#?}");
        }
        bench
    })
    .await
}

async fn run(
    mut bench: Bench,
    id: u32,
    executor_seconds: f64,
    code: i32,
    arguments: &'static [&str],
) -> (Bench, crate::bench::Ran) {
    beside(move || {
        next(&mut bench, id, executor_seconds);
        let ran = bench.trend(&[&HISTORY[..], arguments].concat()).exits(code);
        (bench, ran)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn issue_is_opened_by_drift_updated_and_told_that_it_is_over() {
    let cloud = cloud().await;
    let bench = steady(&cloud).await;
    assert!(issues(&cloud).is_empty(), "nothing has drifted yet");
    let (bench, ran) = run(bench, 7, 415.0, 0, &[]).await;
    let [issue] = &issues(&cloud)[..] else {
        panic!("one issue")
    };
    let body = issue["body"].as_str().unwrap();
    assert!(body.starts_with("<!-- emr-eks-actions:compare-dra-trend:v1:default -->\n### DRA's executor-seconds are 22 % above"), "{body}");
    assert!(issue["title"].as_str().unwrap().contains("22 % above"));
    assert_eq!(ran.output("issue-posted"), Some("true"));
    assert!(
        ran.output("issue-url")
            .unwrap()
            .contains("/octo/threadsleep/issues/")
    );

    let (bench, _) = run(bench, 8, 500.0, 0, &[]).await;
    let (bench, _) = run(bench, 9, 340.0, 0, &[]).await;
    let [issue] = &issues(&cloud)[..] else {
        panic!("still one issue")
    };
    let body = issue["body"].as_str().unwrap();
    assert!(
        body.contains("**Back to normal.**") && body.contains("As usual since"),
        "{body}"
    );
    assert_eq!(issue["state"], "open", "a person closes it");

    close(&cloud, issue["number"].as_u64().unwrap()).await;
    let (bench, ran) = run(bench, 10, 341.0, 0, &[]).await;
    assert_eq!(ran.output("issue-posted"), Some("false"));
    run(bench, 11, 900.0, 0, &[]).await;
    let all = issues(&cloud);
    assert_eq!(all.len(), 2, "a closed issue stays closed");
    assert_eq!(
        (&all[0]["state"], &all[1]["state"]),
        (&json!("closed"), &json!("open"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn issue_of_somebody_else_with_the_marker_is_left_alone() {
    let cloud = cloud().await;
    let theirs = json!({ "title": "mine", "body": "<!-- emr-eks-actions:compare-dra-trend:v1:default -->\nmine" });
    let _: Value = client(&cloud, MALLORY)
        .post(format!("/repos/{REPOSITORY}/issues"), Some(&theirs))
        .await
        .unwrap();
    let bench = steady(&cloud).await;
    run(bench, 7, 900.0, 0, &[]).await;
    let all = issues(&cloud);
    assert_eq!(all.len(), 2);
    assert_eq!(all[0]["title"], "mine");
}

#[tokio::test(flavor = "multi_thread")]
async fn read_only_token_is_a_notice_and_a_failure_when_an_issue_is_demanded() {
    let cloud = cloud().await;
    let mut bench = steady(&cloud).await;
    bench.set("INPUT_TOKEN", config::READ_ONLY_TOKEN);
    let (bench, ran) = run(bench, 7, 900.0, 0, &[]).await;
    assert!(
        ran.stdout.contains("::notice title=No issue::") && ran.stdout.contains("issues: write"),
        "{}",
        ran.stdout
    );
    let (bench, ran) = run(bench, 8, 900.0, 3, &["--issue", "always"]).await;
    assert!(ran.said().contains("issues: write"), "{}", ran.said());
    assert_eq!(
        ran.output("drift"),
        Some("drifted"),
        "the trend comes first"
    );
    cloud.fault(Fault::always(
        At::Service(Service::Github),
        FaultKind::ServerError,
    ));
    let (_, ran) = run(bench, 9, 900.0, 0, &["--issue", "never"]).await;
    assert_eq!(ran.output("issue-url"), None);
    assert!(issues(&cloud).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn repository_without_issues_is_a_notice_and_a_failure_when_an_issue_is_demanded() {
    let cloud = cloud().await;
    let mut bench = steady(&cloud).await;
    bench.set("GITHUB_API_URL", &without_issues());
    let (bench, ran) = run(bench, 7, 900.0, 0, &[]).await;
    assert!(
        ran.stdout.contains("::notice title=No issue::")
            && ran.stdout.contains("turn on issues in the settings"),
        "{}",
        ran.stdout
    );
    assert_eq!(ran.output("drift"), Some("drifted"));
    assert_eq!(ran.output("issue-posted"), Some("false"));
    let (_, ran) = run(bench, 8, 900.0, 3, &["--issue", "always"]).await;
    assert!(
        ran.said().contains("turn on issues in the settings"),
        "{}",
        ran.said()
    );
}

/// The address of a GitHub that lists no issues and answers a new one as where issues are turned off. It ends with
/// the test's process.
fn without_issues() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let client = client.unwrap();
            let mut reader = BufReader::new(&client);
            let (mut first, mut length) = (String::new(), 0);
            reader.read_line(&mut first).unwrap();
            for line in reader.by_ref().lines() {
                let line = line.unwrap().to_ascii_lowercase();
                if line.is_empty() {
                    break;
                }
                if let Some(value) = line.strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
            }
            // A body that is left unread would reset the connection.
            std::io::copy(&mut reader.take(length), &mut std::io::sink()).unwrap();
            let (status, body) = match first.starts_with("GET ") {
                true => ("200 OK", "[]"),
                false => (
                    "410 Gone",
                    r#"{"message": "Issues has been disabled in this repository."}"#,
                ),
            };
            write!(
                &client,
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            )
            .unwrap();
        }
    });
    url
}

async fn close(cloud: &LocalCloud, number: u64) {
    let route = format!("/repos/{REPOSITORY}/issues/{number}");
    let _: Value = client(cloud, config::TOKEN)
        .patch(route, Some(&json!({ "state": "closed" })))
        .await
        .unwrap();
}

fn client(cloud: &LocalCloud, token: &str) -> Octocrab {
    Octocrab::builder()
        .base_uri(&cloud.endpoints().github)
        .unwrap()
        .personal_token(token)
        .build()
        .unwrap()
}
