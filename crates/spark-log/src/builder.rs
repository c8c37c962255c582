//! Events in any order to a timeline. Spark logs from several threads: a removal may precede its addition.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    Counts, EpochMillis, Event, Executor, Gap, Job, Stage, Task, Timeline,
    event::{StageInfo, StageKey, TaskInfo, TaskKey},
};

#[derive(Debug, Default)]
struct Seen {
    added: Option<(EpochMillis, String, u32)>,
    removed: Option<(EpochMillis, String)>,
}

/// What tells that a log is of more than one application. Parts of one application may come in any order.
#[derive(Debug, Default)]
struct Applications {
    starts: usize,
    ends: usize,
    log_starts: usize,
    /// Everything from here on is of another application.
    another: bool,
}

impl Applications {
    /// Counts the event; false when it is of another application than those before.
    fn own(&mut self, event: &Event) -> bool {
        match event {
            Event::ApplicationStart { .. } => {
                self.starts += 1;
                self.another |= self.starts > 1;
            }
            Event::ApplicationEnd { .. } => {
                self.ends += 1;
                self.another |= self.ends > 1;
            }
            // The parts of a log may each begin with one, but nothing begins after the end.
            Event::LogStart { .. } => {
                self.log_starts += 1;
                self.another |= self.log_starts > 1 && self.ends > 0;
            }
            _ => {}
        }
        !self.another
    }

    fn count(&self) -> usize {
        self.starts
            .max(self.ends)
            .max(1 + usize::from(self.another))
    }
}

/// Collects events; [`TimelineBuilder::finish`] makes the timeline.
#[derive(Debug, Default)]
pub struct TimelineBuilder {
    timeline: Timeline,
    applications: Applications,
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
        if !self.applications.own(&event) {
            return;
        }
        match event {
            Event::LogStart { spark_version } => {
                self.timeline.spark_version.get_or_insert(spark_version);
            }
            Event::Environment { properties } => self.timeline.properties.extend(properties),
            Event::ApplicationStart { id, name, at } => self.application_started(id, name, at),
            Event::ApplicationEnd { at } => {
                self.saw(at);
                self.timeline.ended = Some(at);
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
        self.timeline.started = Some(at);
        self.timeline.application_name = Some(name);
        self.timeline.application_id = id;
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
            task.finished = info.finished;
            task.succeeded = info.succeeded;
        }
    }

    /// Makes the timeline: closes what is open, finds the gaps.
    #[must_use]
    pub fn finish(mut self, counts: Counts) -> Timeline {
        for (id, (ended, succeeded)) in &self.job_ends {
            if let Some(job) = self.jobs.get_mut(id) {
                (job.ended, job.succeeded) = (Some(*ended), *succeeded);
            }
        }
        // Before the times are straightened, so that it is said.
        let gaps = self.gaps(counts);
        self.straighten();
        if self.timeline.ended.is_some() {
            self.timeline.last_seen = self.timeline.ended;
        }
        self.timeline.gaps = gaps;
        self.timeline.executors = self.closed_executors();
        self.timeline.tasks = self.tasks.into_values().collect();
        self.timeline.stages = self.stages.into_values().collect();
        self.timeline.jobs = self.jobs.into_values().collect();
        self.timeline
    }

    /// Beginnings with their ends, as the log has them. Nothing of an application begins before it.
    fn intervals(&self) -> Vec<(Option<EpochMillis>, Option<EpochMillis>)> {
        let (started, ended) = (self.timeline.started, self.timeline.ended);
        let added = |seen: &Seen| seen.added.as_ref().map(|(at, ..)| *at);
        let executors = self.executors.values().flat_map(|seen| {
            let removed = seen.removed.as_ref().map(|(at, _)| *at);
            [(started, added(seen)), (added(seen), removed)]
        });
        let jobs = self.jobs.values().flat_map(|job| {
            let at = Some(job.started);
            [(started, at), (at, ended), (at, job.ended)]
        });
        let stages = self.stages.values().flat_map(|stage| {
            [
                (started, stage.submitted),
                (stage.submitted, stage.completed),
            ]
        });
        let tasks = self.tasks.values().flat_map(|task| {
            let at = Some(task.launched);
            [(started, at), (at, task.finished)]
        });
        let own = jobs.chain(stages).chain(tasks);
        std::iter::once((started, ended))
            .chain(executors)
            .chain(own)
            .collect()
    }

    /// Moves ends that lie before their beginnings to them; [`Gap::BackwardTimes`] has said so.
    fn straighten(&mut self) {
        let Some(started) = self.timeline.started else {
            return self.straighten_ends();
        };
        self.timeline.ended = self.timeline.ended.map(|at| at.max(started));
        for (at, ..) in self.executors.values_mut().flat_map(|e| &mut e.added) {
            *at = (*at).max(started);
        }
        for stage in self.stages.values_mut() {
            stage.submitted = stage.submitted.map(|at| at.max(started));
        }
        for task in self.tasks.values_mut() {
            task.launched = task.launched.max(started);
        }
        for job in self.jobs.values_mut() {
            job.started = job.started.max(started);
        }
        self.straighten_ends();
    }

    fn straighten_ends(&mut self) {
        for seen in self.executors.values_mut() {
            if let (Some((added, ..)), Some((removed, _))) = (&seen.added, &mut seen.removed) {
                *removed = (*removed).max(*added);
            }
        }
        for stage in self.stages.values_mut() {
            stage.completed = stage
                .completed
                .map(|at| at.max(stage.submitted.unwrap_or(at)));
        }
        for task in self.tasks.values_mut() {
            task.finished = task.finished.map(|at| at.max(task.launched));
        }
        for job in self.jobs.values_mut() {
            job.ended = job.ended.map(|at| at.max(job.started));
        }
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
        let applications = self.applications.count();
        let backward = self
            .intervals()
            .into_iter()
            .filter(|(from, to)| from.zip(*to).is_some_and(|(from, to)| to < from))
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
            (applications > 1, Gap::SeveralApplications(applications)),
            (backward > 0, Gap::BackwardTimes(backward)),
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
