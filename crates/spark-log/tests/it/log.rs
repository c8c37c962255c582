//! Writes small event logs, line by line, as Spark does. Times are seconds after an arbitrary start.

use serde_json::{Value, json};
use spark_log::{Decoder, Timeline, TimelineBuilder};

pub(crate) const START: i64 = 1_661_000_000_000;

pub(crate) fn ms(seconds: f64) -> i64 {
    START + (seconds * 1000.0) as i64
}

/// An event log under construction.
#[derive(Default)]
pub(crate) struct Log {
    lines: Vec<Value>,
    next_task: i64,
}

impl Log {
    /// LogStart, Environment and ApplicationStart at 0 s.
    pub(crate) fn started() -> Self {
        let mut log = Self::default();
        log.line(json!({"Event": "SparkListenerLogStart", "Spark Version": "3.2.0-amzn-0"}));
        log.line(json!({"Event": "SparkListenerEnvironmentUpdate", "JVM Information": {}, "Spark Properties": {
            "spark.executor.cores": "1", "spark.hadoop.fs.s3a.secret.key": "hunter2"}, "System Properties": {}}));
        log.line(json!({"Event": "SparkListenerApplicationStart", "App Name": "threadsleep", "App ID": "spark-1",
            "Timestamp": ms(0.0), "User": "hadoop"}));
        log
    }

    pub(crate) fn line(&mut self, line: Value) {
        self.lines.push(line);
    }

    pub(crate) fn ended(mut self, at: f64) -> Self {
        self.line(json!({"Event": "SparkListenerApplicationEnd", "Timestamp": ms(at)}));
        self
    }

    pub(crate) fn executor(&mut self, id: &str, at: f64) {
        self.executor_of(id, at, 1);
    }

    pub(crate) fn executor_of(&mut self, id: &str, at: f64, cores: u32) {
        self.line(json!({"Event": "SparkListenerExecutorAdded", "Timestamp": ms(at), "Executor ID": id,
            "Executor Info": {"Host": "10.0.0.1", "Total Cores": cores, "Log Urls": {}, "Attributes": {}}}));
    }

    pub(crate) fn removed(&mut self, id: &str, at: f64) {
        self.line(
            json!({"Event": "SparkListenerExecutorRemoved", "Timestamp": ms(at), "Executor ID": id,
            "Removed Reason": "Executor killed by driver."}),
        );
    }

    /// JobStart and StageSubmitted of one stage.
    pub(crate) fn job(&mut self, at: f64, tasks: u32) {
        self.line(json!({"Event": "SparkListenerJobStart", "Job ID": 0, "Submission Time": ms(at), "Stage IDs": [0]}));
        self.line(json!({"Event": "SparkListenerStageSubmitted", "Stage Info": {"Stage ID": 0, "Stage Attempt ID": 0,
            "Stage Name": "foreach", "Number of Tasks": tasks, "Submission Time": ms(at)}}));
    }

    pub(crate) fn job_ended(&mut self, at: f64, tasks: u32) {
        self.line(json!({"Event": "SparkListenerStageCompleted", "Stage Info": {"Stage ID": 0, "Stage Attempt ID": 0,
            "Stage Name": "foreach", "Number of Tasks": tasks, "Completion Time": ms(at)}}));
        self.line(
            json!({"Event": "SparkListenerJobEnd", "Job ID": 0, "Completion Time": ms(at),
            "Job Result": {"Result": "JobSucceeded"}}),
        );
    }

    /// TaskStart and TaskEnd.
    pub(crate) fn task(&mut self, executor: &str, from: f64, to: f64) {
        let id = self.next_task;
        self.next_task += 1;
        let info = |finish: i64| {
            json!({"Task ID": id, "Index": id, "Attempt": 0, "Launch Time": ms(from), "Executor ID": executor,
                "Host": "10.0.0.1", "Speculative": false, "Getting Result Time": 0, "Finish Time": finish})
        };
        self.line(json!({"Event": "SparkListenerTaskStart", "Stage ID": 0, "Stage Attempt ID": 0, "Task Info": info(0)}));
        self.line(json!({"Event": "SparkListenerTaskEnd", "Stage ID": 0, "Stage Attempt ID": 0, "Task Type": "ResultTask",
            "Task End Reason": {"Reason": "Success"}, "Task Info": info(ms(to))}));
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.lines
            .iter()
            .flat_map(|line| (line.to_string() + "\n").into_bytes())
            .collect()
    }

    pub(crate) fn timeline(&self) -> Timeline {
        read(&[&self.bytes()])
    }
}

/// Decodes the chunks one after the other.
pub(crate) fn read(chunks: &[&[u8]]) -> Timeline {
    let mut decoder = Decoder::default();
    let mut builder = TimelineBuilder::default();
    for chunk in chunks {
        decoder.push(chunk, &mut |event| builder.add(event));
    }
    let counts = decoder.finish(&mut |event| builder.add(event));
    builder.finish(counts)
}
