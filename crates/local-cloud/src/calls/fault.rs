//! Faults: which call fails, how, and how often; and the hand on a call that is held.

use super::trace::{Call, Service};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// Which calls a fault is for.
#[derive(Clone)]
pub enum At {
    /// The call with this place among all calls, from 1.
    Sequence(u64),
    /// The nth call of an operation, from 1.
    Nth(Service, &'static str, u64),
    /// Every call of an operation.
    Operation(Service, &'static str),
    /// Every call of a service.
    Service(Service),
    /// Every call this is true for.
    When(Arc<dyn Fn(&Call) -> bool + Send + Sync>),
}

impl At {
    /// Every call this is true for.
    pub fn when(condition: impl Fn(&Call) -> bool + Send + Sync + 'static) -> Self {
        Self::When(Arc::new(condition))
    }

    fn matches(&self, call: &Call) -> bool {
        match self {
            Self::Sequence(sequence) => call.sequence == *sequence,
            Self::Nth(service, operation, nth) => {
                call.service == *service && call.operation == *operation && call.nth == *nth
            }
            Self::Operation(service, operation) => {
                call.service == *service && call.operation == *operation
            }
            Self::Service(service) => call.service == *service,
            Self::When(condition) => condition(call),
        }
    }
}

impl fmt::Debug for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sequence(sequence) => write!(f, "call {sequence}"),
            Self::Nth(service, operation, nth) => write!(f, "{service:?} {operation} {nth}"),
            Self::Operation(service, operation) => write!(f, "{service:?} {operation}"),
            Self::Service(service) => write!(f, "{service:?}"),
            Self::When(_) => f.write_str("a condition"),
        }
    }
}

/// Before or after the request took effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The service has not seen the request yet.
    Before,
    /// The service has done what was asked; the client does not know.
    After,
}

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The service's own answer to too many requests.
    Throttled,
    /// HTTP 500 with the service's own code for it.
    ServerError,
    /// HTTP 503 with the service's own code for it.
    Unavailable,
    /// The connection is closed without an answer.
    Reset(Moment),
    /// The connection is closed when about half of the request's body has been received. The service never sees it.
    ResetMidway,
    /// The service does what was asked; the connection is closed after half of the answer's body. An answer without
    /// a body is not sent at all.
    Truncated,
    /// One byte of the request's body is another when the service gets it, so that its own check of the body refuses
    /// it. A request without a body stays as it is.
    Corrupted,
    /// The service gets the request this much later.
    Slow(Duration),
    /// The credentials of this call have expired, for this and every later call to any AWS service. For Kubernetes
    /// and GitHub, which know no access keys, only this call is refused as unauthenticated.
    Expired,
    /// The caller may not do this.
    Denied,
    /// Another write of the same thing was under way: HTTP 409 of S3 (for conditional writes) and of Kubernetes. The
    /// others answer as to [`FaultKind::ServerError`].
    Conflict,
    /// The call waits until it is released.
    Hold(Moment),
    /// The answer is broken off after this time: for watches and logs, which go on for long.
    Cut(Duration),
}

/// A fault to set.
#[derive(Debug, Clone)]
pub struct Fault {
    /// The calls it is for.
    pub at: At,
    /// What happens to them.
    pub kind: FaultKind,
    /// How many calls it hits before it is used up; none for no end.
    pub times: Option<u64>,
}

impl Fault {
    /// Hits the first call that matches.
    #[must_use]
    pub fn once(at: At, kind: FaultKind) -> Self {
        Self {
            at,
            kind,
            times: Some(1),
        }
    }

    /// Hits every call that matches, until it is removed.
    #[must_use]
    pub fn always(at: At, kind: FaultKind) -> Self {
        Self {
            at,
            kind,
            times: None,
        }
    }
}

/// A fault that is set, with what tests and gates tell each other about it.
#[derive(Debug)]
pub(super) struct Armed {
    fault: Fault,
    left: AtomicU64,
    hits: watch::Sender<u64>,
    /// Whether a call is held now, at the moment asked for.
    held: watch::Sender<bool>,
    /// Whether a held call has been dealt with after its release.
    done: watch::Sender<bool>,
    /// What is to become of held calls, once it is decided.
    fate: watch::Sender<Option<Fate>>,
}

/// What becomes of a call that was held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Released,
    Discarded,
}

impl Armed {
    pub(super) fn new(fault: Fault) -> Self {
        Self {
            left: AtomicU64::new(fault.times.unwrap_or(u64::MAX)),
            fault,
            hits: watch::channel(0).0,
            held: watch::channel(false).0,
            done: watch::channel(false).0,
            fate: watch::channel(None).0,
        }
    }

    /// Takes one of the hits that are left, if the fault is for this call.
    pub(super) fn take(&self, call: &Call) -> bool {
        let one_less = |left: u64| left.checked_sub(1);
        let taken = self.fault.at.matches(call)
            && self
                .left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less)
                .is_ok();
        if taken {
            self.hits.send_modify(|hits| *hits += 1);
        }
        taken
    }

    /// Says that a call that was held has been dealt with.
    pub(super) fn done(&self) {
        self.done.send_replace(true);
    }

    pub(super) fn kind(&self) -> FaultKind {
        self.fault.kind
    }

    /// Says that a call is held, and waits until the test decides about it.
    pub(super) async fn hold(&self) -> Fate {
        self.held.send_replace(true);
        let mut fate = self.fate.subscribe();
        let decided = fate.wait_for(Option::is_some).await;
        decided.map_or(Fate::Discarded, |fate| fate.unwrap_or(Fate::Discarded))
    }
}

/// A fault that was set. Dropping it changes nothing.
#[derive(Debug, Clone)]
pub struct FaultHandle {
    armed: Arc<Armed>,
}

impl FaultHandle {
    pub(super) fn new(armed: Arc<Armed>) -> Self {
        Self { armed }
    }

    /// How many calls it has hit.
    #[must_use]
    pub fn hits(&self) -> u64 {
        *self.armed.hits.borrow()
    }

    /// Waits until it has hit a call.
    pub async fn hit(&self) {
        let mut hits = self.armed.hits.subscribe();
        // The handle keeps the sender, so this ends only with a hit.
        let _ = hits.wait_for(|hits| *hits > 0).await;
    }

    /// Ends the fault: no further call is hit.
    pub fn remove(&self) {
        self.armed.left.store(0, Ordering::SeqCst);
    }

    fn decide(&self, fate: Fate) {
        self.armed.fate.send_if_modified(|known| {
            let first = known.is_none();
            known.get_or_insert(fate);
            first
        });
    }
}

/// A hand on one call that waits. Dropping it releases the call.
#[derive(Debug)]
#[must_use = "a hold that is dropped lets the call go on"]
pub struct Hold {
    handle: FaultHandle,
}

impl Hold {
    pub(crate) fn new(handle: FaultHandle) -> Self {
        Self { handle }
    }

    /// Waits until the call is held: it has arrived, and for [`Moment::After`] it has taken effect.
    pub async fn arrived(&self) {
        let mut held = self.handle.armed.held.subscribe();
        // The handle keeps the sender, so this ends only with a call.
        let _ = held.wait_for(|held| *held).await;
    }

    /// Lets the call go on, also when its client is gone meanwhile.
    pub fn release(self) {
        self.handle.decide(Fate::Released);
    }

    /// Lets the call go on, and waits until it has taken effect.
    pub async fn settle(self) {
        self.handle.decide(Fate::Released);
        let mut done = self.handle.armed.done.subscribe();
        // The handle keeps the sender, so this ends only with the call.
        let _ = done.wait_for(|done| *done).await;
    }

    /// The call is lost: its connection is closed, and what has not taken effect never will.
    pub fn discard(self) {
        self.handle.decide(Fate::Discarded);
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.handle.decide(Fate::Released);
    }
}
