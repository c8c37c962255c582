//! The axis of time: seconds to places, and round numbers along it. Pure.

use serde::Serialize;

use super::point;
use crate::number::number;

/// About so many numbers stand along the axis.
const TICKS: f64 = 9.0;
const STEPS: [f64; 21] = [
    0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0,
    3600.0, 7200.0, 14_400.0, 28_800.0, 43_200.0, 86_400.0,
];

/// Seconds after the application's start, across a width.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    pub(super) first: f64,
    pub(super) last: f64,
    width: f64,
}

/// A number on the axis.
#[derive(Debug, Serialize)]
pub(super) struct Tick {
    x: String,
    label: String,
    /// `zero` at the start of the application.
    class: &'static str,
    /// A line from top to bottom.
    path: String,
}

impl Axis {
    pub(super) fn over((first, last): (f64, f64), width: f64) -> Self {
        Self { first, last, width }
    }

    /// Where a time is.
    pub(super) fn x(&self, at: f64) -> f64 {
        (at.clamp(self.first, self.last) - self.first) / (self.last - self.first) * self.width
    }

    pub(super) fn ticks(&self, bottom: f64) -> Vec<Tick> {
        let wanted = (self.last - self.first) / TICKS;
        let longest = STEPS[STEPS.len() - 1];
        let step = STEPS.into_iter().find(|step| *step >= wanted);
        let step = step.unwrap_or((wanted / longest).ceil() * longest);
        let (from, to) = (
            (self.first / step).ceil() as i64,
            (self.last / step).floor() as i64,
        );
        let tick = |n: i64| {
            let at = n as f64 * step;
            Tick {
                x: point(self.x(at)),
                label: number(at, usize::from(step < 1.0)),
                class: if n == 0 { "zero" } else { "line" },
                path: format!("M{} 0V{}", point(self.x(at)), point(bottom)),
            }
        };
        (from..=to).map(tick).collect()
    }
}
