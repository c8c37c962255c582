//! The pure part as a whole: runs in, report and Markdown out.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod advice;
mod costs;
mod executor_time;
mod gate;
mod kinds;
mod lengths;
mod pages;
mod pictures;
mod policies;
mod reasons;
mod report_file;
mod timelines;
mod truth;
mod verdicts;

use std::path::Path;

use run_record::{RunRecord, Variant};
use spark_log::{Decoder, TimelineBuilder};

use crate::{report::Report, run::Run};

fn fixture(path: &str) -> Vec<u8> {
    let path = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap())
        .join("../../fixtures")
        .join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A run from a log of the fixtures, with the record of the same name if there is one.
fn run(variant: Variant, log: &str) -> Run {
    let (mut decoder, mut timeline) = (Decoder::default(), TimelineBuilder::default());
    let bytes = fixture(&format!("event-logs/{log}"));
    decoder.push(&bytes, &mut |event| timeline.add(event));
    let counts = decoder.finish(&mut |event| timeline.add(event));
    let record = log
        .starts_with("origin")
        .then(|| RunRecord::from_json(&fixture(&format!("run-records/{log}.json"))).unwrap());
    let place = format!("runs/{log}");
    Run {
        variant,
        log_place: place.clone(),
        place,
        record,
        timeline: timeline.finish(counts),
        cost: Err("no prices were given".to_owned()),
    }
}

/// The origin's two runs.
fn origin() -> (Run, Run) {
    (
        run(Variant::Static, "origin-static"),
        run(Variant::Dra, "origin-dra"),
    )
}

fn compared(fixed: Run, dra: Run) -> Report {
    Report::of("default", &[fixed], &[dra])
}
