//! Stage attempts and the tasks that wait for a slot. Keeps what is active, the first ones for a list, and sums.

use std::collections::VecDeque;

use foldhash::{HashMap, HashSet};

use super::{jobs::LISTED, peak::Peak};
use crate::{
    Curve, Demand, EpochMillis, Timeline,
    event::{Input, StageInfo, StageKey, TaskEnd, TaskInfo},
};

/// How many completed stage attempts are remembered for lines that come late.
const REMEMBERED: usize = 1024;

/// A stage attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Which.
    pub key: StageKey,
    /// Spark's name of it.
    pub name: String,
    /// Tasks in this attempt.
    pub tasks: u32,
    /// When it was submitted.
    pub submitted: Option<EpochMillis>,
    /// When it completed. Absent when the log does not say.
    pub completed: Option<EpochMillis>,
    /// Spark gave a failure reason.
    pub failed: bool,
    /// Task attempts that failed.
    pub failed_tasks: u32,
    /// Task attempts that were killed.
    pub killed_tasks: u32,
}

/// How many stage attempts there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StageCounts {
    /// Completed without a failure reason.
    pub completed: u64,
    /// Completed with one.
    pub failed: u64,
    /// Without an end.
    pub open: u64,
    /// Stages, each counted once however often it was tried again.
    pub planned: u64,
    /// Tasks of all stages, each stage counted once however often it was tried again: a later attempt repeats only
    /// the tasks whose output was lost, so the first one is the one with all of them.
    pub planned_tasks: u64,
    /// What all completed stage attempts read from outside; a stage that was tried again may have read it again.
    pub input: Input,
}

/// A stage attempt under way.
#[derive(Debug, Default)]
struct Active {
    tasks: u32,
    submitted: Option<EpochMillis>,
    listed: Option<usize>,
    profile: i64,
    succeeded: u32,
    failed: u32,
    killed: u32,
    /// Tasks with a first launch, and the sum of these launches' times.
    launched: u32,
    launches_ms: i128,
    /// Tasks that failed and wait for their next attempt: since when.
    requeued: HashMap<i64, EpochMillis>,
}

/// Stage attempts as they are told.
#[derive(Debug, Default)]
pub(crate) struct Stages {
    listed: Vec<Stage>,
    counts: StageCounts,
    active: HashMap<StageKey, Active>,
    /// Completed, newest last, with their places in the list.
    completed: HashMap<StageKey, Option<usize>>,
    order: VecDeque<StageKey>,
    /// Completed, and their submission was not told (yet).
    untold: HashSet<StageKey>,
    waiting: Curve,
    backlog_ms: i64,
    wanted: Peak,
    largest: Option<u32>,
    /// Intervals that would be negative.
    pub(crate) backwards: usize,
}

impl Stages {
    /// The curve of waiting tasks begins here.
    pub(crate) fn start_at(&mut self, at: EpochMillis) {
        self.waiting = Curve::starting(at);
    }

    /// The resource profile of a stage, if it is known.
    pub(crate) fn profile_of(&self, key: StageKey) -> Option<i64> {
        self.active.get(&key).map(|active| active.profile)
    }

    pub(crate) fn submitted(&mut self, info: StageInfo) {
        if let Some(place) = self.completed.get(&info.key) {
            // Its completion was logged first.
            self.untold.remove(&info.key);
            let stage = place.and_then(|place| self.listed.get_mut(place));
            if let Some(stage) = stage {
                stage.submitted = stage.submitted.or(info.submitted);
            }
            return;
        }
        let known = self.active.get(&info.key);
        if known.is_some_and(|active| active.submitted.is_some()) {
            return;
        }
        let listed = known
            .and_then(|active| active.listed)
            .or_else(|| self.list(&info));
        if info.key.attempt == 0 {
            self.counts.planned += 1;
            self.counts.planned_tasks += u64::from(info.tasks);
        }
        self.largest = self.largest.max(Some(info.tasks));
        let active = self.active.entry(info.key).or_default();
        (active.tasks, active.submitted) = (info.tasks, info.submitted);
        (active.listed, active.profile) = (listed, info.profile);
        let open = i64::from(info.tasks.saturating_sub(active.succeeded));
        if let Some(at) = info.submitted {
            self.wanted.change(at, open);
        }
    }

    pub(crate) fn completed(&mut self, info: StageInfo) {
        if self.completed.contains_key(&info.key) {
            return;
        }
        let active = self.active.remove(&info.key).unwrap_or_default();
        // Where the log lacks the submission it lacks launches too: who waited how long is not known then.
        let told = active.submitted.is_some();
        let submitted = active.submitted.or(info.submitted);
        self.backwards += usize::from(submitted.zip(info.completed).is_some_and(|(a, b)| b < a));
        let completed = info.completed.map(|at| at.max(submitted.unwrap_or(at)));
        self.counts.input.bytes += info.input.bytes;
        self.counts.input.records += info.input.records;
        match info.failed {
            true => self.counts.failed += 1,
            false => self.counts.completed += 1,
        }
        let listed = active.listed.or_else(|| self.list(&info));
        if let Some(stage) = listed.and_then(|place| self.listed.get_mut(place)) {
            stage.submitted = submitted;
            (stage.completed, stage.failed) = (completed, info.failed);
            (stage.failed_tasks, stage.killed_tasks) = (active.failed, active.killed);
        }
        self.remember(info.key, listed);
        if told {
            self.close(&active, completed);
        } else {
            if self.untold.len() < REMEMBERED {
                self.untold.insert(info.key);
            }
            self.largest = self.largest.max(Some(info.tasks));
            let first = u64::from(info.key.attempt == 0);
            self.counts.planned += first;
            self.counts.planned_tasks += u64::from(info.tasks) * first;
        }
    }

    /// A task attempt was seen for the first time.
    pub(crate) fn launched(&mut self, task: &TaskInfo) {
        if self.completed.contains_key(&task.stage) || task.speculative {
            return;
        }
        let active = self.active.entry(task.stage).or_default();
        let since = if task.attempt == 0 {
            active.launched += 1;
            active.launches_ms += i128::from(task.launched.0);
            active.submitted
        } else {
            let since = active.requeued.remove(&task.index);
            if let Some(since) = since {
                self.backlog_ms += task.launched.0.saturating_sub(since.0).max(0);
            }
            since
        };
        if let Some(since) = since {
            self.waiting.add(since, task.launched);
        }
    }

    /// A task attempt ended at `at`.
    pub(crate) fn ended(&mut self, task: &TaskInfo, end: TaskEnd, at: EpochMillis) {
        let (failed, killed) = (
            u32::from(end == TaskEnd::Failed),
            u32::from(end == TaskEnd::Killed),
        );
        let Some(active) = self.active.get_mut(&task.stage) else {
            let place = self.completed.get(&task.stage).copied().flatten();
            if let Some(stage) = place.and_then(|place| self.listed.get_mut(place)) {
                stage.failed_tasks += failed;
                stage.killed_tasks += killed;
            }
            return;
        };
        active.failed += failed;
        active.killed += killed;
        // A stage that is not submitted yet is counted with what is left of it then.
        let counted = i64::from(active.submitted.is_some());
        match end {
            TaskEnd::Succeeded => {
                active.requeued.remove(&task.index);
                if active.succeeded < active.tasks || counted == 0 {
                    active.succeeded += 1;
                    self.wanted.change(at, -counted);
                }
            }
            TaskEnd::Resubmitted => {
                active.requeued.insert(task.index, at);
                if active.succeeded > 0 {
                    active.succeeded -= 1;
                    self.wanted.change(at, counted);
                }
            }
            TaskEnd::Failed | TaskEnd::Killed => {
                active.requeued.insert(task.index, at);
            }
        }
    }

    /// Stage attempts whose submission is missing.
    pub(crate) fn untold(&self) -> usize {
        self.untold.len()
    }

    /// Closes what is still active at the end of the log, and hands everything over.
    pub(crate) fn finish(mut self, timeline: &mut Timeline) {
        let end = timeline.last_seen;
        let mut open: Vec<_> = std::mem::take(&mut self.active).into_iter().collect();
        open.sort_by_key(|(key, _)| *key);
        for (_, active) in open {
            self.counts.open += u64::from(active.submitted.is_some());
            if let Some(stage) = active.listed.and_then(|place| self.listed.get_mut(place)) {
                (stage.failed_tasks, stage.killed_tasks) = (active.failed, active.killed);
            }
            self.close(&active, end);
        }
        let started = timeline.started.unwrap_or(EpochMillis(i64::MIN));
        for stage in &mut self.listed {
            stage.submitted = stage.submitted.map(|at| at.max(started));
            stage.completed = stage.completed.map(|at| at.max(started));
        }
        self.listed.sort_by_key(|stage| stage.key);
        let known = self.largest.filter(|_| self.untold.is_empty());
        timeline.demand = known.map(|largest_stage| Demand {
            peak_tasks: u32::try_from(self.wanted.finish()).unwrap_or(u32::MAX),
            largest_stage,
            useful_executors: None,
            backlog_ms: self.backlog_ms,
        });
        timeline.stage_counts = self.counts;
        timeline.stages = self.listed;
        timeline.waiting_tasks = self.waiting;
    }

    /// Adds up how long the tasks of a stage waited for their first launch, those that never came included.
    fn close(&mut self, active: &Active, end: Option<EpochMillis>) {
        let (Some(submitted), Some(end)) = (active.submitted, end) else {
            return;
        };
        let end = end.max(submitted);
        let first = active.launches_ms - i128::from(active.launched) * i128::from(submitted.0);
        let never = active.tasks.saturating_sub(active.launched);
        let waited = first.max(0) + i128::from(never) * i128::from(end.0 - submitted.0);
        self.backlog_ms = self
            .backlog_ms
            .saturating_add(i64::try_from(waited).unwrap_or(i64::MAX));
        self.waiting.add_many(submitted, end, i64::from(never));
        let open = i64::from(active.tasks.saturating_sub(active.succeeded));
        self.wanted.change(end, -open);
    }

    fn list(&mut self, info: &StageInfo) -> Option<usize> {
        let place = (self.listed.len() < LISTED).then_some(self.listed.len())?;
        self.listed.push(Stage {
            key: info.key,
            name: info.name.clone(),
            tasks: info.tasks,
            submitted: info.submitted,
            completed: None,
            failed: false,
            failed_tasks: 0,
            killed_tasks: 0,
        });
        Some(place)
    }

    fn remember(&mut self, key: StageKey, place: Option<usize>) {
        self.completed.insert(key, place);
        self.order.push_back(key);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.completed.remove(&oldest);
        }
    }
}
