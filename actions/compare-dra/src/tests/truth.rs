//! The origin's own experiment: what its two screenshots show, read to a second, is what the report has to say.

use crate::{
    metric::MetricId,
    tests::{compared, origin},
    verdict::Verdict,
};

#[test]
fn report_says_what_the_origins_screenshots_show() {
    let (fixed, dra) = origin();
    let report = compared(fixed, dra);
    for (metric, fixed, dra, within) in [
        (MetricId::JobDuration, 175.0, 229.0, 1.0),
        (MetricId::TimeToFirstExecutor, 69.0, 106.0, 1.0),
        (MetricId::PeakExecutors, 15.0, 4.0, 0.0),
        // Fifteen executors, each read to a second.
        (MetricId::ExecutorSeconds, 1577.0, 337.0, 15.0),
        (MetricId::BusyShare, 0.19, 0.89, 0.005),
        (MetricId::NeverUsedExecutors, 10.0, 0.0, 0.0),
    ] {
        let line = report.metric(metric);
        let (ours_fixed, ours_dra) = (line.fixed.unwrap(), line.dra.unwrap());
        assert!(
            (ours_fixed - fixed).abs() <= within,
            "{metric:?}: {ours_fixed} for {fixed}"
        );
        assert!(
            (ours_dra - dra).abs() <= within,
            "{metric:?}: {ours_dra} for {dra}"
        );
    }
    assert_eq!(report.verdict, Verdict::Mixed);
    assert_eq!(
        report.sentence,
        "DRA used 79 % fewer executor-seconds and took 31 % longer"
    );
    let why: Vec<String> = report.why.iter().map(|why| why.text.plain()).collect();
    for part in [
        "Nodes for its executors were asked for twice",
        "10 of the 15 static executors never ran a task: at most 5 tasks",
    ] {
        assert!(
            why.iter().any(|text| text.contains(part)),
            "lacks {part}: {why:#?}"
        );
    }
}
