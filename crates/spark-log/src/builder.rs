//! Events in any order to a timeline. Spark logs from several threads: a removal may precede its addition.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::{
    Counts, EpochMillis, Event, Executor, Gap, Job, Stage, Task, Timeline,
    event::{StageInfo, StageKey, TaskInfo, TaskKey},
};

#[derive(Debug, Default)]
struct Seen {
    added: Option<(EpochMillis, String, u32)>,
    removed: Option<(EpochMillis, String)>,
}

/// Collects events; [`TimelineBuilder::finish`] makes the timeline.
#[derive(Debug, Default)]
pub struct TimelineBuilder {
    timeline: Timeline,
    applications: BTreeSet<String>,
    executors: BTreeMap<String, Seen>,
    tasks: BTreeMap<TaskKey, Task>,
    stages: BTreeMap<StageKey, Stage>,
    jobs: BTreeMap<i64, Job>,
    /// Ends of jobs whose start was not seen (yet).
    job_ends: BTreeMap<i64, (EpochMillis, bool)>,
}

impl TimelineBuilder {
    /// Takes one event.
    pub fn add(&mut self, event: Event) {
        match event {
            Event::LogStart { spark_version } => {
                self.timeline.spark_version.get_or_insert(spark_version);
            }
            Event::Environment { properties } => self.timeline.properties.extend(properties),
            Event::ApplicationStart { id, name, at } => self.application_started(id, name, at),
            Event::ApplicationEnd { at } => {
                self.saw(at);
                self.timeline.ended = self.timeline.ended.max(Some(at));
            }
            Event::ExecutorAdded { id, .. } | Event::ExecutorRemoved { id, .. }
                if id == "driver" => {}
            Event::ExecutorAdded {
                id,
                at,
                host,
                cores,
            } => {
                self.saw(at);
                self.executors.entry(id).or_default().added = Some((at, host, cores));
            }
            Event::ExecutorRemoved { id, at, reason } => {
                self.saw(at);
                self.executors.entry(id).or_default().removed = Some((at, reason));
            }
            Event::JobStart { id, at } => {
                self.saw(at);
                self.jobs.insert(
                    id,
                    Job {
                        id,
                        started: at,
                        ended: None,
                        succeeded: false,
                    },
                );
            }
            Event::JobEnd { id, at, succeeded } => {
                self.saw(at);
                self.job_ends.insert(id, (at, succeeded));
            }
            Event::StageSubmitted(info) | Event::StageCompleted(info) => self.stage(info),
            Event::TaskStart(info) | Event::TaskEnd(info) => self.task(info),
        }
    }

    fn saw(&mut self, at: EpochMillis) {
        self.timeline.last_seen = self.timeline.last_seen.max(Some(at));
    }

    fn application_started(&mut self, id: Option<String>, name: String, at: EpochMillis) {
        self.saw(at);
        self.applications.insert(id.clone().unwrap_or_default());
        if self.timeline.started.is_none() {
            self.timeline.started = Some(at);
            self.timeline.application_name = Some(name);
            self.timeline.application_id = id;
        }
    }

    fn stage(&mut self, info: StageInfo) {
        info.submitted
            .into_iter()
            .chain(info.completed)
            .for_each(|at| self.saw(at));
        let stage = self.stages.entry(info.key).or_insert_with(|| Stage {
            key: info.key,
            name: info.name,
            tasks: info.tasks,
            submitted: None,
            completed: None,
            failed: false,
        });
        stage.submitted = stage.submitted.or(info.submitted);
        stage.completed = stage.completed.or(info.completed);
        stage.failed |= info.failed;
    }

    fn task(&mut self, info: TaskInfo) {
        self.saw(info.launched);
        info.finished.into_iter().for_each(|at| self.saw(at));
        let task = self.tasks.entry(info.key).or_insert_with(|| Task {
            key: info.key,
            stage: info.stage,
            index: info.index,
            executor: info.executor,
            launched: info.launched,
            finished: None,
            succeeded: false,
            speculative: info.speculative,
        });
        // A finished task is reported again (`Resubmitted`) when its output is lost; its first end stands.
        if task.finished.is_none() {
            task.finished = info.finished.map(|finished| finished.max(task.launched));
            task.succeeded = info.succeeded;
        }
    }

    /// Makes the timeline: closes what is open, finds the gaps.
    #[must_use]
    pub fn finish(mut self, counts: Counts) -> Timeline {
        for (id, (ended, succeeded)) in &self.job_ends {
            if let Some(job) = self.jobs.get_mut(id) {
                (job.ended, job.succeeded) = (Some((*ended).max(job.started)), *succeeded);
            }
        }
        if self.timeline.ended.is_some() {
            self.timeline.last_seen = self.timeline.ended;
        }
        self.timeline.gaps = self.gaps(counts);
        self.timeline.executors = self.closed_executors();
        self.timeline.tasks = self.tasks.into_values().collect();
        self.timeline.stages = self.stages.into_values().collect();
        self.timeline.jobs = self.jobs.into_values().collect();
        self.timeline
    }

    fn closed_executors(&mut self) -> Vec<Executor> {
        let cpus = self
            .timeline
            .properties
            .get("spark.task.cpus")
            .and_then(|cpus| cpus.parse().ok())
            .unwrap_or(1_u32);
        let end = self.timeline.last_seen;
        let mut executors: Vec<Executor> = std::mem::take(&mut self.executors)
            .into_iter()
            .filter_map(|(id, seen)| {
                let (added, host, cores) = seen.added?;
                let (removed, reason) = seen.removed.unzip();
                let until = removed.or(end).unwrap_or(added).max(added);
                let slots = (cores / cpus.max(1)).max(1);
                Some(Executor {
                    id,
                    host,
                    cores,
                    slots,
                    added,
                    removed,
                    reason,
                    until,
                    first_task: None,
                    last_task: None,
                    tasks: 0,
                    busy: Duration::ZERO,
                })
            })
            .collect();
        executors.sort_by(|a, b| (a.added, natural(&a.id)).cmp(&(b.added, natural(&b.id))));
        self.give_tasks(&mut executors);
        executors
    }

    fn give_tasks(&self, executors: &mut [Executor]) {
        let mut of: BTreeMap<String, &mut Executor> =
            executors.iter_mut().map(|e| (e.id.clone(), e)).collect();
        for task in self.tasks.values() {
            let Some(executor) = of.get_mut(&task.executor) else {
                continue;
            };
            let ended = task.finished.unwrap_or(executor.until).min(executor.until);
            executor.tasks += 1;
            executor.first_task = Some(
                executor
                    .first_task
                    .map_or(task.launched, |first| first.min(task.launched)),
            );
            executor.last_task = executor.last_task.max(Some(ended));
            executor.busy += ended.since(task.launched.max(executor.added));
        }
        for executor in of.into_values() {
            executor.busy = (executor.busy / executor.slots).min(executor.life());
        }
    }

    fn gaps(&self, counts: Counts) -> Vec<Gap> {
        if counts.events == 0 {
            return vec![Gap::NoEvents];
        }
        let open_jobs = self.jobs.values().filter(|job| job.ended.is_none()).count();
        let open_tasks = self
            .tasks
            .values()
            .filter(|task| task.finished.is_none())
            .count();
        let unseen = self
            .executors
            .values()
            .filter(|seen| seen.added.is_none())
            .count();
        let found = [
            (self.timeline.started.is_none(), Gap::NoApplicationStart),
            (self.timeline.ended.is_none(), Gap::NoApplicationEnd),
            (self.jobs.is_empty(), Gap::NoJobs),
            (open_jobs > 0, Gap::OpenJobs(open_jobs)),
            (open_tasks > 0, Gap::OpenTasks(open_tasks)),
            (unseen > 0, Gap::UnseenExecutors(unseen)),
            (counts.damaged > 0, Gap::DamagedLines(counts.damaged)),
            (counts.cut_last_line, Gap::CutLastLine),
            (
                self.applications.len() > 1,
                Gap::SeveralApplications(self.applications.len()),
            ),
        ];
        found
            .into_iter()
            .filter_map(|(is, gap)| is.then_some(gap))
            .collect()
    }
}

/// Executor ids are strings of digits: `10` comes after `9`.
fn natural(id: &str) -> (usize, &str) {
    (id.len(), id)
}
