//! What there is in EC2 and Elastic Load Balancing: the instances of Karpenter's NodeClaims with a volume and a network
//! interface each, which its model makes and ends, and what tests have put there.

use super::thing::{Thing, ThingKind};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// EC2 shows terminated instances for about an hour.
const SHOWN_AFTER_TERMINATION: Duration = Duration::from_secs(3600);

/// All of it. Clones share it.
#[derive(Debug, Clone)]
pub struct Estate {
    inner: Arc<Mutex<Inner>>,
    changed: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Inner {
    things: Vec<Thing>,
    /// When instances were terminated.
    terminated: BTreeMap<String, Instant>,
    /// Instances stay in `shutting-down`.
    held: bool,
}

impl Estate {
    pub(crate) fn new() -> Self {
        Self {
            inner: Arc::default(),
            changed: watch::channel(0).0,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let Inner {
            things, terminated, ..
        } = &mut *inner;
        let old = |at: &Instant| at.elapsed() >= SHOWN_AFTER_TERMINATION;
        things.retain(|thing| !terminated.get(&thing.id).is_some_and(old));
        inner
    }

    fn change(&self, change: impl FnOnce(&mut Inner)) {
        change(&mut self.lock());
        self.changed.send_modify(|count| *count += 1);
    }

    /// Puts a thing there, in place of one with its id.
    pub fn put(&self, thing: Thing) {
        self.change(|inner| {
            inner.things.retain(|other| other.id != thing.id);
            inner.things.push(thing);
        });
    }

    /// Takes a thing away, at once and without a trace.
    pub fn remove(&self, id: &str) {
        self.change(|inner| inner.things.retain(|thing| thing.id != id));
    }

    /// Everything there is now, with the instances that were terminated within the last hour.
    #[must_use]
    pub fn things(&self) -> Vec<Thing> {
        self.lock().things.clone()
    }

    /// A wake-up at each change.
    #[must_use]
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Waits until a thing is there that this is true for, and gives it; one that is there already counts.
    pub async fn thing(&self, wanted: impl Fn(&Thing) -> bool) -> Thing {
        let mut changed = self.changed();
        loop {
            changed.borrow_and_update();
            if let Some(found) = self.things().into_iter().find(&wanted) {
                return found;
            }
            // This holds the sender.
            let _ = changed.changed().await;
        }
    }

    /// Keeps Karpenter's instances in `shutting-down`, and so their NodeClaims, until [`Self::release_terminations`].
    pub fn hold_terminations(&self) {
        self.change(|inner| inner.held = true);
    }

    /// Lets go what [`Self::hold_terminations`] has held.
    pub fn release_terminations(&self) {
        self.change(|inner| inner.held = false);
    }

    /// Whether instances stay in `shutting-down`.
    pub(crate) fn holds_terminations(&self) -> bool {
        self.lock().held
    }

    /// Puts an instance into a state.
    pub(crate) fn set_state(&self, id: &str, state: &str) {
        self.change(|inner| {
            if let Some(thing) = inner.things.iter_mut().find(|thing| thing.id == id) {
                state.clone_into(&mut thing.state);
            }
        });
    }

    /// An instance is terminated. What hangs on it goes along, or is free where it is to stay.
    pub(crate) fn terminate(&self, id: &str) {
        self.set_state(id, "terminated");
        self.change(|inner| {
            inner.terminated.insert(id.to_owned(), Instant::now());
            let hangs = |thing: &Thing| thing.attached_to.as_deref() == Some(id);
            inner.things.retain(|thing| !hangs(thing) || thing.stays);
            for thing in inner.things.iter_mut().filter(|thing| hangs(thing)) {
                thing.attached_to = None;
                "available".clone_into(&mut thing.state);
            }
        });
    }

    /// Adds tags to a thing.
    pub(crate) fn tag(&self, id: &str, tags: &[(&str, &str)]) {
        self.change(|inner| {
            if let Some(thing) = inner.things.iter_mut().find(|thing| thing.id == id) {
                let tags = tags
                    .iter()
                    .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
                thing.tags.extend(tags);
            }
        });
    }

    /// All of it as JSON, for whoever inspects the local cloud.
    pub(crate) fn state(&self) -> Value {
        let things = self.things().into_iter();
        serde_json::to_value(things.collect::<Vec<_>>()).unwrap_or_default()
    }
}

/// A volume or a network interface that hangs on an instance.
pub(crate) fn hanging(kind: ThingKind, id: &str, instance: &Thing) -> Thing {
    Thing {
        state: "in-use".to_owned(),
        zone: instance.zone.clone(),
        attached_to: Some(instance.id.clone()),
        ..Thing::new(kind, id, &[])
    }
}

/// So many random hexadecimal digits, 32 at most.
pub(crate) fn hex(digits: usize) -> String {
    let mut text = uuid::Uuid::new_v4().simple().to_string();
    text.truncate(digits);
    text
}
