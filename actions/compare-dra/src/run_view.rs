//! One run's part of the pages: facts, executors, nodes. Every string is finished Markdown. Pure.

use serde::Serialize;

use crate::{
    escape::{cell_code, code},
    number::{count, number, percent, seconds},
    report::{ExecutorReport, NodeReport, RunReport},
};

/// More executors than this are not listed one by one.
const MOST_EXECUTORS: usize = 200;
/// The same for nodes.
const MOST_NODES: usize = 100;

/// The runs of one variant.
#[derive(Debug, Serialize)]
pub(crate) struct VariantView {
    title: &'static str,
    runs: Vec<RunView>,
}

#[derive(Debug, Serialize)]
pub(crate) struct RunView {
    name: String,
    facts: Vec<String>,
    shown: bool,
    executor_count: String,
    executors: Vec<Vec<String>>,
    left_out: Option<String>,
    nodes: Vec<Vec<String>>,
    wanted: Option<String>,
}

/// Words for the runs of a variant; `shown` is the place of the one that is drawn.
pub(crate) fn variant(title: &'static str, runs: &[RunReport], shown: usize) -> VariantView {
    let several = runs.len() > 1;
    let view = |(place, run): (usize, &RunReport)| run_view(run, several && place == shown);
    VariantView {
        title,
        runs: runs.iter().enumerate().map(view).collect(),
    }
}

fn run_view(run: &RunReport, shown: bool) -> RunView {
    let at = |time: Option<f64>| time.map_or_else(|| "–".to_owned(), seconds);
    let executor = |e: &ExecutorReport| {
        vec![
            cell_code(&e.id),
            seconds(e.joined),
            at(e.first_task),
            at(e.last_task),
            e.removed
                .map_or_else(|| "lived to the end".to_owned(), seconds),
            number(e.tasks as f64, 0),
            if e.life_seconds > 0.0 {
                percent(e.busy_seconds / e.life_seconds)
            } else {
                "–".to_owned()
            },
            e.reason
                .as_deref()
                .map_or_else(|| "–".to_owned(), cell_code),
        ]
    };
    let left_out = run.executors.len().saturating_sub(MOST_EXECUTORS);
    RunView {
        name: code(&run.name),
        facts: facts(run),
        shown,
        executor_count: count(run.executors.len(), "executor", "executors"),
        executors: run
            .executors
            .iter()
            .take(MOST_EXECUTORS)
            .map(executor)
            .collect(),
        left_out: (left_out > 0)
            .then(|| format!("{} more are in report.json.", number(left_out as f64, 0))),
        nodes: run
            .nodes
            .iter()
            .take(MOST_NODES)
            .map(|node| node_row(node, &at))
            .collect(),
        wanted: wanted(run),
    }
}

fn node_row(node: &NodeReport, at: &impl Fn(Option<f64>) -> String) -> Vec<String> {
    let named = |name: &Option<String>| name.as_deref().map_or_else(|| "–".to_owned(), cell_code);
    let held = match (node.driver, node.executors) {
        (true, 0) => "driver".to_owned(),
        (true, n) => format!("driver, {}", count(n, "executor", "executors")),
        // Without recorded pods nobody knows.
        (false, 0) if node.empty_seconds.is_none() => "–".to_owned(),
        (false, 0) => "nothing of the job".to_owned(),
        (false, n) => count(n, "executor", "executors"),
    };
    let gone = node
        .terminated
        .map_or_else(|| "not seen to go".to_owned(), seconds);
    vec![
        cell_code(&node.name),
        named(&node.instance_type),
        named(&node.capacity_type),
        named(&node.zone),
        held,
        at(node.launched),
        at(node.initialized),
        gone,
        seconds(node.seconds),
        at(node.empty_seconds),
    ]
}

/// `1 at 0.9 s, 2 at 2.4 s`. Spark logs only the rises.
fn wanted(run: &RunReport) -> Option<String> {
    let steps: Vec<String> = run
        .wanted
        .iter()
        .map(|(at, wanted)| format!("{wanted} at {}", seconds(*at)))
        .collect();
    (!steps.is_empty()).then(|| steps.join(", "))
}

fn facts(run: &RunReport) -> Vec<String> {
    let mut facts = Vec::new();
    let mut add = |name: &str, value: Option<&str>| {
        facts.extend(value.map(|value| format!("{name} {}", code(value))))
    };
    add("state", run.state.as_deref());
    add("release", run.release_label.as_deref());
    add("Spark", run.spark_version.as_deref());
    add("entry point", run.entry_point.as_deref());
    add(
        "arguments",
        (!run.arguments.is_empty())
            .then(|| run.arguments.join(" "))
            .as_deref(),
    );
    add("read from", Some(&run.place));
    add(
        "event log",
        Some(&run.event_log)
            .filter(|log| **log != run.place)
            .map(String::as_str),
    );
    facts
}
