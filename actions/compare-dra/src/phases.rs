//! How an executor came, step by step: from the stage that needed it to its registration with the driver. Pure.

use jiff::Timestamp;
use run_record::{NodeClaim, Pod};
use serde::{Deserialize, Serialize};
use spark_log::Executor;

use crate::run::Run;

/// A step on an executor's way, named by what it ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Step {
    /// Spark asked Kubernetes for a pod.
    PodCreated,
    /// Karpenter decided to start a node for it.
    NodeClaimCreated,
    /// AWS started the instance.
    NodeLaunched,
    /// The node joined the cluster.
    NodeRegistered,
    /// The node could take pods.
    NodeInitialized,
    /// The pod was bound to the node.
    PodScheduled,
    /// The image was on the node.
    ImagePulled,
    /// The container ran.
    ContainerStarted,
    /// The driver knew the executor.
    ExecutorRegistered,
}

/// The steps in order, with their names in tables.
pub(crate) const STEPS: [(Step, &str); 9] = [
    (Step::PodCreated, "Spark asked for the pod"),
    (Step::NodeClaimCreated, "NodeClaim created"),
    (Step::NodeLaunched, "instance launched"),
    (Step::NodeRegistered, "node registered"),
    (Step::NodeInitialized, "node ready"),
    (Step::PodScheduled, "pod bound"),
    (Step::ImagePulled, "image pulled"),
    (Step::ContainerStarted, "container started"),
    (Step::ExecutorRegistered, "executor registered"),
];

/// One step with its length.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Phase {
    /// What it ends with.
    pub(crate) until: Step,
    /// Since the end of the step before.
    pub(crate) seconds: f64,
}

/// The way of the last executor that ran a task, from the submission of the first stage. What came before that stage
/// counts as done at once; a step whose time is not known is part of the next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ScaleUp {
    pub(crate) executor: String,
    pub(crate) seconds: f64,
    pub(crate) phases: Vec<Phase>,
}

impl ScaleUp {
    /// The sum of the steps that end with one of these.
    pub(crate) fn seconds_until(&self, steps: &[Step]) -> f64 {
        let of = self
            .phases
            .iter()
            .filter(|phase| steps.contains(&phase.until));
        of.map(|phase| phase.seconds).sum()
    }
}

/// Absent without a record of the pod, or when no executor ran a task.
pub(crate) fn scale_up(run: &Run) -> Option<ScaleUp> {
    let used = run
        .timeline
        .executors
        .iter()
        .filter(|executor| executor.tasks > 0);
    let executor = used.max_by_key(|executor| executor.added)?;
    let from = run
        .timeline
        .stages
        .iter()
        .filter_map(|stage| stage.submitted)
        .min()?;
    let from = run.seconds(from)?;
    let ends = ends(run, executor)?;
    let mut reached = from;
    let mut phases = Vec::new();
    for (until, at) in ends {
        let at = at.max(reached);
        phases.push(Phase {
            until,
            seconds: at - reached,
        });
        reached = at;
    }
    Some(ScaleUp {
        executor: executor.id.clone(),
        seconds: reached - from,
        phases,
    })
}

/// The known ends of the steps, in seconds after the application's start.
fn ends(run: &Run, executor: &Executor) -> Option<Vec<(Step, f64)>> {
    let seen = &run.record.as_ref()?.observation;
    let is_its = |pod: &&Pod| pod.executor_id.as_deref() == Some(&executor.id);
    let pod = seen.pods.iter().find(is_its)?;
    pod.created?;
    let claim = seen
        .node_claims
        .iter()
        .find(|claim| pod.node.is_some() && claim.node == pod.node);
    // A node that was there before the pod was not started for it.
    let claim = claim.filter(|claim| claim.initialized > pod.created);
    let of_claim = |of: fn(&NodeClaim) -> Option<Timestamp>| claim.and_then(of);
    let times = [
        (Step::PodCreated, pod.created),
        (Step::NodeClaimCreated, of_claim(|claim| claim.created)),
        (Step::NodeLaunched, of_claim(|claim| claim.launched)),
        (Step::NodeRegistered, of_claim(|claim| claim.registered)),
        (Step::NodeInitialized, of_claim(|claim| claim.initialized)),
        (Step::PodScheduled, pod.scheduled),
        (Step::ImagePulled, pod.pulled),
        (Step::ContainerStarted, pod.started),
    ];
    let mut ends: Vec<(Step, f64)> = times
        .into_iter()
        .filter_map(|(step, at)| Some((step, run.seconds_of(at?)?)))
        .collect();
    ends.push((Step::ExecutorRegistered, run.seconds(executor.added)?));
    Some(ends)
}
