//! Signals while nothing has been submitted yet, and when the job run is already over.

use rustix::process::{Pid, Signal, kill_process};
use tokio::{io::AsyncReadExt, net::TcpListener, process::Child};

use crate::step::{Step, cloud, job_runs, until};

/// Sends a signal to the step.
pub(crate) fn signal(child: &Child, signal: Signal) {
    let id = i32::try_from(child.id().unwrap()).unwrap();
    kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
}

#[tokio::test]
async fn a_signal_before_the_submission_submits_nothing() {
    let cloud = cloud(None).await;
    // A service that accepts connections and never answers keeps the step where it is.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let step = Step::new(&cloud, "static").set("AWS_ENDPOINT_URL_S3", &endpoint);
    let child = step.start();
    let (mut connection, _) = silent.accept().await.unwrap();
    connection.read_u8().await.unwrap();
    signal(&child, Signal::TERM);
    let ended = step.end(child).await.with(130);
    ended.says("nothing was submitted");
    assert!(job_runs(&cloud).is_empty());
}

#[tokio::test]
async fn a_signal_after_a_failed_job_run_is_a_cancellation_that_names_its_state() {
    let cloud = cloud(None).await;
    // Without a view of the cluster the driver's log is waited for, for 10 seconds.
    let step = Step::new(&cloud, "static").set("KUBECONFIG", "");
    let mut child = step.start();
    until(&mut child, "state FAILED").await;
    signal(&child, Signal::TERM);
    let ended = step.end(child).await.with(130);
    ended
        .says("title=Cancelled")
        .says("after the job run had ended as FAILED")
        .says("INTERNAL_ERROR");
    assert!(!ended.log.contains("Spark job failed"), "{}", ended.log);
    assert_eq!(ended.output("state"), Some("FAILED"));
}
