//! One test per rule: what is an error, what is a warning, and what is fine.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;

use crate::{
    Allocation::{self, Dynamic as Dra, Fixed as Static},
    Finding, findings,
};

const DRA: &str = "spark.dynamicAllocation.";
/// What is set unless a test sets it otherwise.
const BOTH: [(&str, &str); 2] = [
    ("spark.eventLog.enabled", "true"),
    ("spark.executor.cores", "1"),
];
const DYNAMIC: [(&str, &str); 4] = [
    ("dra.enabled", "true"),
    ("dra.maxExecutors", "10"),
    ("dra.executorIdleTimeout", "5s"),
    ("dra.shuffleTracking.timeout", "60s"),
];

fn problems(allocation: Allocation, properties: &[(&str, &str)]) -> Vec<Finding> {
    let dynamic = if allocation == Dra { &DYNAMIC[..] } else { &[] };
    let all = BOTH.iter().chain(dynamic).chain(properties);
    let owned = |(key, value): &(&str, &str)| (key.replace("dra.", DRA), (*value).to_owned());
    findings(allocation, &all.map(owned).collect::<BTreeMap<_, _>>())
}

#[track_caller]
fn one(allocation: Allocation, properties: &[(&str, &str)]) -> Finding {
    let problems = problems(allocation, properties);
    let [one] = problems.as_slice() else {
        panic!("{properties:?}: {problems:?}")
    };
    one.clone()
}

#[track_caller]
fn refused(allocation: Allocation, properties: &[(&str, &str)], said: &str) {
    let one = one(allocation, properties);
    let said = said.replace("dra.", DRA);
    assert!(
        one.is_error && one.problem.contains(&said),
        "{said} in {one:?}"
    );
}

#[track_caller]
fn warned(allocation: Allocation, properties: &[(&str, &str)], said: &str) {
    let one = one(allocation, properties);
    let said = said.replace("dra.", DRA);
    assert!(
        !one.is_error && one.problem.contains(&said),
        "{said} in {one:?}"
    );
}

#[track_caller]
fn fine(allocation: Allocation, properties: &[(&str, &str)]) {
    assert_eq!(problems(allocation, properties), [], "{properties:?}");
}

#[test]
fn the_defaults_are_fine() {
    fine(Static, &[]);
    fine(Dra, &[]);
}

#[test]
fn a_run_without_an_event_log_is_refused() {
    for variant in [Static, Dra] {
        refused(
            variant,
            &[("spark.eventLog.enabled", "false")],
            "nothing to compare",
        );
    }
    for form in ["enabled", "compress", "rolling.enabled"] {
        fine(Static, &[(&format!("spark.eventLog.{form}"), "True")]);
    }
}

#[test]
fn numbers_of_executors_are_numbers() {
    refused(
        Dra,
        &[("dra.maxExecutors", "many")],
        "`dra.maxExecutors` is `many`: expected a whole number from 1",
    );
    refused(Dra, &[("dra.maxExecutors", "0")], "from 1");
    refused(
        Dra,
        &[("dra.minExecutors", "-1"), ("dra.initialExecutors", "1")],
        "from 0",
    );
    refused(Dra, &[("dra.initialExecutors", "1.0")], "`1.0`");
    fine(Dra, &[("dra.maxExecutors", " 12 ")]);
}

#[test]
fn a_minimum_above_the_maximum_is_refused_once() {
    refused(
        Dra,
        &[("dra.minExecutors", "11")],
        "`dra.minExecutors` is 11, above `dra.maxExecutors`, which is 10",
    );
}

#[test]
fn a_first_target_above_the_maximum_is_refused() {
    refused(
        Dra,
        &[("dra.initialExecutors", "11")],
        "`dra.initialExecutors` is 11, above `dra.maxExecutors`, which is 10",
    );
    let shared = [
        ("spark.executor.instances", "15"),
        ("dra.initialExecutors", "20"),
    ];
    let shared = problems(Dra, &shared);
    assert!(shared.iter().take(2).all(|one| one.is_error), "{shared:?}");
    for (one, key) in shared
        .iter()
        .zip(["initialExecutors` is 20", "instances` is 15"])
    {
        assert!(one.problem.contains(key), "{key} in {one:?}");
    }
    assert_eq!(shared.len(), 2);
}

#[test]
fn an_initial_number_that_is_not_the_largest_does_nothing() {
    warned(
        Dra,
        &[("dra.minExecutors", "3"), ("dra.initialExecutors", "2")],
        "Spark ignores it, as `dra.minExecutors` is 3",
    );
    warned(
        Dra,
        &[
            ("spark.executor.instances", "5"),
            ("dra.initialExecutors", "2"),
        ],
        "Spark ignores it, as `spark.executor.instances` is 5",
    );
    fine(Dra, &[("dra.minExecutors", "3")]);
}

#[test]
fn a_minimum_that_is_the_maximum_is_no_dynamic_allocation() {
    let same = [("dra.minExecutors", "4"), ("dra.maxExecutors", "4")];
    warned(Dra, &same, "never changes");
}

#[test]
fn the_ratio_is_above_0_and_up_to_1() {
    for bad in ["0", "1.5", "-0.5", "half", "NaN"] {
        refused(
            Dra,
            &[("dra.executorAllocationRatio", bad)],
            "above 0 and up to 1",
        );
    }
    for good in ["1", "0.5"] {
        fine(Dra, &[("dra.executorAllocationRatio", good)]);
    }
}

#[test]
fn backlog_time_outs_are_at_least_a_second() {
    for key in [
        "dra.schedulerBacklogTimeout",
        "dra.sustainedSchedulerBacklogTimeout",
    ] {
        for short in ["0", "500ms", "0s"] {
            refused(Dra, &[(key, short)], "at least `1s`");
        }
        for none in ["-1s", "1.5s", "soon"] {
            refused(Dra, &[(key, none)], "expected a time");
        }
        fine(Dra, &[(key, "2")]);
    }
}

#[test]
fn an_idle_time_out_of_no_whole_second_is_warned_of() {
    for short in ["0", "900ms"] {
        warned(
            Dra,
            &[("dra.executorIdleTimeout", short)],
            "released at once",
        );
    }
    refused(Dra, &[("dra.executorIdleTimeout", "-1")], "expected a time");
    fine(Dra, &[("dra.executorIdleTimeout", "1s")]);
}

#[test]
fn cached_data_does_not_shorten_the_idle_time_out() {
    let cached = "dra.cachedExecutorIdleTimeout";
    warned(Dra, &[(cached, "4s")], "sooner than those without");
    refused(Dra, &[(cached, "-1")], "expected a time");
    fine(Dra, &[(cached, "5s")]);
}

#[test]
fn there_is_no_external_shuffle_service() {
    for variant in [Static, Dra] {
        refused(
            variant,
            &[("spark.shuffle.service.enabled", "TRUE")],
            "no external shuffle service",
        );
        refused(
            variant,
            &[("spark.shuffle.service.enabled", "yes")],
            "expected `true` or `false`",
        );
        fine(variant, &[("spark.shuffle.service.enabled", "false")]);
    }
}

#[test]
fn shuffle_data_is_tracked_or_moved_but_not_neither_and_not_both() {
    let off = ("dra.shuffleTracking.enabled", "false");
    let decommission = ("spark.decommission.enabled", "true");
    let stays = ("spark.storage.decommission.shuffleBlocks.enabled", "false");
    let plugin = ("spark.shuffle.sort.io.plugin.class", "com.example.Remote");
    refused(Dra, &[off], "Spark refuses to start");
    refused(Dra, &[off, decommission, stays], "Spark refuses to start");
    fine(Dra, &[off, decommission]);
    fine(Dra, &[off, plugin]);
    warned(Dra, &[decommission], "beside `spark.decommission.enabled`");
    // Left out it would be on.
    assert_eq!(one(Dra, &[decommission]).instead, Some("false"));
    assert_eq!(one(Dra, &[off]).instead, Some("true"));
    warned(
        Dra,
        &[plugin],
        "beside `spark.shuffle.sort.io.plugin.class`",
    );
    fine(Dra, &[decommission, stays]);
}

#[test]
fn a_time_out_of_shuffle_tracking_is_a_time() {
    fine(Dra, &[]);
    fine(Dra, &[("dra.shuffleTracking.timeout", "60s")]);
    refused(
        Dra,
        &[("dra.shuffleTracking.timeout", "-1")],
        "expected a time",
    );
}

#[test]
fn a_task_fits_into_an_executor() {
    for variant in [Static, Dra] {
        refused(
            variant,
            &[("spark.task.cpus", "2")],
            "`spark.task.cpus` is 2, above `spark.executor.cores`, which is 1: no task fits",
        );
        refused(variant, &[("spark.executor.cores", "0")], "from 1");
        fine(
            variant,
            &[("spark.task.cpus", "2"), ("spark.executor.cores", "2")],
        );
    }
}

#[test]
fn a_fixed_number_of_executors_is_at_least_1() {
    refused(Static, &[("spark.executor.instances", "0")], "from 1");
    fine(Dra, &[("spark.executor.instances", "0")]);
}

#[test]
fn what_only_dynamic_allocation_reads_does_nothing_in_static_mode() {
    warned(
        Static,
        &[("dra.minExecutors", "11")],
        "`dra.minExecutors` has no effect in mode `static`",
    );
    let two = [
        ("dra.maxExecutors", "0"),
        ("dra.executorIdleTimeout", "soon"),
    ];
    let two = problems(Static, &two);
    assert!(
        two.len() == 2 && two.iter().all(|one| !one.is_error),
        "{two:?}"
    );
}
