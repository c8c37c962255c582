//! The order of things from the submission on: wait, stop if need be, gather, hand over, explain.

use std::{convert::Infallible, pin::pin, time::Duration};

use aws_setup::ProblemKind;
use gha::{Failure, Runner};
use jiff::Timestamp;
use run_record::RunRecord;
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

use crate::{
    asked::Asked,
    cloudwatch::Logs,
    cluster::Observer,
    deliver::{self, Directory},
    driver_live::Live,
    driver_place::places,
    emr::Emr,
    ending,
    follow::{Follow, Why},
    gather::{Gather, Gathered, Source},
    hurry::Hurry,
    inputs::Inputs,
    job::Job,
    kept,
    outcome::{DriverLog, Told, interrupted, outcome},
    record::{Observed, Submitted, record},
    s3::S3,
    state::State,
};

/// Until when after a signal the cancellation is followed: what is done after it has to fit into the 7.5 s too.
const AFTER_SIGNAL: Duration = Duration::from_millis(4800);
/// What copying the record may take after a signal.
const DELIVERY_AFTER_SIGNAL: Duration = Duration::from_millis(900);
/// How long a cancelled job run is followed when nobody is in a hurry.
const AFTER_TIMEOUT: Duration = Duration::from_mins(2);

/// The same when there were no valid credentials for as long as the input `patience` allows.
const WITHOUT_CREDENTIALS: Duration = Duration::from_secs(10);
/// How long the driver's log may still come in after the end of the job run.
const LAST_LINES: Duration = Duration::from_secs(3);

/// Where the driver's pod can be asked for its log.
pub(crate) struct Cluster {
    pub(crate) client: kube::Client,
    pub(crate) namespace: String,
}

/// One submitted job run.
pub(crate) struct Run<'a> {
    pub(crate) runner: &'a Runner,
    pub(crate) inputs: &'a Inputs,
    pub(crate) emr: &'a Emr,
    pub(crate) s3: &'a S3,
    pub(crate) directory: &'a Directory,
    pub(crate) submitted: &'a Submitted,
    pub(crate) hurry: &'a Hurry,
    /// Absent when the driver's log is not followed.
    pub(crate) cluster: Option<Cluster>,
    pub(crate) logs: Logs,
    /// Whether the job run was there before this step.
    pub(crate) attached: bool,
}

impl Run<'_> {
    /// Waits for the end, gathers what there is, hands it over and explains how it ended.
    ///
    /// # Errors
    /// The job run did not complete, or its record could not be delivered.
    pub(crate) async fn to_the_end(
        &self,
        mut job: Job,
        mut observer: Observer,
    ) -> Result<(), Failure> {
        let Runner { cancel, log, .. } = self.runner;
        let (unfinished, records) = watch::channel(None);
        let changed = |job: &Job, observer: &Observer| {
            unfinished.send_replace(Some(self.unfinished(job, observer)));
        };
        let live = self
            .cluster
            .as_ref()
            .map(|cluster| Live::new(cluster.client.clone(), &cluster.namespace, &job.id, log));
        let follow = Follow {
            emr: self.emr,
            observer: &mut observer,
            cancel,
            log,
            poll_interval: self.inputs.poll_interval.0,
            patience: self.inputs.patience.0,
            deadline: Instant::now() + self.inputs.execution_timeout.0,
            attached: self.attached.then_some(self.inputs.execution_timeout.0),
            asked: Asked::by(self.inputs),
            spark: live.as_ref().map(Live::spark),
            changed: &changed,
        };
        let why = {
            let mut waiting = pin!(follow.until_end(&mut job));
            let mut writing = pin!(self.write_each(records));
            let mut reading = pin!(read_log(live.as_ref()));
            let mut read = false;
            let why = loop {
                tokio::select! {
                    why = &mut waiting => break why,
                    never = &mut writing => match never {},
                    () = &mut reading, if !read => read = true,
                }
            };
            let begun = live.as_ref().is_some_and(Live::has_begun);
            if matches!(why, Why::Ended) && begun && !read {
                // Whether the last lines come or not, the job run has ended.
                let _ = timeout(LAST_LINES, reading).await;
            }
            why
        };
        let heard = live.and_then(Live::into_output);
        if let Why::Another(_) = why {
            // Who started it ends it.
            kept::ended(&self.runner.state, "the job run is another step's")?;
            // It is not this step's: neither its files nor its record are touched.
            return outcome(&why, &job, &self.told());
        }
        let stopped = self.stop(&why, &mut job, &observer).await;
        let kept = self.keep(&job, &observer).await.and(self.over(&job));
        let gather = Gather {
            s3: self.s3,
            logs: &self.logs,
            inputs: self.inputs,
            job: &job,
            cancel,
            log,
            directory: &self.directory.path,
        };
        let mut gathered = gather.all(&mut observer, heard).await;
        let record = self.record(&job, &observer, &mut gathered);
        let delivered = kept.and(self.deliver(&record).await);
        if job.state() == State::Failed {
            self.show_output(&gathered);
        }
        let both = [&gathered.stdout, &gathered.stderr];
        let told = Told {
            stopped,
            exception: both
                .into_iter()
                .flatten()
                .find_map(|output| output.exception()),
            log: self.driver_log(&job, &gathered),
            ..self.told()
        };
        // Why the job run did not complete matters more than what could not be delivered.
        let result = match outcome(&why, &job, &told) {
            Ok(()) => delivered,
            Err(failure) => {
                if let Err(second) = delivered {
                    log.warning(&second.title, &second.what);
                }
                Err(failure)
            }
        };
        result.map_err(|failure| match cancel.is_cancelled() {
            true => interrupted(failure, &job),
            false => failure,
        })
    }

    fn told(&self) -> Told<'_> {
        Told {
            name: &self.inputs.name.0,
            virtual_cluster: self.inputs.virtual_cluster.as_str(),
            timeout: self.inputs.execution_timeout.to_string(),
            ..Told::default()
        }
    }

    /// Keeps what is known before anything is gathered: this process may be killed meanwhile. The record is written
    /// again later, so that it cannot be written is said then.
    async fn keep(&self, job: &Job, observer: &Observer) -> Result<(), Failure> {
        let mut record = self.unfinished(job, observer);
        if job.state().is_end() {
            let why =
                "Written at the end of the job run: what came after, and its logs, are missing.";
            record.partial = Some(why.to_owned());
        }
        if let Err(failure) = deliver::write(self.directory, &record).await {
            self.runner.log.debug(&failure.what);
        }
        deliver::end(&self.runner.outputs, job)
    }

    /// Returns when copying the record after a signal has had its time.
    async fn no_time(&self) {
        self.runner.cancel.cancelled().await;
        sleep(DELIVERY_AFTER_SIGNAL).await;
    }

    /// Keeps for the post part that there is nothing left to do, if so.
    fn over(&self, job: &Job) -> Result<(), Failure> {
        match job.state() {
            state if state.is_end() => kept::ended(&self.runner.state, state),
            _ => Ok(()),
        }
    }

    /// Writes each record it is given, to the directory and to S3. The last one is written by [`Self::deliver`], which
    /// also says what cannot be written.
    async fn write_each(&self, mut records: watch::Receiver<Option<RunRecord>>) -> Infallible {
        loop {
            if records.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
            let Some(record) = records.borrow_and_update().clone() else {
                continue;
            };
            let written = async {
                deliver::write(self.directory, &record).await?;
                let to = self.inputs.record_uri.as_ref();
                deliver::copy(self.s3, to, self.directory, &record).await
            };
            if let Err(failure) = written.await {
                self.runner.log.debug(&failure.what);
            }
        }
    }

    /// The record while the job run goes on.
    fn unfinished(&self, job: &Job, observer: &Observer) -> RunRecord {
        let mut record = self.record(job, observer, &mut Gathered::default());
        record.partial = Some(format!(
            "Written while the job run was {}: its end and its logs are missing.",
            job.state()
        ));
        record
    }

    fn driver_log(&self, job: &Job, gathered: &Gathered) -> DriverLog {
        let place = gathered.place.clone().or_else(|| {
            let expected = places(self.inputs, &job.id, "stderr");
            expected.first().map(ToString::to_string)
        });
        match (gathered.source, place, &gathered.log_problem) {
            (Some(Source::Kept), Some(place), _) => DriverLog::At(place),
            (Some(_), ..) => DriverLog::Heard,
            (None, None, _) => DriverLog::NotKept,
            (None, Some(place), problem) => {
                DriverLog::Missing(place, problem.as_ref().map(ToString::to_string))
            }
        }
    }

    /// Ends a job run that nobody waits for any more.
    async fn stop(&self, why: &Why, job: &mut Job, observer: &Observer) -> Option<String> {
        let until = match why {
            Why::Ended | Why::Another(_) => return None,
            Why::Signal => self.hurry.moment(AFTER_SIGNAL),
            Why::Lost(ProblemKind::ExpiredCredentials | ProblemKind::NoCredentials, _) => {
                Instant::now() + WITHOUT_CREDENTIALS
            }
            Why::Timeout | Why::Lost(..) => Instant::now() + AFTER_TIMEOUT,
        };
        self.runner
            .log
            .info(&format!("cancelling job run {}", job.id));
        // If this process is killed now, there is at least a record of what was known.
        let record = self.unfinished(job, observer);
        if let Err(failure) = deliver::write(self.directory, &record).await {
            self.runner.log.warning(&failure.title, &failure.what);
        }
        let stopped = tokio::select! {
            stopped = ending::stop(self.emr, job, until) => stopped.words,
            // A signal while there was time: now there is not.
            () = self.hurry(why) => "CancelJobRun was called; a signal ended the wait for it".to_owned(),
        };
        self.runner
            .log
            .info(&format!("job run {}: {stopped}", job.id));
        Some(stopped)
    }

    async fn hurry(&self, why: &Why) {
        match why {
            Why::Signal => std::future::pending().await,
            _ => self.hurry.passed(AFTER_SIGNAL).await,
        }
    }

    fn record(&self, job: &Job, observer: &Observer, gathered: &mut Gathered) -> RunRecord {
        let now = Timestamp::now();
        let mut observation =
            observer.seen(|seen| seen.observation(&job.id, observer.began(), now));
        let steps = gathered
            .stderr
            .as_mut()
            .map(|output| std::mem::take(&mut output.steps))
            .unwrap_or_default();
        let latest = job.latest.as_ref();
        let times = latest
            .map(|latest| (latest.created_at, latest.finished_at))
            .unwrap_or_default();
        let dynamic_allocation = steps.within(times.0, times.1).unwrap_or_else(|sentence| {
            observation.gaps.push(sentence);
            Vec::new()
        });
        observation.gaps.append(&mut gathered.gaps.clone());
        if self.attached {
            observation.gaps.push("The job run was started by an earlier step or attempt: what happened before this step was not watched, and the entry point's checksum is that of now.".to_owned());
        }
        let partial = (!job.state().is_end()).then(|| {
            format!(
                "The job run was {} when the step ended: its end is missing.",
                job.state()
            )
        });
        let observed = Observed {
            partial: partial.or_else(|| gathered.cut.clone()),
            attached: self.attached,
            event_log: gathered.event_log.clone(),
            observation,
            dynamic_allocation,
        };
        record(self.inputs, self.submitted, job, observed)
    }

    async fn deliver(&self, record: &RunRecord) -> Result<(), Failure> {
        let written = deliver::write(self.directory, record).await;
        let set = deliver::outputs(
            &self.runner.outputs,
            self.directory,
            record,
            written.is_ok(),
        );
        written?;
        let copy = deliver::copy(
            self.s3,
            self.inputs.record_uri.as_ref(),
            self.directory,
            record,
        );
        let copied = tokio::select! {
            copied = copy => copied?,
            () = self.no_time() => {
                return Err(Failure::outside("Record not copied", "a signal left no time to copy the record to `record-uri`"));
            }
        };
        let named = match copied {
            Some(uri) => self.runner.outputs.set("record-uri", uri),
            None => Ok(()),
        };
        set.and(named).and(kept::delivered(&self.runner.state))
    }

    fn show_output(&self, gathered: &Gathered) {
        for (stream, output) in [
            ("standard output", &gathered.stdout),
            ("log", &gathered.stderr),
        ] {
            let Some(output) = output
                .as_ref()
                .filter(|output| !output.last_lines().is_empty())
            else {
                continue;
            };
            let _group = self
                .runner
                .log
                .group(&format!("The last lines of the driver's {stream}"));
            self.runner.log.relay(&output.last_lines());
        }
    }
}

/// Follows the driver's log, if it can be followed.
async fn read_log(live: Option<&Live<'_>>) {
    if let Some(live) = live {
        live.follow().await;
    }
}
