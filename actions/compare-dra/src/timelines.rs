//! Both drawn runs over time, as data: what the pictures are made of, and what report.json keeps of them. Pure.
//!
//! Bounded whatever the size of the runs: many executors share a lane, and lists end with a count of what is left out.

mod lanes;
mod machines;

use serde::{Deserialize, Serialize};
use spark_log::EpochMillis;

use crate::run::Run;

pub(crate) use lanes::Lane;
pub(crate) use machines::NodeLane;

/// So many jobs, and so many stages, are kept of a run.
const MOST_BARS: usize = 400;

/// The drawn run of each variant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Timelines {
    #[serde(rename = "static")]
    pub(crate) fixed: RunTimeline,
    pub(crate) dra: RunTimeline,
}

/// One run. Times are seconds after its application's start; negative before it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct RunTimeline {
    /// The end of the application, or the last time that is known.
    pub(crate) end: f64,
    pub(crate) jobs: Vec<Bar>,
    pub(crate) stages: Vec<Bar>,
    /// Jobs and stages that are not listed.
    pub(crate) bars_left_out: u64,
    /// Executors, one in a lane or several.
    pub(crate) lanes: Vec<Lane>,
    pub(crate) nodes: Vec<NodeLane>,
    /// Nodes that are not listed.
    pub(crate) nodes_left_out: usize,
}

/// A job or a stage attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bar {
    /// Such as `job 0`, `stage 3.1`.
    pub(crate) name: String,
    /// Spark's words for it. Empty for jobs.
    pub(crate) about: String,
    pub(crate) from: f64,
    /// The end of the run when it has none.
    pub(crate) to: f64,
    pub(crate) failed: bool,
}

impl Timelines {
    /// Of the drawn runs.
    pub(crate) fn of(fixed: &Run, dra: &Run) -> Self {
        Self {
            fixed: of_run(fixed),
            dra: of_run(dra),
        }
    }

    /// The first and the last time of all. `None` when there is nothing to draw.
    pub(crate) fn span(&self) -> Option<(f64, f64)> {
        let of = |run: &RunTimeline| {
            let nodes = run.nodes.iter().flat_map(|node| [node.from, node.until]);
            let lanes = run.lanes.iter().flat_map(|lane| [lane.from, lane.until]);
            nodes.chain(lanes).chain([0.0, run.end]).collect::<Vec<_>>()
        };
        let times = [of(&self.fixed), of(&self.dra)].concat();
        let first = times.iter().copied().fold(f64::INFINITY, f64::min);
        let last = times.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (last > first && (last - first).is_finite()).then_some((first, last))
    }
}

fn of_run(run: &Run) -> RunTimeline {
    let timeline = &run.timeline;
    let at = |at: Option<EpochMillis>| at.and_then(|at| run.seconds(at));
    let end = at(timeline.last_seen).unwrap_or(0.0);
    let jobs = timeline.jobs.iter().filter_map(|job| {
        Some(Bar {
            name: format!("job {}", job.id),
            about: String::new(),
            from: at(Some(job.started))?,
            to: at(job.ended).unwrap_or(end),
            failed: job.ended.is_some() && !job.succeeded,
        })
    });
    let stages = timeline.stages.iter().filter_map(|stage| {
        Some(Bar {
            name: format!("stage {}.{}", stage.key.stage, stage.key.attempt),
            about: format!("{}, {} tasks", stage.name, stage.tasks),
            from: at(stage.submitted)?,
            to: at(stage.completed).unwrap_or(end),
            failed: stage.failed,
        })
    });
    let (jobs, stages): (Vec<Bar>, Vec<Bar>) = (
        jobs.take(MOST_BARS).collect(),
        stages.take(MOST_BARS).collect(),
    );
    let counts = (&timeline.job_counts, &timeline.stage_counts);
    let all = counts.0.succeeded
        + counts.0.failed
        + counts.0.open
        + counts.1.completed
        + counts.1.failed
        + counts.1.open;
    let (nodes, nodes_left_out) = machines::nodes(run);
    RunTimeline {
        end,
        bars_left_out: all.saturating_sub((jobs.len() + stages.len()) as u64),
        jobs,
        stages,
        lanes: lanes::lanes(run),
        nodes,
        nodes_left_out,
    }
}
