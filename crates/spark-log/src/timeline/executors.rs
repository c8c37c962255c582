//! Executors and what ran on them, from events in nearly any order: a removal may be logged before its addition, a task
//! after the removal.

use std::time::Duration;

use foldhash::HashMap;

use super::{profiles::Profiles, spans::Spans, union::Union};
use crate::{
    Curve, EpochMillis, Timeline,
    event::{TaskEnd, TaskInfo},
};

/// An executor from joining to removal.
#[derive(Debug, Clone, PartialEq)]
pub struct Executor {
    /// Spark's executor id.
    pub id: String,
    /// Host name or address.
    pub host: String,
    /// Its cores.
    pub cores: u32,
    /// Its resource profile.
    pub profile: i64,
    /// Tasks it can run at once, by its profile's CPUs of a task.
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
    /// Task attempts that ran on it.
    pub tasks: u64,
    /// Those that failed.
    pub failed_tasks: u64,
    /// Those that were killed.
    pub killed_tasks: u64,
    /// Time with at least one task. Never more than its life.
    pub busy: Duration,
    /// When it had at least one task, in at most [`crate::SPANS`] intervals: the shortest pauses of more are left out.
    pub busy_spans: Vec<(EpochMillis, EpochMillis)>,
    /// Launch to finish, summed over its task attempts that have an end.
    pub task_time: Duration,
    /// The same times the CPUs of each task, those without an end included. Never more than cores × life.
    pub core_time: Duration,
}

impl Executor {
    /// From joining to removal.
    #[must_use]
    pub fn life(&self) -> Duration {
        self.until.since(self.added)
    }
}

#[derive(Debug, Default)]
struct Seen {
    added: Option<Added>,
    removed: Option<(EpochMillis, String)>,
    first_task: Option<EpochMillis>,
    last_task: Option<EpochMillis>,
    tasks: u64,
    failed: u64,
    killed: u64,
    task_ms: i64,
    core_ms: f64,
    busy: Union,
    spans: Spans,
}

#[derive(Debug)]
struct Added {
    at: EpochMillis,
    host: String,
    cores: u32,
    profile: i64,
}

/// Executors as they are told.
#[derive(Debug, Default)]
pub(crate) struct Executors {
    places: HashMap<Box<str>, usize>,
    seen: Vec<Seen>,
    busy: Curve,
}

impl Executors {
    /// The curve of busy executors begins here.
    pub(crate) fn start_at(&mut self, at: EpochMillis) {
        self.busy = Curve::starting(at);
    }

    pub(crate) fn added(
        &mut self,
        id: &str,
        at: EpochMillis,
        host: String,
        cores: u32,
        profile: i64,
    ) {
        self.of(id).added = Some(Added {
            at,
            host,
            cores,
            profile,
        });
    }

    pub(crate) fn removed(&mut self, id: &str, at: EpochMillis, reason: String) {
        self.of(id).removed = Some((at, reason));
    }

    /// The profile of an executor, if it has joined.
    pub(crate) fn profile_of(&self, id: &str) -> Option<i64> {
        Some(self.seen[*self.places.get(id)?].added.as_ref()?.profile)
    }

    /// A task attempt was seen for the first time.
    pub(crate) fn launched(&mut self, task: &TaskInfo) {
        let seen = self.of(&task.executor);
        let first = seen.first_task.unwrap_or(task.launched);
        seen.first_task = Some(first.min(task.launched));
        seen.tasks += 1;
    }

    /// A task attempt ended at `at`, not before its launch. `cpus` are those it had.
    pub(crate) fn ended(&mut self, task: &TaskInfo, end: TaskEnd, at: EpochMillis, cpus: f64) {
        let seen = self.of(&task.executor);
        seen.failed += u64::from(end == TaskEnd::Failed);
        seen.killed += u64::from(end == TaskEnd::Killed);
        seen.last_task = seen.last_task.max(Some(at));
        let lasted = at.0 - task.launched.0;
        seen.task_ms = seen.task_ms.saturating_add(lasted);
        seen.core_ms += lasted as f64 * cpus;
        if let Some((from, to)) = seen.busy.add(task.launched, at) {
            seen.spans.add(from, to);
            self.busy.add(from, to);
        }
    }

    /// A task that has no end ran to the end of its executor, or to `end`.
    pub(crate) fn never_ended(
        &mut self,
        executor: &str,
        launched: EpochMillis,
        end: EpochMillis,
        cpus: f64,
    ) {
        let seen = self.of(executor);
        let until = seen.removed.as_ref().map_or(end, |(at, _)| *at);
        let until = until.max(launched);
        seen.last_task = seen.last_task.max(Some(until));
        seen.core_ms += (until.0 - launched.0) as f64 * cpus;
        if let Some((from, to)) = seen.busy.add(launched, until) {
            seen.spans.add(from, to);
            self.busy.add(from, to);
        }
    }

    fn of(&mut self, id: &str) -> &mut Seen {
        let place = match self.places.get(id) {
            Some(place) => *place,
            None => {
                self.places.insert(id.into(), self.seen.len());
                self.seen.push(Seen::default());
                self.seen.len() - 1
            }
        };
        &mut self.seen[place]
    }

    /// Executors that ran tasks or were removed, and whose joining was not told.
    pub(crate) fn unseen(&self) -> usize {
        let unseen =
            |seen: &&Seen| seen.added.is_none() && (seen.removed.is_some() || seen.tasks > 0);
        self.seen.iter().filter(unseen).count()
    }

    /// Additions and removals that contradict each other or the start of the application.
    pub(crate) fn backwards(&self, started: Option<EpochMillis>) -> usize {
        let of = |seen: &Seen| {
            let Some(added) = seen.added.as_ref().map(|added| added.at) else {
                return 0;
            };
            let removed = seen.removed.as_ref().map(|(at, _)| *at);
            usize::from(started.is_some_and(|started| added < started))
                + usize::from(removed.is_some_and(|removed| removed < added))
        };
        self.seen.iter().map(of).sum()
    }

    /// Closes every executor and hands them over in the order they joined.
    pub(crate) fn finish(mut self, timeline: &mut Timeline, profiles: &Profiles) {
        let mut executors: Vec<Executor> = Vec::new();
        for (id, place) in self.places {
            let seen = std::mem::take(&mut self.seen[place]);
            let Some(added) = seen.added else {
                continue;
            };
            let started = timeline.started.unwrap_or(added.at);
            let at = added.at.max(started);
            let (removed, reason) = seen.removed.unzip();
            let removed = removed.map(|removed| removed.max(at));
            let until = removed.or(timeline.last_seen).unwrap_or(at).max(at);
            let (busy, recent) = seen.busy.finish(at, until);
            let mut spans = seen.spans;
            for (from, to) in recent {
                spans.add(from, to);
                self.busy.add(from, to);
            }
            let life = until.since(at);
            let most = life.as_secs_f64() * f64::from(added.cores);
            executors.push(Executor {
                id: id.into(),
                host: added.host,
                cores: added.cores,
                profile: added.profile,
                slots: slots(added.cores, profiles.task_cpus(Some(added.profile))),
                added: at,
                removed,
                reason,
                until,
                first_task: seen.first_task.map(|first| first.max(started)),
                last_task: seen.last_task.map(|last| last.min(until)),
                tasks: seen.tasks,
                failed_tasks: seen.failed,
                killed_tasks: seen.killed,
                busy: busy.min(life),
                busy_spans: spans.finish(at, until),
                task_time: Duration::from_millis(u64::try_from(seen.task_ms).unwrap_or(0)),
                core_time: Duration::from_secs_f64((seen.core_ms / 1000.0).clamp(0.0, most)),
            });
        }
        executors.sort_by(|a, b| (a.added, natural(&a.id)).cmp(&(b.added, natural(&b.id))));
        timeline.executors = executors;
        timeline.busy_executors = self.busy;
    }
}

fn slots(cores: u32, task_cpus: f64) -> u32 {
    let slots = f64::from(cores) / task_cpus.max(f64::MIN_POSITIVE);
    (slots as u32).clamp(1, cores.max(1))
}

/// Executor ids are strings of digits: `10` comes after `9`.
fn natural(id: &str) -> (usize, &str) {
    (id.len(), id)
}
