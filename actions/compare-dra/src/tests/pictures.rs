//! The picture of both runs.

use spark_log::EpochMillis;

use crate::{
    drawing::Drawing,
    svg,
    tests::{compared, origin},
    timelines::Timelines,
};

fn drawn(fixed: crate::run::Run, dra: crate::run::Run) -> String {
    let report = compared(fixed, dra);
    let drawing = Drawing::of(&report.sentence, &report.timelines, report.curves.as_ref());
    svg::file(&drawing.unwrap()).unwrap()
}

#[test]
fn picture_of_the_origin() {
    let (fixed, dra) = origin();
    insta::assert_snapshot!(drawn(fixed, dra));
}

#[test]
fn foreign_names_stay_text() {
    let (mut fixed, dra) = origin();
    let evil = "</title></svg><script>alert(1)</script>&\"'";
    fixed.timeline.executors[0].id = evil.to_owned();
    fixed.timeline.executors[0].reason = Some(evil.to_owned());
    fixed.record.as_mut().unwrap().observation.node_claims[0].name = evil.to_owned();
    fixed.timeline.stages[0].name = evil.to_owned();
    let picture = drawn(fixed, dra);
    assert!(
        !picture.contains("<script") && !picture.contains("</title></svg>"),
        "{picture}"
    );
    assert!(picture.contains("&lt;script&gt;"), "{picture}");
    assert_eq!(picture.matches("</svg>").count(), 2);
}

#[test]
fn many_executors_share_lanes() {
    let (mut fixed, dra) = origin();
    let model = fixed.timeline.executors[0].clone();
    fixed.timeline.executors = (0..1000)
        .map(|number| spark_log::Executor {
            id: number.to_string(),
            added: EpochMillis(model.added.0 + number * 50),
            ..model.clone()
        })
        .collect();
    let lanes = Timelines::of(&fixed, &dra).fixed.lanes;
    assert!(lanes.len() <= 60, "{}", lanes.len());
    assert_eq!(lanes.iter().map(|lane| lane.executors).sum::<usize>(), 1000);
    let (all, busy): (f64, f64) = (
        lanes.iter().map(|lane| lane.seconds).sum(),
        lanes.iter().map(|lane| lane.busy_seconds).sum(),
    );
    let executors = &fixed.timeline.executors;
    let life: f64 = executors
        .iter()
        .map(|executor| executor.life().as_secs_f64())
        .sum();
    let work: f64 = executors
        .iter()
        .map(|executor| executor.busy.as_secs_f64())
        .sum();
    assert!((all - life).abs() < 1e-6 && (busy - work).abs() < 1e-6);
    let picture = drawn(fixed, dra);
    assert!(
        picture.contains("each lane stands for up to 17 executors"),
        "{picture}"
    );
    assert!(picture.len() < 300_000, "{} bytes", picture.len());
}

#[test]
fn runs_without_nodes_are_drawn_without_them() {
    let (mut fixed, mut dra) = origin();
    (fixed.record, dra.record) = (None, None);
    let picture = drawn(fixed, dra);
    assert!(picture.contains("DRA · 4 executors<"), "{picture}");
    assert!(!picture.contains("node-used\" x=\"0"));
}

#[test]
fn runs_without_any_time_are_not_drawn() {
    let (mut fixed, mut dra) = origin();
    for run in [&mut fixed, &mut dra] {
        run.timeline = spark_log::Timeline::default();
        run.record = None;
    }
    let report = compared(fixed, dra);
    assert!(Drawing::of("x", &report.timelines, report.curves.as_ref()).is_none());
}
