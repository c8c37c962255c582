//! Both runs on one axis of time as shapes with finished coordinates, for `timeline.svg` and `report.html`. Pure.
//!
//! The templates place what is made here; they compute nothing.

mod axis;
mod curves;
mod rows;

use serde::Serialize;

use crate::{curve::Curves, number::count, timelines::RunTimeline, timelines::Timelines};

use axis::{Axis, Tick};
use curves::CurveBox;
use rows::Row;

/// The picture's width, and the part of it for names on the left.
const WIDTH: f64 = 960.0;
const NAMES: f64 = 96.0;
const RIGHT: f64 = 14.0;
const PLOT: f64 = WIDTH - NAMES - RIGHT;
const TITLE: f64 = 30.0;
const GAP: f64 = 16.0;
const AXIS: f64 = 34.0;

/// The whole picture.
#[derive(Debug, Serialize)]
pub(crate) struct Drawing {
    width: String,
    height: String,
    #[serde(skip)]
    pixels: f64,
    /// Where names end.
    name_x: String,
    plot_x: String,
    plot_width: String,
    /// Where the axis is, and the space for its numbers.
    axis_y: String,
    tick_y: String,
    unit_y: String,
    ticks: Vec<Tick>,
    panels: Vec<Panel>,
    /// The first and the last time, in seconds after the application's start.
    first: f64,
    last: f64,
    /// The verdict's sentence.
    title: String,
    /// What is drawn, in words.
    about: String,
    /// What is merged or left out, in words.
    merged: Vec<String>,
}

/// One run.
#[derive(Debug, Serialize)]
struct Panel {
    title: String,
    title_y: String,
    rows: Vec<Row>,
    curves: Option<CurveBox>,
}

impl Drawing {
    /// Draws the timelines. `None` when they have no time to draw.
    pub(crate) fn of(title: &str, timelines: &Timelines, curves: Option<&Curves>) -> Option<Self> {
        let axis = Axis::over(timelines.span()?, PLOT);
        let mut y = 0.0;
        let mut panels = Vec::new();
        let mut merged = Vec::new();
        let highest = curves.map_or(0, Curves::highest).max(1);
        for (name, run) in [("Static", &timelines.fixed), ("DRA", &timelines.dra)] {
            let title_y = y + 20.0;
            y += TITLE;
            let rows = rows::rows(name, run, &axis, &mut y);
            let series = curves.map(|curves| {
                if name == "DRA" {
                    &curves.dra
                } else {
                    &curves.fixed
                }
            });
            let step = curves.map_or(1, |curves| curves.step_seconds);
            let curves = series.map(|series| CurveBox::of(series, step, highest, &axis, &mut y));
            y += GAP;
            panels.push(Panel {
                title: panel_title(name, run),
                title_y: point(title_y),
                rows,
                curves,
            });
            merged.extend(left_out(name, run));
        }
        let about = "Executors of both runs over time: when each joined, had a task and was removed; nodes from launch to \
                     termination; and how many executors were asked for, had joined and had a task.";
        Some(Self {
            width: point(WIDTH),
            height: point(y + AXIS),
            pixels: y + AXIS,
            name_x: point(NAMES - 6.0),
            plot_x: point(NAMES),
            plot_width: point(PLOT),
            axis_y: point(y),
            tick_y: point(y + 15.0),
            unit_y: point(y + 29.0),
            ticks: axis.ticks(y),
            panels,
            first: axis.first,
            last: axis.last,
            title: title.to_owned(),
            about: about.to_owned(),
            merged,
        })
    }
}

impl Drawing {
    /// The picture's height.
    pub(crate) fn height(&self) -> f64 {
        self.pixels
    }

    /// The verdict's sentence.
    pub(crate) fn title(&self) -> &str {
        &self.title
    }

    /// What is merged or left out, in words.
    pub(crate) fn merged(&self) -> &[String] {
        &self.merged
    }
}

fn panel_title(name: &str, run: &RunTimeline) -> String {
    let executors: usize = run.lanes.iter().map(|lane| lane.executors).sum();
    let never: usize = run.lanes.iter().map(|lane| lane.never_used).sum();
    let never = match never {
        0 => String::new(),
        never => format!(", {never} never used"),
    };
    let nodes = match run.nodes.len() + run.nodes_left_out {
        0 => String::new(),
        nodes => format!(" · {}", count(nodes, "node", "nodes")),
    };
    format!(
        "{name} · {}{never}{nodes}",
        count(executors, "executor", "executors")
    )
}

/// What the picture does not show one by one.
fn left_out(name: &str, run: &RunTimeline) -> Vec<String> {
    let mut said = Vec::new();
    let most = run
        .lanes
        .iter()
        .map(|lane| lane.executors)
        .max()
        .unwrap_or(0);
    if most > 1 {
        said.push(format!("{name}: each lane stands for up to {most} executors that joined one after the other; its filled part is the share of them with a task."));
    }
    if run.bars_left_out > 0 {
        said.push(format!(
            "{name}: {} more jobs and stages are not drawn.",
            run.bars_left_out
        ));
    }
    if run.nodes_left_out > 0 {
        said.push(format!(
            "{name}: {} more nodes are not drawn.",
            run.nodes_left_out
        ));
    }
    said
}

/// A coordinate: one decimal is a tenth of a pixel.
fn point(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}
