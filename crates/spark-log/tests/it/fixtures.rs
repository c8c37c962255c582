//! Logs written by a real Spark (see `fixtures/event-logs/README.md`).

use std::path::Path;

use spark_log::{Metrics, Timeline};

use crate::log::read;

fn real_log(name: &str) -> Vec<u8> {
    let path = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap())
        .join("../../fixtures/event-logs")
        .join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn real_logs() -> Vec<(&'static str, Vec<u8>)> {
    ["threadsleep-static", "threadsleep-dra"]
        .into_iter()
        .map(|name| (name, real_log(name)))
        .collect()
}

fn measured(name: &str) -> (Timeline, Metrics) {
    let timeline = read(&[&real_log(name)]);
    let metrics = Metrics::of(&timeline);
    (timeline, metrics)
}

#[test]
fn fifteen_fixed_executors_of_which_ten_run_nothing() {
    let (timeline, metrics) = measured("threadsleep-static");
    assert_eq!(timeline.gaps, []);
    assert_eq!(timeline.spark_version.as_deref(), Some("3.5.8"));
    assert_eq!(
        (metrics.peak_executors, metrics.never_used_executors),
        (Some(15), Some(10))
    );
    assert!(
        timeline
            .executors
            .iter()
            .all(|executor| executor.removed.is_none())
    );
    assert!(metrics.busy_share.unwrap() < 0.4);
}

#[test]
fn dra_grows_to_five_and_gives_back_before_the_end() {
    let (timeline, metrics) = measured("threadsleep-dra");
    assert_eq!(timeline.gaps, []);
    assert_eq!(
        timeline.properties["spark.dynamicAllocation.maxExecutors"],
        "10"
    );
    assert!((1..=5).contains(&metrics.peak_executors.unwrap()));
    assert!(
        timeline
            .executors
            .iter()
            .any(|executor| executor.removed.is_some() && executor.reason.is_some())
    );
    assert!(metrics.busy_share.unwrap() > 0.5);
}
