//! The metrics: names, units, directions, definitions. COMPARING.md is the same list for readers, checked by a test.

use serde::{Deserialize, Serialize};

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Unit {
    Seconds,
    ExecutorSeconds,
    TaskSeconds,
    NodeSeconds,
    Share,
    Count,
    UsDollars,
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Direction {
    LowerIsBetter,
    HigherIsBetter,
}

/// Where a number comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Source {
    /// Read from the event log, or computed from what it measured.
    EventLog,
    /// Read from the run record, or computed from what it measured.
    RunRecord,
    /// Joined from both.
    Both,
    /// Computed from prices, and from what the run record and the event log measured.
    Prices,
}

/// The words for "more" and "less" of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wording {
    SlowerFaster,
    LaterEarlier,
    MoreFewer,
    MoreLess,
    Points,
}

/// When a metric is among the few of the comment's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Headline {
    Always,
    Never,
    /// When the verdict is about the job duration.
    WithJob,
    /// When the verdict is about the application duration.
    WithApplication,
}

/// A metric by its name in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MetricId {
    ApplicationDuration,
    JobDuration,
    TimeToFirstJob,
    SubmissionToApplication,
    TimeToFirstExecutor,
    TimeToFirstExecutorFromApplicationStart,
    TimeToLastUsedExecutor,
    TimeToLastUsedExecutorFromApplicationStart,
    ExecutorSeconds,
    BusyExecutorSeconds,
    BusyShare,
    CoreUtilisation,
    IdleHeadSeconds,
    NeverUsedSeconds,
    IdleBetweenSeconds,
    IdleTailSeconds,
    PeakExecutors,
    Executors,
    NeverUsedExecutors,
    PeakWantedExecutors,
    BacklogSeconds,
    Nodes,
    NodeSeconds,
    EmptyNodeSeconds,
    ScaleUpLatency,
    PodScheduling,
    PodStart,
    ExecutorRegistration,
    NodeLaunch,
    NodeRegistration,
    NodeInitialization,
    Cost,
    CostEmrUplift,
    CostEc2Busy,
    CostEc2Idle,
    CostEc2Empty,
    CostOnDemand,
}

/// Everything fixed about a metric.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Metric {
    pub(crate) id: MetricId,
    /// Name in JSON and in COMPARING.md.
    pub(crate) name: &'static str,
    /// Name in tables.
    pub(crate) title: &'static str,
    pub(crate) unit: Unit,
    pub(crate) direction: Direction,
    pub(crate) source: Source,
    pub(crate) wording: Wording,
    /// When it is in the table of the comment, too.
    pub(crate) headline: Headline,
    pub(crate) definition: &'static str,
}

impl MetricId {
    /// The metric's fixed parts.
    pub(crate) fn metric(self) -> &'static Metric {
        // The table is in the order of the enum; a test holds it to that.
        &METRICS[self as usize]
    }
}

macro_rules! metrics {
    ($($id:ident $name:literal $title:literal $unit:ident $direction:ident $source:ident $wording:ident $headline:ident; $definition:literal;)+) => {
        /// All metrics, in the order of reports.
        pub(crate) const METRICS: &[Metric] = &[$(Metric {
            id: MetricId::$id, name: $name, title: $title, unit: Unit::$unit, direction: Direction::$direction,
            source: Source::$source, wording: Wording::$wording, headline: Headline::$headline, definition: $definition,
        }),+];
    };
}

metrics! {
    ApplicationDuration "application-duration" "Application duration" Seconds LowerIsBetter EventLog SlowerFaster WithApplication;
        "ApplicationStart to ApplicationEnd: the life of the driver's SparkContext.";
    JobDuration "job-duration" "Job duration" Seconds LowerIsBetter EventLog SlowerFaster Always;
        "First JobStart to last JobEnd. Not known when a job has no end.";
    TimeToFirstJob "time-to-first-job" "Application start to first job" Seconds LowerIsBetter EventLog LaterEarlier WithApplication;
        "ApplicationStart to the first JobStart. Spark may wait here for a share of its executors.";
    SubmissionToApplication "submission-to-application" "Submission to application start" Seconds LowerIsBetter Both LaterEarlier Never;
        "EMR's acceptance of the job run to ApplicationStart: the driver's node, image and start.";
    TimeToFirstExecutor "time-to-first-executor" "Time to first executor" Seconds LowerIsBetter EventLog LaterEarlier WithJob;
        "First JobStart to the first executor that joined; 0 when one had joined before.";
    TimeToFirstExecutorFromApplicationStart "time-to-first-executor-from-application-start" "Time to first executor, from application start" Seconds LowerIsBetter EventLog LaterEarlier WithApplication;
        "ApplicationStart to the first executor that joined.";
    TimeToLastUsedExecutor "time-to-last-used-executor" "Time to last used executor" Seconds LowerIsBetter EventLog LaterEarlier WithJob;
        "First JobStart to the joining of the last executor that ran a task; 0 when all had joined before.";
    TimeToLastUsedExecutorFromApplicationStart "time-to-last-used-executor-from-application-start" "Time to last used executor, from application start" Seconds LowerIsBetter EventLog LaterEarlier WithApplication;
        "ApplicationStart to the joining of the last executor that ran a task.";
    ExecutorSeconds "executor-seconds" "Executor-seconds" ExecutorSeconds LowerIsBetter EventLog MoreFewer Always;
        "Sum over executors of joining to removal. An executor that was never removed ends with the application.";
    BusyExecutorSeconds "busy-executor-seconds" "Busy executor-seconds" ExecutorSeconds LowerIsBetter EventLog MoreFewer Never;
        "The executor-seconds with at least one task on the executor, however many of its cores were in use.";
    BusyShare "busy-share" "Busy share" Share HigherIsBetter EventLog Points Always;
        "Busy executor-seconds divided by executor-seconds.";
    CoreUtilisation "core-utilisation" "Core utilisation" Share HigherIsBetter EventLog Points Never;
        "CPU-seconds of tasks (launch to end, times the CPUs of a task) divided by core-seconds of executors (joining to removal, times the cores).";
    IdleHeadSeconds "idle-head-seconds" "Idle before the first task" ExecutorSeconds LowerIsBetter EventLog MoreFewer Never;
        "Sum over executors of joining to first task; of those that never ran a task, of joining to removal.";
    NeverUsedSeconds "never-used-seconds" "Idle before the first task: never-used executors" ExecutorSeconds LowerIsBetter EventLog MoreFewer Never;
        "The part of the idle time before the first task that is of executors that never ran one.";
    IdleBetweenSeconds "idle-between-seconds" "Idle between tasks" ExecutorSeconds LowerIsBetter EventLog MoreFewer Never;
        "Sum over executors of the time between their first and last task in which they ran none.";
    IdleTailSeconds "idle-tail-seconds" "Idle after the last task" ExecutorSeconds LowerIsBetter EventLog MoreFewer Never;
        "Sum over executors that ran a task of last task to removal or the end of the application. Busy, before, between and after add up to executor-seconds.";
    PeakExecutors "peak-executors" "Peak executors" Count LowerIsBetter EventLog MoreFewer Always;
        "The most executors at one time.";
    Executors "executors" "Executors that joined" Count LowerIsBetter EventLog MoreFewer Never;
        "Executors that ever joined.";
    NeverUsedExecutors "never-used-executors" "Never-used executors" Count LowerIsBetter EventLog MoreFewer Always;
        "Executors that joined and never ran a task.";
    PeakWantedExecutors "peak-wanted-executors" "Peak wanted executors" Count LowerIsBetter RunRecord MoreFewer Never;
        "The most executors Dynamic Resource Allocation asked for, by the driver's own log.";
    BacklogSeconds "backlog-seconds" "Tasks waiting for a slot" TaskSeconds LowerIsBetter EventLog MoreFewer Never;
        "Sum over tasks of the time from submission of their stage (or the end of the failed attempt before) to their launch.";
    Nodes "nodes" "Nodes" Count LowerIsBetter RunRecord MoreFewer Never;
        "NodeClaims that were launched and hosted a pod of the job, or are of a NodePool of one that did; all when no pods were recorded.";
    NodeSeconds "node-seconds" "Node-seconds" NodeSeconds LowerIsBetter RunRecord MoreFewer Always;
        "Sum over these nodes: from launch, or from the start of watching for nodes that were there before, to terminated; to the end of watching for those not seen to go.";
    EmptyNodeSeconds "empty-node-seconds" "Empty node-seconds" NodeSeconds LowerIsBetter RunRecord MoreFewer Always;
        "The node-seconds without a pod of the job bound to the node: before the first, between, and after the last. Not known when no pods were recorded.";
    ScaleUpLatency "scale-up-latency" "Executor pod to executor" Seconds LowerIsBetter Both LaterEarlier Never;
        "Median over executors: pod created to executor joined.";
    PodScheduling "pod-scheduling" "… pod created to bound to a node" Seconds LowerIsBetter RunRecord LaterEarlier Never;
        "Median over executor pods: created to PodScheduled. Waiting for a node is in here.";
    PodStart "pod-start" "… bound to container started" Seconds LowerIsBetter RunRecord LaterEarlier Never;
        "Median over executor pods: PodScheduled to container started. Pulling the image is in here.";
    ExecutorRegistration "executor-registration" "… container started to executor joined" Seconds LowerIsBetter Both LaterEarlier Never;
        "Median over executors: container started to executor joined. Starting the JVM is in here.";
    NodeLaunch "node-launch" "NodeClaim created to launched" Seconds LowerIsBetter RunRecord LaterEarlier Never;
        "Median over NodeClaims: created to Launched.";
    NodeRegistration "node-registration" "… launched to registered" Seconds LowerIsBetter RunRecord LaterEarlier Never;
        "Median over NodeClaims: Launched to Registered. Booting is in here.";
    NodeInitialization "node-initialization" "… registered to initialized" Seconds LowerIsBetter RunRecord LaterEarlier Never;
        "Median over NodeClaims: Registered to Initialized. Pods can run from here on.";
    Cost "cost" "Cost" UsDollars LowerIsBetter Prices MoreLess Always;
        "EMR uplift, and EC2 busy, idle and empty.";
    CostEmrUplift "cost-emr-uplift" "Cost: EMR uplift" UsDollars LowerIsBetter Prices MoreLess Never;
        "Sum over driver and executor pods: requested vCPUs and GB of memory, each times its rate, from the start of the image pull to the end of the pod, to the nearest second.";
    CostEc2Busy "cost-ec2-busy" "Cost: nodes, busy" UsDollars LowerIsBetter Prices MoreLess Never;
        "The part of the nodes' cost with the driver on the node, or an executor that has a task.";
    CostEc2Idle "cost-ec2-idle" "Cost: nodes, idle with executors" UsDollars LowerIsBetter Prices MoreLess Never;
        "The part of the nodes' cost with executors on the node, none of which has a task.";
    CostEc2Empty "cost-ec2-empty" "Cost: nodes, empty" UsDollars LowerIsBetter Prices MoreLess Never;
        "The part of the nodes' cost without a pod of the job on the node.";
    CostOnDemand "cost-on-demand" "Cost, if all nodes were on demand" UsDollars LowerIsBetter Prices MoreLess Never;
        "EMR uplift, and every node at its price on demand.";
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::METRICS;

    #[test]
    fn table_is_in_the_order_of_the_enum() {
        for (place, metric) in METRICS.iter().enumerate() {
            assert_eq!(metric.id as usize, place, "{}", metric.name);
            assert_eq!(serde_json::to_value(metric.id).unwrap(), metric.name);
        }
    }

    #[test]
    fn every_metric_is_defined_for_readers() {
        let page = include_str!("../COMPARING.md");
        for metric in METRICS {
            let row = page
                .lines()
                .find(|line| line.starts_with(&format!("| `{}` ", metric.name)));
            let row = row.unwrap_or_else(|| panic!("COMPARING.md lacks `{}`", metric.name));
            assert!(
                row.contains(metric.definition),
                "{}: {}",
                metric.name,
                metric.definition
            );
        }
    }
}
