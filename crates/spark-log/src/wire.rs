//! One line of the log to one event, by Spark's `JsonProtocol`. Unknown events and fields pass.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    EpochMillis, Event,
    event::{StageInfo, StageKey, TaskInfo, TaskKey},
};

/// What became of a line.
pub(crate) enum Line {
    Event(Box<Event>),
    /// JSON with an event name that is not used here, or no line at all.
    Passed,
    /// Not JSON, no event name, or a used event without the fields it needs.
    Damaged,
}

/// Properties that decide how many executors there are and how large, or how the log is written.
/// Everything else in a Spark configuration may hold secrets and explains nothing here.
const KEPT: &[&str] = &[
    "spark.cores.max",
    "spark.decommission.enabled",
    "spark.default.parallelism",
    "spark.driver.cores",
    "spark.driver.memory",
    "spark.driver.memoryOverhead",
    "spark.dynamicAllocation.*",
    "spark.eventLog.compress",
    "spark.eventLog.rolling.enabled",
    "spark.executor.cores",
    "spark.executor.instances",
    "spark.executor.memory",
    "spark.executor.memoryOverhead",
    "spark.executor.pyspark.memory",
    "spark.kubernetes.allocation.*",
    "spark.locality.wait",
    "spark.scheduler.*",
    "spark.shuffle.service.enabled",
    "spark.speculation",
    "spark.sql.adaptive.enabled",
    "spark.sql.shuffle.partitions",
    "spark.task.cpus",
];

/// Whether a Spark property belongs to a comparison: it decides the number or the size of executors.
/// Every other property is dropped, because it may hold a secret.
#[must_use]
pub fn is_kept_property(name: &str) -> bool {
    KEPT.iter().any(|kept| match kept.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == *kept,
    })
}

pub(crate) fn read_line(line: &[u8]) -> Line {
    let line = line.trim_ascii();
    if line.is_empty() {
        return Line::Passed;
    }
    let Ok(name) = serde_json::from_slice::<Name<'_>>(line) else {
        return Line::Damaged;
    };
    let event = match name.event.as_ref() {
        "SparkListenerLogStart" => typed(line, LogStart::event),
        "SparkListenerEnvironmentUpdate" => typed(line, Environment::event),
        "SparkListenerApplicationStart" => typed(line, ApplicationStart::event),
        "SparkListenerApplicationEnd" => typed(line, ApplicationEnd::event),
        "SparkListenerExecutorAdded" => typed(line, ExecutorAdded::event),
        "SparkListenerExecutorRemoved" => typed(line, ExecutorRemoved::event),
        "SparkListenerJobStart" => typed(line, JobStart::event),
        "SparkListenerJobEnd" => typed(line, JobEnd::event),
        "SparkListenerStageSubmitted" => {
            typed(line, |s: StageEvent| Event::StageSubmitted(s.stage.into()))
        }
        "SparkListenerStageCompleted" => {
            typed(line, |s: StageEvent| Event::StageCompleted(s.stage.into()))
        }
        "SparkListenerTaskStart" => typed(line, |t: TaskEvent| Event::TaskStart(t.into())),
        "SparkListenerTaskEnd" => typed(line, |t: TaskEvent| Event::TaskEnd(t.into())),
        _ => return Line::Passed,
    };
    event.map_or(Line::Damaged, |event| Line::Event(Box::new(event)))
}

fn typed<T: DeserializeOwned>(line: &[u8], event: impl FnOnce(T) -> Event) -> Option<Event> {
    serde_json::from_slice(line).ok().map(event)
}

#[derive(Deserialize)]
struct Name<'a> {
    #[serde(rename = "Event", borrow)]
    event: Cow<'a, str>,
}

#[derive(Deserialize)]
struct LogStart {
    #[serde(rename = "Spark Version")]
    spark_version: String,
}

impl LogStart {
    fn event(self) -> Event {
        Event::LogStart {
            spark_version: self.spark_version,
        }
    }
}

#[derive(Deserialize)]
struct Environment {
    #[serde(rename = "Spark Properties", default)]
    properties: BTreeMap<String, String>,
}

impl Environment {
    fn event(mut self) -> Event {
        self.properties.retain(|name, _| is_kept_property(name));
        Event::Environment {
            properties: self.properties,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ApplicationStart {
    #[serde(rename = "App Name")]
    name: String,
    #[serde(rename = "App ID")]
    id: Option<String>,
    timestamp: i64,
}

impl ApplicationStart {
    fn event(self) -> Event {
        Event::ApplicationStart {
            id: self.id,
            name: self.name,
            at: EpochMillis(self.timestamp),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ApplicationEnd {
    timestamp: i64,
}

impl ApplicationEnd {
    fn event(self) -> Event {
        Event::ApplicationEnd {
            at: EpochMillis(self.timestamp),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ExecutorAdded {
    timestamp: i64,
    #[serde(rename = "Executor ID")]
    id: String,
    #[serde(rename = "Executor Info")]
    info: ExecutorInfo,
}

#[derive(Deserialize)]
struct ExecutorInfo {
    #[serde(rename = "Host", default)]
    host: String,
    #[serde(rename = "Total Cores")]
    cores: u32,
}

impl ExecutorAdded {
    fn event(self) -> Event {
        let ExecutorInfo { host, cores } = self.info;
        Event::ExecutorAdded {
            id: self.id,
            at: EpochMillis(self.timestamp),
            host,
            cores,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ExecutorRemoved {
    timestamp: i64,
    #[serde(rename = "Executor ID")]
    id: String,
    #[serde(rename = "Removed Reason", default)]
    reason: String,
}

impl ExecutorRemoved {
    fn event(self) -> Event {
        Event::ExecutorRemoved {
            id: self.id,
            at: EpochMillis(self.timestamp),
            reason: self.reason,
        }
    }
}

#[derive(Deserialize)]
struct JobStart {
    #[serde(rename = "Job ID")]
    id: i64,
    #[serde(rename = "Submission Time")]
    at: i64,
}

impl JobStart {
    fn event(self) -> Event {
        Event::JobStart {
            id: self.id,
            at: EpochMillis(self.at),
        }
    }
}

#[derive(Deserialize)]
struct JobEnd {
    #[serde(rename = "Job ID")]
    id: i64,
    #[serde(rename = "Completion Time")]
    at: i64,
    #[serde(rename = "Job Result")]
    result: JobResult,
}

#[derive(Deserialize)]
struct JobResult {
    #[serde(rename = "Result")]
    result: String,
}

impl JobEnd {
    fn event(self) -> Event {
        let succeeded = self.result.result == "JobSucceeded";
        Event::JobEnd {
            id: self.id,
            at: EpochMillis(self.at),
            succeeded,
        }
    }
}

#[derive(Deserialize)]
struct StageEvent {
    #[serde(rename = "Stage Info")]
    stage: WireStage,
}

#[derive(Deserialize)]
struct WireStage {
    #[serde(rename = "Stage ID")]
    id: i64,
    #[serde(rename = "Stage Attempt ID", default)]
    attempt: i64,
    #[serde(rename = "Stage Name", default)]
    name: String,
    #[serde(rename = "Number of Tasks")]
    tasks: u32,
    #[serde(rename = "Submission Time")]
    submitted: Option<i64>,
    #[serde(rename = "Completion Time")]
    completed: Option<i64>,
    #[serde(rename = "Failure Reason")]
    failure: Option<serde::de::IgnoredAny>,
}

impl From<WireStage> for StageInfo {
    fn from(stage: WireStage) -> Self {
        Self {
            key: StageKey {
                stage: stage.id,
                attempt: stage.attempt,
            },
            name: stage.name,
            tasks: stage.tasks,
            submitted: stage.submitted.map(EpochMillis),
            completed: stage.completed.map(EpochMillis),
            failed: stage.failure.is_some(),
        }
    }
}

#[derive(Deserialize)]
struct TaskEvent {
    #[serde(rename = "Stage ID")]
    stage: i64,
    #[serde(rename = "Stage Attempt ID", default)]
    stage_attempt: i64,
    #[serde(rename = "Task End Reason")]
    end: Option<TaskEndReason>,
    #[serde(rename = "Task Info")]
    info: WireTask,
}

#[derive(Deserialize)]
struct TaskEndReason {
    #[serde(rename = "Reason")]
    reason: String,
}

#[derive(Deserialize)]
struct WireTask {
    #[serde(rename = "Task ID")]
    id: i64,
    #[serde(rename = "Index")]
    index: i64,
    #[serde(rename = "Launch Time")]
    launched: i64,
    #[serde(rename = "Executor ID")]
    executor: String,
    #[serde(rename = "Speculative", default)]
    speculative: bool,
    #[serde(rename = "Finish Time", default)]
    finished: i64,
}

impl From<TaskEvent> for TaskInfo {
    fn from(task: TaskEvent) -> Self {
        Self {
            key: TaskKey(task.info.id),
            stage: StageKey {
                stage: task.stage,
                attempt: task.stage_attempt,
            },
            index: task.info.index,
            executor: task.info.executor,
            launched: EpochMillis(task.info.launched),
            // Spark writes 0 for "not yet".
            finished: (task.info.finished > 0).then_some(EpochMillis(task.info.finished)),
            succeeded: task.end.is_some_and(|end| end.reason == "Success"),
            speculative: task.info.speculative,
        }
    }
}
