//! The lines to change before the next run, as blocks ready to copy: one for each place. Pure.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    advice::{Advice, ChangePlace},
    escape::fenced,
};

/// The lines of one place.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ChangesView {
    title: &'static str,
    /// Finished Markdown: a fenced block.
    block: String,
}

/// A block for every place that has a line to change. A line that two pieces of advice share is there once.
pub(crate) fn changes(advice: &[Advice]) -> Vec<ChangesView> {
    let mut by_place: BTreeMap<ChangePlace, Vec<&str>> = BTreeMap::new();
    for change in advice.iter().flat_map(|advice| &advice.changes) {
        let lines = by_place.entry(change.place).or_default();
        if !lines.contains(&change.line.as_str()) {
            lines.push(&change.line);
        }
    }
    let view = |(place, lines): (ChangePlace, Vec<&str>)| {
        let (title, language) = words(place);
        ChangesView {
            title,
            block: fenced(language, &lines),
        }
    };
    by_place.into_iter().map(view).collect()
}

fn words(place: ChangePlace) -> (&'static str, &'static str) {
    match place {
        ChangePlace::StaticProperties => ("Spark properties of the static run", "properties"),
        ChangePlace::DraProperties => ("Spark properties of the DRA run", "properties"),
        ChangePlace::DriverPodTemplate => ("The driver's pod template", "yaml"),
        ChangePlace::NodePool => ("The NodePool of the executors", "yaml"),
    }
}
