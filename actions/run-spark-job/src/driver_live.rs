//! The driver's log while the driver writes it, through the Kubernetes API. Shows it, and keeps what it says.
//!
//! The connection may be lost at any time, so it is made again and goes on where it was. That the log cannot be had is
//! no failure: it is said once, and what EMR stores of it is read after the end.

use std::{
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};
use gha::Log;
use k8s_openapi::api::core::v1::Pod;
use kube::{Api, Client, api::LogParams};
use tokio::{
    sync::watch,
    time::{Instant, sleep, sleep_until},
};

use crate::{
    driver_output::DriverOutput, driver_resume::Resume, driver_shown::Shown, driver_stage::Stage,
    kubeconfig::plain, progress::Spark,
};

/// The driver's container.
const CONTAINER: &str = "spark-kubernetes-driver";
/// Lines wait for each other this long, so that a group holds many.
const GATHER: Duration = Duration::from_secs(5);
/// Between two attempts at first.
const AGAIN: Duration = Duration::from_millis(500);
/// Between two attempts at most.
const AGAIN_AT_MOST: Duration = Duration::from_secs(5);
/// Longest piece that is read as one line, in bytes.
const LONGEST: u64 = 1 << 20;

/// The log of one driver.
pub(crate) struct Live<'a> {
    pods: Api<Pod>,
    pod: String,
    log: &'a Log,
    heard: Mutex<Heard>,
    spark: watch::Sender<Spark>,
}

#[derive(Default)]
struct Heard {
    any: bool,
    output: DriverOutput,
    shown: Shown,
    resume: Resume,
}

/// What the driver's container does.
enum Container {
    NotYet,
    Running,
    Over,
}

impl<'a> Live<'a> {
    /// Nothing is asked yet.
    pub(crate) fn new(client: Client, namespace: &str, job_id: &str, log: &'a Log) -> Self {
        Self {
            pods: Api::namespaced(client, namespace),
            pod: format!("spark-{job_id}-driver"),
            log,
            heard: Mutex::default(),
            spark: watch::Sender::default(),
        }
    }

    /// What the log says, as it changes.
    pub(crate) fn spark(&self) -> watch::Receiver<Spark> {
        self.spark.subscribe()
    }

    /// Follows the log until the driver's container has ended, or until it is clear that the log cannot be had.
    pub(crate) async fn follow(&self) {
        let mut again = AGAIN;
        loop {
            match self.attempt().await {
                Ok(Container::Over) => return self.show(),
                Ok(Container::Running) => again = AGAIN,
                Ok(Container::NotYet) => {}
                Err(kube::Error::Api(status)) if matches!(status.code, 401 | 403) => {
                    self.log.notice(
                        "Driver's log not followed",
                        &format!(
                            "{}; allow `get` of `pods` and `pods/log` in the job's namespace, or set `driver-log: failure`",
                            status.message
                        ),
                    );
                    return self.show();
                }
                Err(error) => self
                    .log
                    .debug(&format!("the driver's log: {}", plain(&error))),
            }
            sleep(again).await;
            again = (again * 2).min(AGAIN_AT_MOST);
        }
    }

    /// Whether anything was heard.
    pub(crate) fn has_begun(&self) -> bool {
        self.lock().any
    }

    /// What was heard up to now, if anything; then nothing more is shown.
    pub(crate) fn into_output(self) -> Option<DriverOutput> {
        self.show();
        let heard = self
            .heard
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(left_out) = heard.shown.left_out() {
            self.log.notice("Driver's log shortened", &left_out);
        }
        heard.any.then_some(heard.output)
    }

    /// Reads as long as the connection lasts.
    async fn attempt(&self) -> Result<Container, kube::Error> {
        let before = self.container().await?;
        if matches!(before, Container::NotYet) {
            return Ok(before);
        }
        let wish = LogParams {
            container: Some(CONTAINER.to_owned()),
            follow: true,
            timestamps: true,
            since_time: self.lock().resume.since(),
            ..LogParams::default()
        };
        self.read(self.pods.log_stream(&self.pod, &wish).await?)
            .await;
        // Only what was over before has been read to its end for sure.
        Ok(before)
    }

    async fn container(&self) -> Result<Container, kube::Error> {
        let Some(pod) = self.pods.get_opt(&self.pod).await? else {
            // A pod that was there and is not any more takes its log with it.
            return Ok(match self.lock().any {
                true => Container::Over,
                false => Container::NotYet,
            });
        };
        let statuses = pod.status.and_then(|status| status.container_statuses);
        let state = statuses
            .unwrap_or_default()
            .into_iter()
            .find(|status| status.name == CONTAINER)
            .and_then(|status| status.state);
        Ok(match state {
            Some(state) if state.terminated.is_some() => Container::Over,
            Some(state) if state.running.is_some() => Container::Running,
            _ => Container::NotYet,
        })
    }

    async fn read(&self, stream: impl AsyncBufRead) {
        let mut stream = pin!(stream);
        let mut line = Vec::new();
        let mut show: Option<Instant> = None;
        loop {
            let mut piece = stream.as_mut().take(LONGEST);
            let read = tokio::select! {
                read = piece.read_until(b'\n', &mut line) => read,
                () = sleep_until(show.unwrap_or_else(Instant::now)), if show.is_some() => {
                    show = None;
                    self.show();
                    continue;
                }
            };
            if !line.is_empty() {
                let full = self.line(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
                line.clear();
                if full {
                    self.show();
                }
                show.get_or_insert_with(|| Instant::now() + GATHER);
            }
            if !read.is_ok_and(|length| length > 0) {
                return self.show();
            }
        }
    }

    /// Takes in a line; true when many wait to be shown.
    fn line(&self, line: &str) -> bool {
        let mut heard = self.lock();
        let Some(line) = heard.resume.new_line(line).map(str::to_owned) else {
            return false;
        };
        heard.any = true;
        heard.output.line(&line);
        let wanted = heard.output.steps.wanted();
        let stage = Stage::submitted(&line);
        self.spark.send_if_modified(|spark| {
            let before = spark.clone();
            spark.wanted = wanted;
            if stage.is_some() {
                spark.stage = stage;
            }
            *spark != before
        });
        heard.shown.line(&line)
    }

    fn show(&self) {
        let waiting = self.lock().shown.take();
        if let Some((title, lines)) = waiting {
            let _group = self.log.group(&title);
            self.log.relay(&lines);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
