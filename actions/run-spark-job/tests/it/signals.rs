//! Signals while nothing has been submitted yet.

use rustix::process::{Pid, Signal, kill_process};
use tokio::{io::AsyncReadExt, net::TcpListener, process::Child};

use crate::step::{Step, cloud, job_runs};

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
