//! Verdicts for pairs of numbers, single runs and repeats.

use run_record::Variant;

use crate::{
    difference::{CHANCE, CLEAR, NEGLIGIBLE},
    gate::{NOT_THE_SAME, OTHER_INPUT, OTHER_WORK},
    metric::MetricId,
    number::percent,
    report::Report,
    run::Run,
    statistics::CONFIDENCE,
    tests::{compared, origin, run},
    verdict::{HEAD_START, Verdict},
};

/// The origin's runs with the job and every executor of the DRA run made longer by factors.
fn scaled(job: f64, executors: f64) -> Run {
    let (mut model, _) = origin();
    model.variant = Variant::Dra;
    model.record = None;
    let later = |at: spark_log::EpochMillis, from: spark_log::EpochMillis, by: f64| {
        spark_log::EpochMillis(from.0 + ((at.0 - from.0) as f64 * by) as i64)
    };
    let jobs = &mut model.timeline.job_counts;
    let start = jobs.first_started.unwrap();
    jobs.last_ended = jobs.last_ended.map(|at| later(at, start, job));
    for executor in &mut model.timeline.executors {
        executor.until = later(executor.until, executor.added, executors);
    }
    model.timeline.properties.insert(
        "spark.dynamicAllocation.enabled".to_owned(),
        "true".to_owned(),
    );
    model
}

fn check(job: f64, executors: f64, verdict: Verdict, sentence: &str) {
    let report = compared(origin().0, scaled(job, executors));
    assert_eq!(
        (report.verdict, report.sentence.as_str()),
        (verdict, sentence)
    );
}

#[test]
fn both_axes_make_the_verdict() {
    check(
        1.31,
        0.21,
        Verdict::Mixed,
        "DRA used 79 % fewer executor-seconds and took 31 % longer",
    );
    check(
        0.75,
        0.5,
        Verdict::Better,
        "DRA used 50 % fewer executor-seconds and took 25 % less time",
    );
    check(
        1.05,
        0.5,
        Verdict::Better,
        "DRA used 50 % fewer executor-seconds and took about as long",
    );
    check(
        1.5,
        0.95,
        Verdict::Worse,
        "DRA used about as many executor-seconds and took 50 % longer",
    );
    check(
        3.0,
        2.5,
        Verdict::Worse,
        "DRA used 2.5 times as many executor-seconds and took 3.0 times as long",
    );
    check(
        1.03,
        0.96,
        Verdict::CannotTell,
        "No difference that these runs could prove: executor-seconds −4 %, job duration +3 %",
    );
}

#[test]
fn single_runs_say_how_sure_they_are() {
    let certainty = |job, executors| compared(origin().0, scaled(job, executors)).certainty;
    assert_eq!(
        certainty(1.31, 0.21),
        "One run of each variant proves little: the direction is clear, the size is not. \
         Three interleaved runs of each would tell more."
    );
    assert_eq!(
        certainty(1.15, 0.21),
        "One run of each variant proves little: the direction of the executor-seconds (−79 %) is clear, the size is \
         not. The difference in job duration (+15 %) may still be chance. Three interleaved runs of each would tell more."
    );
}

fn repeats(fixed: &[f64], dra: &[f64]) -> Report {
    let side = |variant: Variant, jobs: &[f64], executors: f64| -> Vec<Run> {
        let of = |job: &f64| {
            let mut run = scaled(*job, executors);
            run.variant = variant;
            let on = if variant == Variant::Dra {
                "true"
            } else {
                "false"
            };
            run.timeline
                .properties
                .insert("spark.dynamicAllocation.enabled".to_owned(), on.to_owned());
            run
        };
        jobs.iter().map(of).collect()
    };
    Report::of(
        "default",
        &side(Variant::Static, fixed, 1.0),
        &side(Variant::Dra, dra, 0.3),
    )
}

#[test]
fn repeats_that_overlap_are_the_same() {
    let report = repeats(&[1.0, 1.1, 1.3], &[1.2, 1.4, 1.5]);
    assert_eq!(report.verdict, Verdict::Better);
    assert_eq!(
        report.sentence,
        "DRA used 70 % fewer executor-seconds and took about as long"
    );
    assert!(
        report.certainty.contains(
            "(+27 %, 95 % interval −9 to +45 %) cannot be told from chance: about 7 runs of each variant"
        ),
        "{}",
        report.certainty
    );
}

#[test]
fn repeats_that_differ_by_little_are_the_same() {
    let report = repeats(&[1.0, 1.005, 1.01], &[1.02, 1.025, 1.03]);
    assert!(
        report
            .certainty
            .contains("is below 5 %: too small to count"),
        "{}",
        report.certainty
    );
}

#[test]
fn something_against_nothing_is_said_in_words() {
    let mut nothing = origin().0;
    for executor in &mut nothing.timeline.executors {
        executor.until = executor.added;
        executor.busy = std::time::Duration::ZERO;
    }
    let jobs = &mut nothing.timeline.job_counts;
    jobs.last_ended = jobs.first_started;
    let report = compared(nothing, scaled(1.0, 1.0));
    let said = format!("{} {}", report.sentence, report.certainty);
    assert!(!said.contains("inf"), "{said}");
    assert_eq!(
        report.sentence,
        "DRA used 1,575 executor-seconds where static used none and took 175 s where static took no time"
    );
}

#[test]
fn repeats_that_are_apart_are_clear() {
    let report = repeats(&[1.0, 1.01, 1.02], &[1.08, 1.09, 1.1]);
    assert_eq!(report.verdict, Verdict::Mixed);
    assert_eq!(
        report.certainty,
        "Medians of 3 runs of each variant: the difference in executor-seconds (−70 %, 95 % interval −70 to −70 %) \
         stands out from the scatter of the runs. The difference in job duration (+8 %, 95 % interval +6 to +10 %) \
         stands out from the scatter of the runs. With so few runs, variants that do not differ would look like this in one of 10 comparisons."
    );
    assert_eq!(report.shown.dra, 1, "the middle one is drawn");
}

#[test]
fn wait_before_the_first_job_is_not_hidden() {
    let (mut fixed, mut dra) = (
        run(Variant::Static, "threadsleep-static"),
        run(Variant::Dra, "threadsleep-dra"),
    );
    let report = compared(fixed.clone(), dra.clone());
    assert_eq!(report.duration, MetricId::ApplicationDuration);
    assert!(
        report.sentence.ends_with("took about as long"),
        "{}",
        report.sentence
    );
    assert_eq!(report.why[0].title, "Why the application's duration.");
    // Without the end of the application there is only the job's duration.
    fixed.timeline.ended = None;
    dra.timeline.ended = None;
    assert_eq!(compared(fixed, dra).duration, MetricId::JobDuration);
}

#[test]
fn page_for_readers_quotes_the_limits() {
    let page = include_str!("../../COMPARING.md");
    for rule in [
        format!("below {} of the static value", percent(CHANCE)),
        format!("From {} on the direction is taken as clear", percent(CLEAR)),
        format!("medians differ by less than {}", percent(NEGLIGIBLE)),
        format!(
            "when the {} interval of the difference includes zero",
            percent(CONFIDENCE)
        ),
        format!("the input differs by more than {}", percent(OTHER_INPUT)),
        format!("took {NOT_THE_SAME} times as long as those of the other"),
        format!("from {} more on it is named", percent(OTHER_WORK)),
        format!(
            "by more than {} of the static `application-duration`",
            percent(HEAD_START)
        ),
    ] {
        assert!(page.contains(&rule), "COMPARING.md lacks: {rule}");
    }
}

#[test]
fn real_logs_without_records_are_compared() {
    let report = compared(
        run(Variant::Static, "threadsleep-static"),
        run(Variant::Dra, "threadsleep-dra"),
    );
    // The recorded static run has no DRA setting at all, which is off.
    assert_ne!(
        report.verdict,
        Verdict::NotComparable,
        "{:?}",
        report.concerns
    );
    assert!(
        report.sentence.contains("fewer executor-seconds"),
        "{}",
        report.sentence
    );
}
