//! What is advised before the next run, and what is not.

use spark_log::EpochMillis;

use crate::{
    report::Report,
    run::Run,
    tests::{compared, origin},
};

/// The sentences, each with its lines.
fn advised(fixed: Run, dra: Run) -> Vec<(String, Vec<String>)> {
    let Report {
        before_the_next_run,
        ..
    } = compared(fixed, dra);
    let advice = before_the_next_run.into_iter();
    let lines = |changes: Vec<crate::advice::Change>| {
        changes.into_iter().map(|change| change.line).collect()
    };
    advice
        .map(|advice| (advice.text.plain(), lines(advice.changes)))
        .collect()
}

#[track_caller]
fn has(advised: &[(String, Vec<String>)], said: &str, lines: &[&str]) {
    let found = advised.iter().find(|(text, _)| text.contains(said));
    let (_, found) = found.unwrap_or_else(|| panic!("lacks {said:?}: {advised:#?}"));
    assert_eq!(found, lines);
}

fn submitted(run: &mut Run) -> &mut std::collections::BTreeMap<String, String> {
    &mut run.record.as_mut().unwrap().submission.spark
}

#[test]
fn origin_is_told_of_its_maximum_its_start_and_its_baseline() {
    let (fixed, dra) = origin();
    let advised = advised(fixed, dra);
    has(
        &advised,
        "was never within reach",
        &["spark.dynamicAllocation.maxExecutors=5"],
    );
    has(
        &advised,
        "nodes were asked for twice",
        &["spark.dynamicAllocation.initialExecutors=5"],
    );
    has(&advised, "fairer baseline", &["spark.executor.instances=5"]);
    assert_eq!(advised.len(), 3, "{advised:#?}");
}

#[test]
fn unknown_keys_are_told_without_their_values() {
    let (mut fixed, mut dra) = origin();
    for run in [&mut fixed, &mut dra] {
        submitted(run).insert("spark.executor.memroy".to_owned(), "hunter2".to_owned());
        submitted(run).insert("spark.my.own.setting".to_owned(), "x".to_owned());
    }
    let advised = advised(fixed, dra);
    has(
        &advised,
        "Spark does not know spark.executor.memroy and ignores it. Did you mean spark.executor.memory?",
        &["# spark.executor.memroy=…", "spark.executor.memory=…"],
    );
    assert_eq!(advised.len(), 4, "once for both runs: {advised:#?}");
}

#[test]
fn settings_that_do_nothing_are_told() {
    let (mut fixed, dra) = origin();
    submitted(&mut fixed).insert(
        "spark.dynamicAllocation.maxExecutors".to_owned(),
        "7".to_owned(),
    );
    has(
        &advised(fixed, dra),
        "spark.dynamicAllocation.maxExecutors has no effect in mode static.",
        &["# spark.dynamicAllocation.maxExecutors=7"],
    );
}

#[test]
fn instances_above_the_initial_number_are_told() {
    let (fixed, mut dra) = origin();
    dra.timeline
        .properties
        .insert("spark.executor.instances".to_owned(), "4".to_owned());
    has(
        &advised(fixed, dra),
        "overrides spark.dynamicAllocation.initialExecutors=1: DRA starts with 4",
        &["# spark.executor.instances=4"],
    );
}

#[test]
fn executors_kept_for_shuffle_data_are_told_when_there_is_no_time_out() {
    let kept = |timeout: Option<&str>, minimum: &str| {
        let (fixed, mut dra) = origin();
        let end = dra.timeline.last_seen.unwrap();
        for executor in &mut dra.timeline.executors {
            (executor.removed, executor.until) = (None, EpochMillis(end.0 + 60_000));
        }
        let properties = &mut dra.timeline.properties;
        properties.insert(
            "spark.dynamicAllocation.minExecutors".to_owned(),
            minimum.to_owned(),
        );
        let timeout = timeout.map(|timeout| {
            (
                "spark.dynamicAllocation.shuffleTracking.timeout".to_owned(),
                timeout.to_owned(),
            )
        });
        properties.extend(timeout);
        advised(fixed, dra)
    };
    has(
        &kept(None, "1"),
        "3 DRA executors stayed without a task for longer than spark.dynamicAllocation.executorIdleTimeout (5.0 s)",
        &["spark.dynamicAllocation.shuffleTracking.timeout=10s"],
    );
    for told in [kept(Some("60s"), "1"), kept(None, "4")] {
        assert!(
            !told
                .iter()
                .any(|(text, _)| text.contains("Shuffle tracking keeps")),
            "{told:#?}"
        );
    }
}

#[test]
fn a_driver_on_spot_is_told() {
    let (mut fixed, dra) = origin();
    for claim in &mut fixed.record.as_mut().unwrap().observation.node_claims {
        claim.capacity_type = Some("spot".to_owned());
    }
    has(
        &advised(fixed, dra),
        "The driver ran on the spot node",
        &[
            "spec:",
            "  nodeSelector:",
            "    karpenter.sh/capacity-type: on-demand",
        ],
    );
}

#[test]
fn nodes_given_back_sooner_than_executors_are_told() {
    let with_idle_timeout = |idle: &str| {
        let (fixed, mut dra) = origin();
        let record = dra.record.as_mut().unwrap();
        let pods = record.observation.pods.clone();
        for claim in &mut record.observation.node_claims {
            let ends = pods
                .iter()
                .filter(|pod| pod.node == claim.node)
                .filter_map(|pod| pod.finished.or(pod.deleted));
            claim.deleting = ends.max().map(|end| {
                end.checked_add(jiff::SignedDuration::from_secs(10))
                    .unwrap()
            });
        }
        let idle = (
            "spark.dynamicAllocation.executorIdleTimeout".to_owned(),
            idle.to_owned(),
        );
        dra.timeline.properties.extend([idle]);
        advised(fixed, dra)
    };
    has(
        &with_idle_timeout("2min"),
        "Karpenter gave empty nodes back 10 s after their last pod, sooner than Spark gives an idle executor back",
        &["spec:", "  disruption:", "    consolidateAfter: 125s"],
    );
    let told = with_idle_timeout("5s");
    assert!(
        !told.iter().any(|(text, _)| text.contains("Karpenter gave")),
        "{told:#?}"
    );
}

#[test]
fn a_run_that_spark_refused_is_told_the_setting() {
    let (fixed, mut dra) = origin();
    submitted(&mut dra).insert(
        "spark.dynamicAllocation.initialExecutors".to_owned(),
        "20".to_owned(),
    );
    dra.record.as_mut().unwrap().job_run.state = "FAILED".to_owned();
    has(
        &advised(fixed, dra),
        "spark.dynamicAllocation.initialExecutors is 20, above spark.dynamicAllocation.maxExecutors, which is 10",
        &["# spark.dynamicAllocation.initialExecutors=20"],
    );
}
