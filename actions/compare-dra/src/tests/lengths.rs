//! Pages that would be too long, and the bars of many executors.

use crate::{
    gantt::Gantt,
    render::{Pages, pages},
    report::{ExecutorReport, Report},
    tests::{compared, origin},
    view::View,
};
use sticky_comment::comment::{MOST_CHARACTERS, ROOM};

fn report() -> Report {
    let (fixed, dra) = origin();
    compared(fixed, dra)
}

fn rendered(report: &Report) -> Pages {
    pages(&View::of(
        report,
        Some("https://github.com/o/r/actions/runs/1".to_owned()),
    ))
    .unwrap()
}

fn executors(count: usize) -> Vec<ExecutorReport> {
    let executor = |at: usize| ExecutorReport {
        id: at.to_string(),
        joined: (at % 400) as f64,
        removed: Some((at % 400 + 30 + at % 7) as f64),
        reason: None,
        first_task: None,
        last_task: None,
        tasks: (at % 3) as u64,
        life_seconds: 30.0,
        busy_seconds: 10.0,
    };
    (0..count).map(executor).collect()
}

#[test]
fn comment_of_long_settings_loses_whole_sections_and_names_them() {
    let mut report = report();
    let long = "x".repeat(70_000);
    report.dra[0]
        .properties
        .insert("spark.executor.memory".to_owned(), long);
    let comment = rendered(&report).comment;
    assert!(comment.chars().count() <= ROOM);
    let note = "_Left out to keep this short: each executor as a bar, executors one by one, configuration. See the full report._";
    assert!(comment.contains(note), "{comment}");
    for kept in [
        "### DRA used",
        "| Executor-seconds |",
        "xychart-beta",
        "**Before the next run**",
        "How this was measured",
    ] {
        assert!(comment.contains(kept), "lacks {kept}: {comment}");
    }
    assert_eq!(
        comment.matches("<details>").count(),
        comment.matches("</details>").count()
    );
}

#[test]
fn comment_of_one_endless_name_still_fits() {
    let mut report = report();
    report.sentence = "word ".repeat(30_000);
    let comment = rendered(&report).comment;
    assert!(
        comment.chars().count() <= MOST_CHARACTERS && comment.contains("_Cut here"),
        "{comment}"
    );
}

#[test]
fn summary_fits_and_the_file_is_whole() {
    let mut report = report();
    for run in report.fixed.iter_mut().chain(&mut report.dra) {
        run.arguments = vec!["ä".repeat(400_000)];
    }
    let pages = rendered(&report);
    assert!(pages.summary.len() < 1 << 20 && pages.report.len() > 1 << 20);
    assert!(
        pages
            .summary
            .contains("how this was measured. See report.md"),
        "{}",
        pages.summary.len()
    );
}

#[test]
fn a_thousand_executors_share_few_bars() {
    let mut report = report();
    report.fixed[0].executors = executors(1_000);
    report.dra[0].executors = executors(1_000);
    let gantt = Gantt::of(&report).unwrap();
    let bars = gantt
        .mermaid
        .lines()
        .filter(|line| line.contains(" :"))
        .count();
    assert!(
        (10..60).contains(&bars) && gantt.merged,
        "{}",
        gantt.mermaid
    );
    assert!(gantt.mermaid.len() < 5_000);
}

#[test]
fn bars_of_the_origin_say_who_worked() {
    insta::assert_snapshot!(Gantt::of(&report()).unwrap().mermaid);
}

#[test]
fn names_of_executors_are_no_words_of_mermaid() {
    let mut report = report();
    report.dra[0].executors = executors(1);
    report.dra[0].executors[0].id = "1 :crit, 0, 1s\n  click x href \"javascript:\"".to_owned();
    let gantt = Gantt::of(&report).unwrap().mermaid;
    assert!(
        gantt.contains("  1 executor, never used :crit, 0, 30s"),
        "{gantt}"
    );
    assert!(!gantt.contains("click"));
}
