//! What forbids a verdict, and what is only named.

use crate::{
    report::Report,
    run::Run,
    tests::{compared, origin},
    verdict::Verdict,
};

fn record(run: &mut Run) -> &mut run_record::RunRecord {
    run.record.as_mut().unwrap()
}

fn said(report: &Report) -> Vec<(bool, String)> {
    report
        .concerns
        .iter()
        .map(|concern| (concern.blocks, concern.text.plain()))
        .collect()
}

/// The origin's runs on one instance type.
fn alike() -> (Run, Run) {
    let (mut fixed, mut dra) = origin();
    for run in [&mut fixed, &mut dra] {
        for claim in &mut record(run).observation.node_claims {
            claim.instance_type = Some("m5.xlarge".to_owned());
        }
    }
    (fixed, dra)
}

#[test]
fn like_runs_raise_no_concern() {
    let (fixed, dra) = alike();
    assert_eq!(said(&compared(fixed, dra)), []);
}

#[test]
fn other_instance_types_are_named() {
    let (fixed, mut dra) = alike();
    record(&mut dra).observation.node_claims[1].instance_type = Some("r5.2xlarge".to_owned());
    let said = said(&compared(fixed, dra));
    assert!(
        !said[0].0
            && said[0]
                .1
                .contains("static on m5.xlarge, DRA on m5.xlarge and r5.2xlarge"),
        "{said:?}"
    );
}

#[test]
fn warm_nodes_of_one_side_are_named() {
    let (fixed, mut dra) = alike();
    for claim in &mut record(&mut dra).observation.node_claims {
        claim.there_before = true;
    }
    let said = said(&compared(fixed, dra));
    assert!(
        !said[0].0
            && said[0].1.contains(
                "began on no node that had been there before, those of a DRA run on 2 nodes"
            ),
        "{said:?}"
    );
}

#[test]
fn other_input_is_other_work() {
    let check = |records: (u64, u64), blocks: Option<bool>| {
        let (mut fixed, mut dra) = alike();
        fixed.timeline.stage_counts.input.records = records.0;
        dra.timeline.stage_counts.input.records = records.1;
        let said = said(&compared(fixed, dra));
        assert_eq!(said.first().map(|said| said.0), blocks, "{said:?}");
        assert_eq!(
            said.iter().any(|said| said.1.contains("The input differs")),
            blocks.is_some(),
            "{said:?}"
        );
    };
    check((1000, 1000), None);
    check((1000, 1009), Some(false));
    check((1000, 1020), Some(true));
    check((0, 1), Some(true));
}

#[test]
fn a_stage_that_was_tried_again_says_nothing_of_the_input() {
    let (mut fixed, dra) = alike();
    fixed.timeline.stage_counts.input.records = 5;
    fixed.timeline.stage_counts.completed += 1;
    assert_eq!(said(&compared(fixed, dra)), []);
}

#[test]
fn other_stages_are_other_work() {
    let (mut fixed, dra) = alike();
    fixed.timeline.stage_counts.planned += 1;
    let said = said(&compared(fixed, dra));
    assert_eq!(
        said,
        [(
            true,
            "The number of stages differs: static 2, DRA 1.".to_owned()
        )]
    );
}

#[test]
fn failed_run_is_not_comparable() {
    let (fixed, mut dra) = alike();
    record(&mut dra).job_run.state = "FAILED".to_owned();
    record(&mut dra).job_run.failure_reason = Some("USER_ERROR".to_owned());
    let report = compared(fixed, dra);
    assert_eq!(report.verdict, Verdict::NotComparable);
    assert_eq!(
        said(&report),
        [(
            true,
            "The DRA run 0000000origindra ended FAILED: USER_ERROR.".to_owned()
        )]
    );
    assert!(report.why.is_empty() && report.before_the_next_run.is_empty());
}

#[test]
fn run_that_may_still_be_running_is_not_comparable() {
    let (fixed, mut dra) = alike();
    record(&mut dra).job_run.state = "RUNNING".to_owned();
    record(&mut dra).partial = Some("it was written while the job run was RUNNING".to_owned());
    let report = compared(fixed, dra);
    assert_eq!(report.verdict, Verdict::NotComparable);
    assert_eq!(
        said(&report),
        [(
            true,
            "The DRA run 0000000origindra is not known to have ended, it was RUNNING: it was written while the job \
             run was RUNNING."
                .to_owned()
        )]
    );
}

#[test]
fn partial_record_of_a_completed_run_is_compared_and_named() {
    let (fixed, mut dra) = alike();
    record(&mut dra).partial = Some("the observer was killed".to_owned());
    assert!(
        dra.gaps()
            .contains(&"the run record is not whole: the observer was killed".to_owned())
    );
    assert_eq!(said(&compared(fixed, dra)), []);
}

#[test]
fn failed_job_is_not_comparable_even_when_it_is_not_listed() {
    let (fixed, mut dra) = alike();
    dra.timeline.jobs.clear();
    dra.timeline.job_counts.failed = 1;
    let report = compared(fixed, dra);
    assert_eq!(report.verdict, Verdict::NotComparable);
    assert_eq!(
        said(&report),
        [(
            true,
            "The DRA run 0000000origindra has a Spark job that failed.".to_owned()
        )]
    );
}

#[test]
fn run_without_executors_is_not_comparable() {
    let (mut fixed, dra) = alike();
    fixed.timeline.local_mode = true;
    fixed.timeline.executors.clear();
    let report = compared(fixed, dra);
    assert_eq!(report.verdict, Verdict::NotComparable);
    assert_eq!(
        said(&report),
        [(
            true,
            "The static run 0000000originstatic ran in local mode: the driver ran the tasks itself, there are no \
             executors."
                .to_owned()
        )]
    );
    let utilisation = report.metric(crate::metric::MetricId::CoreUtilisation);
    assert_eq!(utilisation.fixed, None, "unknown, not 0");
    assert!(utilisation.missing.is_some());
}

#[test]
fn log_that_could_not_be_read_to_its_end_is_named_as_code() {
    let (fixed, mut dra) = alike();
    dra.timeline.gaps = vec![spark_log::Gap::Unreadable {
        file: "events_2_<b>".to_owned(),
        why: "is cut off".to_owned(),
    }];
    let report = compared(fixed, dra);
    assert_eq!(report.verdict, Verdict::NotComparable);
    assert!(
        report.concerns[0]
            .text
            .markdown()
            .ends_with("cannot be measured: `events_2_<b>` is cut off."),
        "{}",
        report.concerns[0].text.markdown()
    );
}

#[test]
fn different_work_is_not_comparable() {
    let (mut fixed, dra) = alike();
    fixed.timeline.stage_counts.planned_tasks = 6;
    let report = compared(fixed, dra);
    assert_eq!(report.verdict, Verdict::NotComparable);
    assert_eq!(
        said(&report),
        [(
            true,
            "The number of planned tasks differs: static 6, DRA 5. Where the number of tasks follows the number of cores, \
             set spark.default.parallelism on both sides."
                .to_owned()
        )]
    );
}

#[test]
fn cut_log_is_not_comparable() {
    let (mut fixed, dra) = alike();
    fixed.timeline.gaps = vec![spark_log::Gap::NoApplicationEnd];
    assert_eq!(compared(fixed, dra).verdict, Verdict::NotComparable);
}

#[test]
fn log_of_two_applications_or_with_contradicting_times_is_not_comparable() {
    for (gap, words) in [
        (
            spark_log::Gap::SeveralApplications(2),
            "events of 2 applications",
        ),
        (
            spark_log::Gap::BackwardTimes(1),
            "1 interval would be negative",
        ),
    ] {
        let (mut fixed, dra) = alike();
        fixed.timeline.gaps = vec![gap];
        let report = compared(fixed, dra);
        assert_eq!(report.verdict, Verdict::NotComparable);
        assert!(said(&report)[0].1.contains(words), "{:?}", said(&report));
    }
}

#[test]
fn log_that_begins_before_its_job_run_was_accepted_gives_no_negative_wait() {
    let (mut fixed, dra) = alike();
    let record = record(&mut fixed);
    record.job_run.created_at = Some("2100-01-01T00:00:00Z".parse().unwrap());
    let report = compared(fixed, dra);
    let wait = report.metric(crate::metric::MetricId::SubmissionToApplication);
    assert_eq!(wait.fixed, None);
    assert!(
        wait.missing
            .as_deref()
            .unwrap()
            .contains("started before EMR accepted")
    );
}

#[test]
fn log_without_the_start_of_the_application_has_no_time_before_zero() {
    let (fixed, mut dra) = alike();
    dra.timeline.started = None;
    dra.timeline.executors[0].added = dra.timeline.first_job_start().unwrap().plus_seconds(-9);
    let report = compared(fixed, dra);
    assert!(
        report.dra[0]
            .executors
            .iter()
            .all(|executor| executor.joined >= 0.0)
    );
    let wait = report.metric(crate::metric::MetricId::TimeToFirstJob);
    assert!(
        wait.missing
            .as_deref()
            .unwrap()
            .contains("no start of the application")
    );
}

#[test]
fn variant_that_spark_did_not_run_is_not_comparable() {
    let (fixed, mut dra) = alike();
    dra.timeline.properties.insert(
        "spark.dynamicAllocation.enabled".to_owned(),
        "false".to_owned(),
    );
    let report = compared(fixed, dra);
    assert_eq!(report.verdict, Verdict::NotComparable);
    assert!(
        said(&report)[0]
            .1
            .ends_with("ran with Dynamic Resource Allocation off.")
    );
}

#[test]
fn other_release_arguments_and_script_are_named_and_do_not_stop_the_verdict() {
    let (fixed, mut dra) = alike();
    record(&mut dra).submission.release_label = "emr-7.13.0-latest".to_owned();
    record(&mut dra).submission.arguments = vec!["4".to_owned()];
    record(&mut dra).submission.entry_point.sha256 = Some("00".repeat(32));
    dra.timeline.spark_version = Some("3.5.6".to_owned());
    let report = compared(fixed, dra);
    assert_eq!(report.verdict, Verdict::Mixed);
    let said = said(&report);
    assert_eq!(said.len(), 4, "{said:?}");
    assert!(said.contains(&(
        false,
        "The release differs: static emr-6.7.0-latest, DRA emr-7.13.0-latest.".to_owned()
    )));
}

#[test]
fn what_was_not_checked_is_said() {
    let (mut fixed, dra) = alike();
    fixed.record = None;
    let report = compared(fixed, dra);
    assert_eq!(report.verdict, Verdict::Mixed);
    assert!(said(&report)[0].1.starts_with("Not checked"));
}

#[test]
fn much_more_task_time_is_other_work() {
    let check = |factor: f64, blocks: Option<bool>| {
        let (fixed, mut dra) = alike();
        dra.timeline.task_time = fixed.timeline.task_time.mul_f64(factor);
        let said = said(&compared(fixed, dra));
        assert_eq!(
            said.first().map(|said| said.0),
            blocks,
            "{factor}: {said:?}"
        );
    };
    check(1.4, None);
    check(1.6, Some(false));
    check(0.6, Some(false));
    check(3.1, Some(true));
    check(0.2, Some(true));
}
