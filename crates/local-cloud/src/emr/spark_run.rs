//! One application on a standalone master: the driver, the master that stands for Kubernetes, and the workers that
//! come and go with the nodes.

use std::{
    io,
    path::{Path, PathBuf},
    process::ExitStatus,
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    sync::mpsc,
};

use super::{
    executors::Executors,
    job::Job,
    logs::{DriverLog, Stream},
    pods,
    workers::Workers,
};
use crate::{
    kubernetes::Store,
    spark::{
        Installation,
        launch::{self, DriverProgram},
        master_log::{self, MasterEvent},
        process::ProcessGroup,
        settings::Settings,
        standalone,
    },
};

/// Kubernetes' default `terminationGracePeriodSeconds` is 30 s; a driver that closes its log needs a few.
const GRACE: Duration = Duration::from_secs(10);

/// Bucket and key of an S3 URI.
pub(super) fn s3_parts(uri: &str) -> Option<(&str, &str)> {
    let rest = uri
        .strip_prefix("s3://")
        .or_else(|| uri.strip_prefix("s3a://"))?;
    Some(rest.split_once('/').unwrap_or((rest, "")))
}

/// A running standalone master.
pub(super) struct Master {
    group: ProcessGroup,
    events: mpsc::UnboundedReceiver<MasterEvent>,
    url: String,
}

impl Master {
    /// Starts it and waits until it listens.
    pub(super) async fn start(spark: &Installation, job: &Job) -> io::Result<Self> {
        let mut group = ProcessGroup::spawn(&mut launch::master(spark))?;
        job.note_process("master", group.id());
        let (sender, mut events) = mpsc::unbounded_channel();
        if let Some(stderr) = group.take_stderr() {
            tokio::spawn(async move {
                let mut lines = BufReader::new(stderr).lines();
                while let Ok(Some(line)) = lines.next_line().await {
                    if let Some(event) = master_log::parse(&line) {
                        // Nobody listens any more once the job is over; the pipe is still emptied.
                        let _ = sender.send(event);
                    }
                }
            });
        }
        while let Some(event) = events.recv().await {
            if let MasterEvent::Listening(url) = event {
                return Ok(Self { group, events, url });
            }
        }
        Err(io::Error::other(
            "the standalone master ended before it listened",
        ))
    }

    pub(super) async fn stop(&mut self, job: &Job) {
        self.group.terminate(Duration::from_secs(2)).await;
        job.note_process("master", None);
    }
}

/// What one application is run with.
pub(super) struct Application<'a> {
    pub(super) spark: &'a Installation,
    pub(super) store: &'a Store,
    pub(super) job: &'a Job,
    pub(super) settings: &'a Settings,
    pub(super) log: &'a DriverLog,
    /// The driver pod's name.
    pub(super) driver: &'a str,
    /// Folder of the job run.
    pub(super) directory: &'a Path,
    pub(super) entry_point: PathBuf,
    pub(super) arguments: Vec<String>,
    pub(super) submit_parameters: Vec<String>,
}

/// Where the driver writes its event log before it is published.
pub(super) fn event_log_directory(job_directory: &Path) -> PathBuf {
    job_directory.join("event-log")
}

impl Application<'_> {
    /// Runs the driver to its end, or ends it when the job run is cancelled. Every process has ended afterwards.
    pub(super) async fn run(
        &self,
        master: &mut Master,
        executors: &mut Executors<'_>,
    ) -> io::Result<ExitStatus> {
        let mut driver = self.start_driver(&master.url)?;
        self.job.note_process("driver", driver.id());
        let pipes = [
            driver
                .take_stdout()
                .map(|pipe| self.log.follow(Stream::Stdout, pipe)),
            driver
                .take_stderr()
                .map(|pipe| self.log.follow(Stream::Stderr, pipe)),
        ];
        let size = (
            self.settings.executor_cores(),
            self.settings.executor_memory_mib(),
        );
        let mut workers = Workers::new(
            self.spark,
            self.job,
            master.url.clone(),
            self.directory.to_owned(),
            size,
        );
        let status = self
            .follow(&mut driver, master, executors, &mut workers)
            .await;
        driver.terminate(GRACE).await;
        self.job.note_process("driver", None);
        // Now, because ending the workers and keeping the logs takes seconds in which the pod no longer runs.
        let success = status.as_ref().is_ok_and(ExitStatus::success);
        pods::finish(
            self.store,
            &self.job.namespace,
            self.driver,
            i32::from(!success),
        );
        executors.finish();
        workers.stop().await;
        for pipe in pipes.into_iter().flatten() {
            // A grandchild that keeps the pipe open must not keep the job run open.
            let _ = tokio::time::timeout(Duration::from_secs(2), pipe).await;
        }
        status
    }

    async fn follow(
        &self,
        driver: &mut ProcessGroup,
        master: &mut Master,
        executors: &mut Executors<'_>,
        workers: &mut Workers<'_>,
    ) -> io::Result<ExitStatus> {
        let mut changed = self.store.changed();
        loop {
            changed.borrow_and_update();
            workers.leave_with_nodes(self.store).await;
            workers.follow(&executors.homes())?;
            tokio::select! {
                status = driver.wait() => return status,
                Some(event) = master.events.recv() => self.take(event, executors),
                _ = changed.changed() => {}
                () = self.job.cancel.cancelled() => {
                    driver.terminate(GRACE).await;
                    return driver.wait().await;
                }
            }
        }
    }

    fn take(&self, event: MasterEvent, executors: &mut Executors<'_>) {
        match event {
            MasterEvent::Listening(_) => {}
            // With dynamic allocation Spark asks by itself, right after it registered.
            MasterEvent::Registered if self.settings.dynamic_allocation() => {}
            MasterEvent::Registered => executors.want(self.settings.instances()),
            MasterEvent::Wanted(total) => executors.want(total),
            MasterEvent::Launched { executor, host } => executors.launched(executor, &host),
            MasterEvent::Killed(numbers) => {
                for executor in numbers {
                    executors.removed(executor, "KILLED");
                }
            }
            MasterEvent::Removed { executor, state } => executors.removed(executor, &state),
            MasterEvent::Finished => executors.finish(),
        }
    }

    fn start_driver(&self, master_url: &str) -> io::Result<ProcessGroup> {
        let event_log = event_log_directory(self.directory);
        std::fs::create_dir_all(&event_log)?;
        let properties_file = self.directory.join("spark-defaults.conf");
        std::fs::write(&properties_file, self.settings.properties_file())?;
        let mut parameters = self.submit_parameters.clone();
        parameters.extend(standalone::overrides(
            self.settings,
            master_url,
            &format!("file://{}", event_log.display()),
        ));
        let program = DriverProgram {
            properties_file,
            parameters,
            entry_point: self.entry_point.clone(),
            arguments: self.arguments.clone(),
            memory: self.settings.driver_heap(),
        };
        ProcessGroup::spawn(&mut launch::driver(self.spark, &program, self.directory))
    }
}

#[cfg(test)]
mod tests {
    use super::s3_parts;

    #[test]
    fn splits_uris() {
        assert_eq!(
            s3_parts("s3://bench/scripts/a.py"),
            Some(("bench", "scripts/a.py"))
        );
        assert_eq!(s3_parts("s3://bench"), Some(("bench", "")));
        assert_eq!(s3_parts("file:///tmp/a.py"), None);
    }
}
