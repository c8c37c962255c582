//! How much work was there at each time: tasks waiting and running, whatever the number of executors.

use std::collections::{BTreeMap, BTreeSet};

use crate::{EpochMillis, Stage, StageKey, Task, Timeline};

/// What the stages asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Demand {
    /// The most tasks that were waiting or running at one time.
    pub peak_tasks: u32,
    /// The executors that could serve them all at once, at the slots the executors had.
    pub useful_executors: Option<u32>,
    /// The number of tasks of the largest stage.
    pub largest_stage: u32,
    /// Task-seconds spent waiting for a slot: from submission of the stage (or the failed attempt before)
    /// to the launch.
    pub backlog_seconds: f64,
}

impl Demand {
    /// Measures the demand of a run. `None` when no stage was submitted.
    #[must_use]
    pub fn of(timeline: &Timeline) -> Option<Self> {
        let largest_stage = timeline.stages.iter().map(|stage| stage.tasks).max()?;
        let mut by_stage: BTreeMap<StageKey, Vec<&Task>> = BTreeMap::new();
        for task in timeline.tasks.iter().filter(|task| !task.speculative) {
            by_stage.entry(task.stage).or_default().push(task);
        }
        let mut changes: Vec<(EpochMillis, i64)> = Vec::new();
        let mut backlog_seconds = 0.0;
        for stage in &timeline.stages {
            let tasks = by_stage.get(&stage.key).map_or(&[][..], Vec::as_slice);
            let Some(submitted) = stage
                .submitted
                .or_else(|| tasks.iter().map(|t| t.launched).min())
            else {
                continue;
            };
            let end = stage.completed.or(timeline.last_seen).unwrap_or(submitted);
            changes.extend(changes_of(stage, tasks, submitted, end));
            backlog_seconds += backlog_of(stage, tasks, submitted, end);
        }
        // Ends sort before starts of the same millisecond, so a hand-over is not counted twice.
        changes.sort_unstable();
        let mut now = 0_i64;
        let peak = changes.into_iter().fold(0, |peak, (_, change)| {
            now += change;
            now.max(peak)
        });
        let peak_tasks = u32::try_from(peak).unwrap_or(u32::MAX);
        let slots = timeline.executors.iter().map(|e| e.slots).min();
        let useful_executors = slots.map(|slots| peak_tasks.div_ceil(slots));
        Some(Self {
            peak_tasks,
            useful_executors,
            largest_stage,
            backlog_seconds,
        })
    }
}

fn changes_of(
    stage: &Stage,
    tasks: &[&Task],
    submitted: EpochMillis,
    end: EpochMillis,
) -> Vec<(EpochMillis, i64)> {
    let mut done: BTreeMap<i64, EpochMillis> = BTreeMap::new();
    for task in tasks.iter().filter(|task| task.succeeded) {
        let finished = task.finished.unwrap_or(end);
        done.entry(task.index)
            .and_modify(|first| *first = (*first).min(finished))
            .or_insert(finished);
    }
    let total = i64::from(stage.tasks);
    let open = total - i64::try_from(done.len()).unwrap_or(total).min(total);
    let mut changes = vec![(submitted, total), (end.max(submitted), -open)];
    let closing = usize::try_from(total - open).unwrap_or(0);
    changes.extend(
        done.into_values()
            .take(closing)
            .map(|finished| (finished.max(submitted), -1)),
    );
    changes
}

fn backlog_of(stage: &Stage, tasks: &[&Task], submitted: EpochMillis, end: EpochMillis) -> f64 {
    let mut attempts: Vec<&&Task> = tasks.iter().collect();
    attempts.sort_by_key(|task| (task.index, task.launched));
    let mut waited = 0.0;
    let mut before: Option<&Task> = None;
    for task in attempts {
        let ready = match before {
            Some(last) if last.index == task.index => last.finished.unwrap_or(task.launched),
            _ => submitted,
        };
        waited += task.launched.since(ready).as_secs_f64();
        before = Some(task);
    }
    let launched: BTreeSet<i64> = tasks.iter().map(|task| task.index).collect();
    let never = u64::from(stage.tasks).saturating_sub(launched.len() as u64);
    waited + never as f64 * end.since(submitted).as_secs_f64()
}
