//! What each application is there to show. Without these checks an application that did nothing would agree with
//! everybody.

use std::path::Path;

use crate::{
    comparison::Differences,
    raw::{How, Raw},
};

/// Adds what a log does not hold although its application is there for it.
pub(crate) fn check(found: &mut Differences, application: &str, raw: &Raw, log: &Path) {
    let removed = raw
        .executors
        .values()
        .filter(|executor| executor.removed.is_some());
    let removed = removed.count();
    let holds = match application {
        "static" => vec![
            (
                "two executors to the end",
                raw.executors.len() == 2 && removed == 0,
            ),
            ("several jobs", raw.jobs.len() > 3),
            ("several stages", raw.stages.len() > 5),
        ],
        "dra" => vec![
            ("removed executors", removed >= 3),
            ("executors after removals", joined_after_a_removal(raw)),
        ],
        "failing" => vec![
            ("failed tasks", raw.count(How::Failed) >= 5),
            ("a killed original", raw.count(How::Killed) >= 1),
            (
                "a speculative copy",
                raw.tasks.values().any(|task| task.speculative),
            ),
            (
                "a retried stage",
                raw.stages.keys().any(|(_, attempt)| *attempt > 0),
            ),
            (
                "a failed stage",
                raw.stages
                    .values()
                    .any(|stage| stage.completed.is_some_and(|(_, well)| !well)),
            ),
            (
                "a failed job",
                raw.jobs
                    .values()
                    .any(|job| job.completed.is_some_and(|(_, well)| !well)),
            ),
        ],
        "killed" => vec![
            ("a removed executor", removed == 1),
            ("a task that it took along", raw.count(How::Failed) >= 1),
            ("tasks to run again", !raw.resubmissions.is_empty()),
            ("an executor in its place", joined_after_a_removal(raw)),
        ],
        "killed, removal first" => vec![(
            "a task that ends after its executor",
            ends_after_removal(raw),
        )],
        "profiles" => vec![
            (
                "executors of one and of two cores",
                executors_of(raw, 1) && executors_of(raw, 2),
            ),
            (
                "tasks of two CPUs",
                raw.stages
                    .values()
                    .any(|stage| raw.task_cpus[&stage.profile] == 2.0),
            ),
        ],
        "local" => vec![
            ("no executors", raw.executors.is_empty()),
            (
                "tasks on the driver",
                raw.tasks.values().all(|task| task.executor == "driver"),
            ),
        ],
        "many" => vec![("several parts", parts(log) >= 2)],
        "many, compacted" => vec![
            ("a compacted part and one more", parts(log) == 2),
            ("fewer jobs than there were", raw.jobs.len() < 15),
        ],
        "never-ends" => vec![
            ("no end", raw.ended.is_none()),
            (
                "a job under way",
                raw.jobs.values().any(|job| job.completed.is_none()),
            ),
            (
                "tasks under way",
                raw.tasks.values().any(|task| task.end.is_none()),
            ),
        ],
        _ => panic!("nobody says what {application} shows"),
    };
    for (what, holds) in holds {
        found.equal(&format!("the log shows {what}"), holds, true);
    }
}

fn joined_after_a_removal(raw: &Raw) -> bool {
    let removals = raw
        .executors
        .values()
        .filter_map(|executor| executor.removed.as_ref());
    let first = removals.map(|removal| removal.at).min();
    first.is_some_and(|first| {
        raw.executors
            .values()
            .any(|executor| executor.added > first)
    })
}

fn ends_after_removal(raw: &Raw) -> bool {
    raw.tasks.values().any(|task| {
        let end = task.end.as_ref();
        end.is_some_and(|end| raw.executors[&task.executor].was_removed_before(end.line))
    })
}

fn executors_of(raw: &Raw, cores: i64) -> bool {
    raw.executors
        .values()
        .any(|executor| executor.cores == cores)
}

fn parts(log: &Path) -> usize {
    let entries = std::fs::read_dir(log).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name());
    names
        .filter(|name| name.to_string_lossy().starts_with("events_"))
        .count()
}
