//! Executors over time, sampled from real and made logs.

use run_record::Variant;

use crate::{
    curve::{Curves, Series},
    tests::{origin, run},
};

fn assert_no_more_busy_than_joined(series: &Series) {
    for (joined, busy) in series.executors.iter().zip(&series.with_task) {
        assert!(busy <= joined, "{series:?}");
    }
}

#[test]
fn no_column_shows_more_busy_executors_than_joined() {
    let threadsleep = (
        run(Variant::Static, "threadsleep-static"),
        run(Variant::Dra, "threadsleep-dra"),
    );
    for (fixed, dra) in [origin(), threadsleep] {
        let curves = Curves::of(&fixed, &dra).unwrap();
        for series in [&curves.fixed, &curves.dra] {
            assert_no_more_busy_than_joined(series);
            assert!(series.with_task.iter().any(|busy| *busy > 0));
        }
    }
}

#[test]
fn executors_that_left_while_a_step_lasted_are_not_busy() {
    let (fixed, mut dra) = origin();
    // The curve of busy executors goes on, the executors do not.
    for executor in &mut dra.timeline.executors {
        executor.until = executor.added;
    }
    let curves = Curves::of(&fixed, &dra).unwrap();
    assert!(curves.dra.with_task.iter().all(|busy| *busy == 0));
    assert_no_more_busy_than_joined(&curves.dra);
}
