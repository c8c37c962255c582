//! Jobs, stages, executors and nodes of a run, each in a row. Pure.

use serde::Serialize;

use super::{axis::Axis, point};
use crate::{
    number::{about, count, number, percent},
    timelines::{Bar, Lane, NodeLane, RunTimeline},
};

/// A shape narrower than this cannot be seen.
const NARROW: f64 = 0.6;

/// A row with its shapes.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    /// What stands beside it. Empty where there is no room.
    label: String,
    label_y: String,
    y: String,
    height: String,
    shapes: Vec<Shape>,
    /// Everything about it, in a sentence or two.
    about: String,
}

/// A rectangle.
#[derive(Debug, Serialize)]
struct Shape {
    class: &'static str,
    x: String,
    y: String,
    width: String,
    height: String,
}

/// The rows of a run from `y` on, which is moved below them.
pub(super) fn rows(variant: &str, run: &RunTimeline, axis: &Axis, y: &mut f64) -> Vec<Row> {
    let mut rows = Vec::new();
    for (kind, class, bars) in [("jobs", "job", &run.jobs), ("stages", "stage", &run.stages)] {
        if !bars.is_empty() {
            rows.push(bar_row(variant, kind, class, bars, axis, y));
        }
    }
    *y += 4.0;
    let height = match run.lanes.len() {
        0..=8 => 16.0,
        9..=20 => 12.0,
        21..=40 => 9.0,
        _ => 7.0,
    };
    let every = (11.0_f64 / height).ceil() as usize;
    for (place, lane) in run.lanes.iter().enumerate() {
        let label = if place % every == 0 {
            lane.name.clone()
        } else {
            String::new()
        };
        rows.push(lane_row(variant, lane, label, height, axis, y));
    }
    if !run.nodes.is_empty() {
        *y += 8.0;
    }
    for node in &run.nodes {
        rows.push(node_row(variant, node, axis, y));
    }
    rows
}

/// A rectangle over a time; `None` when it has no length.
fn shape(
    class: &'static str,
    axis: &Axis,
    (from, to): (f64, f64),
    (y, height): (f64, f64),
) -> Option<Shape> {
    let (x, end) = (axis.x(from), axis.x(to));
    (to > from).then(|| Shape {
        class,
        x: point(x),
        y: point(y),
        width: point((end - x).max(NARROW)),
        height: point(height),
    })
}

/// Begins a row and moves `y` below it.
fn row(label: String, height: f64, about: String, shapes: Vec<Shape>, y: &mut f64) -> Row {
    let top = *y;
    *y += height + 2.0;
    Row {
        label,
        label_y: point(top + height / 2.0 + 3.5),
        y: point(top),
        height: point(height),
        shapes,
        about,
    }
}

fn bar_row(
    variant: &str,
    kind: &str,
    class: &'static str,
    bars: &[Bar],
    axis: &Axis,
    y: &mut f64,
) -> Row {
    const HEIGHT: f64 = 10.0;
    let place = (*y, HEIGHT);
    let shapes = bars.iter().filter_map(|bar| {
        let class = if bar.failed { "failed" } else { class };
        // A gap tells neighbours apart.
        shape(class, axis, (bar.from, bar.to), (place.0, place.1))
    });
    let shapes: Vec<Shape> = shapes.collect();
    let first: Vec<String> = bars.iter().take(6).map(bar_words).collect();
    let more = match bars.len().saturating_sub(6) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let about = format!("{variant} {kind}: {}{more}.", first.join("; "));
    row(kind.to_owned(), HEIGHT, about, shapes, y)
}

fn bar_words(bar: &Bar) -> String {
    let what = if bar.about.is_empty() {
        String::new()
    } else {
        format!(" ({})", bar.about)
    };
    let failed = if bar.failed { ", failed" } else { "" };
    format!(
        "{}{what} from {} to {}{failed}",
        bar.name,
        about(bar.from),
        about(bar.to)
    )
}

fn lane_row(
    variant: &str,
    lane: &Lane,
    label: String,
    height: f64,
    axis: &Axis,
    y: &mut f64,
) -> Row {
    let top = *y;
    let all_unused = lane.never_used == lane.executors;
    let class = if all_unused { "never" } else { "idle" };
    let life = shape(class, axis, (lane.from, lane.until), (top, height));
    let busy = lane.busy.iter().filter_map(|stretch| {
        let filled = height * stretch.share;
        shape(
            "busy",
            axis,
            (stretch.from, stretch.to),
            (top + height - filled, filled),
        )
    });
    let shapes = life.into_iter().chain(busy).collect();
    row(label, height, lane_words(variant, lane), shapes, y)
}

fn lane_words(variant: &str, lane: &Lane) -> String {
    let who = match lane.executors {
        1 => format!("{variant} executor {}: joined", lane.name),
        several => format!(
            "{variant} executors {} ({several}): the first joined",
            lane.name
        ),
    };
    let work = if lane.never_used == lane.executors {
        "never ran a task".to_owned()
    } else {
        let share = if lane.seconds > 0.0 {
            percent(lane.busy_seconds / lane.seconds)
        } else {
            percent(0.0)
        };
        let never = match lane.never_used {
            0 => String::new(),
            never => format!(", {never} never used"),
        };
        format!(
            "{}, busy {share} of {} executor-seconds{never}",
            count(lane.tasks as usize, "task", "tasks"),
            number(lane.seconds, 0)
        )
    };
    format!(
        "{who} at {}, there until {}; {work}; {}.",
        about(lane.from),
        about(lane.until),
        lane.ended
    )
}

fn node_row(variant: &str, node: &NodeLane, axis: &Axis, y: &mut f64) -> Row {
    const HEIGHT: f64 = 11.0;
    let place = (*y, HEIGHT);
    let empty = shape("node-empty", axis, (node.from, node.until), place);
    let start = node
        .ready
        .and_then(|ready| shape("node-start", axis, (node.from, ready), place));
    let used = node
        .used
        .iter()
        .filter_map(|span| shape("node-used", axis, *span, place));
    let shapes = empty.into_iter().chain(start).chain(used).collect();
    let label = if node.driver { "driver node" } else { "node" };
    row(
        label.to_owned(),
        HEIGHT,
        node_words(variant, node),
        shapes,
        y,
    )
}

fn node_words(variant: &str, node: &NodeLane) -> String {
    let held = match (node.driver, node.executors) {
        (true, 0) => "the driver".to_owned(),
        (true, n) => format!("the driver and {}", count(n, "executor", "executors")),
        (false, 0) => "no pod of the job".to_owned(),
        (false, n) => count(n, "executor", "executors"),
    };
    let ready = node
        .ready
        .map_or_else(String::new, |ready| format!(", ready at {}", about(ready)));
    let gone = if node.lasting {
        "not seen to go, watched until"
    } else {
        "gone at"
    };
    let used: f64 = node.used.iter().map(|(from, to)| to - from).sum();
    format!(
        "{variant} node {} ({}): launched at {}{ready}, {gone} {}; held {held}; {} of its {} without a pod of the job.",
        node.name,
        node.about,
        about(node.from),
        about(node.until),
        about((node.until - node.from - used).max(0.0)),
        about(node.until - node.from)
    )
}
