//! Events to a timeline, in one pass. Spark logs from several threads, so events come in nearly the order of time.
//! Memory is bounded by executors and running tasks, not by the length of the log.

use super::{
    applications::Applications, executors::Executors, jobs::Jobs, profiles::Profiles,
    running::Running, stages::Stages,
};
use crate::{
    Counts, EpochMillis, Event, Gap, Timeline,
    event::{TaskEnd, TaskInfo},
};

/// Who runs the tasks in local mode.
const DRIVER: &str = "driver";

/// Collects events; [`TimelineBuilder::finish`] makes the timeline.
#[derive(Debug, Default)]
pub struct TimelineBuilder {
    timeline: Timeline,
    applications: Applications,
    profiles: Profiles,
    executors: Executors,
    running: Running,
    stages: Stages,
    jobs: Jobs,
    /// Intervals that would be negative.
    backwards: usize,
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
            Event::Environment { properties } => {
                self.profiles.configure(&properties);
                self.timeline.properties.extend(properties);
            }
            Event::ResourceProfile { id, task_cpus } => self.profiles.insert(id, task_cpus),
            Event::ApplicationStart {
                id,
                name,
                attempt,
                at,
            } => {
                self.timeline.application_id = id;
                self.timeline.application_name = Some(name);
                self.timeline.application_attempt = attempt;
                self.started(at);
            }
            Event::ApplicationEnd { at } => {
                self.saw(at);
                self.timeline.ended = Some(at);
            }
            Event::ExecutorAdded { id, .. } | Event::ExecutorRemoved { id, .. }
                if &*id == DRIVER => {}
            Event::ExecutorAdded {
                id,
                at,
                host,
                cores,
                profile,
            } => {
                self.saw(at);
                self.executors.added(&id, at, host, cores, profile);
            }
            Event::ExecutorRemoved { id, at, reason } => {
                self.saw(at);
                self.executors.removed(&id, at, reason);
            }
            Event::JobStart { id, at } => {
                self.saw(at);
                let at = self.after_start(at);
                self.jobs.started(id, at);
            }
            Event::JobEnd { id, at, succeeded } => {
                self.saw(at);
                self.jobs.ended(id, at, succeeded);
            }
            Event::StageSubmitted(mut info) => {
                info.submitted.inspect(|at| self.saw(*at));
                info.submitted = info.submitted.map(|at| self.after_start(at));
                self.stages.submitted(info);
            }
            Event::StageCompleted(info) => {
                info.submitted.inspect(|at| self.saw(*at));
                info.completed.inspect(|at| self.saw(*at));
                self.stages.completed(info);
            }
            Event::TaskStart(task) => {
                self.saw(task.launched);
                self.task_started(task);
            }
            Event::TaskEnd(task) => self.task_ended(task),
        }
    }

    fn saw(&mut self, at: EpochMillis) {
        if self.timeline.last_seen.is_none() && self.timeline.started.is_none() {
            // Without the start of the application curves begin at the first time that is told.
            self.stages.start_at(at);
            self.executors.start_at(at);
        }
        self.timeline.last_seen = self.timeline.last_seen.max(Some(at));
    }

    fn started(&mut self, at: EpochMillis) {
        self.saw(at);
        self.timeline.started = Some(at);
        self.stages.start_at(at);
        self.executors.start_at(at);
    }

    /// Nothing of an application begins before it.
    fn after_start(&mut self, at: EpochMillis) -> EpochMillis {
        let started = self.timeline.started.unwrap_or(at);
        self.backwards += usize::from(at < started);
        at.max(started)
    }

    fn task_started(&mut self, mut task: TaskInfo) {
        let profile = self.stages.profile_of(task.stage);
        if self.running.starts(&task, profile) {
            task.launched = self.after_start(task.launched);
            self.first_seen(&task);
        }
    }

    fn first_seen(&mut self, task: &TaskInfo) {
        self.stages.launched(task);
        if &*task.executor == DRIVER {
            self.timeline.local_mode = true;
        } else {
            self.executors.launched(task);
        }
    }

    fn task_ended(&mut self, mut task: TaskInfo) {
        let end = task.end.unwrap_or(TaskEnd::Failed);
        let now = self.timeline.last_seen.unwrap_or(task.launched);
        self.saw(task.launched);
        task.finished.inspect(|at| self.saw(*at));
        if end == TaskEnd::Resubmitted {
            // Told when its executor was lost, with the times of its first end.
            self.running.ends(&task, end);
            self.stages.ended(&task, end, now.max(task.launched));
            return;
        }
        let Some(first) = self.running.ends(&task, end) else {
            return;
        };
        let finished = task.finished.unwrap_or(task.launched);
        self.backwards += usize::from(finished < task.launched);
        if first {
            task.launched = self.after_start(task.launched);
            self.first_seen(&task);
        }
        let started = self.timeline.started.unwrap_or(task.launched);
        task.launched = task.launched.max(started);
        let at = finished.max(task.launched);
        let cpus = self.task_cpus(self.stages.profile_of(task.stage), &task.executor);
        self.stages.ended(&task, end, at);
        self.timeline.task_time += at.since(task.launched);
        if &*task.executor != DRIVER {
            self.executors.ended(&task, end, at, cpus);
        }
    }

    /// CPUs of a task: by its stage's resource profile, else by its executor's.
    fn task_cpus(&self, stage: Option<i64>, executor: &str) -> f64 {
        let profile = stage.or_else(|| self.executors.profile_of(executor));
        self.profiles.task_cpus(profile)
    }

    /// Makes the timeline: closes what is open, finds the gaps.
    #[must_use]
    pub fn finish(mut self, counts: Counts) -> Timeline {
        if let Some(ended) = self.timeline.ended {
            let ended = self.after_start(ended);
            (self.timeline.ended, self.timeline.last_seen) = (Some(ended), Some(ended));
        }
        let (task_counts, open) = std::mem::take(&mut self.running).finish();
        for task in open.iter().filter(|task| &*task.executor != DRIVER) {
            let cpus = self.task_cpus(task.profile, &task.executor);
            let end = self.timeline.last_seen.unwrap_or(task.launched);
            self.executors
                .never_ended(&task.executor, task.launched, end, cpus);
        }
        let mut timeline = self.timeline;
        let backwards = self.backwards
            + self.jobs.backwards
            + usize::from(self.jobs.outlive(timeline.ended))
            + self.stages.backwards
            + self.executors.backwards(timeline.started);
        let (unseen, untold) = (self.executors.unseen(), self.stages.untold());
        timeline.counts = counts;
        timeline.task_counts = task_counts;
        self.executors.finish(&mut timeline, &self.profiles);
        self.stages.finish(&mut timeline);
        self.jobs.finish(&mut timeline);
        timeline.count_useful_executors();
        timeline.gaps = gaps(
            &timeline,
            (unseen, untold),
            backwards,
            self.applications.count(),
        );
        timeline
    }
}

fn gaps(
    timeline: &Timeline,
    (unseen, untold): (usize, usize),
    backwards: usize,
    applications: usize,
) -> Vec<Gap> {
    let counts = timeline.counts;
    if counts.used == 0 {
        return vec![Gap::NoEvents];
    }
    let jobs = timeline.job_counts;
    let no_jobs = jobs.succeeded + jobs.failed + jobs.open == 0;
    let (open_stages, open_tasks) = (timeline.stage_counts.open, timeline.task_counts.open);
    let found = [
        (timeline.started.is_none(), Gap::NoApplicationStart),
        (timeline.ended.is_none(), Gap::NoApplicationEnd),
        (no_jobs, Gap::NoJobs),
        (jobs.open > 0, Gap::OpenJobs(jobs.open)),
        (open_stages > 0, Gap::OpenStages(open_stages)),
        (open_tasks > 0, Gap::OpenTasks(open_tasks)),
        (unseen > 0, Gap::UnseenExecutors(unseen)),
        (untold > 0, Gap::UntoldStages(untold)),
        (
            counts.damaged > 0,
            Gap::DamagedLines {
                lines: counts.damaged,
                first: counts.first_damaged.unwrap_or(0),
                overlong: counts.overlong,
            },
        ),
        (counts.cut_last_line, Gap::CutLastLine),
        (applications > 1, Gap::SeveralApplications(applications)),
        (backwards > 0, Gap::BackwardTimes(backwards)),
    ];
    found
        .into_iter()
        .filter_map(|(is, gap)| is.then_some(gap))
        .collect()
}
