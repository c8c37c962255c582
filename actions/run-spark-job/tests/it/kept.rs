//! Job runs that are followed, or left alone, although something is in the way.

use std::fs;

use crate::step::{Step, cloud, job_runs};

#[tokio::test]
async fn without_a_state_for_the_post_step_nothing_is_submitted() {
    let cloud = cloud(None).await;
    let step = Step::new(&cloud, "static");
    let nowhere = step.path("nowhere/state");
    let step = step.set("GITHUB_STATE", nowhere.to_str().unwrap());
    step.run().await.with(3).says("State not saved");
    assert!(job_runs(&cloud).is_empty());
}

#[tokio::test]
async fn without_outputs_for_later_steps_nothing_is_submitted() {
    let cloud = cloud(None).await;
    let step = Step::new(&cloud, "static");
    let nowhere = step.path("nowhere/output");
    let step = step.set("GITHUB_OUTPUT", nowhere.to_str().unwrap());
    step.run().await.with(3);
    assert!(job_runs(&cloud).is_empty());
}

#[tokio::test]
async fn a_reused_token_with_other_arguments_touches_no_record() {
    let cloud = cloud(None).await;
    Step::new(&cloud, "static").run().await.with(4);
    let again = Step::new(&cloud, "static").input("arguments", "--hush=quiet");
    fs::create_dir(again.path("run")).unwrap();
    fs::write(again.path("run/run-record.json"), "mine").unwrap();
    let ended = again.run().await.with(2);
    ended
        .says("Another job run answered")
        .says("its arguments are not those asked for")
        .says("`repeat`");
    assert!(
        !ended.log.contains("asked for, its"),
        "only the arguments differ: {}",
        ended.log
    );
    assert_eq!(job_runs(&cloud).len(), 1);
    let record = fs::read_to_string(again.path("run/run-record.json")).unwrap();
    assert_eq!(record, "mine");
    assert_eq!(ended.output("record"), None);
}

#[tokio::test]
async fn a_record_that_cannot_be_written_does_not_hide_the_state() {
    let cloud = cloud(None).await;
    let step = Step::new(&cloud, "static");
    // A directory in the record's place.
    fs::create_dir_all(step.path("run/run-record.json/x")).unwrap();
    let ended = step.run().await.with(4);
    ended.says("Record not written");
    assert_eq!(ended.output("state"), Some("FAILED"));
    assert!(ended.output("duration-seconds").is_some());
    assert_eq!(ended.output("record"), None);
}
