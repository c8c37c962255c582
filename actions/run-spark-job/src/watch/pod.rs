//! One pod of a job run, folded from every version of it that was seen.

use std::collections::BTreeMap;

use jiff::Timestamp;
use k8s_openapi::{
    api::core::v1::{Container, ContainerState, ContainerStatus, Pod},
    apimachinery::pkg::apis::meta::v1::Time,
};
use run_record::PodRole;

use super::quantity;

/// Label EMR on EKS puts on every pod of a job run.
pub(crate) const JOB_ID: &str = "emr-containers.amazonaws.com/job.id";
const ROLE: &str = "spark-role";
const EXECUTOR_ID: &str = "spark-exec-id";

/// What a pod that does not run yet waits for.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// It has no node, and nobody has said why.
    #[default]
    Unknown,
    /// It has no node, for the reason the scheduler gives.
    Refused(String),
    /// It has a node.
    Placed,
}

/// A driver or executor pod, and the job run it belongs to.
#[derive(Debug, Clone)]
pub(super) struct PodSeen {
    pub(super) job_id: String,
    pub(super) pod: run_record::Pod,
    pub(super) waiting: Waiting,
    /// Its end was noticed late.
    pub(super) end_missed: bool,
}

impl PodSeen {
    /// `None` for a pod that is no driver and no executor, such as EMR's own job runner.
    pub(super) fn of(pod: &Pod) -> Option<Self> {
        let label = |name: &str| pod.metadata.labels.as_ref()?.get(name);
        let role = match label(ROLE)?.as_str() {
            "driver" => PodRole::Driver,
            "executor" => PodRole::Executor,
            _ => return None,
        };
        let spec = pod.spec.as_ref();
        let main = main_status(pod, role);
        Some(Self {
            job_id: label(JOB_ID)?.clone(),
            end_missed: false,
            waiting: waiting(pod),
            pod: run_record::Pod {
                name: pod.metadata.name.clone()?,
                role,
                executor_id: label(EXECUTOR_ID).cloned(),
                node: spec.and_then(|spec| spec.node_name.clone()),
                requests: spec
                    .map(|spec| requests(&spec.containers))
                    .unwrap_or_default(),
                created: pod.metadata.creation_timestamp.as_ref().map(|time| time.0),
                scheduled: condition(pod, "PodScheduled"),
                // Events tell these two.
                pulling: None,
                pulled: None,
                started: main.and_then(started),
                ready: condition(pod, "Ready"),
                finished: main.and_then(finished),
                deleted: None,
            },
        })
    }

    /// Takes in a newer version. What was known stays known: a terminating pod loses parts of its status.
    pub(super) fn update(&mut self, newer: Self) {
        self.waiting = newer.waiting;
        let (seen, now) = (&mut self.pod, newer.pod);
        seen.executor_id = now.executor_id.or(seen.executor_id.take());
        seen.node = now.node.or(seen.node.take());
        if !now.requests.is_empty() {
            seen.requests = now.requests;
        }
        seen.scheduled = seen.scheduled.or(now.scheduled);
        seen.started = seen.started.or(now.started);
        seen.ready = seen.ready.or(now.ready);
        seen.finished = seen.finished.or(now.finished);
    }
}

fn waiting(pod: &Pod) -> Waiting {
    let conditions = pod
        .status
        .as_ref()
        .and_then(|status| status.conditions.as_ref());
    let scheduled = conditions
        .into_iter()
        .flatten()
        .find(|condition| condition.type_ == "PodScheduled");
    let message = scheduled.and_then(|condition| condition.message.clone());
    match (scheduled, message.filter(|message| !message.is_empty())) {
        (Some(condition), _) if condition.status == "True" => Waiting::Placed,
        (_, Some(message)) => Waiting::Refused(message),
        (_, None) => Waiting::Unknown,
    }
}

/// When the condition became true.
fn condition(pod: &Pod, name: &str) -> Option<Timestamp> {
    let conditions = pod.status.as_ref()?.conditions.as_ref()?;
    let condition = conditions
        .iter()
        .find(|condition| condition.type_ == name && condition.status == "True")?;
    condition.last_transition_time.as_ref().map(|time| time.0)
}

/// The name of the container Spark runs in, which EMR on EKS prescribes.
pub(super) fn main_container(role: PodRole) -> &'static str {
    match role {
        PodRole::Driver => "spark-kubernetes-driver",
        PodRole::Executor => "spark-kubernetes-executor",
    }
}

/// The status of the container Spark runs in; sidecars do not count.
fn main_status(pod: &Pod, role: PodRole) -> Option<&ContainerStatus> {
    let name = main_container(role);
    let statuses = pod.status.as_ref()?.container_statuses.as_ref()?;
    statuses
        .iter()
        .find(|status| status.name == name)
        .or_else(|| statuses.first())
}

fn started(status: &ContainerStatus) -> Option<Timestamp> {
    let of = |state: &ContainerState| {
        let running = state
            .running
            .as_ref()
            .and_then(|running| running.started_at.as_ref());
        running
            .or_else(|| state.terminated.as_ref()?.started_at.as_ref())
            .map(real)
    };
    // A container that was restarted started first in its last state.
    status
        .last_state
        .as_ref()
        .and_then(of)
        .or_else(|| status.state.as_ref().and_then(of))
        .flatten()
}

fn finished(status: &ContainerStatus) -> Option<Timestamp> {
    status
        .state
        .as_ref()?
        .terminated
        .as_ref()?
        .finished_at
        .as_ref()
        .and_then(real)
}

/// The kubelet writes the epoch for a time it does not know.
fn real(time: &Time) -> Option<Timestamp> {
    Some(time.0).filter(|at| *at > Timestamp::UNIX_EPOCH)
}

fn requests(containers: &[Container]) -> BTreeMap<String, String> {
    let mut sums: BTreeMap<String, String> = BTreeMap::new();
    let all = containers
        .iter()
        .filter_map(|container| container.resources.as_ref()?.requests.as_ref())
        .flatten();
    for (resource, amount) in all {
        let sum = match sums.get(resource) {
            None => amount.0.clone(),
            Some(so_far) => quantity::sum(so_far, &amount.0),
        };
        sums.insert(resource.clone(), sum);
    }
    sums
}
