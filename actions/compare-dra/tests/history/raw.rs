//! A log held whole and read line by line: what happened, in the simplest words. Shares nothing with the reader that is
//! tested, and is no model for one: it needs many times the memory of the log.

use std::collections::BTreeMap;

use serde_json::Value;

/// Stage id and stage attempt.
pub(crate) type StageKey = (i64, i64);

/// What a log tells. Times are milliseconds since 1970; lines count from 0.
#[derive(Debug, Default)]
pub(crate) struct Raw {
    pub(crate) started: i64,
    pub(crate) ended: Option<i64>,
    /// The latest time of all; the end of the application when there is one.
    pub(crate) until: i64,
    pub(crate) executors: BTreeMap<String, Executor>,
    pub(crate) jobs: BTreeMap<i64, Job>,
    pub(crate) stages: BTreeMap<StageKey, Stage>,
    pub(crate) tasks: BTreeMap<i64, Task>,
    pub(crate) resubmissions: Vec<Resubmission>,
    /// CPUs of a task by resource profile.
    pub(crate) task_cpus: BTreeMap<i64, f64>,
}

#[derive(Debug)]
pub(crate) struct Executor {
    pub(crate) cores: i64,
    pub(crate) added: i64,
    pub(crate) removed: Option<Removal>,
}

#[derive(Debug)]
pub(crate) struct Removal {
    pub(crate) at: i64,
    line: usize,
}

#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) submitted: i64,
    /// When, and whether it succeeded.
    pub(crate) completed: Option<(i64, bool)>,
}

#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) tasks: i64,
    pub(crate) profile: i64,
    pub(crate) submitted: i64,
    /// When, and whether it did so without failing.
    pub(crate) completed: Option<(i64, bool)>,
}

#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) stage: StageKey,
    pub(crate) index: i64,
    pub(crate) attempt: i64,
    pub(crate) speculative: bool,
    pub(crate) executor: String,
    pub(crate) launched: i64,
    pub(crate) started_line: usize,
    pub(crate) end: Option<End>,
}

#[derive(Debug)]
pub(crate) struct End {
    pub(crate) at: i64,
    pub(crate) how: How,
    pub(crate) line: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    Succeeded,
    Failed,
    Killed,
}

/// A task that had succeeded and has to run again, because its output went with its executor. Spark logs it as one more
/// end of the same attempt, with the same times.
#[derive(Debug)]
pub(crate) struct Resubmission {
    pub(crate) stage: StageKey,
    pub(crate) index: i64,
    pub(crate) executor: String,
    pub(crate) lasted: i64,
    /// The latest time that the log has told before it.
    pub(crate) at: i64,
    pub(crate) line: usize,
}

impl Raw {
    pub(crate) fn read(log: &str) -> Self {
        let mut raw = Self::default();
        let lines: Vec<&str> = log.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            match serde_json::from_str(line) {
                Ok(event) => raw.event(&event, number),
                // The driver was killed while it wrote.
                Err(_) if number + 1 == lines.len() && raw.ended.is_none() => {}
                Err(cause) => panic!("line {}: {cause}: {line}", number + 1),
            }
        }
        raw.until = raw.ended.unwrap_or(raw.until);
        raw
    }

    fn event(&mut self, event: &Value, line: usize) {
        let seen = self.until;
        let name = event["Event"].as_str().unwrap();
        match name.strip_prefix("SparkListener").unwrap_or(name) {
            "ApplicationStart" => self.started = self.time(&event["Timestamp"]),
            "ApplicationEnd" => self.ended = Some(self.time(&event["Timestamp"])),
            "ResourceProfileAdded" => {
                let cpus = event["Task Resource Requests"]["cpus"]["Amount"].as_f64();
                self.task_cpus
                    .insert(number(&event["Resource Profile Id"]), cpus.unwrap_or(1.0));
            }
            // In local mode the driver is told as an executor of its own.
            "ExecutorAdded" if event["Executor ID"] != "driver" => {
                let info = &event["Executor Info"];
                let executor = Executor {
                    cores: number(&info["Total Cores"]),
                    added: self.time(&event["Timestamp"]),
                    removed: None,
                };
                self.executors.insert(text(&event["Executor ID"]), executor);
            }
            "ExecutorRemoved" => {
                let removal = Removal {
                    at: self.time(&event["Timestamp"]),
                    line,
                };
                let executor = self.executors.get_mut(&text(&event["Executor ID"]));
                executor.unwrap().removed = Some(removal);
            }
            "JobStart" => {
                let job = Job {
                    submitted: self.time(&event["Submission Time"]),
                    completed: None,
                };
                self.jobs.insert(number(&event["Job ID"]), job);
            }
            "JobEnd" => {
                let at = self.time(&event["Completion Time"]);
                let succeeded = event["Job Result"]["Result"] == "JobSucceeded";
                let job = self.jobs.get_mut(&number(&event["Job ID"]));
                job.unwrap().completed = Some((at, succeeded));
            }
            "StageSubmitted" => {
                let info = &event["Stage Info"];
                let stage = Stage {
                    tasks: number(&info["Number of Tasks"]),
                    profile: number(&info["Resource Profile Id"]),
                    submitted: self.time(&info["Submission Time"]),
                    completed: None,
                };
                self.stages.insert(stage_key(info), stage);
            }
            "StageCompleted" => {
                let info = &event["Stage Info"];
                let at = self.time(&info["Completion Time"]);
                let stage = self.stages.get_mut(&stage_key(info));
                stage.unwrap().completed = Some((at, info.get("Failure Reason").is_none()));
            }
            "TaskStart" => self.task_start(event, line),
            "TaskEnd" => self.task_end(event, line, seen),
            _ => {}
        }
    }

    fn task_start(&mut self, event: &Value, line: usize) {
        let info = &event["Task Info"];
        let task = Task {
            stage: stage_key(event),
            index: number(&info["Index"]),
            attempt: number(&info["Attempt"]),
            speculative: info["Speculative"].as_bool().unwrap(),
            executor: text(&info["Executor ID"]),
            launched: self.time(&info["Launch Time"]),
            started_line: line,
            end: None,
        };
        self.tasks.insert(number(&info["Task ID"]), task);
    }

    fn task_end(&mut self, event: &Value, line: usize, seen: i64) {
        let info = &event["Task Info"];
        let at = self.time(&info["Finish Time"]);
        let how = match event["Task End Reason"]["Reason"].as_str().unwrap() {
            "Success" => How::Succeeded,
            "TaskKilled" | "TaskCommitDenied" => How::Killed,
            "Resubmitted" => {
                self.resubmissions.push(Resubmission {
                    stage: stage_key(event),
                    index: number(&info["Index"]),
                    executor: text(&info["Executor ID"]),
                    lasted: at - number(&info["Launch Time"]),
                    at: seen,
                    line,
                });
                return;
            }
            _ => How::Failed,
        };
        let task = self.tasks.get_mut(&number(&info["Task ID"])).unwrap();
        assert!(task.end.is_none(), "a task ends twice: {event}");
        task.end = Some(End { at, how, line });
    }

    /// Reads a time and remembers the latest.
    fn time(&mut self, value: &Value) -> i64 {
        let time = number(value);
        self.until = self.until.max(time);
        time
    }
}

impl Executor {
    /// Whether a line tells of something on this executor after its removal was told.
    pub(crate) fn was_removed_before(&self, line: usize) -> bool {
        self.removed
            .as_ref()
            .is_some_and(|removal| removal.line < line)
    }
}

fn stage_key(of: &Value) -> StageKey {
    (number(&of["Stage ID"]), number(&of["Stage Attempt ID"]))
}

fn number(value: &Value) -> i64 {
    value
        .as_i64()
        .unwrap_or_else(|| panic!("no number: {value}"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
