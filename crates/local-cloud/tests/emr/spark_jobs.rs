//! Job runs executed by a real Spark.

use aws_sdk_emrcontainers::types::{FailureReason, JobRunState};
use local_cloud::kubernetes::{NODE_CLAIM, POD};

use crate::cloud::{Job, with_spark};

const ONE_TASK: &str = "
from pyspark.sql import SparkSession
spark = SparkSession.builder.appName('one').getOrCreate()
print('sum', spark.sparkContext.parallelize([1, 2, 3], 1).sum())
spark.stop()
";

const FOR_EVER: &str = "
from time import sleep
from pyspark.sql import SparkSession
spark = SparkSession.builder.appName('long').getOrCreate()
spark.sparkContext.parallelize([600], 1).foreach(sleep)
";

const EVENT_LOG: (&str, &str) = ("spark.eventLog.dir", "s3://bench/spark-events");
const ONE_EXECUTOR: &str = "--conf spark.executor.instances=1 --conf spark.executor.memory=512m";

#[tokio::test(flavor = "multi_thread")]
async fn spark_runs_a_job_and_leaves_its_event_log_and_driver_log_in_s3() {
    let cloud = with_spark().await;
    cloud.put("one.py", ONE_TASK).await;
    cloud.put("spark-events/", "").await;
    let job = Job {
        token: "t",
        script: "one.py",
        submit: ONE_EXECUTOR,
        properties: &[EVENT_LOG],
    };
    let id = cloud.start(job).await.unwrap();

    let run = cloud
        .wait_for(&id, &[JobRunState::Completed, JobRunState::Failed])
        .await;

    assert_eq!(
        run.state,
        Some(JobRunState::Completed),
        "{:?}",
        run.state_details
    );
    let key = format!("spark-events/spark-{id}");
    let log = cloud
        .cloud
        .objects()
        .get("bench", &key)
        .await
        .unwrap()
        .expect("no event log");
    let log = String::from_utf8(log.to_vec()).unwrap();
    assert!(
        log.contains("SparkListenerExecutorAdded") && log.contains("SparkListenerApplicationEnd")
    );
    assert!(cloud.driver_stderr(&id).await.contains("SparkContext"));
    let pods = cloud.cloud.kubernetes();
    let output = pods
        .log("analytics", &format!("spark-{id}-driver"), None)
        .unwrap();
    assert!(output.contains("sum 6"), "{output}");
    assert_eq!(cloud.processes(&id), [0; 0]);
    cloud.cloud.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn spark_job_fails_when_the_event_log_prefix_does_not_exist() {
    let cloud = with_spark().await;
    cloud.put("one.py", ONE_TASK).await;
    let job = Job {
        token: "t",
        script: "one.py",
        submit: ONE_EXECUTOR,
        properties: &[EVENT_LOG],
    };
    let id = cloud.start(job).await.unwrap();

    let run = cloud
        .wait_for(&id, &[JobRunState::Completed, JobRunState::Failed])
        .await;

    assert_eq!(run.failure_reason, Some(FailureReason::UserError));
    let details = run.state_details.unwrap();
    assert!(
        details.contains("FileNotFoundException") && details.contains("s3://bench/spark-events"),
        "{details}"
    );
    assert!(
        cloud
            .driver_stderr(&id)
            .await
            .contains("s3://bench/spark-events")
    );
    cloud.cloud.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn spark_job_fails_with_the_name_of_the_missing_entry_point_or_template() {
    let cloud = with_spark().await;
    let missing = cloud
        .start(Job {
            token: "1",
            script: "gone.py",
            ..Job::default()
        })
        .await
        .unwrap();
    let run = cloud.wait_for(&missing, &[JobRunState::Failed]).await;
    assert!(run.state_details.unwrap().contains("s3://bench/gone.py"));

    cloud.put("one.py", ONE_TASK).await;
    let template = (
        "spark.kubernetes.driver.podTemplateFile",
        "s3://bench/driver.yaml",
    );
    let job = Job {
        token: "2",
        script: "one.py",
        properties: &[template],
        ..Job::default()
    };
    let without_template = cloud.start(job).await.unwrap();
    let run = cloud
        .wait_for(&without_template, &[JobRunState::Failed])
        .await;
    assert!(
        run.state_details
            .unwrap()
            .contains("s3://bench/driver.yaml")
    );
    cloud.cloud.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn spark_job_that_is_cancelled_while_its_executors_wait_for_a_node_ends() {
    let cloud = with_spark().await;
    cloud.put("long.py", FOR_EVER).await;
    cloud.put("spark-events/", "").await;
    cloud
        .put(
            "nowhere.yaml",
            "{kind: Pod, spec: {nodeSelector: {provisioner: nobody}}}",
        )
        .await;
    let template = (
        "spark.kubernetes.executor.podTemplateFile",
        "s3://bench/nowhere.yaml",
    );
    let job = Job {
        token: "t",
        script: "long.py",
        submit: ONE_EXECUTOR,
        properties: &[EVENT_LOG, template],
    };
    let id = cloud.start(job).await.unwrap();
    cloud.wait_for_executor(&id, "Pending").await;

    cloud
        .emr
        .cancel_job_run()
        .virtual_cluster_id(&cloud.cluster)
        .id(&id)
        .send()
        .await
        .unwrap();

    cloud.wait_for(&id, &[JobRunState::Cancelled]).await;
    assert_eq!(cloud.processes(&id), [0; 0]);
    let executors = cloud.cloud.kubernetes().list(&POD, None);
    assert!(
        executors
            .iter()
            .all(|pod| pod["metadata"]["labels"]["spark-role"] == "driver")
    );
    cloud.cloud.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn spark_job_that_is_cancelled_ends_with_its_processes_pods_and_nodes() {
    let cloud = with_spark().await;
    cloud.put("long.py", FOR_EVER).await;
    cloud.put("spark-events/", "").await;
    let job = Job {
        token: "t",
        script: "long.py",
        submit: ONE_EXECUTOR,
        properties: &[EVENT_LOG],
    };
    let id = cloud.start(job).await.unwrap();
    cloud.wait_for_executor(&id, "Running").await;
    let processes = cloud.processes(&id);
    assert_eq!(
        processes.len(),
        3,
        "master, driver and one worker: {processes:?}"
    );

    cloud
        .emr
        .cancel_job_run()
        .virtual_cluster_id(&cloud.cluster)
        .id(&id)
        .send()
        .await
        .unwrap();
    cloud.wait_for(&id, &[JobRunState::Cancelled]).await;

    assert_eq!(cloud.processes(&id), [0; 0]);
    for process in processes {
        assert!(
            !std::path::Path::new(&format!("/proc/{process}")).exists(),
            "process {process} is still there"
        );
    }
    let mut changed = cloud.cloud.kubernetes().changed();
    let nodes_leave = async {
        while !cloud.cloud.kubernetes().list(&NODE_CLAIM, None).is_empty() {
            changed.changed().await.unwrap();
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), nodes_leave)
        .await
        .expect("a node stayed");
    cloud.cloud.shutdown().await;
}
