//! What was measured against what the History Server says.
//!
//! The server (its `AppStatusListener`) differs from what happened in two ways, and by exactly as much as is computed
//! here from the lines of the log:
//!
//! - An executor that was removed is forgotten: a task that starts or ends in a later line is not added to its numbers.
//!   So its tasks, failed tasks and total duration are too small.
//! - A task that has to run again because its output was lost is logged as one more end of the same attempt, with the
//!   reason `Resubmitted`. The server counts that end as a failed task of the executor and of the stage, and before
//!   Spark 4.0 the attempt's duration a second time. No task failed and no time was spent, so nothing is counted here.
//!
//! And `driver` is an executor to the server; here it is not, for it has none of an executor's costs.

use jiff::Timestamp;
use serde_json::Value;

use crate::{
    comparison::Differences,
    raw::{How, Raw},
    server::History,
};

/// Adds every difference that is not one of the server's own.
pub(crate) fn compare(found: &mut Differences, ours: &Value, raw: &Raw, theirs: &History) {
    let application = &theirs.application;
    let completed = application["completed"].as_bool().unwrap();
    let end = application["endTimeEpoch"].as_i64().filter(|_| completed);
    found.equal(
        "server: application start",
        ours["application_start_ms"].as_i64(),
        application["startTimeEpoch"].as_i64(),
    );
    found.equal(
        "server: application end",
        ours["application_end_ms"].as_i64(),
        end,
    );
    let version = application["appSparkVersion"].as_str().unwrap();
    let rule = match version.split('.').next() {
        Some("3") => Resubmitted::TimeCounted,
        _ => Resubmitted::TimeLeftOut,
    };
    executors(found, ours, raw, (&theirs.executors, rule));
    jobs(found, ours, &theirs.jobs);
    stages(found, ours, raw, &theirs.stages);
}

/// What the server of a version does with the duration of a task that has to run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Resubmitted {
    TimeCounted,
    TimeLeftOut,
}

fn executors(
    found: &mut Differences,
    ours: &Value,
    raw: &Raw,
    (theirs, rule): (&[Value], Resubmitted),
) {
    let ours = ours["executor_timeline"].as_array().unwrap();
    let theirs: Vec<&Value> = theirs
        .iter()
        .filter(|executor| executor["id"] != "driver")
        .collect();
    found.equal("server: executors", ours.len(), theirs.len());
    for theirs in theirs {
        let id = theirs["id"].as_str().unwrap();
        let Some(ours) = ours.iter().find(|ours| ours["id"] == id) else {
            found.equal(&format!("server: executor {id}"), None, Some(theirs));
            continue;
        };
        let address = theirs["hostPort"].as_str().unwrap();
        let reason = |value: &Value| value.as_str().map(str::to_owned);
        found.equal(
            &format!("server: why executor {id} was removed"),
            reason(&ours["removed_reason"]),
            reason(&theirs["removeReason"]),
        );
        found.equal(
            &format!("server: host of executor {id}"),
            ours["host"].as_str(),
            // The bare host, when the executor was gone before its block manager had told its port.
            Some(address.rsplit_once(':').map_or(address, |(host, _)| host)),
        );
        let unseen = Unseen::of(raw, id, rule);
        for (what, ours, theirs) in [
            ("added", ours["added_ms"].as_i64(), time(&theirs["addTime"])),
            (
                "removed",
                ours["removed_ms"].as_i64(),
                time(&theirs["removeTime"]),
            ),
            (
                "cores",
                ours["cores"].as_i64(),
                theirs["totalCores"].as_i64(),
            ),
            (
                "tasks",
                minus(&ours["tasks"], unseen.tasks),
                theirs["totalTasks"].as_i64(),
            ),
            (
                "failed tasks",
                minus(&ours["failed_tasks"], unseen.failed),
                theirs["failedTasks"].as_i64(),
            ),
            (
                "completed tasks",
                Some(unseen.completed),
                theirs["completedTasks"].as_i64(),
            ),
            (
                "total duration",
                minus(&ours["task_ms"], unseen.duration),
                theirs["totalDuration"].as_i64(),
            ),
        ] {
            found.equal(&format!("server: {what} of executor {id}"), ours, theirs);
        }
    }
}

/// What is ours and not the server's of one executor.
#[derive(Debug, Default)]
struct Unseen {
    tasks: i64,
    /// Negative for ends that the server counts and that are no failures.
    failed: i64,
    duration: i64,
    /// Tasks that succeeded, as the server sees them; the binary prints them for all executors together only.
    completed: i64,
}

impl Unseen {
    fn of(raw: &Raw, id: &str, rule: Resubmitted) -> Self {
        let executor = &raw.executors[id];
        let mut unseen = Self::default();
        for task in raw.tasks_on(id) {
            unseen.tasks += i64::from(executor.was_removed_before(task.started_line));
            let Some(end) = &task.end else {
                continue;
            };
            let late = executor.was_removed_before(end.line);
            unseen.failed += i64::from(late && end.how == How::Failed);
            unseen.completed += i64::from(!late && end.how == How::Succeeded);
            unseen.duration += if late { end.at - task.launched } else { 0 };
        }
        let resubmitted = raw
            .resubmissions
            .iter()
            .filter(|again| again.executor == id);
        for again in resubmitted.filter(|again| !executor.was_removed_before(again.line)) {
            unseen.failed -= 1;
            if rule == Resubmitted::TimeCounted {
                unseen.duration -= again.lasted;
            }
        }
        unseen
    }
}

fn jobs(found: &mut Differences, ours: &Value, theirs: &[Value]) {
    let ours = ours["job_timeline"].as_array().unwrap();
    found.equal("server: jobs", ours.len(), theirs.len());
    for theirs in theirs {
        let id = &theirs["jobId"];
        let state = match theirs["status"].as_str().unwrap() {
            "SUCCEEDED" => "succeeded",
            "FAILED" => "failed",
            "RUNNING" => "running",
            other => other,
        };
        let theirs = (
            time(&theirs["submissionTime"]),
            time(&theirs["completionTime"]),
            Some(state),
        );
        let ours = ours.iter().find(|ours| ours["id"] == *id);
        let ours = ours.map(|ours| {
            let [submitted, completed] =
                ["submitted_ms", "completed_ms"].map(|at| ours[at].as_i64());
            (submitted, completed, ours["state"].as_str())
        });
        found.equal(&format!("server: job {id}"), ours, Some(theirs));
    }
}

fn stages(found: &mut Differences, ours: &Value, raw: &Raw, theirs: &[Value]) {
    let ours = ours["stage_timeline"].as_array().unwrap();
    // A stage that was skipped, or waits for another, was never submitted: nothing happened.
    let theirs: Vec<&Value> = theirs
        .iter()
        .filter(|stage| stage["status"] != "SKIPPED" && stage["status"] != "PENDING")
        .collect();
    found.equal("server: stages", ours.len(), theirs.len());
    for theirs in theirs {
        let key = (
            theirs["stageId"].as_i64().unwrap(),
            theirs["attemptId"].as_i64().unwrap(),
        );
        let place = format!("server: stage {}.{}", key.0, key.1);
        let state = match theirs["status"].as_str().unwrap() {
            "COMPLETE" => "completed",
            "FAILED" => "failed",
            "ACTIVE" => "running",
            other => other,
        };
        let is_same = |ours: &&Value| ours["id"] == key.0 && ours["attempt"] == key.1;
        let Some(ours) = ours.iter().find(is_same) else {
            found.equal(&place, None, Some(theirs));
            continue;
        };
        found.equal(
            &format!("{place}: state"),
            ours["state"].as_str(),
            Some(state),
        );
        found.equal(
            &format!("{place}: name"),
            ours["name"].as_str(),
            theirs["name"].as_str(),
        );
        let again = raw.resubmissions.iter().filter(|again| again.stage == key);
        let again = again.count() as i64;
        for (what, ours, theirs) in [
            ("tasks", ours["tasks"].as_i64(), theirs["numTasks"].as_i64()),
            (
                "submitted",
                ours["submitted_ms"].as_i64(),
                time(&theirs["submissionTime"]),
            ),
            (
                "completed",
                ours["completed_ms"].as_i64(),
                time(&theirs["completionTime"]),
            ),
            (
                "failed tasks",
                minus(&ours["failed_tasks"], -again),
                theirs["numFailedTasks"].as_i64(),
            ),
            (
                "killed tasks",
                ours["killed_tasks"].as_i64(),
                theirs["numKilledTasks"].as_i64(),
            ),
        ] {
            found.equal(&format!("{place}: {what}"), ours, theirs);
        }
    }
}

fn minus(ours: &Value, unseen: i64) -> Option<i64> {
    ours.as_i64().map(|ours| ours - unseen)
}

/// `2026-01-31T23:59:59.999GMT`, or nothing.
fn time(value: &Value) -> Option<i64> {
    let text = value.as_str()?.replace("GMT", "Z");
    let time: Timestamp = text.parse().unwrap();
    Some(time.as_millisecond())
}
