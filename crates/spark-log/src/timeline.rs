//! Executors, tasks, stages and jobs of one run over time. Built by `builder`; counted by `metrics`.

mod applications;
mod builder;
mod curve;
mod demand;
mod executors;
mod jobs;
mod peak;
mod profiles;
mod running;
mod spans;
mod stages;
mod union;

use std::{collections::BTreeMap, time::Duration};

pub use builder::TimelineBuilder;
pub use curve::Curve;
pub use demand::Demand;
pub use executors::Executor;
pub use jobs::{Job, JobCounts, LISTED};
pub use running::TaskCounts;
pub use spans::SPANS;
pub use stages::{Stage, StageCounts};

use crate::{Counts, EpochMillis, Gap};

/// One run as the event log tells it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Timeline {
    /// Such as `3.5.6`.
    pub spark_version: Option<String>,
    /// `spark.app.id`.
    pub application_id: Option<String>,
    /// `spark.app.name`.
    pub application_name: Option<String>,
    /// Attempt of the application, where the cluster manager counts attempts.
    pub application_attempt: Option<String>,
    /// ApplicationStart.
    pub started: Option<EpochMillis>,
    /// ApplicationEnd. Absent when the log was cut or the driver was lost.
    pub ended: Option<EpochMillis>,
    /// ApplicationEnd, or else the last time any event tells.
    pub last_seen: Option<EpochMillis>,
    /// Effective Spark configuration, reduced to the properties of [`crate::is_kept_property`].
    pub properties: BTreeMap<String, String>,
    /// The driver ran tasks itself: there are no executors.
    pub local_mode: bool,
    /// In the order they joined. The driver is none of them.
    pub executors: Vec<Executor>,
    /// Executors with at least one task, over time.
    pub busy_executors: Curve,
    /// Task attempts by how they ended.
    pub task_counts: TaskCounts,
    /// Launch to finish, summed over the task attempts that have an end, those of the driver in local mode included.
    pub task_time: Duration,
    /// The first [`crate::LISTED`] stage attempts, by id and attempt.
    pub stages: Vec<Stage>,
    /// All stage attempts.
    pub stage_counts: StageCounts,
    /// The first [`crate::LISTED`] jobs, by id.
    pub jobs: Vec<Job>,
    /// All jobs.
    pub job_counts: JobCounts,
    /// What the stages asked for. Absent when no stage was submitted, or when the submission of one is missing.
    pub demand: Option<Demand>,
    /// Tasks that waited for a slot, over time.
    pub waiting_tasks: Curve,
    /// What was read.
    pub counts: Counts,
    /// Why this may not be the whole run. Empty when the log is complete.
    pub gaps: Vec<Gap>,
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

    /// The first JobStart.
    #[must_use]
    pub fn first_job_start(&self) -> Option<EpochMillis> {
        self.job_counts.first_started
    }

    pub(crate) fn count_useful_executors(&mut self) {
        let slots = self.executors.iter().map(|e| e.slots).min();
        if let Some(demand) = &mut self.demand {
            demand.useful_executors = slots.map(|slots| demand.peak_tasks.div_ceil(slots));
        }
    }
}
