//! Attempts of tasks and stages: what is counted once, what is counted again, who waited.

use serde_json::{Value, json};
use spark_log::{Gap, LISTED, Metrics, Timeline};

use crate::log::{Log, ms};

/// One task attempt as the log tells it.
struct Attempt {
    id: i64,
    index: i64,
    attempt: i64,
    executor: &'static str,
    from: f64,
    speculative: bool,
}

impl Attempt {
    fn first(id: i64, executor: &'static str, from: f64) -> Self {
        Self {
            id,
            index: id,
            attempt: 0,
            executor,
            from,
            speculative: false,
        }
    }

    fn info(&self, finish: i64) -> Value {
        json!({"Task ID": self.id, "Index": self.index, "Attempt": self.attempt, "Launch Time": ms(self.from),
            "Executor ID": self.executor, "Host": "h", "Speculative": self.speculative, "Getting Result Time": 0,
            "Finish Time": finish})
    }

    fn starts(&self, log: &mut Log, stage: i64) {
        log.line(
            json!({"Event": "SparkListenerTaskStart", "Stage ID": stage, "Stage Attempt ID": 0,
            "Task Info": self.info(0)}),
        );
    }

    fn ends(&self, log: &mut Log, stage: i64, at: f64, reason: &str) {
        log.line(json!({"Event": "SparkListenerTaskEnd", "Stage ID": stage, "Stage Attempt ID": 0,
            "Task Type": "ResultTask", "Task End Reason": {"Reason": reason}, "Task Info": self.info(ms(at))}));
    }

    fn runs(&self, log: &mut Log, to: f64, reason: &str) {
        self.starts(log, 0);
        self.ends(log, 0, to, reason);
    }
}

/// One executor from 0 s and a stage of `tasks` tasks from 10 s.
fn stage_of(tasks: u32) -> Log {
    let mut log = Log::started();
    log.executor_of("1", 0.0, 4);
    log.job(10.0, tasks);
    log
}

fn ended(mut log: Log, tasks: u32) -> Timeline {
    log.job_ended(90.0, tasks);
    log.ended(100.0).timeline()
}

#[test]
fn failed_attempt_waits_again_from_its_end() {
    let mut log = stage_of(1);
    Attempt::first(0, "1", 12.0).runs(&mut log, 20.0, "ExceptionFailure");
    let again = Attempt {
        id: 1,
        index: 0,
        attempt: 1,
        ..Attempt::first(1, "1", 25.0)
    };
    again.runs(&mut log, 30.0, "Success");
    let timeline = ended(log, 1);
    assert_eq!(timeline.demand.unwrap().backlog_ms, 2000 + 5000);
    let counts = timeline.task_counts;
    assert_eq!((counts.total, counts.succeeded, counts.failed), (2, 1, 1));
    assert_eq!(timeline.stages[0].failed_tasks, 1);
    assert_eq!(timeline.stage_counts.planned_tasks, 1);
}

#[test]
fn copy_of_a_slow_task_is_counted_and_waits_for_nobody() {
    let mut log = stage_of(1);
    let slow = Attempt::first(0, "1", 12.0);
    slow.starts(&mut log, 0);
    let copy = Attempt {
        id: 1,
        index: 0,
        attempt: 1,
        speculative: true,
        ..Attempt::first(1, "1", 40.0)
    };
    copy.runs(&mut log, 45.0, "Success");
    slow.ends(&mut log, 0, 46.0, "TaskKilled");
    let timeline = ended(log, 1);
    let counts = timeline.task_counts;
    assert_eq!((counts.total, counts.speculative), (2, 1));
    assert_eq!((counts.succeeded, counts.killed, counts.failed), (1, 1, 0));
    let demand = timeline.demand.unwrap();
    assert_eq!((demand.backlog_ms, demand.peak_tasks), (2000, 1));
}

#[test]
fn task_whose_output_was_lost_is_told_twice_and_counted_once() {
    let mut log = stage_of(2);
    let first = Attempt::first(0, "1", 12.0);
    first.runs(&mut log, 20.0, "Success");
    log.removed("1", 40.0);
    first.ends(&mut log, 0, 20.0, "Resubmitted");
    log.executor("2", 41.0);
    let again = Attempt {
        id: 2,
        index: 0,
        attempt: 1,
        ..Attempt::first(2, "2", 50.0)
    };
    again.runs(&mut log, 60.0, "Success");
    let timeline = ended(log, 2);
    let counts = timeline.task_counts;
    assert_eq!(
        (counts.total, counts.succeeded, counts.resubmitted),
        (2, 2, 1)
    );
    assert_eq!(timeline.executors[0].tasks, 1);
    assert_eq!(timeline.executors[0].busy.as_secs(), 8);
    // Its own 2 s, 10 s from the loss of the executor, and the task that never came.
    assert_eq!(timeline.demand.unwrap().backlog_ms, 2000 + 10_000 + 80_000);
}

#[test]
fn task_that_ends_after_its_stage_and_its_executor_still_counts() {
    let mut log = stage_of(1);
    let task = Attempt::first(0, "1", 12.0);
    task.starts(&mut log, 0);
    log.removed("1", 50.0);
    log.job_ended(60.0, 1);
    task.ends(&mut log, 0, 61.0, "ExecutorLostFailure");
    let timeline = log.ended(100.0).timeline();
    assert_eq!(timeline.gaps, []);
    assert_eq!(timeline.executors[0].busy.as_secs(), 38);
    assert_eq!(timeline.executors[0].task_time.as_secs(), 49);
    assert_eq!(timeline.executors[0].failed_tasks, 1);
    assert_eq!(timeline.stages[0].failed_tasks, 1);
}

#[test]
fn a_stage_whose_end_is_not_told_is_named() {
    let mut log = stage_of(1);
    Attempt::first(0, "1", 12.0).runs(&mut log, 20.0, "Success");
    log.line(json!({"Event": "SparkListenerJobEnd", "Job ID": 0, "Completion Time": ms(90.0), "Job Result": {"Result": "JobSucceeded"}}));
    let timeline = log.ended(100.0).timeline();
    assert_eq!(timeline.gaps, [Gap::OpenStages(1)]);
    assert_eq!(timeline.gaps[0].to_string(), "1 stage has no end");
}

#[test]
fn task_without_end_runs_to_the_end_of_its_executor() {
    let mut log = stage_of(2);
    Attempt::first(0, "1", 12.0).starts(&mut log, 0);
    Attempt::first(1, "1", 13.0).starts(&mut log, 0);
    log.removed("1", 50.0);
    let timeline = ended(log, 2);
    assert_eq!(timeline.gaps, [Gap::OpenTasks(2)]);
    assert_eq!(timeline.executors[0].busy.as_secs(), 38);
    assert_eq!(timeline.executors[0].core_time.as_secs(), 38 + 37);
    assert_eq!(timeline.task_counts.open, 2);
    assert_eq!(timeline.task_time.as_secs(), 0, "only what has an end");
}

#[test]
fn cores_are_used_by_the_cpus_of_the_stages_resource_profile() {
    let mut log = stage_of(1);
    log.line(
        json!({"Event": "SparkListenerResourceProfileAdded", "Resource Profile Id": 1,
        "Executor Resource Requests": {"cores": {"Resource Name": "cores", "Amount": 4}},
        "Task Resource Requests": {"cpus": {"Resource Name": "cpus", "Amount": 2.0}}}),
    );
    log.line(
        json!({"Event": "SparkListenerExecutorAdded", "Timestamp": ms(0.0), "Executor ID": "2",
        "Executor Info": {"Host": "h", "Total Cores": 4, "Resource Profile Id": 1}}),
    );
    log.line(json!({"Event": "SparkListenerStageSubmitted", "Stage Info": {"Stage ID": 1, "Number of Tasks": 1,
        "Submission Time": ms(10.0), "Resource Profile Id": 1}}));
    let task = Attempt::first(9, "2", 10.0);
    task.starts(&mut log, 1);
    task.ends(&mut log, 1, 60.0, "Success");
    log.line(json!({"Event": "SparkListenerStageCompleted", "Stage Info": {"Stage ID": 1, "Number of Tasks": 1,
        "Submission Time": ms(10.0), "Completion Time": ms(60.0), "Resource Profile Id": 1}}));
    Attempt::first(0, "1", 10.0).runs(&mut log, 60.0, "Success");
    let timeline = ended(log, 1);
    let slots: Vec<u32> = timeline.executors.iter().map(|e| e.slots).collect();
    assert_eq!(slots, [4, 2]);
    // 50 s × 1 CPU and 50 s × 2 CPUs of 8 cores × 100 s.
    assert_eq!(Metrics::of(&timeline).core_utilisation, Some(150.0 / 800.0));
}

#[test]
fn driver_that_runs_the_tasks_itself_is_said() {
    let mut log = Log::started();
    log.executor("driver", 0.0);
    log.job(1.0, 1);
    log.task("driver", 2.0, 5.0);
    log.job_ended(6.0, 1);
    let timeline = log.ended(7.0).timeline();
    assert!(timeline.local_mode && timeline.executors.is_empty());
    assert_eq!(timeline.task_time.as_secs(), 3);
    assert_eq!(timeline.task_counts.total, 1);
    assert_eq!(Metrics::of(&timeline).busy_share, None);
}

#[test]
fn only_the_first_stages_and_jobs_are_listed_and_all_are_counted() {
    let mut log = Log::started();
    let many = LISTED as i64 + 1000;
    for id in 0..many {
        let at = ms(id as f64);
        log.line(json!({"Event": "SparkListenerJobStart", "Job ID": id, "Submission Time": at}));
        let info = |completed: Option<i64>| {
            json!({"Stage ID": id, "Stage Name": "s", "Number of Tasks": 2,
            "Submission Time": at, "Completion Time": completed})
        };
        log.line(json!({"Event": "SparkListenerStageSubmitted", "Stage Info": info(None)}));
        log.line(json!({"Event": "SparkListenerStageCompleted", "Stage Info": info(Some(at + 1))}));
        log.line(
            json!({"Event": "SparkListenerJobEnd", "Job ID": id, "Completion Time": at + 2,
            "Job Result": {"Result": if id % 2 == 0 { "JobSucceeded" } else { "JobFailed" }}}),
        );
    }
    let timeline = log.ended(many as f64).timeline();
    assert_eq!(
        (timeline.stages.len(), timeline.jobs.len()),
        (LISTED, LISTED)
    );
    let (jobs, stages) = (timeline.job_counts, timeline.stage_counts);
    assert_eq!((jobs.succeeded + jobs.failed, jobs.open), (many as u64, 0));
    assert_eq!(
        (stages.completed, stages.planned_tasks),
        (many as u64, 2 * many as u64)
    );
    assert_eq!(timeline.gaps, []);
}

#[test]
fn stage_that_was_tried_again_is_planned_once() {
    let mut log = stage_of(40);
    log.line(json!({"Event": "SparkListenerStageCompleted", "Stage Info": {"Stage ID": 0, "Stage Attempt ID": 0,
        "Number of Tasks": 40, "Submission Time": ms(10.0), "Completion Time": ms(20.0),
        "Failure Reason": "fetch failed"}}));
    for (event, completed) in [("Submitted", None), ("Completed", Some(ms(30.0)))] {
        log.line(
            json!({"Event": format!("SparkListenerStage{event}"), "Stage Info": {"Stage ID": 0,
            "Stage Attempt ID": 1, "Number of Tasks": 12, "Submission Time": ms(21.0),
            "Completion Time": completed}}),
        );
    }
    let timeline = log.ended(100.0).timeline();
    let counts = timeline.stage_counts;
    assert_eq!(
        (counts.completed, counts.failed, counts.planned_tasks),
        (1, 1, 40)
    );
    assert!(timeline.stages[0].failed && !timeline.stages[1].failed);
}

#[test]
fn events_that_this_version_does_not_know_are_counted() {
    let mut log = Log::started();
    for name in [
        "SparkListenerBlockManagerAdded",
        "org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart",
        "SparkListenerSomethingNew",
        "com.example.OwnEvent",
    ] {
        log.line(json!({"Event": name}));
    }
    let counts = log.ended(1.0).timeline().counts;
    assert_eq!(
        (counts.events, counts.used, counts.unknown, counts.damaged),
        (8, 4, 2, 0)
    );
}

#[test]
fn end_that_is_told_again_is_counted_once() {
    let mut log = stage_of(1);
    let task = Attempt::first(0, "1", 12.0);
    task.runs(&mut log, 20.0, "Success");
    task.ends(&mut log, 0, 20.0, "Success");
    let timeline = ended(log, 1);
    assert_eq!(timeline.task_counts.total, 1);
    assert_eq!(timeline.executors[0].task_time.as_secs(), 8);
}

#[test]
fn tasks_of_an_executor_whose_joining_is_missing_are_said() {
    let mut log = stage_of(1);
    Attempt::first(0, "7", 12.0).runs(&mut log, 20.0, "Success");
    let timeline = ended(log, 1);
    assert_eq!(timeline.gaps, [Gap::UnseenExecutors(1)]);
    assert_eq!(Metrics::of(&timeline).executors, Some(1));

    let mut log = Log::started();
    log.job(10.0, 1);
    Attempt::first(0, "7", 12.0).runs(&mut log, 20.0, "Success");
    let metrics = Metrics::of(&ended(log, 1));
    assert_eq!(
        (metrics.executors, metrics.executor_seconds),
        (None, None),
        "not known, and not 0"
    );
}

#[test]
fn nobody_knows_who_waited_in_a_stage_whose_submission_is_missing() {
    let mut log = Log::started();
    log.executor("1", 0.0);
    Attempt::first(0, "1", 12.0).runs(&mut log, 20.0, "Success");
    log.line(json!({"Event": "SparkListenerJobStart", "Job ID": 0, "Submission Time": ms(9.0)}));
    let timeline = ended(log, 1);
    assert_eq!(timeline.gaps, [Gap::UntoldStages(1)]);
    assert_eq!(Metrics::of(&timeline).backlog_seconds, None);
}
