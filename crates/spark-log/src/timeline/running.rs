//! Task attempts under way. Matches ends with starts, and tells a task that is seen for the first time.

use std::collections::VecDeque;

use foldhash::{HashMap, HashSet};

use crate::{
    EpochMillis,
    event::{TaskEnd, TaskInfo, TaskKey},
};

/// How many ends are remembered, in case the start comes late or the end comes again.
const REMEMBERED: usize = 4096;

/// A task attempt without an end.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) executor: Box<str>,
    pub(crate) launched: EpochMillis,
    pub(crate) profile: Option<i64>,
}

/// How many task attempts there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaskCounts {
    /// Task attempts that were launched.
    pub total: u64,
    /// Ended with a result that counts.
    pub succeeded: u64,
    /// Failed, those of lost executors included.
    pub failed: u64,
    /// Killed, or not allowed to commit.
    pub killed: u64,
    /// Copies of slow tasks, among the total.
    pub speculative: u64,
    /// Succeeded, and run again because their output was lost.
    pub resubmitted: u64,
    /// Without an end.
    pub open: u64,
}

/// Task attempts under way.
#[derive(Debug, Default)]
pub(crate) struct Running {
    open: HashMap<TaskKey, Open>,
    /// Ended lately.
    ended: HashSet<TaskKey>,
    order: VecDeque<TaskKey>,
    pub(crate) counts: TaskCounts,
}

impl Running {
    /// Whether this start is the first that is heard of the task.
    pub(crate) fn starts(&mut self, task: &TaskInfo, profile: Option<i64>) -> bool {
        if self.open.contains_key(&task.key) || self.ended.contains(&task.key) {
            return false;
        }
        let open = Open {
            executor: task.executor.clone(),
            launched: task.launched,
            profile,
        };
        self.open.insert(task.key, open);
        self.count(task);
        true
    }

    /// Ends a task. `None` when this end was told before; else whether it is the first that is heard of the task.
    pub(crate) fn ends(&mut self, task: &TaskInfo, end: TaskEnd) -> Option<bool> {
        if end == TaskEnd::Resubmitted {
            self.counts.resubmitted += 1;
            return None;
        }
        if !self.ended.insert(task.key) {
            return None;
        }
        self.order.push_back(task.key);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.ended.remove(&oldest);
        }
        let first = self.open.remove(&task.key).is_none();
        if first {
            self.count(task);
        }
        match end {
            TaskEnd::Succeeded => self.counts.succeeded += 1,
            TaskEnd::Killed => self.counts.killed += 1,
            TaskEnd::Failed | TaskEnd::Resubmitted => self.counts.failed += 1,
        }
        Some(first)
    }

    fn count(&mut self, task: &TaskInfo) {
        self.counts.total += 1;
        self.counts.speculative += u64::from(task.speculative);
    }

    /// The tasks that have no end, by id.
    pub(crate) fn finish(mut self) -> (TaskCounts, Vec<Open>) {
        let mut open: Vec<(TaskKey, Open)> = self.open.into_iter().collect();
        open.sort_by_key(|(key, _)| *key);
        self.counts.open = open.len() as u64;
        (
            self.counts,
            open.into_iter().map(|(_, open)| open).collect(),
        )
    }
}
