//! Nodes in lanes: from launch to termination, with the time pods of the job were bound to them. Pure.

use jiff::Timestamp;
use run_record::Pod;
use serde::{Deserialize, Serialize};

use crate::{nodes::nodes as nodes_of, run::Run};

/// More nodes than this are not drawn.
const MOST_NODES: usize = 40;

/// One node of the job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct NodeLane {
    pub(crate) name: String,
    /// Instance type, capacity type and zone, as far as they are known.
    pub(crate) about: String,
    pub(crate) driver: bool,
    pub(crate) executors: usize,
    /// Launch, or the start of watching.
    pub(crate) from: f64,
    /// When pods could run on it. Absent when that was not seen, or before the start of watching.
    pub(crate) ready: Option<f64>,
    /// Termination, or the end of watching.
    pub(crate) until: f64,
    /// It was not seen to go.
    pub(crate) lasting: bool,
    /// With at least one pod of the job bound to it.
    pub(crate) used: Vec<(f64, f64)>,
}

/// The nodes of a run in the order of their launch, and how many more there are.
pub(super) fn nodes(run: &Run) -> (Vec<NodeLane>, usize) {
    let Some(record) = &run.record else {
        return (Vec::new(), 0);
    };
    let all = nodes_of(record).unwrap_or_default();
    let lane = |node: &crate::nodes::Node<'_>| {
        let (from, until) = (run.seconds_of(node.from)?, run.seconds_of(node.until)?);
        let claim = node.claim;
        let known = [&claim.instance_type, &claim.capacity_type, &claim.zone];
        let known: Vec<&str> = known.into_iter().filter_map(|one| one.as_deref()).collect();
        let here = |pod: &&Pod| pod.node.is_some() && pod.node == claim.node;
        let pods = record.observation.pods.iter().filter(here);
        let bound = pods.filter_map(|pod| bound(run, pod, (from, until)));
        Some(NodeLane {
            name: claim.name.clone(),
            about: known.join(", "),
            driver: node.driver,
            executors: node.executors,
            from,
            ready: claim
                .initialized
                .and_then(|at| run.seconds_of(at))
                .filter(|at| *at > from && *at < until),
            until,
            lasting: !node.gone,
            used: union(bound.collect()),
        })
    };
    let lanes: Vec<NodeLane> = all.iter().filter_map(lane).collect();
    let left_out = lanes.len().saturating_sub(MOST_NODES);
    (lanes.into_iter().take(MOST_NODES).collect(), left_out)
}

/// When a pod was bound to its node.
fn bound(run: &Run, pod: &Pod, (from, until): (f64, f64)) -> Option<(f64, f64)> {
    let at = |time: Timestamp| run.seconds_of(time).map(|at| at.clamp(from, until));
    let end = pod.finished.or(pod.deleted).map_or(Some(until), at)?;
    Some((at(pod.scheduled.or(pod.started)?)?, end))
}

/// Overlapping spans as one.
fn union(mut spans: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut out: Vec<(f64, f64)> = Vec::new();
    for (from, to) in spans {
        match out.last_mut() {
            Some(before) if from <= before.1 => before.1 = before.1.max(to),
            _ => out.push((from, to)),
        }
    }
    out
}
