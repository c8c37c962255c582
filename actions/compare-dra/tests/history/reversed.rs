//! A log in which an executor's removal stands before the ends of the tasks that it took with it.
//!
//! Spark writes the two from two threads: the scheduler's backend tells of the removal, the scheduler of the tasks. Which
//! comes first is chance. So that both orders are read on every run, a real log is given the other one.

use serde_json::Value;

/// The log of an application that lost an executor while it ran tasks, with the removal first, under another id.
pub(crate) fn removal_first(log: &str, id: &str, new_id: &str) -> String {
    let mut lines: Vec<&str> = log.lines().collect();
    let is = |line: &str, event: &str| {
        line.starts_with(&format!("{{\"Event\":\"SparkListener{event}\""))
    };
    let removal = lines
        .iter()
        .position(|line| is(line, "ExecutorRemoved"))
        .expect("an executor was removed");
    let removed: Value = serde_json::from_str(lines[removal]).unwrap();
    let took = |line: &str| {
        let end: Value = serde_json::from_str(line).unwrap();
        let reason = &end["Task End Reason"]["Reason"];
        end["Task Info"]["Executor ID"] == removed["Executor ID"]
            && (reason == "ExecutorLostFailure" || reason == "Resubmitted")
    };
    let first = lines
        .iter()
        .position(|line| is(line, "TaskEnd") && took(line))
        .expect("the removed executor ran tasks");
    if first < removal {
        let removal = lines.remove(removal);
        lines.insert(first, removal);
    }
    lines.join("\n").replace(id, new_id) + "\n"
}
