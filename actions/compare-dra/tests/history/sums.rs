//! The numbers that follow from what happened, by their definitions and without regard to speed.

use crate::raw::{Executor, How, Raw, StageKey, Task};

/// Executor-milliseconds by what the executors did. Head, between, tail and busy are all there is.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ExecutorTime {
    pub(crate) total: i64,
    pub(crate) busy: i64,
    pub(crate) head: i64,
    pub(crate) between: i64,
    pub(crate) tail: i64,
    pub(crate) never_used: i64,
}

impl Raw {
    /// When an executor was gone: removed, or the end of the log.
    pub(crate) fn gone(&self, executor: &Executor) -> i64 {
        let removed = executor.removed.as_ref().map(|removal| removal.at);
        removed.unwrap_or(self.until).max(executor.added)
    }

    pub(crate) fn tasks_on(&self, executor: &str) -> Vec<&Task> {
        let tasks = self.tasks.values();
        tasks.filter(|task| task.executor == executor).collect()
    }

    /// Launch and end of each task on an executor; one without an end ran as long as its executor.
    fn intervals(&self, id: &str, executor: &Executor) -> Vec<(i64, i64)> {
        let gone = self.gone(executor);
        let interval = |task: &&Task| {
            let end = task.end.as_ref().map_or(gone, |end| end.at);
            (task.launched, end.max(task.launched))
        };
        self.tasks_on(id).iter().map(interval).collect()
    }

    /// First launch and last end on an executor.
    pub(crate) fn first_and_last(&self, id: &str) -> Option<(i64, i64)> {
        let executor = &self.executors[id];
        let intervals = self.intervals(id, executor);
        let first = intervals.iter().map(|(launched, _)| *launched).min()?;
        let last = intervals.iter().map(|(_, end)| *end).max()?;
        Some((first, last.min(self.gone(executor))))
    }

    /// How long an executor ran at least one task while it was there.
    pub(crate) fn busy(&self, id: &str) -> i64 {
        let executor = &self.executors[id];
        let (added, gone) = (executor.added, self.gone(executor));
        let mut intervals = self.intervals(id, executor);
        intervals.sort_unstable();
        let mut until = added;
        let mut busy = 0;
        for (from, to) in intervals {
            let (from, to) = (
                from.clamp(until, gone.max(until)),
                to.clamp(until, gone.max(until)),
            );
            busy += to - from;
            until = until.max(to);
        }
        busy
    }

    pub(crate) fn executor_time(&self) -> ExecutorTime {
        let mut time = ExecutorTime::default();
        for (id, executor) in &self.executors {
            let (added, gone) = (executor.added, self.gone(executor));
            time.total += gone - added;
            let Some((first, last)) = self.first_and_last(id) else {
                time.head += gone - added;
                time.never_used += gone - added;
                continue;
            };
            let busy = self.busy(id);
            time.busy += busy;
            time.head += (first - added).max(0);
            time.tail += gone - last;
            time.between += last - first.max(added) - busy;
        }
        time
    }

    /// CPU-time of tasks by core-time of executors.
    pub(crate) fn core_utilisation(&self) -> f64 {
        let (mut worked, mut there) = (0.0, 0.0);
        for (id, executor) in &self.executors {
            let cores = ((self.gone(executor) - executor.added) * executor.cores) as f64;
            let tasks = self.tasks_on(id);
            let times = self.intervals(id, executor).into_iter().zip(tasks);
            let cpu_time = times.map(|((from, to), task)| {
                let profile = self.stages[&task.stage].profile;
                (to - from) as f64 * self.task_cpus[&profile]
            });
            worked += cpu_time.sum::<f64>().min(cores);
            there += cores;
        }
        worked / there
    }

    /// The most executors at one time. One that joins in the millisecond in which another leaves takes its place.
    pub(crate) fn peak(&self) -> usize {
        let executors = || self.executors.values();
        let at = |time: i64| {
            executors()
                .filter(|executor| executor.added <= time && time < self.gone(executor))
                .count()
        };
        executors()
            .map(|executor| at(executor.added))
            .max()
            .unwrap_or(0)
    }

    /// Task-milliseconds spent waiting: from the submission of the stage, or from the end of the attempt before, to the
    /// launch; a task that was never launched waited until its stage ended. A speculative copy waits for nothing.
    pub(crate) fn backlog(&self) -> i64 {
        let waited = |(key, stage): (&StageKey, &crate::raw::Stage)| {
            let launched: Vec<&Task> = self
                .tasks
                .values()
                .filter(|task| task.stage == *key && !task.speculative)
                .collect();
            let first = launched.iter().filter(|task| task.attempt == 0);
            let first: Vec<i64> = first.map(|task| task.launched - stage.submitted).collect();
            let again = launched.iter().filter(|task| task.attempt > 0);
            let again = again.filter_map(|task| Some(task.launched - self.put_back(task)?));
            let ended = stage.completed.map_or(self.until, |(at, _)| at);
            let never = stage.tasks - i64::try_from(first.len()).unwrap();
            first.iter().sum::<i64>() + again.sum::<i64>() + never * (ended - stage.submitted)
        };
        self.stages.iter().map(waited).sum()
    }

    /// When a task became one that has to run again, by what the log had told when it was launched.
    fn put_back(&self, task: &Task) -> Option<i64> {
        let same = |stage: &StageKey, index: i64| *stage == task.stage && index == task.index;
        let ends = self
            .tasks
            .values()
            .filter(|other| same(&other.stage, other.index));
        let ends = ends.filter_map(|other| other.end.as_ref());
        let ends = ends.map(|end| (end.line, end.at, end.how == How::Succeeded));
        let lost = self
            .resubmissions
            .iter()
            .filter(|lost| same(&lost.stage, lost.index));
        let lost = lost.map(|lost| (lost.line, lost.at, false));
        let (_, at, succeeded) = ends
            .chain(lost)
            .filter(|(line, ..)| *line < task.started_line)
            .max_by_key(|(line, ..)| *line)?;
        (!succeeded).then_some(at)
    }

    pub(crate) fn count(&self, how: How) -> usize {
        let ends = self.tasks.values().filter_map(|task| task.end.as_ref());
        ends.filter(|end| end.how == how).count()
    }
}
