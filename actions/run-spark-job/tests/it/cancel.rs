//! Signals while something is under way: all that is to be done fits into the time the runner leaves.

use std::time::{Duration, Instant};

use local_cloud::{Fault, FaultKind, Moment};
use rustix::process::Signal;

use crate::{
    post::{busy, count, emr, step},
    signals::signal,
    step::{job_runs, until},
};

/// The runner's time from SIGINT to SIGTERM.
const TIME: Duration = Duration::from_millis(7500);

#[tokio::test]
async fn a_signal_during_a_submission_cancels_what_it_started() {
    let cloud = busy().await;
    let step = step(&cloud);
    let hold = cloud.hold(emr("StartJobRun"), Moment::After);
    let child = step.start();
    hold.arrived().await;
    let began = Instant::now();
    signal(&child, Signal::INT);
    hold.release();
    let ended = step.end(child).await.with(130);
    assert!(began.elapsed() < TIME, "{:?}", began.elapsed());
    ended.says("it was cancelled and is CANCELLED");
    assert_eq!(job_runs(&cloud)[0]["state"], "CANCELLED");
    step.post().await.with(0).says("nothing to do: CANCELLED");
}

#[tokio::test]
async fn a_submission_without_an_answer_is_left_to_the_post_step_in_time() {
    let cloud = busy().await;
    let step = step(&cloud);
    let hold = cloud.hold(emr("StartJobRun"), Moment::After);
    let child = step.start();
    hold.arrived().await;
    let began = Instant::now();
    signal(&child, Signal::INT);
    let ended = step.end(child).await.with(130);
    assert!(began.elapsed() < TIME, "{:?}", began.elapsed());
    ended.says("a job run may have been started");
    step.post().await.with(0).says("is CANCELLED");
    assert_eq!(job_runs(&cloud)[0]["state"], "CANCELLED");
    hold.release();
}

#[tokio::test]
async fn a_cancellation_without_an_answer_is_left_to_the_post_step_in_time() {
    let cloud = busy().await;
    let step = step(&cloud);
    let mut child = step.start();
    until(&mut child, "state RUNNING").await;
    let slow = FaultKind::Slow(Duration::from_secs(600));
    let silent = cloud.fault(Fault::always(emr("CancelJobRun"), slow));
    let began = Instant::now();
    signal(&child, Signal::INT);
    let ended = step.end(child).await.with(130);
    assert!(began.elapsed() < TIME, "{:?}", began.elapsed());
    ended.says("may still be running");
    silent.remove();
    step.post()
        .await
        .with(0)
        .says("it was cancelled and is CANCELLED");
    assert_eq!(job_runs(&cloud)[0]["state"], "CANCELLED");
}

#[tokio::test]
async fn a_second_signal_ends_the_step_at_once() {
    let cloud = busy().await;
    let step = step(&cloud);
    let mut child = step.start();
    until(&mut child, "state RUNNING").await;
    let slow = FaultKind::Slow(Duration::from_secs(600));
    let silent = cloud.fault(Fault::always(emr("CancelJobRun"), slow));
    signal(&child, Signal::INT);
    silent.hit().await;
    let began = Instant::now();
    signal(&child, Signal::TERM);
    step.end(child).await.with(130);
    assert!(
        began.elapsed() < Duration::from_secs(2),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn a_job_run_that_takes_too_long_is_cancelled_and_asked_for_once_more() {
    let cloud = busy().await;
    let step = step(&cloud).input("execution-timeout", "3s");
    let ended = step.run().await.with(4);
    ended
        .says("Timed out")
        .says("it was cancelled and is CANCELLED");
    assert_eq!(count(&cloud, "CancelJobRun"), 1);
    step.post().await.with(0).says("nothing to do");
}
