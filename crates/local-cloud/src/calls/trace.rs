//! The calls so far, in the order they arrived, and the faults that wait for theirs.

use super::fault::{Armed, Fault, FaultHandle};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// A service of the local cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// S3.
    S3,
    /// EMR containers.
    EmrContainers,
    /// STS.
    Sts,
    /// IAM.
    Iam,
    /// EKS.
    Eks,
    /// CloudWatch Logs.
    CloudwatchLogs,
    /// The Price List.
    Pricing,
    /// EC2.
    Ec2,
    /// The Resource Groups Tagging API.
    Tagging,
    /// The Kubernetes API server.
    Kubernetes,
    /// GitHub's REST API.
    Github,
    /// GitHub's issuer of OIDC tokens.
    IdToken,
}

impl Service {
    /// Whether it is one of AWS's.
    #[must_use]
    pub fn is_aws(self) -> bool {
        !matches!(self, Self::Kubernetes | Self::Github | Self::IdToken)
    }

    /// The name that AWS signs its requests and writes its IAM actions with.
    pub(super) fn signing_name(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::EmrContainers => "emr-containers",
            Self::Sts => "sts",
            Self::Iam => "iam",
            Self::Eks => "eks",
            Self::CloudwatchLogs => "logs",
            Self::Pricing => "pricing",
            Self::Ec2 => "ec2",
            Self::Tagging => "tag",
            Self::Kubernetes => "kubernetes",
            Self::Github => "github",
            Self::IdToken => "id-token",
        }
    }
}

/// What a call was answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Nothing yet.
    Pending,
    /// This HTTP status.
    Status(u16),
    /// The connection was closed without an answer.
    Reset,
}

/// One call that reached a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Call {
    /// Its place among all calls, from 1.
    pub sequence: u64,
    /// Who was asked.
    pub service: Service,
    /// What was asked: the service's own name of the operation, for Kubernetes verb and resource (`watch pods`,
    /// `get pods/log`), for GitHub method and path.
    pub operation: String,
    /// Its place among the calls of this operation, from 1.
    pub nth: u64,
    /// What it was about: bucket and key, a job run's id, the client token of `StartJobRun`, the object's name.
    pub subject: String,
    /// The AWS access key it was signed with.
    pub access_key: Option<String>,
    /// When it arrived, counted from the start of the local cloud.
    pub at: Duration,
    /// What it was answered with.
    pub answer: Answer,
}

/// What a gate knows of a request before it is a call.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) operation: String,
    pub(super) subject: String,
    pub(super) access_key: Option<String>,
}

/// All calls and faults of one local cloud. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Calls {
    shared: Arc<Mutex<Shared>>,
    count: watch::Sender<usize>,
    began: Instant,
}

#[derive(Debug, Default)]
struct Shared {
    calls: Vec<Call>,
    nths: BTreeMap<(Service, String), u64>,
    faults: Vec<Arc<Armed>>,
}

impl Calls {
    /// Nothing was asked yet.
    pub(crate) fn new() -> Self {
        Self {
            shared: Arc::default(),
            count: watch::channel(0).0,
            began: Instant::now(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All calls so far.
    pub(crate) fn all(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    /// The first call that this is true for.
    pub(crate) fn find(&self, wanted: impl Fn(&Call) -> bool) -> Option<Call> {
        self.lock().calls.iter().find(|call| wanted(call)).cloned()
    }

    /// Tells when there are more.
    pub(crate) fn count(&self) -> watch::Receiver<usize> {
        self.count.subscribe()
    }

    /// Sets a fault.
    pub(crate) fn fault(&self, fault: Fault) -> FaultHandle {
        let armed = Arc::new(Armed::new(fault));
        self.lock().faults.push(Arc::clone(&armed));
        FaultHandle::new(armed)
    }

    /// Notes a call, and takes the first fault that is set for it.
    pub(super) fn arrive(&self, service: Service, named: Named) -> (Call, Option<Arc<Armed>>) {
        let mut shared = self.lock();
        let nth = shared
            .nths
            .entry((service, named.operation.clone()))
            .or_default();
        *nth += 1;
        let call = Call {
            nth: *nth,
            sequence: shared.calls.len() as u64 + 1,
            service,
            operation: named.operation,
            subject: named.subject,
            access_key: named.access_key,
            at: self.began.elapsed(),
            answer: Answer::Pending,
        };
        shared.calls.push(call.clone());
        let fault = shared.faults.iter().find(|fault| fault.take(&call));
        let fault = fault.cloned();
        let count = shared.calls.len();
        drop(shared);
        self.count.send_replace(count);
        (call, fault)
    }

    /// Notes what a call was answered with.
    pub(super) fn answered(&self, call: &Call, answer: Answer) {
        let at = usize::try_from(call.sequence - 1).unwrap_or(usize::MAX);
        if let Some(call) = self.lock().calls.get_mut(at) {
            call.answer = answer;
        }
        // Whoever waits for a call may wait for its answer.
        self.count.send_modify(|_| {});
    }
}
