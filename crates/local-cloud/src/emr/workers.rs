//! The worker processes of one job: one for every node that takes its pods, gone when the node goes.

use std::{io, path::PathBuf, time::Duration};

use super::{executors::Home, job::Job};
use crate::{
    kubernetes::{NODE, Store},
    spark::{
        Installation,
        launch::{self, WorkerSize},
        process::ProcessGroup,
    },
};

/// How long a worker may take to end its executors.
const GRACE: Duration = Duration::from_secs(3);

#[derive(Debug)]
struct Worker {
    name: String,
    node: String,
    slots: u32,
    group: ProcessGroup,
}

/// What every worker of the job is started with.
#[derive(Debug)]
pub(super) struct Workers<'a> {
    pub(super) spark: &'a Installation,
    pub(super) job: &'a Job,
    pub(super) master_url: String,
    pub(super) directory: PathBuf,
    pub(super) executor_cores: u32,
    pub(super) executor_memory_mib: u64,
    running: Vec<Worker>,
    started: u32,
}

impl<'a> Workers<'a> {
    pub(super) fn new(
        spark: &'a Installation,
        job: &'a Job,
        master_url: String,
        directory: PathBuf,
        (executor_cores, executor_memory_mib): (u32, u64),
    ) -> Self {
        Self {
            spark,
            job,
            master_url,
            directory,
            executor_cores,
            executor_memory_mib,
            running: Vec::new(),
            started: 0,
        }
    }

    /// Starts workers until every node has a slot for each of the job's pods bound to it.
    pub(super) fn follow(&mut self, homes: &[Home]) -> io::Result<()> {
        for home in homes {
            let slots: u32 = self
                .running
                .iter()
                .filter(|w| w.node == home.node)
                .map(|w| w.slots)
                .sum();
            if slots < home.pods {
                self.start(home, home.pods - slots)?;
            }
        }
        Ok(())
    }

    fn start(&mut self, home: &Home, slots: u32) -> io::Result<()> {
        self.started += 1;
        let name = format!("worker-{}", self.started);
        let directory = self.directory.join(&name);
        std::fs::create_dir_all(&directory)?;
        let size = WorkerSize {
            host: home.address.clone(),
            cores: slots * self.executor_cores,
            memory_mib: u64::from(slots) * self.executor_memory_mib,
        };
        let group = ProcessGroup::spawn(&mut launch::worker(
            self.spark,
            &self.master_url,
            &size,
            &directory,
        )?)?;
        self.job.note_process(&name, group.id());
        self.running.push(Worker {
            name,
            node: home.node.clone(),
            slots,
            group,
        });
        Ok(())
    }

    /// Ends the workers whose nodes are going or gone.
    pub(super) async fn leave_with_nodes(&mut self, store: &Store) {
        let stays = |worker: &Worker| {
            let node = store.get(&NODE, None, &worker.node);
            node.is_some_and(|node| node["metadata"]["deletionTimestamp"].is_null())
        };
        let (stay, leave) = std::mem::take(&mut self.running)
            .into_iter()
            .partition(stays);
        self.running = stay;
        self.end(leave).await;
    }

    /// Ends all of them.
    pub(super) async fn stop(&mut self) {
        let all = std::mem::take(&mut self.running);
        self.end(all).await;
    }

    async fn end(&self, workers: Vec<Worker>) {
        let ends = workers.into_iter().map(|mut worker| async move {
            worker.group.terminate(GRACE).await;
            self.job.note_process(&worker.name, None);
        });
        futures::future::join_all(ends).await;
    }
}
