//! Job runs that are played: states, pods, logs and ends as their script says, without a Spark.

use crate::cloud::{Cloud, Job, with_script};
use aws_sdk_emrcontainers::types::{FailureReason, JobRun, JobRunState};
use local_cloud::kubernetes::POD;
use local_cloud::{JobScript, LogLine, ScriptedEnd};
use std::time::Duration;

const MOMENT: Duration = Duration::from_millis(100);
const LONG: Duration = Duration::from_secs(600);

async fn started(cloud: &Cloud) -> String {
    cloud.put("job.py", "print('never run')").await;
    cloud.put("spark-events/", "").await;
    let job = Job {
        token: "t",
        script: "job.py",
        submit: "",
        properties: &[("spark.eventLog.dir", "s3://bench/spark-events")],
    };
    cloud.start(job).await.unwrap()
}

async fn ended(cloud: &Cloud, id: &str) -> JobRun {
    use JobRunState::{Cancelled, Completed, Failed};
    cloud.wait_for(id, &[Completed, Failed, Cancelled]).await
}

#[tokio::test]
async fn a_played_job_run_has_states_pods_and_logs() {
    let cloud = with_script(JobScript {
        pending: MOMENT,
        submitted: MOMENT,
        running: LONG,
        pods: true,
        executors: 2,
        log: vec![
            LogLine::stderr(Duration::ZERO, "INFO SparkContext: Running Spark"),
            LogLine::stdout(MOMENT, "rows: 3"),
            LogLine::stdout(LONG * 2, "never"),
        ],
        ..JobScript::default()
    })
    .await;
    let id = started(&cloud).await;
    cloud.wait_for(&id, &[JobRunState::Pending]).await;
    cloud.wait_for(&id, &[JobRunState::Submitted]).await;
    cloud.wait_for(&id, &[JobRunState::Running]).await;
    cloud.wait_for_executor(&id, "Running").await;
    let store = cloud.cloud.kubernetes();
    let driver = format!("spark-{id}-driver");
    let pod = store.get(&POD, Some("analytics"), &driver).unwrap();
    assert_eq!(pod["status"]["phase"], "Running");
    let logged = async {
        let complete = "INFO SparkContext: Running Spark\nrows: 3\n";
        while store.log("analytics", &driver, None).as_deref() != Some(complete) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), logged)
        .await
        .unwrap();

    let cancel = cloud
        .emr
        .cancel_job_run()
        .virtual_cluster_id(&cloud.cluster)
        .id(&id);
    cancel.send().await.unwrap();
    assert_eq!(ended(&cloud, &id).await.state, Some(JobRunState::Cancelled));
    let stderr = cloud.driver_stderr(&id).await;
    assert_eq!(stderr, "INFO SparkContext: Running Spark\n");
    let pod = store.get(&POD, Some("analytics"), &driver).unwrap();
    assert_eq!(pod["status"]["phase"], "Failed");
    cloud.cloud.shutdown().await;
}

#[tokio::test]
async fn a_played_job_run_leaves_its_event_log_and_may_fail() {
    let cloud = with_script(JobScript {
        event_log: Some("{}\n".into()),
        end: ScriptedEnd::Failed {
            reason: "USER_ERROR",
            details: "it was the user".into(),
        },
        ..JobScript::default()
    })
    .await;
    let id = started(&cloud).await;
    let run = ended(&cloud, &id).await;
    assert_eq!(run.state, Some(JobRunState::Failed));
    assert_eq!(run.failure_reason, Some(FailureReason::UserError));
    assert_eq!(run.state_details.as_deref(), Some("it was the user"));
    let key = format!("spark-events/spark-{id}");
    let log = cloud.cloud.objects().get("bench", &key).await.unwrap();
    assert_eq!(log.as_deref(), Some(b"{}\n".as_slice()));
    assert!(cloud.cloud.kubernetes().list(&POD, None).is_empty());
}

#[tokio::test]
async fn a_cancelled_one_stays_in_cancel_pending_as_long_as_it_should() {
    let cloud = with_script(JobScript {
        pending: LONG,
        cancelling: MOMENT,
        ..JobScript::default()
    })
    .await;
    let id = started(&cloud).await;
    let cancel = cloud
        .emr
        .cancel_job_run()
        .virtual_cluster_id(&cloud.cluster)
        .id(&id);
    cancel.send().await.unwrap();
    cloud.wait_for(&id, &[JobRunState::CancelPending]).await;
    assert_eq!(ended(&cloud, &id).await.state, Some(JobRunState::Cancelled));
}

#[tokio::test]
async fn without_the_event_log_folder_it_fails_as_a_driver_does() {
    let cloud = with_script(JobScript::default()).await;
    cloud.put("job.py", "").await;
    let job = Job {
        token: "t",
        script: "job.py",
        submit: "",
        properties: &[("spark.eventLog.dir", "s3://bench/spark-events")],
    };
    let id = cloud.start(job).await.unwrap();
    let run = ended(&cloud, &id).await;
    assert_eq!(run.state, Some(JobRunState::Failed));
    assert!(run.state_details.unwrap().contains("FileNotFoundException"));
}
