//! All metrics of one run: a number, or the words why there is none. Pure.

use run_record::{NodeClaim, Pod, PodRole, RunRecord, Variant};
use spark_log::Metrics;

use crate::{
    metric::{METRICS, MetricId},
    nodes::{Node, nodes, not_all, pods_missing, seconds},
    run::Run,
    statistics::median,
};

/// Two clocks that are kept in time show no larger difference.
const CLOCKS_DIFFER_SECONDS: f64 = 1.0;

/// A number or why it is not known.
pub(crate) type Value = Result<f64, String>;

/// The values of a run, in the order of [`METRICS`].
#[derive(Debug, Clone)]
pub(crate) struct Measured(Vec<Value>);

impl Measured {
    /// Measures a run.
    pub(crate) fn of(run: &Run) -> Self {
        let metrics = Metrics::of(&run.timeline);
        Self(
            METRICS
                .iter()
                .map(|metric| value(metric.id, run, &metrics))
                .collect(),
        )
    }

    /// One value.
    pub(crate) fn get(&self, id: MetricId) -> &Value {
        &self.0[id as usize]
    }

    /// The medians of several runs. A metric that one run lacks is missing.
    pub(crate) fn medians(runs: &[Self]) -> Self {
        let median_of = |id: MetricId| {
            let values: Vec<f64> = runs
                .iter()
                .map(|run| run.get(id).clone())
                .collect::<Result<_, String>>()?;
            median(values).ok_or_else(|| "no run".to_owned())
        };
        Self(METRICS.iter().map(|metric| median_of(metric.id)).collect())
    }
}

/// The median of something that every run has.
pub(crate) fn middle_of(runs: &[Run], of: impl Fn(&Run) -> Option<f64>) -> Option<f64> {
    median(runs.iter().map(of).collect::<Option<_>>()?)
}

fn value(id: MetricId, run: &Run, m: &Metrics) -> Value {
    let log = |value: Option<f64>, missing: &str| value.ok_or_else(|| missing.to_owned());
    let duration = |value: Option<std::time::Duration>, missing: &str| {
        log(value.map(|d| d.as_secs_f64()), missing)
    };
    let count = |value: Option<u32>| log(value.map(f64::from), "the event log has no event");
    let known = |value: Option<f64>| log(value, "the event log has no event");
    match id {
        MetricId::JobDuration => duration(m.job_duration, "a job has no end in the event log"),
        MetricId::ApplicationDuration => duration(
            m.application_duration,
            "the application has no end in the event log",
        ),
        MetricId::TimeToFirstExecutor => duration(
            m.first_executor_after_job,
            "no job or no executor in the event log",
        ),
        MetricId::TimeToFirstExecutorFromApplicationStart => duration(
            m.first_executor_after_application,
            "no executor in the event log",
        ),
        MetricId::TimeToFirstJob => log(
            run.timeline
                .started
                .zip(run.timeline.first_job_start())
                .map(|(started, job)| job.since(started).as_secs_f64()),
            "no start of the application or no job in the event log",
        ),
        MetricId::TimeToLastUsedExecutorFromApplicationStart => log(
            last_used_executor(run),
            "no start of the application in the event log, or no executor ran a task",
        ),
        MetricId::TimeToLastUsedExecutor => {
            duration(m.last_used_executor_after_job, "no executor ran a task")
        }
        MetricId::ExecutorSeconds => known(m.executor_seconds),
        MetricId::BusyExecutorSeconds => known(m.busy_executor_seconds),
        MetricId::BusyShare => log(m.busy_share, "no executor-seconds"),
        MetricId::CoreUtilisation => log(m.core_utilisation, "no core-seconds of executors"),
        MetricId::IdleHeadSeconds => known(m.idle_head_seconds),
        MetricId::NeverUsedSeconds => known(m.never_used_seconds),
        MetricId::IdleBetweenSeconds => known(m.idle_between_seconds),
        MetricId::IdleTailSeconds => known(m.idle_tail_seconds),
        MetricId::PeakExecutors => count(m.peak_executors),
        MetricId::Executors => count(m.executors),
        MetricId::NeverUsedExecutors => count(m.never_used_executors),
        MetricId::BacklogSeconds => log(m.backlog_seconds, "no stage in the event log"),
        MetricId::Cost
        | MetricId::CostEmrUplift
        | MetricId::CostEc2Busy
        | MetricId::CostEc2Idle
        | MetricId::CostEc2Empty
        | MetricId::CostOnDemand => run.dollars(id),
        _ => match &run.record {
            Some(record) => of_record(id, run, record),
            None => Err("no run record was given".to_owned()),
        },
    }
}

fn of_record(id: MetricId, run: &Run, record: &RunRecord) -> Value {
    let seen = &record.observation;
    let claims = |of: &dyn Fn(&NodeClaim) -> Option<f64>| {
        let nodes = nodes(record)?;
        median(nodes.iter().filter_map(|node| of(node.claim)).collect())
            .ok_or_else(|| "no node was seen to do so".to_owned())
    };
    let pods = |of: &dyn Fn(&Pod) -> Option<f64>| {
        let executors = seen.pods.iter().filter(|pod| pod.role == PodRole::Executor);
        median(executors.filter_map(of).collect())
            .ok_or_else(|| "no executor pod was seen to do so".to_owned())
    };
    match id {
        MetricId::SubmissionToApplication => submission_to_application(run),
        MetricId::PeakWantedExecutors => wanted(run),
        MetricId::Nodes => Ok(all_nodes(record)?.len() as f64),
        MetricId::NodeSeconds => Ok(all_nodes(record)?.iter().map(|node| node.seconds()).sum()),
        MetricId::EmptyNodeSeconds => {
            let nodes = all_nodes(record)?;
            if let Some(why) = pods_missing(record, &run.timeline) {
                return Err(why.to_owned());
            }
            let empty: Result<f64, _> = nodes.iter().map(|node| node.empty_seconds()).sum();
            Ok(empty?)
        }
        MetricId::ScaleUpLatency => pods(&|pod| joined_after(run, pod, pod.created)),
        MetricId::PodScheduling => pods(&|pod| Some(seconds(pod.created?, pod.scheduled?))),
        MetricId::PodStart => pods(&|pod| Some(seconds(pod.scheduled?, pod.started?))),
        MetricId::ExecutorRegistration => pods(&|pod| joined_after(run, pod, pod.started)),
        MetricId::NodeLaunch => claims(&|claim| Some(seconds(claim.created?, claim.launched?))),
        MetricId::NodeRegistration => {
            claims(&|claim| Some(seconds(claim.launched?, claim.registered?)))
        }
        MetricId::NodeInitialization => {
            claims(&|claim| Some(seconds(claim.registered?, claim.initialized?)))
        }
        _ => Err("not measured".to_owned()),
    }
}

/// The nodes, when they are all of the job's.
fn all_nodes(record: &RunRecord) -> Result<Vec<Node<'_>>, &'static str> {
    let nodes = nodes(record)?;
    match not_all(record) {
        Some(why) => Err(why),
        None => Ok(nodes),
    }
}

/// Seconds from `from` until the pod's executor joined, by the event log.
fn joined_after(run: &Run, pod: &Pod, from: Option<jiff::Timestamp>) -> Option<f64> {
    let id = pod.executor_id.as_deref()?;
    let executor = run
        .timeline
        .executors
        .iter()
        .find(|executor| executor.id == id)?;
    Some((run.seconds(executor.added)? - run.seconds_of(from?)?).max(0.0))
}

/// When the last executor that ran a task joined, in seconds after the application's start.
pub(crate) fn last_used_executor(run: &Run) -> Option<f64> {
    let used = run
        .timeline
        .executors
        .iter()
        .filter(|executor| executor.tasks > 0);
    let last = used.map(|executor| executor.added).max()?;
    Some(last.since(run.timeline.started?).as_secs_f64())
}

fn submission_to_application(run: &Run) -> Value {
    let created = run
        .record
        .as_ref()
        .and_then(|record| record.job_run.created_at);
    let started = run.timeline.started;
    let (Some(created), Some(_)) = (created, started) else {
        return Err("a time of it is not known".to_owned());
    };
    // EMR's clock and the driver's may differ a little.
    match run.seconds_of(created) {
        Some(at) if at > CLOCKS_DIFFER_SECONDS => Err(
            "by the event log the application started before EMR accepted the job run".to_owned(),
        ),
        at => Ok(at.map_or(0.0, |at| (-at).max(0.0))),
    }
}

fn wanted(run: &Run) -> Value {
    let steps = run
        .record
        .iter()
        .flat_map(|record| &record.dynamic_allocation);
    match steps.map(|step| step.wanted).max() {
        Some(most) => Ok(f64::from(most)),
        None if run.variant == Variant::Static => Err("DRA is off".to_owned()),
        None => Err("the driver's log did not tell".to_owned()),
    }
}
