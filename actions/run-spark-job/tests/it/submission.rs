//! StartJobRun when its answers are lost: whatever comes after, one job run, and it is followed or ended.

use local_cloud::{At, Fault, FaultKind, Moment, Service};
use rustix::process::Signal;

use crate::{
    post::{busy, count, emr, step},
    signals::signal,
    step::job_runs,
};

/// The n-th StartJobRun, counted from 1.
fn start(nth: u64) -> At {
    At::when(move |call| {
        call.service == Service::EmrContainers && call.operation == "StartJobRun" && call.nth == nth
    })
}

#[tokio::test]
async fn a_refusal_after_a_lost_answer_does_not_hide_the_job_run() {
    for refusal in [FaultKind::Denied, FaultKind::Throttled] {
        let cloud = busy().await;
        cloud.fault(Fault::once(start(1), FaultKind::Reset(Moment::After)));
        cloud.fault(Fault::once(start(2), refusal));
        let step = step(&cloud);
        let mut child = step.start();
        crate::step::until(&mut child, "state RUNNING").await;
        signal(&child, Signal::INT);
        step.end(child).await.with(130).says("is CANCELLED");
        assert_eq!(count(&cloud, "StartJobRun"), 3, "{refusal:?}");
        assert_eq!(job_runs(&cloud).len(), 1, "{refusal:?}");
    }
}

#[tokio::test]
async fn a_refusal_for_good_after_a_lost_answer_leaves_the_job_run_to_the_post_step() {
    let cloud = busy().await;
    cloud.fault(Fault::once(start(1), FaultKind::Reset(Moment::After)));
    cloud.fault(Fault::always(
        At::when(|call| call.operation == "StartJobRun" && call.nth > 1),
        FaultKind::Denied,
    ));
    let step = step(&cloud);
    let ended = step.run().await.with(3);
    ended.says("a job run may have been started");
    step.post().await.with(0).says("is CANCELLED");
    assert_eq!(job_runs(&cloud)[0]["state"], "CANCELLED");
}

#[tokio::test]
async fn too_many_requests_are_waited_out() {
    let cloud = busy().await;
    let mut few = Fault::always(emr("StartJobRun"), FaultKind::Throttled);
    few.times = Some(3);
    cloud.fault(few);
    let step = step(&cloud);
    let mut child = step.start();
    crate::step::until(&mut child, "state RUNNING").await;
    signal(&child, Signal::INT);
    step.end(child).await.with(130);
    assert_eq!(
        (count(&cloud, "StartJobRun"), job_runs(&cloud).len()),
        (4, 1)
    );
}
