//! What is missing or cannot be reached is said before a job run is started: exit code 3, what, where, how to fix.

use crate::step::{BUCKET, Ended, Step, cloud, job_runs, put};

fn closed_port() -> String {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    format!("http://127.0.0.1:{port}")
}

async fn refused(change: impl FnOnce(Step) -> Step) -> Ended {
    let cloud = cloud(None).await;
    let ended = change(Step::new(&cloud, "static")).run().await.with(3);
    assert!(job_runs(&cloud).is_empty(), "{}", ended.log);
    assert_eq!(ended.output("job-run-id"), None);
    ended
}

#[tokio::test]
async fn a_missing_entry_point_is_named() {
    let ended =
        refused(|step| step.input("entry-point", "s3://bench/scripts/src/nothing.py")).await;
    ended
        .says("`s3://bench/scripts/src/nothing.py`")
        .says("input `entry-point`")
        .says("NoSuchKey")
        .says("us-east-1");
}

#[tokio::test]
async fn a_missing_pod_template_is_named() {
    let ended = refused(|step| step.input("executor-template", "s3://bench/nothing.yaml")).await;
    ended
        .says("`s3://bench/nothing.yaml`")
        .says("input `executor-template`");
}

#[tokio::test]
async fn a_missing_bucket_is_named() {
    let ended = refused(|step| step.input("entry-point", "s3://no-such-bucket/job.py")).await;
    ended.says("NoSuchBucket").says("input `entry-point`");
    let ended =
        refused(|step| step.input("event-log-uri", "s3://no-such-bucket/spark-events/")).await;
    ended.says("NoSuchBucket").says("input `event-log-uri`");
}

#[tokio::test]
async fn everything_that_is_missing_is_named_at_once() {
    let ended = refused(|step| {
        step.input("entry-point", "s3://bench/scripts/src/nothing.py")
            .input("log-uri", "s3://no-such-logs/x/")
            .input("record-uri", "s3://no-such-records/x/")
    })
    .await;
    for input in ["entry-point", "log-uri", "record-uri"] {
        ended.says(&format!("(input `{input}`, "));
        ended.says(&format!("check the input `{input}`"));
    }
    ended.says("NoSuchKey").says("NoSuchBucket");
}

#[tokio::test]
async fn a_wrong_secret_is_no_missing_permission() {
    let ended = refused(|step| step.set("AWS_SECRET_ACCESS_KEY", "wrong-secret")).await;
    ended
        .says("Wrong AWS credentials")
        .says("SignatureDoesNotMatch")
        .says("correct `AWS_ACCESS_KEY_ID`")
        .says("configure-aws-credentials");
    assert!(!ended.log.contains("wrong-secret"), "{}", ended.log);
    assert_eq!(ended.log.matches("correct `AWS_ACCESS_KEY_ID`").count(), 1);
}

#[tokio::test]
async fn an_unknown_virtual_cluster_is_named() {
    let ended = refused(|step| step.input("virtual-cluster-id", "0123456789abc")).await;
    ended
        .says("virtual cluster `0123456789abc`")
        .says("ResourceNotFoundException")
        .says("DescribeVirtualCluster");
}

#[tokio::test]
async fn an_endpoint_that_does_not_answer_is_unreachable() {
    for endpoint in ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_EMR_CONTAINERS"] {
        let ended = refused(|step| step.set(endpoint, &closed_port())).await;
        ended
            .says("the endpoint cannot be reached")
            .says("check the region, the network");
    }
}

#[tokio::test]
async fn the_event_logs_prefix_is_made_once() {
    let cloud = cloud(None).await;
    let ended = Step::new(&cloud, "static").run().await;
    ended.says("made the prefix s3://bench/spark-events/");
    assert!(
        cloud
            .objects()
            .get(BUCKET, "spark-events/")
            .await
            .unwrap()
            .is_some_and(|marker| marker.is_empty())
    );
    let again = Step::new(&cloud, "static")
        .set("GITHUB_RUN_ID", "8")
        .run()
        .await;
    assert!(!again.log.contains("made the prefix"), "{}", again.log);
}

#[tokio::test]
async fn a_template_that_emr_would_refuse_is_reported_with_all_else() {
    let cloud = cloud(None).await;
    let text = "apiVersion: v1\nkind: Pod\nspec:\n  hostNetwork: true\n  toleration: []\n";
    put(&cloud, "driver.yaml", text).await;
    put(&cloud, "executor.yaml", "kind: Pod\n   spec: {").await;
    let step = Step::new(&cloud, "static")
        .input("driver-template", "s3://bench/driver.yaml")
        .input("executor-template", "s3://bench/executor.yaml")
        .input("log-uri", "s3://no-such-logs/x/");
    let ended = step.run().await.with(2);
    ended
        .says("input `driver-template`: 2 problems in `s3://bench/driver.yaml`")
        .says("`spec.hostNetwork`: EMR on EKS does not take it")
        .says(
            "`spec.toleration`: Kubernetes knows no such member here; did you mean `tolerations`?",
        )
        .says("input `executor-template`: 1 problem in `s3://bench/executor.yaml`")
        .says("line 2, column ")
        .says("NoSuchBucket");
    assert!(job_runs(&cloud).is_empty());
}
