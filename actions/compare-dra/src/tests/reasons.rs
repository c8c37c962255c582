//! Why the numbers differ, and that each sentence follows from a number of the report.

use spark_log::EpochMillis;

use crate::{
    phases::{Step, scale_up},
    tests::{compared, origin},
};

#[test]
fn steps_of_an_executor_add_up_to_its_way() {
    let (fixed, dra) = origin();
    for (run, seconds) in [(&fixed, 70.0), (&dra, 128.0)] {
        let way = scale_up(run).unwrap();
        let sum: f64 = way.phases.iter().map(|phase| phase.seconds).sum();
        assert!(
            (sum - way.seconds).abs() < 1e-9 && (way.seconds - seconds).abs() < 1.0,
            "{way:?}"
        );
        assert!(
            way.phases.iter().all(|phase| phase.seconds >= 0.0),
            "{way:?}"
        );
    }
}

#[test]
fn a_node_that_was_there_is_no_step() {
    let (_, mut dra) = origin();
    let record = dra.record.as_mut().unwrap();
    for claim in &mut record.observation.node_claims {
        claim.initialized = record.observation.began;
    }
    let way = scale_up(&dra).unwrap();
    assert!(
        !way.phases
            .iter()
            .any(|phase| phase.until == Step::NodeLaunched),
        "{way:?}"
    );
    assert!(
        way.phases
            .iter()
            .any(|phase| phase.until == Step::PodScheduled),
        "{way:?}"
    );
}

#[test]
fn without_pods_nothing_is_said_of_how_executors_came() {
    let (fixed, mut dra) = origin();
    dra.record.as_mut().unwrap().observation.pods.clear();
    let report = compared(fixed, dra);
    assert!(report.dra[0].scale_up.is_none());
    assert!(
        !report
            .why
            .iter()
            .any(|why| why.title.starts_with("How its executors"))
    );
}

#[test]
fn executors_that_stayed_are_counted_and_the_minimum_is_named() {
    let (fixed, mut dra) = origin();
    let end = dra.timeline.last_seen.unwrap();
    for executor in &mut dra.timeline.executors {
        (executor.removed, executor.until) = (None, EpochMillis(end.0 + 60_000));
    }
    let report = compared(fixed, dra);
    let why = report
        .why
        .iter()
        .find(|why| why.title == "Why executors stayed.")
        .unwrap();
    let kept = report.dra[0].kept_idle.as_ref().unwrap();
    assert_eq!((kept.executors, kept.kept_by_minimum), (4, 1));
    let said = why.text.plain();
    for part in [
        "4 DRA executors stayed",
        "idle time-out of 5.0 s",
        "One of them is kept by spark.dynamicAllocation.minExecutors",
    ] {
        assert!(said.contains(part), "lacks {part}: {said}");
    }
}
