//! Waiting: asks EMR for the state, shows what changes, and notices signals, time-outs and lasting troubles.

use std::time::Duration;

use aws_setup::{ProblemKind, SdkProblem};
use gha::{Failure, Log};
use jiff::Timestamp;
use tokio::{
    sync::watch,
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    asked::Asked,
    cluster::Observer,
    driver_wait::DriverWait,
    emr::Emr,
    explain::{self, may_pass},
    job::Job,
    pace::Pace,
    progress::{self, Spark},
};

/// How long the last question may take, when the deadline has passed.
const LAST: Duration = Duration::from_secs(5);
/// One question with its repetitions may take this long, however little patience there is: who is told to slow down
/// is answered late.
const ONE_CALL: Duration = Duration::from_secs(30);
/// How long a new job run may be unknown to the part of EMR that is asked.
const UNKNOWN: Duration = Duration::from_mins(1);
/// The stages of a job may be short: those of this time share a line.
const STAGES: Duration = Duration::from_secs(10);
/// Objects change in bursts: the line is shown once for all that changes within this time.
const BURST: Duration = Duration::from_millis(400);

/// Why waiting ended.
#[derive(Debug)]
pub(crate) enum Why {
    /// The job run reached an end state.
    Ended,
    /// A signal asked to stop.
    Signal,
    /// The job run took longer than the input `execution-timeout`.
    Timeout,
    /// EMR can no longer be asked, for this reason.
    Lost(ProblemKind, Failure),
    /// The job run is another one: an earlier request with the same token asked for something else, in words.
    Another(String),
}

/// What is followed, and with what.
pub(crate) struct Follow<'a> {
    pub(crate) emr: &'a Emr,
    pub(crate) observer: &'a mut Observer,
    pub(crate) cancel: &'a CancellationToken,
    pub(crate) log: &'a Log,
    pub(crate) poll_interval: Duration,
    /// How long EMR may fail to answer before waiting is given up.
    pub(crate) patience: Duration,
    /// The latest end, as far as it is known before the first answer.
    pub(crate) deadline: Instant,
    /// The longest time from EMR's acceptance, for a job run that was there before this step.
    pub(crate) attached: Option<Duration>,
    /// What was asked for.
    pub(crate) asked: Asked,
    /// What the driver's log says, if it is followed.
    pub(crate) spark: Option<watch::Receiver<Spark>>,
    /// Told of every other state.
    pub(crate) changed: &'a (dyn Fn(&Job, &Observer) + Sync),
}

impl Follow<'_> {
    /// Waits until the job run ends or there is a reason to stop waiting.
    pub(crate) async fn until_end(mut self, job: &mut Job) -> Why {
        match self.wait(job).await {
            Why::Timeout => self.last_question(job).await,
            why => why,
        }
    }

    /// At the deadline the last answer may be old: a job run that has ended meanwhile is not too late.
    async fn last_question(&mut self, job: &mut Job) -> Why {
        let answer = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Why::Signal,
            answer = timeout(LAST, self.emr.describe(&job.id)) => answer,
        };
        if let Ok(Ok(description)) = answer {
            if job.note(description, Timestamp::now()) {
                (self.changed)(job, self.observer);
                self.show(job, &mut String::new());
            }
            if job.state().is_end() {
                return Why::Ended;
            }
        }
        Why::Timeout
    }

    async fn wait(&mut self, job: &mut Job) -> Why {
        let mut pace = Pace::new(self.poll_interval);
        let began = Instant::now();
        let mut trouble: Option<Instant> = None;
        let mut shown = String::new();
        let mut driver = DriverWait::default();
        loop {
            let asked = Instant::now();
            let answer = tokio::select! {
                biased;
                () = self.cancel.cancelled() => return Why::Signal,
                () = sleep_until(self.deadline) => return Why::Timeout,
                answer = timeout(self.patience.max(ONE_CALL), self.emr.describe(&job.id)) => {
                    answer.unwrap_or_else(|_| Err(silent()))
                }
            };
            match answer {
                Ok(description) => {
                    trouble = None;
                    if let Some(how) = self.asked.difference(&description.asked) {
                        return Why::Another(how);
                    }
                    self.count_from_acceptance(description.created_at);
                    if job.note(description, Timestamp::now()) {
                        pace.changed();
                        (self.changed)(job, self.observer);
                    }
                    self.show(job, &mut shown);
                    if job.state().is_end() {
                        return Why::Ended;
                    }
                }
                Err(problem) if !is_passing(problem.kind, began.elapsed()) => {
                    return self.lost(&problem);
                }
                Err(problem) => {
                    let since = *trouble.get_or_insert_with(|| {
                        self.log.warning("EMR does not answer", &format!("DescribeJobRun: {problem}; the job run goes on, and so does waiting"));
                        asked
                    });
                    if since.elapsed() >= self.patience {
                        return self.lost(&problem);
                    }
                }
            }
            let next = Instant::now() + pace.wait(jitter());
            if let Some(why) = self
                .pause(next, job, &mut shown, &mut driver, &mut pace)
                .await
            {
                return why;
            }
        }
    }

    /// Waits for the time of the next question, showing what happens in the cluster meanwhile.
    async fn pause(
        &mut self,
        mut next: Instant,
        job: &Job,
        shown: &mut String,
        driver: &mut DriverWait,
        pace: &mut Pace,
    ) -> Option<Why> {
        let mut due: Option<Instant> = None;
        loop {
            tokio::select! {
                biased;
                () = self.cancel.cancelled() => return Some(Why::Signal),
                () = sleep_until(self.deadline) => return Some(Why::Timeout),
                () = sleep_until(next) => return None,
                () = sleep_until(due.unwrap_or(next)), if due.is_some() => {
                    due = None;
                    self.show(job, shown);
                }
                () = sleep_until(driver.due().unwrap_or(next)), if driver.due().is_some() => {
                    let waiting = self.observer.seen(|seen| seen.view(&job.id)).waiting;
                    self.log.notice("Driver pending", &driver.say(&waiting, Instant::now()));
                }
                () = said(&mut self.spark) => {
                    due.get_or_insert_with(|| Instant::now() + STAGES);
                }
                () = self.observer.changed() => {
                    let soon = Instant::now() + BURST;
                    due = Some(due.map_or(soon, |due| due.min(soon)));
                    // When the driver begins or ends, EMR will soon know another state.
                    let now = self.observer.seen(|seen| seen.view(&job.id)).driver;
                    if driver.note(now, Instant::now()) {
                        pace.changed();
                        next = next.min(Instant::now() + pace.wait(0.0));
                    }
                }
            }
        }
    }

    /// Brings the deadline forward by the time that an attached job run has already had. Only for those: the clocks of
    /// this machine and of EMR may differ.
    fn count_from_acceptance(&mut self, created: Option<Timestamp>) {
        let (Some(longest), Some(created)) = (self.attached.take(), created) else {
            return;
        };
        let age = Timestamp::now().duration_since(created);
        let left = longest.saturating_sub(age.try_into().unwrap_or_default());
        self.deadline = self.deadline.min(Instant::now() + left);
    }

    fn lost(&self, problem: &SdkProblem) -> Why {
        let call = self.emr.call("emr-containers:DescribeJobRun");
        Why::Lost(problem.kind, explain::failure(&call, problem))
    }

    fn show(&self, job: &Job, shown: &mut String) {
        let view = self
            .observer
            .began()
            .map(|_| self.observer.seen(|seen| seen.view(&job.id)));
        let spark = self.spark.as_ref().map(|spark| spark.borrow().clone());
        let line = progress::line(&job.state(), view.as_ref(), &spark.unwrap_or_default());
        if line != *shown {
            self.log.info(&line);
            *shown = line;
        }
    }
}

/// Waits until the driver's log says something else.
async fn said(spark: &mut Option<watch::Receiver<Spark>>) {
    let changed = match spark {
        Some(spark) => spark.changed().await.is_ok(),
        None => false,
    };
    if !changed {
        std::future::pending::<()>().await;
    }
}

/// No answer for as long as there is patience.
fn silent() -> SdkProblem {
    SdkProblem {
        kind: ProblemKind::Timeout,
        code: None,
        message: None,
        request_id: None,
        status: None,
        bucket_region: None,
    }
}

/// Whether to ask again, `age` after the job run was started.
fn is_passing(kind: ProblemKind, age: Duration) -> bool {
    may_pass(kind) || (kind == ProblemKind::NotFound && age < UNKNOWN)
}

/// A random number from 0 to 1.
fn jitter() -> f64 {
    f64::from(Uuid::new_v4().as_fields().0) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aws_setup::ProblemKind;

    use super::is_passing;

    #[test]
    fn a_new_job_run_may_be_unknown_for_a_minute() {
        let passing = |seconds| is_passing(ProblemKind::NotFound, Duration::from_secs(seconds));
        assert!(passing(0) && passing(59) && !passing(60));
        assert!(!is_passing(ProblemKind::Denied, Duration::ZERO));
    }
}

#[cfg(test)]
mod waiting;
