//! After the end: waits for the nodes to go, and fetches the event log and the driver's output meanwhile.
//!
//! Logs arrive in S3 a little after the job's end, so each is asked for again until its patience runs out. Nothing
//! that is missing here is an error: the record says in words what is missing.

use std::{
    path::Path,
    sync::{Mutex, OnceLock},
    time::Duration,
};

use aws_setup::SdkProblem;
use flate2::read::MultiGzDecoder;
use gha::{Failure, Log};
use run_record::{EventLog, StateSeen, Variant};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::{
    cloudwatch::Logs,
    cluster::Observer,
    driver_output::DriverOutput,
    driver_place::{Place, places},
    event_log,
    inputs::Inputs,
    job::Job,
    progress,
    s3::{S3, is_missing_bucket},
    state::State,
};

/// Between two looks for a log.
const LOOK: Duration = Duration::from_secs(1);
/// What a last attempt may take after a signal.
const LAST_ATTEMPT: Duration = Duration::from_secs(1);

/// Where to look, and with what.
pub(crate) struct Gather<'a> {
    pub(crate) s3: &'a S3,
    pub(crate) logs: &'a Logs,
    pub(crate) inputs: &'a Inputs,
    pub(crate) job: &'a Job,
    pub(crate) cancel: &'a CancellationToken,
    pub(crate) log: &'a Log,
    /// The record's directory.
    pub(crate) directory: &'a Path,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) event_log: EventLog,
    pub(crate) stderr: Option<DriverOutput>,
    pub(crate) stdout: Option<DriverOutput>,
    /// Where standard error came from.
    pub(crate) source: Option<Source>,
    /// Where EMR keeps it, if it was found there.
    pub(crate) place: Option<String>,
    /// Why the driver's log can never be found.
    pub(crate) log_problem: Option<SdkProblem>,
    /// What is missing, in sentences.
    pub(crate) gaps: Vec<String>,
    /// Why not everything was looked for, if so.
    pub(crate) cut: Option<String>,
}

/// How the driver's log was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// From where EMR keeps it.
    Kept,
    /// While the driver wrote it.
    Heard,
}

impl Gather<'_> {
    /// Fetches everything this run needs. `heard` is what was heard of the driver's log while it ran: it serves where
    /// EMR keeps none.
    pub(crate) async fn all(
        &self,
        observer: &mut Observer,
        heard: Option<DriverOutput>,
    ) -> Gathered {
        let state = self.job.state();
        let wants_steps = self.inputs.variant == Variant::Dra && state == State::Completed;
        let wants_output = wants_steps || state == State::Failed;
        let delay = self.log_delay(observer);
        let patience = |seconds| delay.min(Duration::from_secs(seconds));
        let event_log_patience = patience(if state == State::Completed { 30 } else { 5 });
        let (mut gathered, (stderr, stdout), ()) = tokio::join!(
            self.event_log(event_log_patience),
            async {
                match wants_output {
                    true => tokio::join!(
                        self.output("stderr", patience(60)),
                        // An empty stream may never be uploaded, so a missing one is not waited for as long.
                        async {
                            if wants_steps {
                                Ok(None)
                            } else {
                                self.output("stdout", patience(20)).await
                            }
                        },
                    ),
                    false => (Ok(None), Ok(None)),
                }
            },
            self.nodes(observer),
        );
        let (stderr, log_problem) = match stderr {
            Ok(stderr) => (stderr, None),
            Err(problem) => (None, Some(problem)),
        };
        let (stderr, place, source) = match (stderr, heard) {
            (Some((output, place)), _) => (Some(output), Some(place), Some(Source::Kept)),
            (None, Some(heard)) => (Some(heard), None, Some(Source::Heard)),
            (None, None) => (None, None, None),
        };
        if self.inputs.variant == Variant::Dra && stderr.is_none() {
            let kept = self.inputs.log_uri.is_some() || self.inputs.log_group.is_some();
            gathered.gaps.push(match kept {
                _ if !wants_output => format!("How many executors Spark wanted is not known: the job run is {state}, and its driver's log was not read."),
                _ if self.cancel.is_cancelled() => "How many executors Spark wanted is not known: a signal left no time to read the driver's log.".to_owned(),
                false => "How many executors Spark wanted is not known: without `log-uri` the driver's log is not kept.".to_owned(),
                true => "How many executors Spark wanted is not known: the driver's log was not found where EMR keeps logs.".to_owned(),
            });
        }
        Gathered {
            source,
            place,
            stderr,
            stdout: stdout.unwrap_or_default().map(|(output, _)| output),
            log_problem,
            ..gathered
        }
    }

    /// How long a log may still be on its way: a driver that never ran has none.
    fn log_delay(&self, observer: &Observer) -> Duration {
        let was_running = |seen: &StateSeen| seen.state == State::Running.name();
        let seen_running = self.job.state() == State::Completed
            || self.job.states.iter().any(was_running)
            || observer.seen(|seen| seen.driver_ran(&self.job.id));
        match (seen_running, observer.began()) {
            (true, _) => Duration::MAX,
            (false, Some(_)) => LOOK,
            // Without a view of the cluster, a short life may have passed between two questions to EMR.
            (false, None) => Duration::from_secs(10),
        }
    }

    async fn event_log(&self, patience: Duration) -> Gathered {
        let mut gathered = Gathered::default();
        let directory = &self.inputs.event_log;
        // After a signal, looking and downloading all files share the time of one last attempt.
        let last = OnceLock::new();
        let no_time = || async {
            self.cancel.cancelled().await;
            sleep_until(*last.get_or_init(|| Instant::now() + LAST_ATTEMPT)).await;
        };
        let refused = Mutex::new(None);
        let Some(found) = self
            .patiently(patience, || self.find_event_log(&refused))
            .await
        else {
            let refused = refused.into_inner().ok().flatten();
            gathered.event_log.missing = Some(match self.job.state() {
                _ if self.cancel.is_cancelled() => {
                    let sentence = format!(
                        "A signal left no time to look for the event log under {directory}."
                    );
                    gathered.cut = Some(sentence.clone());
                    sentence
                }
                _ if refused.is_some() => format!(
                    "It is not known whether there is an event log under {directory}: listing it failed ({}).",
                    refused.unwrap_or_default()
                ),
                State::Completed => {
                    format!("Spark wrote no event log for this job run under {directory}.")
                }
                state => format!(
                    "There is no event log under {directory}: the job run is {state}, and Spark writes the log to S3 only when the driver ends by itself."
                ),
            });
            return gathered;
        };
        if !found.closed {
            gathered
                .gaps
                .push("The event log was not closed by Spark: its end is missing.".to_owned());
        }
        let at = |key: &str| aws_setup::S3Uri {
            bucket: directory.bucket.clone(),
            key: key.to_owned(),
        };
        gathered.event_log.uri = Some(at(&found.key).to_string());
        // Keys begin with the directory's key, so what remains is the path below it.
        let local = |key: &str| key.strip_prefix(&directory.key).unwrap_or(key).to_owned();
        for key in &found.files {
            let (uri, file) = (at(key), self.directory.join(local(key)));
            let downloaded = tokio::select! {
                downloaded = self.s3.download(&uri, &file) => downloaded,
                () = no_time() => Err(Failure::outside(
                    "Download broken off",
                    format!("a signal left no time to download `{uri}`"),
                )),
            };
            if let Err(failure) = downloaded {
                self.log.warning("Event log not downloaded", &failure.what);
                gathered.gaps.push(format!(
                    "The event log could not be downloaded: {}.",
                    failure.what
                ));
                return gathered;
            }
        }
        gathered.event_log.file = Some(local(&found.key).trim_end_matches('/').to_owned());
        gathered
    }

    /// `refused` is why it could not be looked for, at the last look.
    async fn find_event_log(&self, refused: &Mutex<Option<String>>) -> Option<event_log::Found> {
        let note = |why: Option<String>| {
            if let Ok(mut refused) = refused.lock() {
                *refused = why;
            }
        };
        note(None);
        let directory = &self.inputs.event_log;
        let mut keys = Vec::new();
        for key in event_log::prefixes(&directory.key, &self.job.id) {
            let start = aws_setup::S3Uri {
                bucket: directory.bucket.clone(),
                key,
            };
            match self.s3.keys(&start, usize::MAX).await {
                Ok(found) => keys.extend(found),
                Err(problem) => {
                    self.log.debug(&format!("listing {start}: {problem}"));
                    note(Some(problem.to_string()));
                }
            }
        }
        event_log::choose(&directory.key, &self.job.id, &keys)
    }

    /// The driver's standard error or output, from where EMR puts container logs, and where that was.
    ///
    /// # Errors
    /// The bucket does not exist, so that there is nothing to wait for.
    async fn output(
        &self,
        stream: &str,
        patience: Duration,
    ) -> Result<Option<(DriverOutput, String)>, SdkProblem> {
        let places = places(self.inputs, &self.job.id, stream);
        if places.is_empty() {
            return Ok(None);
        }
        let fetch = || async {
            let mut fatal = None;
            for place in &places {
                match self.look(place).await {
                    Ok(Some(output)) => return Some(Ok((output, place.to_string()))),
                    Ok(None) => {}
                    Err(problem) if is_missing_bucket(&problem) => fatal = Some(problem),
                    Err(problem) => self.log.debug(&format!("reading {place}: {problem}")),
                }
            }
            // As long as there is another place to look at, there is something to wait for.
            fatal.filter(|_| places.len() == 1).map(Err)
        };
        self.patiently(patience, fetch).await.transpose()
    }

    async fn look(&self, place: &Place) -> Result<Option<DriverOutput>, SdkProblem> {
        match place {
            // A log that is cut off still says something up to there.
            Place::S3(uri) => Ok(self.s3.bytes(uri).await?.map(|bytes| {
                DriverOutput::read(std::io::BufReader::new(MultiGzDecoder::new(
                    bytes.as_slice(),
                )))
            })),
            Place::CloudWatch { group, stream } => {
                let lines = self.logs.lines(group, stream).await?;
                Ok((!lines.is_empty()).then(|| DriverOutput::read(lines.as_slice())))
            }
        }
    }

    /// Watches the nodes until they are gone or the input `observe-nodes-for` has passed. Only a run that completed is
    /// worth it: the others are not compared.
    async fn nodes(&self, observer: &mut Observer) {
        let id = &self.job.id;
        let there = |observer: &Observer| observer.seen(|seen| seen.nodes(id));
        if self.job.state() != State::Completed {
            if !there(observer).is_empty() {
                observer.note(
                    "Nodes were not watched after the end, because the job run did not complete.",
                );
            }
            return;
        }
        let until = Instant::now() + self.inputs.observe_nodes_for.0;
        let mut shown = String::new();
        loop {
            let nodes = there(observer);
            if nodes.is_empty() {
                return;
            }
            let line = format!(
                "waiting up to {} for the nodes to go: {}",
                self.inputs.observe_nodes_for,
                progress::nodes(&nodes)
            );
            if line != shown {
                self.log.info(&line);
                shown = line;
            }
            tokio::select! {
                () = self.cancel.cancelled() => {
                    observer.note("Watching the nodes was cut short by a signal.");
                    return;
                }
                () = sleep_until(until) => return,
                () = observer.changed() => {}
            }
        }
    }

    /// Returns when a last attempt after a signal has had its time.
    async fn no_time(&self) {
        self.cancel.cancelled().await;
        sleep(LAST_ATTEMPT).await;
    }

    /// Tries until there is something, the patience is over, or shortly after a signal.
    async fn patiently<T, F: Future<Output = Option<T>>>(
        &self,
        patience: Duration,
        attempt: impl Fn() -> F,
    ) -> Option<T> {
        let until = Instant::now() + patience;
        loop {
            let last = self.cancel.is_cancelled() || Instant::now() >= until;
            let found = tokio::select! {
                found = attempt() => found,
                () = self.no_time() => return None,
            };
            if found.is_some() || last {
                return found;
            }
            tokio::select! {
                () = self.cancel.cancelled() => {}
                () = sleep(LOOK) => {}
            }
        }
    }
}
