//! The `local-cloud` program: what it prints, what it serves, and how it ends.

use serde_json::Value;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

const PATIENCE: Duration = Duration::from_secs(20);

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_local-cloud"));
    command.args(arguments).env_clear().kill_on_drop(true);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

async fn announcement(child: &mut Child) -> Value {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = tokio::time::timeout(PATIENCE, lines.next_line())
        .await
        .unwrap();
    serde_json::from_str(&line.unwrap().unwrap()).unwrap()
}

#[tokio::test]
async fn it_says_where_everything_is_and_ends_when_told() {
    let arguments = [
        "--bucket",
        "bench",
        "--virtual-cluster",
        "demo",
        "--pull-request",
        "demo/threadsleep#1",
    ];
    let mut child = program(&arguments).spawn().unwrap();
    let announced = announcement(&mut child).await;
    for service in [
        "s3",
        "emr_containers",
        "sts",
        "kubernetes",
        "github",
        "inspect",
    ] {
        assert!(
            announced["endpoints"][service]
                .as_str()
                .unwrap()
                .starts_with("http://127.0.0.1:"),
            "{service}"
        );
    }
    let environment = &announced["environment"];
    assert_eq!(
        environment["AWS_ENDPOINT_URL_S3"],
        announced["endpoints"]["s3"]
    );
    let kubeconfig = environment["KUBECONFIG"].as_str().unwrap();
    assert!(std::path::Path::new(kubeconfig).exists());
    assert!(announced["virtual_cluster_id"].is_string());

    let pid = rustix::process::Pid::from_raw(child.id().unwrap().cast_signed()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    let ended = tokio::time::timeout(PATIENCE, child.wait())
        .await
        .unwrap()
        .unwrap();
    assert!(ended.success(), "{ended}");
    assert!(!std::path::Path::new(kubeconfig).exists());
}

#[tokio::test]
async fn it_ends_with_its_standard_input_when_asked_to() {
    let mut child = program(&["--end-with-stdin"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    announcement(&mut child).await;
    drop(child.stdin.take());
    let ended = tokio::time::timeout(PATIENCE, child.wait())
        .await
        .unwrap()
        .unwrap();
    assert!(ended.success(), "{ended}");
}

#[tokio::test]
async fn a_pull_request_has_to_be_named_in_full() {
    let output = program(&["--pull-request", "threadsleep"])
        .output()
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("expected owner/name#number"), "{message}");
}

#[tokio::test]
async fn it_listens_where_containers_can_reach_it() {
    let mut child = program(&["--listen", "127.0.0.2"]).spawn().unwrap();
    let announced = announcement(&mut child).await;
    for (service, url) in announced["endpoints"].as_object().unwrap() {
        assert!(
            url.as_str().unwrap().starts_with("http://127.0.0.2:"),
            "{service}: {url}"
        );
    }
    child.kill().await.unwrap();
}
