//! The sweep: ends what a lost runner has left, and nothing else.

use aws_sdk_emrcontainers::types::{JobDriver, SparkSubmitJobDriver};
use local_cloud::config::TOKEN;
use local_cloud::{Fault, FaultKind, LocalCloud, WorkflowRun};

use crate::post::{busy, count, emr, kill, step};
use crate::step::{Ended, Step, job_runs, until};

/// A step that was lost with its runner while its job ran: neither it nor its post step could do anything.
async fn lost(cloud: &LocalCloud) -> Step {
    let step = step(cloud).input("token", TOKEN);
    let mut child = step.start();
    until(&mut child, "state RUNNING").await;
    kill(child).await;
    step
}

fn workflow_run(cloud: &LocalCloud, status: &str, conclusion: Option<&str>) {
    cloud.set_workflow_run(WorkflowRun {
        repository: "demo/threadsleep".into(),
        id: 7,
        status: status.into(),
        conclusion: conclusion.map(str::to_owned),
    });
}

fn states(cloud: &LocalCloud) -> Vec<String> {
    let state = |run: &serde_json::Value| run["state"].as_str().unwrap().to_owned();
    job_runs(cloud).iter().map(state).collect()
}

#[track_caller]
fn outputs(ended: &Ended, expected: [&str; 4]) {
    let value = |name: &str| {
        let found = ended.outputs.iter().rev().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    let names = ["found", "cancelled", "would-cancel", "still-running"];
    assert_eq!(names.map(value), expected, "{}", ended.log);
}

#[tokio::test]
async fn a_job_run_whose_workflow_run_is_over_is_cancelled() {
    let cloud = busy().await;
    let step = lost(&cloud).await;
    workflow_run(&cloud, "completed", Some("cancelled"));
    let ended = step.sweep().await.with(0);
    ended.says("its workflow run is over (cancelled)");
    outputs(&ended, ["1", "1", "0", "0"]);
    assert_eq!(states(&cloud), ["CANCELLED"]);
    let summary = std::fs::read_to_string(step.path("summary")).unwrap();
    assert!(
        summary.contains("/demo/threadsleep/actions/runs/7"),
        "{summary}"
    );
    // A second sweep finds nothing.
    outputs(&step.sweep().await.with(0), ["0", "0", "0", "0"]);
}

#[tokio::test]
async fn a_job_run_whose_workflow_run_goes_on_is_left_alone() {
    let cloud = busy().await;
    let step = lost(&cloud).await.input("older-than", "0s");
    workflow_run(&cloud, "in_progress", None);
    let ended = step.sweep().await.with(0);
    outputs(&ended, ["1", "0", "0", "0"]);
    assert_eq!(states(&cloud), ["RUNNING"]);
}

#[tokio::test]
async fn age_decides_when_github_cannot_be_asked() {
    let cloud = busy().await;
    // GitHub knows nothing of workflow run 7.
    let step = lost(&cloud).await;
    let ended = step.sweep().await.with(0);
    outputs(&ended, ["1", "0", "0", "0"]);
    let summary = std::fs::read_to_string(step.path("summary")).unwrap();
    assert!(summary.contains("actions: read"), "{summary}");
    let step = step.input("token", "").input("older-than", "0s");
    let ended = step.sweep().await.with(0);
    ended.says("without a token");
    outputs(&ended, ["1", "1", "0", "0"]);
    assert_eq!(states(&cloud), ["CANCELLED"]);
}

#[tokio::test]
async fn a_dry_run_only_says_what_it_would_do() {
    let cloud = busy().await;
    let step = lost(&cloud).await.input("dry-run", "true");
    workflow_run(&cloud, "completed", Some("failure"));
    let ended = step.sweep().await.with(0);
    outputs(&ended, ["1", "0", "1", "0"]);
    assert_eq!(states(&cloud), ["RUNNING"]);
    assert_eq!(count(&cloud, "CancelJobRun"), 0);
}

#[tokio::test]
async fn what_others_started_is_not_touched_in_any_cluster_of_the_region() {
    let cloud = busy().await;
    let step = step(&cloud)
        .input("virtual-cluster-id", "")
        .input("older-than", "0s");
    start_without_tags(&cloud).await;
    let ended = step.sweep().await.with(0);
    outputs(&ended, ["0", "0", "0", "0"]);
    let summary = std::fs::read_to_string(step.path("summary")).unwrap();
    assert!(
        summary.contains("1 job run without this project's tags"),
        "{summary}"
    );
    assert_eq!(count(&cloud, "ListVirtualClusters"), 1);
    assert_eq!(count(&cloud, "CancelJobRun"), 0);
}

#[tokio::test]
async fn a_job_run_that_may_not_be_cancelled_fails_the_step() {
    let cloud = busy().await;
    let step = lost(&cloud).await;
    cloud.fault(Fault::always(emr("CancelJobRun"), FaultKind::Denied));
    workflow_run(&cloud, "completed", Some("success"));
    let ended = step.sweep().await.with(3);
    ended
        .says("Job runs not ended")
        .says("emr-containers:CancelJobRun");
    assert_eq!(states(&cloud), ["RUNNING"]);
    outputs(&ended, ["1", "0", "0", "1"]);
}

#[tokio::test]
async fn a_passing_trouble_of_every_call_does_not_stop_the_sweep() {
    let cloud = busy().await;
    let step = lost(&cloud).await;
    workflow_run(&cloud, "completed", Some("failure"));
    for operation in ["ListJobRuns", "DescribeJobRun", "CancelJobRun"] {
        cloud.fault(Fault::once(emr(operation), FaultKind::Unavailable));
    }
    outputs(&step.sweep().await.with(0), ["1", "1", "0", "0"]);
    assert_eq!(states(&cloud), ["CANCELLED"]);
}

#[tokio::test]
async fn every_bad_input_is_named() {
    let cloud = busy().await;
    let step = step(&cloud)
        .input("virtual-cluster-id", "No Id")
        .input("older-than", "soon")
        .input("dry-run", "perhaps");
    let ended = step.sweep().await.with(2);
    ended
        .says("virtual-cluster-id")
        .says("older-than")
        .says("dry-run");
}

async fn start_without_tags(cloud: &LocalCloud) {
    let environment: std::collections::HashMap<_, _> = cloud.environment().into_iter().collect();
    let credentials = aws_sdk_emrcontainers::config::Credentials::new(
        &environment["AWS_ACCESS_KEY_ID"],
        &environment["AWS_SECRET_ACCESS_KEY"],
        None,
        None,
        "test",
    );
    let config = aws_sdk_emrcontainers::Config::builder()
        .behavior_version_latest()
        .region(aws_sdk_emrcontainers::config::Region::new("us-east-1"))
        .credentials_provider(credentials)
        .endpoint_url(&cloud.endpoints().emr_containers)
        .build();
    let driver = SparkSubmitJobDriver::builder()
        .entry_point("s3://bench/scripts/src/job.py")
        .build()
        .unwrap();
    aws_sdk_emrcontainers::Client::from_conf(config)
        .start_job_run()
        .virtual_cluster_id(cloud.virtual_cluster_id().unwrap())
        .client_token("others")
        .execution_role_arn("arn:aws:iam::000000000000:role/analytics-job")
        .release_label("emr-7.13.0-latest")
        .job_driver(JobDriver::builder().spark_submit_job_driver(driver).build())
        .send()
        .await
        .unwrap();
}
