//! Lives of executors: order of events, ends, slots, impossible times.

use serde_json::json;
use spark_log::{Gap, Metrics};

use crate::log::{Log, ms};

#[test]
fn removal_logged_before_addition_is_understood() {
    let mut log = Log::started();
    log.removed("1", 30.0);
    log.executor("1", 10.0);
    let timeline = log.ended(60.0).timeline();
    assert_eq!(timeline.executors[0].life().as_secs(), 20);
    assert_eq!(
        timeline.executors[0].reason.as_deref(),
        Some("Executor killed by driver.")
    );
}

#[test]
fn executor_removed_before_it_was_added_lives_no_negative_time() {
    let mut log = Log::started();
    log.executor("1", 30.0);
    log.removed("1", 10.0);
    let timeline = log.ended(60.0).timeline();
    assert!(timeline.gaps.contains(&Gap::BackwardTimes(1)));
    let metrics = Metrics::of(&timeline);
    assert_eq!(metrics.executor_seconds, Some(0.0));
    assert_eq!(metrics.peak_executors, Some(0));
    assert_eq!(metrics.busy_share, None, "no executor-seconds, no share");
}

#[test]
fn executor_that_never_joined_is_a_gap_and_not_an_executor() {
    let mut log = Log::started();
    log.removed("7", 30.0);
    let timeline = log.ended(60.0).timeline();
    assert!(timeline.executors.is_empty());
    assert!(timeline.gaps.contains(&Gap::UnseenExecutors(1)));
}

#[test]
fn driver_is_no_executor() {
    let mut log = Log::started();
    log.executor("driver", 1.0);
    assert_eq!(Metrics::of(&log.ended(9.0).timeline()).executors, Some(0));
}

#[test]
fn living_executors_end_with_the_last_event_when_the_application_has_no_end() {
    let mut log = Log::started();
    log.executor("1", 10.0);
    log.job(12.0, 2);
    log.task("1", 12.0, 42.0);
    let timeline = log.timeline();
    assert_eq!(timeline.executors[0].life().as_secs(), 32);
    assert!(
        timeline.gaps.contains(&Gap::NoApplicationEnd) && timeline.gaps.contains(&Gap::OpenJobs(1))
    );
    let metrics = Metrics::of(&timeline);
    assert_eq!(
        (metrics.application_duration, metrics.job_duration),
        (None, None)
    );
}

#[test]
fn replaced_executor_is_not_counted_twice_in_the_peak() {
    let mut log = Log::started();
    log.executor("1", 1.0);
    log.removed("1", 5.0);
    log.executor("2", 5.0);
    assert_eq!(
        Metrics::of(&log.ended(9.0).timeline()).peak_executors,
        Some(1)
    );
}

#[test]
fn one_task_makes_an_executor_busy_and_uses_one_of_its_cores() {
    let mut log = Log::started();
    log.executor_of("1", 0.0, 4);
    log.job(0.0, 2);
    log.task("1", 0.0, 10.0);
    log.task("1", 0.0, 5.0);
    log.job_ended(10.0, 2);
    let timeline = log.ended(20.0).timeline();
    let metrics = Metrics::of(&timeline);
    assert_eq!(metrics.busy_share, Some(0.5));
    assert_eq!(metrics.core_utilisation, Some(15.0 / 80.0));
    assert_eq!(timeline.demand.unwrap().useful_executors, Some(1));
}

#[test]
fn task_that_outlives_its_executor_is_busy_only_until_the_removal() {
    let mut log = Log::started();
    log.executor("1", 0.0);
    log.task("1", 1.0, 50.0);
    log.removed("1", 21.0);
    assert_eq!(
        Metrics::of(&log.ended(60.0).timeline()).busy_executor_seconds,
        Some(20.0)
    );
}

#[test]
fn executor_that_joined_before_the_first_job_took_no_time() {
    let mut log = Log::started();
    log.executor("1", 5.0);
    log.job(9.0, 1);
    let metrics = Metrics::of(&log.ended(10.0).timeline());
    assert_eq!(metrics.first_executor_after_job.unwrap().as_secs(), 0);
    assert_eq!(
        metrics.first_executor_after_application.unwrap().as_secs(),
        5
    );
}

#[test]
fn only_properties_that_explain_executors_are_kept() {
    let timeline = Log::started().timeline();
    assert_eq!(
        timeline.properties.into_keys().collect::<Vec<_>>(),
        ["spark.executor.cores"]
    );
}

#[test]
fn unknown_events_and_fields_pass() {
    let mut log = Log::started();
    log.line(json!({"Event": "org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart", "executionId": 0}));
    log.line(json!({"Event": "SparkListenerBlockUpdated", "Block Updated Info": {"Block ID": "rdd_0_0"}}));
    log.line(json!({"Event": "SparkListenerJobStart", "Job ID": 0, "Submission Time": ms(1.0), "New Field": [1]}));
    log.line(
        json!({"Event": "SparkListenerJobEnd", "Job ID": 0, "Completion Time": ms(2.0),
        "Job Result": {"Result": "JobSucceeded"}}),
    );
    assert_eq!(log.ended(3.0).timeline().gaps, []);
}
