//! The post step after whatever may have become of the main part: nothing is left running, and the record has its end.

use std::time::Duration;

use local_cloud::{At, Call, Fault, FaultKind, JobScript, LocalCloud, Moment, Service};
use run_record::RunRecord;
use tokio::process::Child;

use crate::step::{BUCKET, Step, cloud, job_runs, until};

/// Longer than any test.
pub(crate) const LONG: Duration = Duration::from_secs(600);

/// A cloud whose job runs go on and on.
pub(crate) async fn busy() -> LocalCloud {
    let cloud = cloud(None).await;
    cloud.set_script(JobScript {
        running: LONG,
        ..JobScript::default()
    });
    cloud
}

/// Job runs that complete at once, with an event log, which is waited for otherwise.
pub(crate) fn brief() -> JobScript {
    JobScript {
        event_log: Some("{}\n".into()),
        ..JobScript::default()
    }
}

/// A step without a view of the cluster, which plays no part here.
pub(crate) fn step(cloud: &LocalCloud) -> Step {
    Step::new(cloud, "static")
        .set("KUBECONFIG", "")
        .input("record-uri", "s3://bench/records/")
}

pub(crate) fn emr(operation: &'static str) -> At {
    At::Operation(Service::EmrContainers, operation)
}

/// How often an operation was called.
pub(crate) fn count(cloud: &LocalCloud, operation: &str) -> usize {
    let is = |call: &&Call| call.operation == operation;
    cloud.calls().iter().filter(is).count()
}

/// Ends the process as nothing can prevent.
pub(crate) async fn kill(mut child: Child) {
    child.kill().await.unwrap();
}

fn state(cloud: &LocalCloud, index: usize) -> String {
    job_runs(cloud)[index]["state"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn after_a_success_there_is_nothing_to_do_and_nobody_is_asked() {
    let cloud = cloud(None).await;
    cloud.set_script(brief());
    let step = step(&cloud);
    step.run().await.with(0);
    let calls = cloud.calls().len();
    step.post().await.with(0).says("nothing to do: COMPLETED");
    assert_eq!(cloud.calls().len(), calls);
    assert_eq!(step.record().partial, None);
}

#[tokio::test]
async fn a_killed_step_s_job_run_is_cancelled_and_its_record_completed() {
    let cloud = busy().await;
    let step = step(&cloud);
    let mut child = step.start();
    until(&mut child, "state RUNNING").await;
    step.recorded().await;
    kill(child).await;
    assert!(step.record().partial.is_some());
    step.post()
        .await
        .with(0)
        .says("may still run: cancelling it")
        .says("it was cancelled and is CANCELLED");
    assert_eq!(state(&cloud, 0), "CANCELLED");
    let record = step.record();
    assert_eq!(record.job_run.state, "CANCELLED");
    assert!(record.job_run.finished_at.is_some());
    assert!(record.partial.is_some_and(|why| why.contains("post step")));
    let key = format!("records/static/{}/run-record.json", record.job_run.id);
    let copy = cloud.objects().get(BUCKET, &key).await.unwrap().unwrap();
    let copy = RunRecord::from_json(&copy).unwrap();
    assert_eq!(copy.job_run.state, "CANCELLED");
}

#[tokio::test]
async fn a_job_run_whose_id_was_never_known_is_found_by_its_token() {
    let cloud = busy().await;
    let step = step(&cloud);
    let hold = cloud.hold(emr("StartJobRun"), Moment::After);
    let child = step.start();
    hold.arrived().await;
    kill(child).await;
    hold.release();
    step.post().await.with(0).says("is CANCELLED");
    assert_eq!(state(&cloud, 0), "CANCELLED");
    let record = step.record();
    assert_eq!(
        Some(record.job_run.id.as_str()),
        job_runs(&cloud)[0]["id"].as_str()
    );
    assert_eq!(record.job_run.state, "CANCELLED");
}

#[tokio::test]
async fn a_submission_that_never_arrived_leaves_nothing_to_do() {
    let cloud = busy().await;
    let step = step(&cloud);
    let hold = cloud.hold(emr("StartJobRun"), Moment::Before);
    let child = step.start();
    hold.arrived().await;
    kill(child).await;
    hold.discard();
    step.post()
        .await
        .with(0)
        .says("no job run has this step's idempotency token");
    assert!(job_runs(&cloud).is_empty());
}

#[tokio::test]
async fn a_job_run_that_ended_meanwhile_is_fine() {
    let cloud = busy().await;
    let step = step(&cloud);
    let hold = cloud.hold(emr("DescribeJobRun"), Moment::Before);
    cloud.set_script(brief());
    let child = step.start();
    hold.arrived().await;
    kill(child).await;
    hold.discard();
    let over = async {
        while state(&cloud, 0) != "COMPLETED" {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), over)
        .await
        .unwrap();
    step.post()
        .await
        .with(0)
        .says("it had already ended: COMPLETED");
    assert_eq!(count(&cloud, "CancelJobRun"), 0);
    assert_eq!(step.record().job_run.state, "COMPLETED");
}

#[tokio::test]
async fn what_may_go_on_is_an_error_that_says_how_to_end_it() {
    let cloud = busy().await;
    let step = step(&cloud);
    let mut child = step.start();
    until(&mut child, "state RUNNING").await;
    step.recorded().await;
    kill(child).await;
    cloud.fault(Fault::always(emr("CancelJobRun"), FaultKind::Denied));
    let ended = step.post().await.with(3);
    ended
        .says("CancelJobRun failed")
        .says("may still go on")
        .says("aws emr-containers cancel-job-run --virtual-cluster-id");
    assert_eq!(step.record().job_run.state, "RUNNING");
}
