//! Executors asked for, joined and with a task over time, as areas and lines. Pure.

use serde::Serialize;

use super::{axis::Axis, point};
use crate::curve::Series;

const HEIGHT: f64 = 56.0;

/// The curves of one run.
#[derive(Debug, Serialize)]
pub(super) struct CurveBox {
    y: String,
    height: String,
    bottom: String,
    label_y: String,
    /// The number at the upper edge.
    highest: usize,
    /// Paths.
    asked_for: Option<String>,
    joined: String,
    with_task: String,
    ground: String,
}

impl CurveBox {
    /// Places the curves at `y` and moves it below them.
    pub(super) fn of(
        series: &Series,
        step_seconds: i64,
        highest: usize,
        axis: &Axis,
        y: &mut f64,
    ) -> Self {
        *y += 6.0;
        let top = *y;
        let bottom = top + HEIGHT;
        *y = bottom;
        let line = |values: &[usize]| {
            let mut path = String::new();
            for (column, value) in values.iter().enumerate() {
                let x = point(axis.x((column as i64 * step_seconds) as f64));
                let height = *value as f64 / highest as f64 * HEIGHT;
                let y = point(bottom - height);
                path += &if column == 0 {
                    format!("M{x} {y}")
                } else {
                    format!("H{x}V{y}")
                };
            }
            let end = values.len() as i64 * step_seconds;
            path + &format!("H{}", point(axis.x(end as f64)))
        };
        let area = |values: &[usize]| {
            let start = point(axis.x(0.0));
            format!("{}V{}H{start}Z", line(values), point(bottom))
        };
        Self {
            y: point(top),
            height: point(HEIGHT),
            bottom: point(bottom),
            label_y: point(top + 9.0),
            highest,
            asked_for: series.pods.as_deref().map(line),
            joined: line(&series.executors),
            with_task: area(&series.with_task),
            ground: format!("M0 {}H{}", point(bottom), point(axis.x(f64::INFINITY))),
        }
    }
}
