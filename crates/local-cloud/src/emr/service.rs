//! Job runs in memory, and the calls that change them.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio_util::task::TaskTracker;

use super::{
    error::ApiError,
    job::{End, Job},
    lifecycle, routes,
    shapes::{ClusterState, JobRun, StartJobRun, State},
    validate,
    virtual_clusters::VirtualClusters,
};
use crate::{
    cloudwatch_logs::LogGroups, config::ACCOUNT, job_script::JobScript, kubernetes::Store,
    objects::Objects, spark::Installation,
};

/// What the service stands on.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The Spark that executes job runs. Without it every job run fails and says so.
    pub(crate) spark: Option<Installation>,
    /// Folder for the files of job runs.
    pub(crate) data: PathBuf,
    /// How long a driver pod may wait for its node before the job run fails; EMR's default is 15 minutes.
    pub(crate) driver_start_timeout: Duration,
}

/// The EMR containers service. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    shared: Arc<Shared>,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) objects: Objects,
    pub(super) store: Store,
    pub(super) log_groups: LogGroups,
    pub(super) settings: Settings,
    /// What job runs play that are submitted from now on.
    script: Mutex<Option<JobScript>>,
    clusters: VirtualClusters,
    /// Oldest first.
    jobs: Mutex<Vec<Arc<Job>>>,
    tasks: TaskTracker,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(super) fn script(&self) -> Option<JobScript> {
        lock(&self.script).clone()
    }
}

impl Service {
    /// A service without virtual clusters.
    pub(crate) fn start(
        settings: Settings,
        script: Option<JobScript>,
        objects: Objects,
        store: Store,
        log_groups: LogGroups,
    ) -> Self {
        let shared = Shared {
            clusters: VirtualClusters::new(store.clone()),
            objects,
            store,
            log_groups,
            settings,
            script: Mutex::new(script),
            jobs: Mutex::default(),
            tasks: TaskTracker::new(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// The HTTP routes.
    pub(crate) fn router(&self) -> axum::Router {
        routes::router(self.clone())
    }

    /// Creates a virtual cluster and gives its id; one that is alive in the namespace is taken instead.
    pub(crate) fn create_virtual_cluster(&self, name: &str, namespace: &str) -> String {
        self.shared.clusters.seed(name, namespace)
    }

    /// The virtual clusters.
    pub(crate) fn virtual_clusters(&self) -> &VirtualClusters {
        &self.shared.clusters
    }

    /// What job runs play that are submitted from now on.
    pub(crate) fn set_script(&self, script: JobScript) {
        *lock(&self.shared.script) = Some(script);
    }

    /// What is going on, for whoever inspects the local cloud.
    pub(crate) fn state(&self) -> Value {
        let jobs: Vec<_> = lock(&self.shared.jobs)
            .iter()
            .map(|job| job.inspect())
            .collect();
        json!({"virtual_clusters": self.shared.clusters.all(), "job_runs": jobs})
    }

    /// Cancels every job run and waits until its processes are gone.
    pub(crate) async fn shutdown(&self) {
        for job in lock(&self.shared.jobs).iter() {
            job.cancel.cancel();
        }
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
    }

    pub(super) fn delete(&self, id: &str) -> Result<(), ApiError> {
        let jobs = lock(&self.shared.jobs);
        let active = jobs
            .iter()
            .map(|job| job.snapshot())
            .filter(|run| run.virtual_cluster_id == id && !run.state.is_terminal());
        self.shared.clusters.delete(id, active.count())
    }

    pub(super) fn submit(&self, cluster: &str, request: StartJobRun) -> Result<JobRun, ApiError> {
        let driver = validate::start_job_run(&request)?;
        let mut jobs = lock(&self.shared.jobs);
        let cluster = self.shared.clusters.get(cluster)?;
        if cluster.state != ClusterState::Running {
            return Err(ApiError::Validation(format!(
                "Virtual cluster {} is {}",
                cluster.id,
                cluster.state.name()
            )));
        }
        let known = |job: &&Arc<Job>| {
            let run = job.snapshot();
            run.client_token == request.client_token && run.virtual_cluster_id == cluster.id
        };
        if let Some(known) = jobs.iter().find(known) {
            return Ok(known.snapshot());
        }
        let id = identifier(19);
        let run = JobRun {
            arn: format!("{}/jobruns/{id}", cluster.arn),
            name: request.name.unwrap_or_else(|| id.clone()),
            id,
            virtual_cluster_id: cluster.id.clone(),
            state: State::Pending,
            client_token: request.client_token,
            execution_role_arn: request.execution_role_arn.unwrap_or_default(),
            release_label: request.release_label.unwrap_or_default(),
            configuration_overrides: request.configuration_overrides,
            job_driver: driver,
            created_at: Timestamp::now(),
            created_by: format!("arn:aws:iam::{ACCOUNT}:user/local-cloud"),
            finished_at: None,
            state_details: None,
            failure_reason: None,
            tags: request.tags,
            retry_policy_configuration: request.retry_policy_configuration,
        };
        let job = Arc::new(Job::new(run.clone(), cluster.namespace().to_owned()));
        jobs.push(Arc::clone(&job));
        let running = tokio::spawn(lifecycle::run(Arc::clone(&self.shared), Arc::clone(&job)));
        self.shared.tasks.spawn(async move {
            if let Err(fault) = running.await {
                // A fault of the local cloud must not leave a job run that never ends.
                job.finish(End::Failed("INTERNAL_ERROR", fault.to_string()));
            }
        });
        Ok(run)
    }

    pub(super) fn job_run(&self, cluster: &str, id: &str) -> Result<JobRun, ApiError> {
        self.job(cluster, id).map(|job| job.snapshot())
    }

    /// Newest first.
    pub(super) fn job_runs(&self, cluster: &str) -> Result<Vec<JobRun>, ApiError> {
        self.shared.clusters.get(cluster)?;
        let jobs = lock(&self.shared.jobs);
        let of_cluster = jobs
            .iter()
            .rev()
            .map(|job| job.snapshot())
            .filter(|run| run.virtual_cluster_id == cluster);
        Ok(of_cluster.collect())
    }

    pub(super) fn cancel(&self, cluster: &str, id: &str) -> Result<(), ApiError> {
        let not_found = |error| match error {
            // CancelJobRun knows no ResourceNotFoundException.
            ApiError::NotFound(message) => ApiError::Validation(message),
            other => other,
        };
        let job = self.job(cluster, id).map_err(not_found)?;
        if !job.begin_cancel() {
            let state = job.snapshot().state.name();
            return Err(ApiError::Validation(format!(
                "Job run {id} is not in a cancellable state: {state}"
            )));
        }
        Ok(())
    }

    fn job(&self, cluster: &str, id: &str) -> Result<Arc<Job>, ApiError> {
        let jobs = lock(&self.shared.jobs);
        let found = jobs.iter().find(|job| {
            let run = job.snapshot();
            run.id == id && run.virtual_cluster_id == cluster
        });
        found.cloned().ok_or_else(|| {
            ApiError::NotFound(format!(
                "Job run {id} doesn't exist in virtual cluster {cluster}."
            ))
        })
    }
}

/// An id as the service makes them: digits and lower-case letters.
pub(super) fn identifier(length: usize) -> String {
    const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let (mut high, mut low) = uuid::Uuid::new_v4().as_u64_pair();
    (0..length)
        .map(|at| {
            let source = if at % 2 == 0 { &mut high } else { &mut low };
            let digit = *source % 36;
            *source /= 36;
            char::from(ALPHABET[usize::try_from(digit).unwrap_or_default()])
        })
        .collect()
}
