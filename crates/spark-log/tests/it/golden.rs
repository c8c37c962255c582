//! The benchmark this project comes from, measured from its two screenshots of the Spark UI:
//! five tasks of 20 to 100 s, once on 15 fixed executors, once with Dynamic Resource Allocation.

use std::time::Duration;

use spark_log::Metrics;

use crate::log::Log;

/// Zero is 22:35:39, when the driver was added.
fn without_dra() -> Log {
    let mut log = Log::started();
    log.job(31.0, 5);
    for n in 0..15 {
        log.executor(&(n + 1).to_string(), 100.0 + f64::from(n) / 7.0);
    }
    for n in 1..=5 {
        log.task(&n.to_string(), 102.5, 102.5 + 20.0 * f64::from(n));
    }
    log.job_ended(206.0, 5);
    log.ended(206.0)
}

/// Zero is 22:44:01, when the driver was added.
fn with_dra() -> Log {
    let mut log = Log::started();
    log.job(31.0, 5);
    log.executor("1", 137.0);
    log.task("1", 138.0, 158.0);
    for id in ["2", "3", "4"] {
        log.executor(id, 159.0);
    }
    log.task("1", 159.0, 199.0);
    log.task("2", 160.0, 220.0);
    log.removed("1", 210.0);
    log.task("3", 160.0, 240.0);
    log.removed("2", 230.0);
    log.task("4", 160.5, 260.5);
    log.removed("3", 250.0);
    log.job_ended(261.0, 5);
    log.ended(261.0)
}

fn seconds(duration: Option<Duration>) -> f64 {
    duration.unwrap().as_secs_f64()
}

#[test]
fn fixed_executors_are_mostly_idle() {
    let timeline = without_dra().timeline();
    let metrics = Metrics::of(&timeline);
    assert_eq!(timeline.gaps, []);
    assert_eq!(seconds(metrics.job_duration), 175.0);
    assert_eq!(seconds(metrics.first_executor_after_job), 69.0);
    assert_eq!(metrics.peak_executors, Some(15));
    assert_eq!(metrics.never_used_executors, Some(10));
    assert!(
        (metrics.executor_seconds.unwrap() - 1577.0).abs() < 4.0,
        "{:?}",
        metrics.executor_seconds
    );
    assert_eq!(metrics.busy_executor_seconds, Some(300.0));
    assert_eq!((metrics.busy_share.unwrap() * 100.0).round(), 19.0);
    assert_eq!(timeline.demand.unwrap().useful_executors, Some(5));
}

#[test]
fn dra_uses_a_fifth_of_the_executor_seconds_and_takes_longer() {
    let timeline = with_dra().timeline();
    let metrics = Metrics::of(&timeline);
    assert_eq!(seconds(metrics.job_duration), 230.0);
    assert_eq!(seconds(metrics.first_executor_after_job), 106.0);
    assert_eq!(seconds(metrics.last_used_executor_after_job), 128.0);
    assert_eq!(metrics.peak_executors, Some(4));
    assert_eq!(metrics.never_used_executors, Some(0));
    assert_eq!(metrics.executor_seconds, Some(337.0));
    assert_eq!((metrics.busy_share.unwrap() * 100.0).round(), 89.0);
}

#[test]
fn idle_parts_and_busy_time_add_up_to_executor_seconds() {
    for log in [without_dra(), with_dra()] {
        let m = Metrics::of(&log.timeline());
        let parts = [
            m.idle_head_seconds,
            m.idle_between_seconds,
            m.idle_tail_seconds,
        ];
        let sum: f64 = parts.into_iter().flatten().sum::<f64>() + m.busy_executor_seconds.unwrap();
        assert!((sum - m.executor_seconds.unwrap()).abs() < 1e-6);
    }
}

#[test]
fn backlog_counts_every_task_until_its_launch() {
    let metrics = Metrics::of(&with_dra().timeline());
    // Launched at 138, 159, 160, 160 and 160.5 s; submitted at 31 s.
    assert_eq!(
        metrics.backlog_seconds,
        Some(107.0 + 128.0 + 129.0 + 129.0 + 129.5)
    );
}
