//! Executors, tasks, stages and jobs of one run over time. Built by `builder`; counted by `metrics`.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    EpochMillis, Gap,
    event::{StageKey, TaskKey},
};

/// One run as the event log tells it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Timeline {
    /// Such as `3.5.6`.
    pub spark_version: Option<String>,
    /// `spark.app.id`.
    pub application_id: Option<String>,
    /// `spark.app.name`.
    pub application_name: Option<String>,
    /// ApplicationStart.
    pub started: Option<EpochMillis>,
    /// ApplicationEnd. Absent when the log was cut or the driver was lost.
    pub ended: Option<EpochMillis>,
    /// ApplicationEnd, or else the last time any event tells.
    pub last_seen: Option<EpochMillis>,
    /// Effective Spark configuration, reduced to the properties of [`crate::is_kept_property`].
    pub properties: BTreeMap<String, String>,
    /// In the order they joined. The driver is none of them.
    pub executors: Vec<Executor>,
    /// By task id.
    pub tasks: Vec<Task>,
    /// By stage id and attempt; only stages that were submitted.
    pub stages: Vec<Stage>,
    /// By job id.
    pub jobs: Vec<Job>,
    /// Why this may not be the whole run. Empty when the log is complete.
    pub gaps: Vec<Gap>,
}

/// An executor from joining to removal.
#[derive(Debug, Clone, PartialEq)]
pub struct Executor {
    /// Spark's executor id.
    pub id: String,
    /// Host name or address.
    pub host: String,
    /// Its cores.
    pub cores: u32,
    /// Tasks it can run at once.
    pub slots: u32,
    /// When it registered with the driver.
    pub added: EpochMillis,
    /// When it was removed. Absent when it lived to the end.
    pub removed: Option<EpochMillis>,
    /// Spark's own words for the removal.
    pub reason: Option<String>,
    /// `removed`, or the end of the timeline; never before `added`.
    pub until: EpochMillis,
    /// When its first task was launched. Absent when it never had one.
    pub first_task: Option<EpochMillis>,
    /// When its last task ended.
    pub last_task: Option<EpochMillis>,
    /// Tasks that ran on it.
    pub tasks: u32,
    /// Time with all slots in use, a part of the slots counted in part. Never more than its life.
    pub busy: Duration,
}

impl Executor {
    /// From joining to removal.
    #[must_use]
    pub fn life(&self) -> Duration {
        self.until.since(self.added)
    }
}

/// A task attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Unique in the application.
    pub key: TaskKey,
    /// The stage attempt it belongs to.
    pub stage: StageKey,
    /// Which of the stage's tasks.
    pub index: i64,
    /// The executor it ran on.
    pub executor: String,
    /// When it was launched.
    pub launched: EpochMillis,
    /// When it ended. Absent when the log does not say.
    pub finished: Option<EpochMillis>,
    /// It ended with success.
    pub succeeded: bool,
    /// A second copy of a slow task.
    pub speculative: bool,
}

/// A stage attempt that was submitted.
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
}

/// A Spark job: one action of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Job id.
    pub id: i64,
    /// When it was submitted.
    pub started: EpochMillis,
    /// When it ended. Absent when the log does not say.
    pub ended: Option<EpochMillis>,
    /// False when it failed, was cancelled or has no end.
    pub succeeded: bool,
}

impl Timeline {
    /// Executors that have joined and are not yet removed at `at`.
    #[must_use]
    pub fn executors_at(&self, at: EpochMillis) -> usize {
        self.executors
            .iter()
            .filter(|e| e.added <= at && at < e.until)
            .count()
    }

    /// Executors with at least one task at `at`.
    #[must_use]
    pub fn executors_with_a_task_at(&self, at: EpochMillis) -> usize {
        let mut ids: Vec<&str> = self
            .tasks
            .iter()
            .filter(|t| t.launched <= at && t.finished.is_none_or(|finished| at < finished))
            .map(|t| t.executor.as_str())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        self.executors
            .iter()
            .filter(|e| e.added <= at && at < e.until && ids.binary_search(&e.id.as_str()).is_ok())
            .count()
    }

    /// The first JobStart.
    #[must_use]
    pub fn first_job_start(&self) -> Option<EpochMillis> {
        self.jobs.iter().map(|job| job.started).min()
    }

    /// Tasks that were planned: of every submitted stage, those of its largest attempt. A stage that is tried again
    /// repeats only the tasks whose output was lost, so its first attempt is the one with all of them.
    #[must_use]
    pub fn planned_tasks(&self) -> u64 {
        let mut planned = BTreeMap::new();
        for stage in &self.stages {
            let most = planned.entry(stage.key.stage).or_insert(0);
            *most = stage.tasks.max(*most);
        }
        planned.into_values().map(u64::from).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::{Stage, StageKey, Timeline};

    #[test]
    fn stage_that_was_tried_again_is_planned_once() {
        let stage = |stage, attempt, tasks, failed| Stage {
            key: StageKey { stage, attempt },
            name: String::new(),
            tasks,
            submitted: None,
            completed: None,
            failed,
        };
        let timeline = |stages: &[Stage]| Timeline {
            stages: stages.to_vec(),
            ..Timeline::default()
        };
        let undisturbed = timeline(&[stage(0, 0, 40, false), stage(1, 0, 8, false)]);
        let retried = timeline(&[
            stage(0, 0, 40, false),
            stage(0, 1, 12, false),
            stage(1, 0, 8, true),
            stage(1, 1, 5, false),
        ]);
        assert_eq!(undisturbed.planned_tasks(), 48);
        assert_eq!(retried.planned_tasks(), 48);
    }
}
