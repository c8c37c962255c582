//! What was measured against the lines of the log.

use serde_json::Value;

use crate::{
    comparison::Differences,
    raw::{How, Raw},
};

/// Adds every difference.
pub(crate) fn compare(found: &mut Differences, ours: &Value, raw: &Raw) {
    found.equal(
        "local mode",
        ours["local_mode"].as_bool(),
        Some(raw.executors.is_empty()),
    );
    found.equal("damaged lines", ours["events"]["damaged"].as_i64(), Some(0));
    let jobs = || raw.jobs.values();
    let first_job = jobs().map(|job| job.submitted).min().unwrap();
    let all_ended = jobs().all(|job| job.completed.is_some());
    let last_job = jobs().filter_map(|job| Some(job.completed?.0)).max();
    let first_executor = raw.executors.values().map(|executor| executor.added).min();
    let time = raw.executor_time();
    let unused = raw
        .executors
        .keys()
        .filter(|id| raw.tasks_on(id).is_empty());
    let completed = |well: bool| {
        let jobs = jobs().filter(|job| {
            job.completed
                .is_some_and(|(_, succeeded)| succeeded == well)
        });
        jobs.count() as i64
    };
    let staged = |well: bool| {
        let stages = raw.stages.values();
        let stages = stages.filter(|stage| stage.completed.is_some_and(|(_, whole)| whole == well));
        stages.count() as i64
    };
    let ended = |how| raw.count(how) as i64;
    let all = raw.tasks.len() as i64;
    let resubmitted = raw.resubmissions.len() as i64;
    let spent = raw
        .tasks
        .values()
        .filter_map(|task| Some(task.end.as_ref()?.at - task.launched));
    for (path, theirs) in [
        ("/application_start_ms", Some(raw.started)),
        ("/application_end_ms", raw.ended),
        (
            "/application_duration_ms",
            raw.ended.map(|ended| ended - raw.started),
        ),
        (
            "/job_duration_ms",
            last_job.filter(|_| all_ended).map(|last| last - first_job),
        ),
        (
            "/time_to_first_executor_ms",
            first_executor.map(|at| (at - first_job).max(0)),
        ),
        ("/executors/count", Some(raw.executors.len() as i64)),
        ("/executors/peak", Some(raw.peak() as i64)),
        ("/executors/never_used", Some(unused.count() as i64)),
        ("/executor_ms/total", Some(time.total)),
        ("/executor_ms/busy", Some(time.busy)),
        ("/executor_ms/idle_head", Some(time.head)),
        ("/executor_ms/idle_between", Some(time.between)),
        ("/executor_ms/idle_tail", Some(time.tail)),
        ("/executor_ms/never_used", Some(time.never_used)),
        ("/task_ms", Some(spent.sum())),
        ("/tasks/total", Some(all)),
        ("/tasks/succeeded", Some(ended(How::Succeeded))),
        ("/tasks/failed", Some(ended(How::Failed))),
        ("/tasks/killed", Some(ended(How::Killed))),
        (
            "/tasks/running",
            Some(
                all - [How::Succeeded, How::Failed, How::Killed]
                    .map(ended)
                    .iter()
                    .sum::<i64>(),
            ),
        ),
        (
            "/tasks/speculative",
            Some(raw.tasks.values().filter(|task| task.speculative).count() as i64),
        ),
        ("/tasks/resubmitted", Some(resubmitted)),
        ("/stages/completed", Some(staged(true))),
        ("/stages/failed", Some(staged(false))),
        (
            "/stages/running",
            Some(raw.stages.len() as i64 - staged(true) - staged(false)),
        ),
        ("/jobs/succeeded", Some(completed(true))),
        ("/jobs/failed", Some(completed(false))),
        (
            "/jobs/running",
            Some(raw.jobs.len() as i64 - completed(true) - completed(false)),
        ),
        ("/backlog_task_ms", Some(raw.backlog())),
    ] {
        found.equal(
            path,
            ours.pointer(path).unwrap_or(&Value::Null).as_i64(),
            theirs,
        );
    }
    let share = time.busy as f64 / time.total as f64;
    for (path, theirs) in [
        ("/busy_share", share),
        ("/core_utilisation", raw.core_utilisation()),
    ] {
        // Six digits are printed.
        let ours = ours.pointer(path).and_then(Value::as_f64);
        let is_near = match ours {
            Some(ours) => (ours - theirs).abs() <= 1e-6,
            // Without executors there is nothing to have a share of.
            None => theirs.is_nan(),
        };
        if !is_near {
            found.equal(path, ours, Some(theirs));
        }
    }
    executors(found, ours, raw);
}

fn executors(found: &mut Differences, ours: &Value, raw: &Raw) {
    let listed = ours["executor_timeline"].as_array().unwrap();
    found.equal("executors listed", listed.len(), raw.executors.len());
    for ours in listed {
        let id = ours["id"].as_str().unwrap();
        let first_and_last = raw.first_and_last(id);
        for (field, theirs) in [
            ("busy_ms", Some(raw.busy(id))),
            ("first_task_ms", first_and_last.map(|(first, _)| first)),
            ("last_task_end_ms", first_and_last.map(|(_, last)| last)),
        ] {
            let what = format!("{field} of executor {id}");
            found.equal(&what, ours[field].as_i64(), theirs);
        }
    }
}
