//! One line of the log to one event, by Spark's `JsonProtocol`, with the fields in any order. Unknown fields pass.
//!
//! This reading decides what a line means. `fast` reads the two most frequent events sooner, and leaves every line
//! that is not as Spark writes it to this one.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, de::DeserializeOwned};

use super::{names::UsedEvent, properties::is_kept_property};
use crate::{
    EpochMillis, Event,
    event::{Input, StageInfo, StageKey, TaskEnd, TaskInfo, TaskKey},
};

/// The name of a line's event.
pub(crate) fn event_name(line: &[u8]) -> Option<Cow<'_, str>> {
    let named: Name<'_> = serde_json::from_slice(line).ok()?;
    Some(named.event)
}

/// The event of a line with an event of this name. `None` when the line lacks what it needs.
pub(crate) fn read_event(name: UsedEvent, line: &[u8]) -> Option<Event> {
    match name {
        UsedEvent::LogStart => typed(line, LogStart::event),
        UsedEvent::EnvironmentUpdate => typed(line, Environment::event),
        UsedEvent::ResourceProfileAdded => typed(line, ResourceProfile::event),
        UsedEvent::ApplicationStart => typed(line, ApplicationStart::event),
        UsedEvent::ApplicationEnd => typed(line, ApplicationEnd::event),
        UsedEvent::ExecutorAdded => typed(line, ExecutorAdded::event),
        UsedEvent::ExecutorRemoved => typed(line, ExecutorRemoved::event),
        UsedEvent::JobStart => typed(line, JobStart::event),
        UsedEvent::JobEnd => typed(line, JobEnd::event),
        UsedEvent::StageSubmitted => {
            typed(line, |s: StageEvent| Event::StageSubmitted(s.stage.into()))
        }
        UsedEvent::StageCompleted => {
            typed(line, |s: StageEvent| Event::StageCompleted(s.stage.into()))
        }
        UsedEvent::TaskStart => typed(line, |t: TaskEvent| Event::TaskStart(t.into())),
        UsedEvent::TaskEnd => typed(line, |t: TaskEvent| Event::TaskEnd(t.into())),
    }
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
struct ResourceProfile {
    #[serde(rename = "Resource Profile Id")]
    id: i64,
    #[serde(rename = "Task Resource Requests", default)]
    task: TaskRequests,
}

#[derive(Default, Deserialize)]
struct TaskRequests {
    cpus: Option<Request>,
}

#[derive(Deserialize)]
struct Request {
    #[serde(rename = "Amount")]
    amount: f64,
}

impl ResourceProfile {
    fn event(self) -> Event {
        Event::ResourceProfile {
            id: self.id,
            task_cpus: self.task.cpus.map(|cpus| cpus.amount),
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
    #[serde(rename = "App Attempt ID")]
    attempt: Option<String>,
    timestamp: i64,
}

impl ApplicationStart {
    fn event(self) -> Event {
        Event::ApplicationStart {
            id: self.id,
            name: self.name,
            attempt: self.attempt,
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
    id: Box<str>,
    #[serde(rename = "Executor Info")]
    info: ExecutorInfo,
}

#[derive(Deserialize)]
struct ExecutorInfo {
    #[serde(rename = "Host", default)]
    host: String,
    #[serde(rename = "Total Cores")]
    cores: u32,
    #[serde(rename = "Resource Profile Id", default)]
    profile: i64,
}

impl ExecutorAdded {
    fn event(self) -> Event {
        let ExecutorInfo {
            host,
            cores,
            profile,
        } = self.info;
        Event::ExecutorAdded {
            id: self.id,
            at: EpochMillis(self.timestamp),
            host,
            cores,
            profile,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ExecutorRemoved {
    timestamp: i64,
    #[serde(rename = "Executor ID")]
    id: Box<str>,
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
    #[serde(rename = "Resource Profile Id", default)]
    profile: i64,
    #[serde(rename = "Accumulables", default)]
    accumulables: Vec<Accumulable>,
}

/// One of Spark's counters, or of the application's; only whole numbers count here.
#[derive(Deserialize)]
struct Accumulable {
    #[serde(rename = "Name")]
    name: Option<String>,
    #[serde(rename = "Value", default)]
    value: Amount,
}

#[derive(Deserialize, Default)]
#[serde(untagged)]
enum Amount {
    Number(u64),
    #[default]
    None,
    Other(serde::de::IgnoredAny),
}

impl WireStage {
    /// The sum of a counter of Spark's own; 0 when it is not there, as Spark leaves out counters that stayed 0.
    fn counter(&self, name: &str) -> u64 {
        let named = self
            .accumulables
            .iter()
            .filter(|one| one.name.as_deref() == Some(name));
        named
            .map(|one| match one.value {
                Amount::Number(number) => number,
                Amount::None | Amount::Other(_) => 0,
            })
            .sum()
    }
}

impl From<WireStage> for StageInfo {
    fn from(stage: WireStage) -> Self {
        let input = Input {
            bytes: stage.counter("internal.metrics.input.bytesRead"),
            records: stage.counter("internal.metrics.input.recordsRead"),
        };
        Self {
            input,
            key: StageKey {
                stage: stage.id,
                attempt: stage.attempt,
            },
            name: stage.name,
            tasks: stage.tasks,
            submitted: stage.submitted.map(EpochMillis),
            completed: stage.completed.map(EpochMillis),
            failed: stage.failure.is_some(),
            profile: stage.profile,
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
    #[serde(rename = "Attempt", default)]
    attempt: i64,
    #[serde(rename = "Launch Time")]
    launched: i64,
    #[serde(rename = "Executor ID")]
    executor: Box<str>,
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
            attempt: task.info.attempt,
            executor: task.info.executor,
            launched: EpochMillis(task.info.launched),
            // Spark writes 0 for "not yet".
            finished: (task.info.finished > 0).then_some(EpochMillis(task.info.finished)),
            end: task.end.map(|end| TaskEnd::of_reason(&end.reason)),
            speculative: task.info.speculative,
        }
    }
}
