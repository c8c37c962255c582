//! One job run: its state for the API, and its processes for whoever inspects.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::shapes::{JobRun, State};

/// How a job run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    Completed,
    Cancelled,
    /// Failure reason code and details.
    Failed(&'static str, String),
}

/// A job run in the service's hands.
#[derive(Debug)]
pub(super) struct Job {
    run: Mutex<JobRun>,
    processes: Mutex<BTreeMap<String, u32>>,
    /// The virtual cluster's namespace.
    pub(super) namespace: String,
    pub(super) cancel: CancellationToken,
}

impl Job {
    pub(super) fn new(run: JobRun, namespace: String) -> Self {
        Self {
            run: Mutex::new(run),
            processes: Mutex::default(),
            namespace,
            cancel: CancellationToken::new(),
        }
    }

    fn run(&self) -> MutexGuard<'_, JobRun> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The job run as it is now.
    pub(super) fn snapshot(&self) -> JobRun {
        self.run().clone()
    }

    /// Moves on to a state that is not an end; a cancellation under way is not overtaken.
    pub(super) fn advance(&self, state: State) {
        let mut run = self.run();
        if run.state != State::CancelPending {
            run.state = state;
        }
    }

    /// Enters CANCEL_PENDING; false when the job run is over.
    pub(super) fn begin_cancel(&self) -> bool {
        let mut run = self.run();
        if run.state.is_terminal() {
            return false;
        }
        run.state = State::CancelPending;
        self.cancel.cancel();
        true
    }

    /// Enters the end state.
    pub(super) fn finish(&self, end: End) {
        let mut run = self.run();
        run.finished_at = Some(Timestamp::now());
        (run.state, run.failure_reason, run.state_details) = match end {
            End::Completed => (
                State::Completed,
                None,
                Some("JobRun completed successfully.".to_owned()),
            ),
            End::Cancelled => (
                State::Cancelled,
                None,
                Some("JobRun was cancelled by user request.".to_owned()),
            ),
            // The service keeps at most 256 characters.
            End::Failed(reason, details) => (
                State::Failed,
                Some(reason),
                Some(details.chars().take(256).collect()),
            ),
        };
    }

    /// Notes a process, or with none that it is gone.
    pub(super) fn note_process(&self, name: &str, id: Option<u32>) {
        let mut processes = self
            .processes
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match id {
            Some(id) => processes.insert(name.to_owned(), id),
            None => processes.remove(name),
        };
    }

    pub(super) fn inspect(&self) -> Value {
        let run = self.snapshot();
        let processes = self
            .processes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        json!({
            "id": run.id, "name": run.name, "state": run.state, "virtual_cluster_id": run.virtual_cluster_id,
            "client_token": run.client_token, "processes": processes,
        })
    }
}
