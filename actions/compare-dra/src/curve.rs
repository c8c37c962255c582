//! Executors over time: sampled, as a mermaid chart and as block characters for readers without pictures. Pure.

use std::fmt::Write;

use run_record::{PodRole, RunRecord};
use serde::{Deserialize, Serialize};
use spark_log::{EpochMillis, Timeline};

use crate::{number::about, run::Run};

/// A row of block characters fits a phone held sideways.
const COLUMNS: i64 = 60;
const STEPS: &[i64] = &[
    1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400,
];
const BLOCKS: [char; 9] = ['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The executors of one run, sampled from its application's start in equal steps. Empty past its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Series {
    pub(crate) executors: Vec<usize>,
    pub(crate) with_task: Vec<usize>,
    /// Executor pods: asked for and not given back. Absent when no pods were watched.
    pub(crate) pods: Option<Vec<usize>>,
}

/// Both runs on one axis of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Curves {
    pub(crate) step_seconds: i64,
    #[serde(rename = "static")]
    pub(crate) fixed: Series,
    pub(crate) dra: Series,
}

impl Curves {
    /// Samples both runs. `None` when one of them has no time at all.
    pub(crate) fn of(fixed: &Run, dra: &Run) -> Option<Self> {
        let longest = length(fixed)?.max(length(dra)?);
        let step = STEPS
            .iter()
            .copied()
            .find(|step| longest <= (step * COLUMNS) as f64)
            .unwrap_or(longest as i64 / COLUMNS + 1);
        Some(Self {
            step_seconds: step,
            fixed: series(fixed, step)?,
            dra: series(dra, step)?,
        })
    }

    /// A mermaid chart with two lines: static first, DRA second.
    pub(crate) fn mermaid(&self) -> String {
        let points = self.fixed.executors.len().max(self.dra.executors.len());
        let line = |series: &Series| {
            let ended = std::iter::repeat_n(0, points - series.executors.len());
            let values: Vec<String> = series
                .executors
                .iter()
                .copied()
                .chain(ended)
                .map(|n| n.to_string())
                .collect();
            values.join(", ")
        };
        let end = self.step_seconds * (points as i64 - 1).max(1);
        format!(
            "xychart-beta\n  title \"Executors: first line static, second line DRA\"\n  \
             x-axis \"seconds since the application started\" 0 --> {end}\n  y-axis \"executors\" 0 --> {}\n  \
             line [{}]\n  line [{}]",
            self.highest().max(1),
            line(&self.fixed),
            line(&self.dra)
        )
    }

    /// The same as rows of block characters.
    pub(crate) fn text(&self) -> String {
        let highest = self.highest().max(1);
        let mut out = String::new();
        for (name, series) in [("static", &self.fixed), ("DRA", &self.dra)] {
            if let Some(pods) = &series.pods {
                row(&mut out, &format!("{name} asked for"), pods, highest);
            }
            row(
                &mut out,
                &format!("{name} joined"),
                &series.executors,
                highest,
            );
            row(
                &mut out,
                &format!("{name} with a task"),
                &series.with_task,
                highest,
            );
        }
        let columns = self.fixed.executors.len().max(self.dra.executors.len());
        let end = about((self.step_seconds * columns as i64) as f64);
        let width = columns.saturating_sub(3).max(end.chars().count() + 1);
        let _ = write!(
            out,
            "{:<18} 0 s{end:>width$}, one column is {} s",
            "", self.step_seconds
        );
        out
    }

    /// The most executors at one time, in both runs.
    pub(crate) fn highest(&self) -> usize {
        let of = |series: &Series| {
            series
                .executors
                .iter()
                .chain(series.pods.iter().flatten())
                .copied()
                .max()
        };
        of(&self.fixed).max(of(&self.dra)).unwrap_or(0)
    }
}

fn row(out: &mut String, name: &str, values: &[usize], highest: usize) {
    let blocks: String = values
        .iter()
        .map(|value| BLOCKS[(value * 8).div_ceil(highest).min(8)])
        .collect();
    let most = values.iter().max().copied().unwrap_or(0);
    let _ = writeln!(out, "{name:<18} {blocks} at most {most}");
}

fn length(run: &Run) -> Option<f64> {
    run.seconds(run.timeline.last_seen?)
}

fn series(run: &Run, step: i64) -> Option<Series> {
    let zero = run.zero()?;
    let columns = (length(run)? / step as f64).ceil().max(1.0) as i64;
    let times: Vec<_> = (0..columns)
        .map(|column| zero.plus_seconds(column * step))
        .collect();
    let pods: Vec<_> = run.record.iter().flat_map(executor_pods).collect();
    let pods_at = |at: EpochMillis| {
        pods.iter()
            .filter(|(from, to)| (*from..*to).contains(&at.0))
            .count()
    };
    Some(Series {
        executors: times
            .iter()
            .map(|at| run.timeline.executors_at(*at))
            .collect(),
        with_task: times
            .iter()
            .map(|at| with_a_task_at(&run.timeline, *at))
            .collect(),
        pods: (!pods.is_empty()).then(|| times.iter().map(|at| pods_at(*at)).collect()),
    })
}

/// Executors with a task around `at`, as a whole number: a mean over a short step, never more than have joined.
fn with_a_task_at(timeline: &Timeline, at: EpochMillis) -> usize {
    let busy = timeline.busy_executors.at(at).round() as usize;
    busy.min(timeline.executors_at(at))
}

/// When each executor pod existed, in milliseconds since 1970: from its creation to its end, or on when none was seen.
fn executor_pods(record: &RunRecord) -> impl Iterator<Item = (i64, i64)> {
    let pods = record
        .observation
        .pods
        .iter()
        .filter(|pod| pod.role == PodRole::Executor);
    pods.filter_map(|pod| {
        let end = pod
            .finished
            .or(pod.deleted)
            .map_or(i64::MAX, |at| at.as_millisecond());
        Some((pod.created?.as_millisecond(), end))
    })
}

#[cfg(test)]
mod tests {
    use super::{Curves, Series};

    fn curves() -> Curves {
        let fixed = Series {
            executors: vec![0, 8, 8],
            with_task: vec![0, 1, 0],
            pods: None,
        };
        let dra = Series {
            executors: vec![0, 1, 2, 1],
            with_task: vec![0, 1, 2, 1],
            pods: Some(vec![1, 2, 2, 1]),
        };
        Curves {
            step_seconds: 5,
            fixed,
            dra,
        }
    }

    #[test]
    fn rows_share_one_scale() {
        let expected = "\
static joined      ·██ at most 8
static with a task ·▁· at most 1
DRA asked for      ▁▂▂▁ at most 2
DRA joined         ·▁▂▁ at most 2
DRA with a task    ·▁▂▁ at most 2
                   0 s 20 s, one column is 5 s";
        assert_eq!(curves().text(), expected);
    }

    #[test]
    fn chart_has_as_many_points_in_both_lines() {
        let expected = "xychart-beta
  title \"Executors: first line static, second line DRA\"
  x-axis \"seconds since the application started\" 0 --> 15
  y-axis \"executors\" 0 --> 8
  line [0, 8, 8, 0]
  line [0, 1, 2, 1]";
        assert_eq!(curves().mermaid(), expected);
    }
}
