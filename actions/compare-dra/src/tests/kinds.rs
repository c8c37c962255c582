//! The comment for each kind of verdict, whole, as a reader sees it; and its limits for the largest runs.

use run_record::Variant;
use spark_log::{EpochMillis, Gap};
use sticky_comment::comment::MOST_CHARACTERS;

use crate::{
    cost::Cost,
    drawing::Drawing,
    html,
    prices::PriceList,
    render::{Pages, pages},
    report::Report,
    run::Run,
    svg,
    tests::{fixture, origin},
    view::View,
};

fn rendered(report: &Report) -> Pages {
    pages(&View::of(report, None)).unwrap()
}

/// The comment down to its first folded part.
fn comment(fixed: &[Run], dra: &[Run]) -> String {
    let comment = rendered(&Report::of("default", fixed, dra)).comment;
    let open = comment.split("<details>").next().unwrap();
    // The chart has its own tests.
    let (before, chart) = open.split_once("```mermaid").unwrap_or((open, ""));
    let after = chart.split_once("```\n").map_or("", |(_, after)| after);
    format!("{}{after}", before)
}

fn later(at: EpochMillis, from: EpochMillis, by: f64) -> EpochMillis {
    EpochMillis(from.0 + ((at.0 - from.0) as f64 * by) as i64)
}

/// The run with its jobs, and the lives of its executors, made longer.
fn stretched(mut run: Run, job: f64, executors: f64) -> Run {
    let jobs = &mut run.timeline.job_counts;
    let start = jobs.first_started.unwrap();
    jobs.last_ended = jobs.last_ended.map(|at| later(at, start, job));
    for executor in &mut run.timeline.executors {
        executor.until = later(executor.until, executor.added, executors);
    }
    run
}

#[test]
fn dra_better() {
    let (fixed, dra) = origin();
    insta::assert_snapshot!(comment(&[fixed], &[stretched(dra, 0.76, 1.0)]));
}

#[test]
fn dra_worse() {
    let (fixed, dra) = origin();
    insta::assert_snapshot!(comment(
        &[stretched(fixed, 1.0, 0.2)],
        &[stretched(dra, 1.2, 2.0)]
    ));
}

#[test]
fn cannot_tell_with_repeats() {
    let (fixed, dra) = origin();
    let side = |run: &Run, variant: Variant, factors: [f64; 3]| {
        factors.map(|by| {
            let mut run = stretched(run.clone(), by, by);
            run.variant = variant;
            run
        })
    };
    let fixed = side(&fixed, Variant::Static, [1.0, 1.2, 1.1]);
    // The same executors on both sides.
    let dra = fixed.clone().map(|mut run| {
        let on = (
            "spark.dynamicAllocation.enabled".to_owned(),
            "true".to_owned(),
        );
        run.timeline.properties = dra.timeline.properties.clone();
        run.timeline.properties.extend([on]);
        stretched(run, 1.07, 1.07)
    });
    let dra = dra.map(|mut run| {
        run.variant = Variant::Dra;
        run
    });
    insta::assert_snapshot!(comment(&fixed, &dra));
}

#[test]
fn not_comparable() {
    let (fixed, mut dra) = origin();
    dra.timeline.stage_counts.planned_tasks = 50;
    insta::assert_snapshot!(comment(&[fixed], &[dra]));
}

#[test]
fn job_failed() {
    let (fixed, mut dra) = origin();
    let job_run = &mut dra.record.as_mut().unwrap().job_run;
    job_run.state = "FAILED".to_owned();
    job_run.failure_reason = Some("USER_ERROR".to_owned());
    insta::assert_snapshot!(comment(&[fixed], &[dra]));
}

#[test]
fn incomplete_log() {
    let (fixed, mut dra) = origin();
    dra.timeline.gaps.push(Gap::NoApplicationEnd);
    insta::assert_snapshot!(comment(&[fixed], &[dra]));
}

#[test]
fn mixed_with_cost() {
    let list = PriceList::from_json(&fixture("prices/ap-southeast-2.json")).unwrap();
    let (mut fixed, mut dra) = origin();
    for run in [&mut fixed, &mut dra] {
        run.cost = Ok(Cost::of(run.record.as_ref().unwrap(), &run.timeline, &list));
    }
    insta::assert_snapshot!(comment(&[fixed], &[dra]));
}

#[test]
fn no_nodes() {
    let (mut fixed, mut dra) = origin();
    for run in [&mut fixed, &mut dra] {
        run.record.as_mut().unwrap().observation.node_claims.clear();
    }
    insta::assert_snapshot!(comment(&[fixed], &[dra]));
}

#[test]
fn hostile_names() {
    let (mut fixed, mut dra) = origin();
    let evil = "x` | @octocat <!-- a --> <img src=x> #1\n# head https://example.com ::error::";
    fixed.timeline.application_name = Some(evil.to_owned());
    let record = dra.record.as_mut().unwrap();
    record.submission.entry_point.uri = format!("s3://bucket/{evil}.py");
    record
        .submission
        .spark
        .insert(format!("spark.executor.memroy{evil}"), evil.to_owned());
    record.observation.node_claims[1].instance_type = Some(evil.to_owned());
    insta::assert_snapshot!(comment(&[fixed], &[dra]));
}

/// A run with as many executors, each with as many tasks and pauses as a log can tell.
fn large(mut run: Run, executors: i64) -> Run {
    let model = run.timeline.executors[0].clone();
    run.timeline.executors = (0..executors)
        .map(|number| {
            let added = model.added.0 + number * 7;
            let spans = (0..64).map(|n| {
                (
                    EpochMillis(added + n * 1000),
                    EpochMillis(added + n * 1000 + 600),
                )
            });
            spark_log::Executor {
                id: number.to_string(),
                added: EpochMillis(added),
                tasks: 100,
                busy_spans: spans.collect(),
                reason: Some("Command exited with code 137: ".repeat(20)),
                ..model.clone()
            }
        })
        .collect();
    run
}

#[test]
fn thousand_executors_stay_within_every_limit() {
    let (fixed, dra) = origin();
    let report = Report::of("default", &[large(fixed, 1000)], &[large(dra, 1000)]);
    let pages = rendered(&report);
    let drawing = Drawing::of(&report.sentence, &report.timelines, report.curves.as_ref()).unwrap();
    let page = html::file(&report, &pages, Some(&drawing)).unwrap();
    let svg = svg::file(&drawing).unwrap();
    assert!(
        pages.comment.chars().count() < MOST_CHARACTERS,
        "{}",
        pages.comment.len()
    );
    assert!(pages.summary.len() < 1 << 20, "{}", pages.summary.len());
    assert!(page.len() < 1_500_000, "{} bytes of HTML", page.len());
    assert!(svg.len() < 700_000, "{} bytes of SVG", svg.len());
    assert!(
        pages.comment.contains("executor-seconds"),
        "{}",
        pages.comment
    );
}
