//! Steps that find a job run instead of starting one: nothing is paid twice.

use local_cloud::{Fault, FaultKind, LocalCloud, Moment};

use crate::{
    post::{brief, busy, count, emr, kill, step},
    step::{Step, cloud, job_runs, until},
};

/// A step that was killed while its job run goes on.
async fn killed(cloud: &LocalCloud) {
    let step = step(cloud);
    let mut child = step.start();
    until(&mut child, "state RUNNING").await;
    kill(child).await;
}

fn second_attempt(cloud: &LocalCloud) -> Step {
    step(cloud).set("GITHUB_RUN_ATTEMPT", "2")
}

/// Starts the step, ends its job run from outside once it is followed, and gives the log up to there.
async fn followed(cloud: &LocalCloud, step: Step) -> (Step, String) {
    let mut child = step.start();
    let mut log = until(&mut child, "state RUNNING").await;
    assert_eq!(step.post().await.code, Some(0));
    log += &step.end(child).await.with(4).log;
    assert_eq!(count(cloud, "CancelJobRun"), 1);
    (step, log)
}

#[tokio::test]
async fn a_second_step_attaches_to_the_job_run_it_finds() {
    let cloud = busy().await;
    killed(&cloud).await;
    let (step, log) = followed(&cloud, step(&cloud)).await;
    assert!(log.contains("was started by this step before"), "{log}");
    assert_eq!(count(&cloud, "StartJobRun"), 1);
    let record = step.record();
    assert_eq!(
        Some(record.job_run.id.as_str()),
        job_runs(&cloud)[0]["id"].as_str()
    );
}

#[tokio::test]
async fn a_job_run_of_this_step_that_is_over_is_not_run_again() {
    let cloud = cloud(None).await;
    cloud.set_script(brief());
    step(&cloud).run().await.with(0);
    step(&cloud)
        .run()
        .await
        .with(0)
        .says("is COMPLETED: attaching to it");
    assert_eq!(count(&cloud, "StartJobRun"), 1);
}

#[tokio::test]
async fn a_new_attempt_takes_over_what_goes_on_from_an_earlier_one() {
    let cloud = busy().await;
    killed(&cloud).await;
    let (step, log) = followed(&cloud, second_attempt(&cloud)).await;
    assert!(log.contains("was started by attempt 1"), "{log}");
    assert_eq!(count(&cloud, "StartJobRun"), 1);
    let calls = cloud.calls();
    let start = calls.iter().find(|call| call.operation == "StartJobRun");
    assert_eq!(step.record().job_run.client_token, start.unwrap().subject);
}

#[tokio::test]
async fn a_new_attempt_that_asks_for_something_else_ends_the_earlier_job_run_first() {
    let cloud = busy().await;
    killed(&cloud).await;
    cloud.set_script(brief());
    let other = second_attempt(&cloud).input("arguments", "--other=1");
    other
        .run()
        .await
        .with(0)
        .says("its arguments are not those asked for: cancelling it")
        .says("it was cancelled and is CANCELLED");
    let states: Vec<_> = job_runs(&cloud)
        .iter()
        .map(|run| run["state"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(states, ["CANCELLED", "COMPLETED"]);
}

#[tokio::test]
async fn an_earlier_job_run_that_cannot_be_ended_keeps_the_next_from_being_submitted() {
    let cloud = busy().await;
    killed(&cloud).await;
    cloud.fault(Fault::always(emr("CancelJobRun"), FaultKind::Denied));
    let other = second_attempt(&cloud).input("arguments", "--other=1");
    let ended = other.run().await.with(3);
    ended
        .says("Earlier job run not cancelled")
        .says("nothing was submitted");
    assert_eq!(job_runs(&cloud).len(), 1);
    other.post().await.with(0).says("nothing was submitted");
}

#[tokio::test]
async fn a_new_attempt_after_the_end_of_an_earlier_one_tries_again() {
    let cloud = cloud(None).await;
    cloud.set_script(brief());
    step(&cloud).run().await.with(0);
    second_attempt(&cloud).run().await.with(0);
    assert_eq!(job_runs(&cloud).len(), 2);
}

#[tokio::test]
async fn without_the_permission_to_list_the_token_still_protects() {
    let cloud = cloud(None).await;
    cloud.set_script(brief());
    cloud.fault(Fault::always(emr("ListJobRuns"), FaultKind::Denied));
    for _ in 0..2 {
        step(&cloud)
            .run()
            .await
            .with(0)
            .says("Earlier job runs not looked for")
            .says("allow `emr-containers:ListJobRuns`");
    }
    assert_eq!(job_runs(&cloud).len(), 1);
}

#[tokio::test]
async fn an_earlier_attempt_that_cannot_be_excluded_keeps_the_next_from_being_submitted() {
    for why in [FaultKind::ServerError, FaultKind::Denied] {
        let cloud = busy().await;
        killed(&cloud).await;
        cloud.fault(Fault::always(emr("ListJobRuns"), why));
        second_attempt(&cloud)
            .run()
            .await
            .with(3)
            .says("not known whether the job run of an earlier attempt goes on");
        assert_eq!(job_runs(&cloud).len(), 1);
    }
}

#[tokio::test]
async fn an_answer_that_got_lost_starts_no_second_job_run() {
    let cloud = cloud(None).await;
    cloud.set_script(brief());
    let lost = FaultKind::Reset(Moment::After);
    cloud.fault(Fault::once(emr("StartJobRun"), lost));
    step(&cloud).run().await.with(0);
    assert_eq!(job_runs(&cloud).len(), 1);
    assert!(count(&cloud, "StartJobRun") > 1);
}
