//! The time of executors: busy, idle in parts, used in part; and the sentence that is made of it.

use std::time::Duration;

use spark_log::Executor;

use crate::{
    metric::MetricId,
    report::Report,
    run::Run,
    tests::{compared, origin},
};

/// A DRA run whose executors waited so many seconds for their first task, after their last one, and for none at all.
fn idle(head: i64, tail: i64, never: i64) -> Run {
    let (_, mut run) = origin();
    let mut used = run.timeline.executors[0].clone();
    let start = used.added;
    let end = start.plus_seconds(head + 10 + tail);
    used.removed = None;
    used.until = end;
    used.first_task = Some(start.plus_seconds(head));
    used.last_task = Some(start.plus_seconds(head + 10));
    used.busy = Duration::from_secs(10);
    let unused = Executor {
        id: "unused".to_owned(),
        until: start.plus_seconds(never),
        first_task: None,
        last_task: None,
        tasks: 0,
        busy: Duration::ZERO,
        core_time: Duration::ZERO,
        ..used.clone()
    };
    run.timeline.executors = vec![used, unused];
    run
}

/// The static run with one busy executor for a second: anything is more than that.
fn little() -> Run {
    let (mut run, _) = origin();
    run.timeline.executors.truncate(1);
    let executor = &mut run.timeline.executors[0];
    executor.until = executor.added.plus_seconds(1);
    run
}

fn used_more(report: &Report) -> String {
    let why = report
        .why
        .iter()
        .find(|why| why.title == "Why it used more.");
    why.unwrap().text.plain()
}

#[test]
fn idle_seconds_are_named_by_where_most_of_them_are() {
    for (dra, said) in [
        (
            idle(30, 40, 20),
            "40 executor-seconds after their last task",
        ),
        (
            idle(30, 5, 60),
            "60 executor-seconds without ever running a task",
        ),
        (
            idle(300, 5, 60),
            "300 executor-seconds before their first task",
        ),
    ] {
        let text = used_more(&compared(little(), dra));
        assert_eq!(text, format!("DRA's executors were idle for {said}."));
    }
}

#[test]
fn busy_and_the_three_idle_parts_are_the_executor_seconds() {
    let report = compared(little(), idle(30, 40, 20));
    let dra = |id| report.metric(id).dra.unwrap();
    let parts = [
        MetricId::BusyExecutorSeconds,
        MetricId::IdleHeadSeconds,
        MetricId::IdleBetweenSeconds,
        MetricId::IdleTailSeconds,
    ];
    let sum: f64 = parts.into_iter().map(dra).sum();
    assert_eq!(sum, dra(MetricId::ExecutorSeconds));
    assert_eq!(dra(MetricId::IdleHeadSeconds), 50.0);
    assert_eq!(dra(MetricId::NeverUsedSeconds), 20.0);
}

#[test]
fn executor_with_one_task_on_four_cores_is_busy_and_used_by_a_quarter() {
    let (fixed, mut dra) = origin();
    for executor in &mut dra.timeline.executors {
        executor.cores = 4;
    }
    let report = compared(fixed, dra);
    let line = |id| report.metric(id);
    let (busy, used) = (line(MetricId::BusyShare), line(MetricId::CoreUtilisation));
    assert_eq!(busy.fixed, used.fixed, "one core, one task");
    let (busy, used) = (busy.dra.unwrap(), used.dra.unwrap());
    assert!((used - busy / 4.0).abs() < 1e-9, "{used} {busy}");
}
