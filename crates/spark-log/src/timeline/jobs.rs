//! Jobs, from their starts and ends in any order. Keeps the first ones one by one and counts the others.

use foldhash::HashMap;

use crate::{EpochMillis, Timeline};

/// How many jobs and stages of a log are listed one by one. The counts know all of them.
pub const LISTED: usize = 4096;

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

/// How many jobs there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobCounts {
    /// Ended with success.
    pub succeeded: u64,
    /// Failed or cancelled.
    pub failed: u64,
    /// Without an end.
    pub open: u64,
    /// The first JobStart.
    pub first_started: Option<EpochMillis>,
    /// The last JobEnd.
    pub last_ended: Option<EpochMillis>,
}

/// Jobs as they are told.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    listed: Vec<Job>,
    counts: JobCounts,
    /// Started and not ended: when, and the place in the list.
    open: HashMap<i64, (EpochMillis, Option<usize>)>,
    /// Ends whose start was not seen (yet).
    ends: HashMap<i64, (EpochMillis, bool)>,
    last_started: Option<EpochMillis>,
    /// Jobs that ended before they started, by their times.
    pub(crate) backwards: usize,
}

impl Jobs {
    pub(crate) fn started(&mut self, id: i64, at: EpochMillis) {
        if self.open.contains_key(&id) {
            return;
        }
        let first = self.counts.first_started;
        self.counts.first_started = Some(first.map_or(at, |first| first.min(at)));
        self.last_started = self.last_started.max(Some(at));
        let place = (self.listed.len() < LISTED).then_some(self.listed.len());
        if place.is_some() {
            self.listed.push(Job {
                id,
                started: at,
                ended: None,
                succeeded: false,
            });
        }
        self.open.insert(id, (at, place));
        if let Some((ended, succeeded)) = self.ends.remove(&id) {
            self.ended(id, ended, succeeded);
        }
    }

    pub(crate) fn ended(&mut self, id: i64, at: EpochMillis, succeeded: bool) {
        let Some((started, place)) = self.open.remove(&id) else {
            if self.ends.len() < LISTED {
                self.ends.insert(id, (at, succeeded));
            }
            return;
        };
        self.backwards += usize::from(at < started);
        let at = at.max(started);
        self.counts.last_ended = self.counts.last_ended.max(Some(at));
        match succeeded {
            true => self.counts.succeeded += 1,
            false => self.counts.failed += 1,
        }
        if let Some(job) = place.and_then(|place| self.listed.get_mut(place)) {
            (job.ended, job.succeeded) = (Some(at), succeeded);
        }
    }

    /// Whether a job started after the application's end.
    pub(crate) fn outlive(&self, ended: Option<EpochMillis>) -> bool {
        ended.is_some_and(|ended| self.last_started > Some(ended))
    }

    pub(crate) fn finish(mut self, timeline: &mut Timeline) {
        self.counts.open = self.open.len() as u64;
        let started = timeline.started.unwrap_or(EpochMillis(i64::MIN));
        for job in &mut self.listed {
            job.started = job.started.max(started);
            job.ended = job.ended.map(|at| at.max(job.started));
        }
        self.listed.sort_by_key(|job| job.id);
        timeline.job_counts = self.counts;
        timeline.jobs = self.listed;
    }
}
