//! The one cluster as EKS knows it: its name, and how alive it is. Tests change both.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The states of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EksStatus {
    /// `CREATING`: it has no endpoint yet.
    Creating,
    /// `ACTIVE`
    Active,
    /// `DELETING`
    Deleting,
    /// `FAILED`
    Failed,
}

impl EksStatus {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Creating => "CREATING",
            Self::Active => "ACTIVE",
            Self::Deleting => "DELETING",
            Self::Failed => "FAILED",
        }
    }
}

/// The cluster. Clones share it.
#[derive(Debug, Clone)]
pub struct EksCluster {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug)]
struct Inner {
    name: String,
    /// None once it is gone.
    status: Option<EksStatus>,
}

impl EksCluster {
    pub(crate) fn new() -> Self {
        let inner = Inner {
            name: super::CLUSTER.to_owned(),
            status: Some(EksStatus::Active),
        };
        Self {
            inner: Arc::new(Mutex::new(inner)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> String {
        self.lock().name.clone()
    }

    /// Gives it another name; tokens and the tags of new nodes are for that name then.
    pub fn rename(&self, name: &str) {
        name.clone_into(&mut self.lock().name);
    }

    /// Puts it into a state.
    pub fn set_status(&self, status: EksStatus) {
        self.lock().status = Some(status);
    }

    /// Takes it away: DescribeCluster finds nothing any more, and nobody has a token for it.
    pub fn remove(&self) {
        self.lock().status = None;
    }

    /// Its state, if it is the cluster of this name and still there.
    pub(super) fn status(&self, name: &str) -> Option<EksStatus> {
        let inner = self.lock();
        inner.status.filter(|_| inner.name == name)
    }
}
