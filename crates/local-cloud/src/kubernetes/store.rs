//! The objects of the cluster, their versions and what changed, all in memory.
//!
//! Every change takes the next resource version and is kept in a bounded history, from which watches are served.
//! Knows nothing of HTTP, validation or who may change what.

use super::circumstances::Circumstances;
use super::kind::Kind;
use super::metadata::{self, ObjectName};
use super::pod_log::ContainerLog;
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// Changes kept for watches; a watch from before them gets 410 Gone.
const HISTORY: usize = 20_000;

/// A new cluster is never at version 1: the control plane wrote objects before anyone connected.
const FIRST_VERSION: u64 = 1000;

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// It was created.
    Added,
    /// It was changed, or marked for deletion.
    Modified,
    /// It is gone.
    Deleted,
}

/// One entry of the history.
#[derive(Debug, Clone)]
pub struct Change {
    /// Resource version this change was given.
    pub version: u64,
    /// Kind of the object.
    pub kind: Kind,
    /// What happened.
    pub event: Event,
    /// The object after the change, or as it was last for a deletion.
    pub object: Arc<Value>,
    /// The object before the change; none when it was created.
    pub before: Option<Arc<Value>>,
}

/// The version asked for is older than the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too old resource version: {asked} ({oldest})")]
pub struct TooOld {
    /// The version asked for.
    pub asked: u64,
    /// The oldest version a watch can start from.
    pub oldest: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    group: &'static str,
    plural: &'static str,
    name: ObjectName,
}

#[derive(Debug, Default)]
struct Inner {
    objects: BTreeMap<Key, Arc<Value>>,
    history: VecDeque<Change>,
    /// Version of the newest change that is no longer in the history.
    forgotten: u64,
    version: u64,
    logs: BTreeMap<(String, String, String), ContainerLog>,
}

/// The cluster's objects. Clones share them.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Mutex<Inner>>,
    changed: watch::Sender<u64>,
    /// Counts what was printed, which is no change of an object.
    printed: watch::Sender<u64>,
    pub(super) circumstances: Arc<Mutex<Circumstances>>,
}

impl Default for Store {
    fn default() -> Self {
        Self::new()
    }
}

impl Store {
    /// An empty cluster.
    #[must_use]
    pub fn new() -> Self {
        let inner = Inner {
            version: FIRST_VERSION,
            forgotten: FIRST_VERSION,
            ..Inner::default()
        };
        Self {
            inner: Arc::new(Mutex::new(inner)),
            changed: watch::channel(FIRST_VERSION).0,
            printed: watch::channel(0).0,
            circumstances: Arc::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Creates the object or replaces the one of that name, and returns it as stored.
    /// The uid, creation time and deletion time of an existing object are kept.
    /// A replacement that changes nothing makes no event and no new version.
    pub fn put(&self, kind: &Kind, object: Value) -> Value {
        let name = metadata::name_of(kind, &object);
        let result = self.transform::<std::convert::Infallible>(kind, &name, |_| Ok(Some(object)));
        match result {
            Ok(stored) => stored.map_or(Value::Null, Arc::unwrap_or_clone),
        }
    }

    /// Changes an object in place and returns the result; none if there is no such object.
    /// Taking away the last finalizer of an object marked for deletion removes it.
    pub fn edit(
        &self,
        kind: &Kind,
        namespace: Option<&str>,
        name: &str,
        change: impl FnOnce(&mut Value),
    ) -> Option<Value> {
        let name = ObjectName::new(kind, namespace, name);
        let result = self.transform::<std::convert::Infallible>(kind, &name, |current| {
            Ok(current.map(|current| {
                let mut object = current.clone();
                change(&mut object);
                object
            }))
        });
        match result {
            Ok(stored) => stored.map(Arc::unwrap_or_clone),
        }
    }

    /// Removes an object at once, finalizers or not, and returns it as it was last.
    pub fn remove(&self, kind: &Kind, namespace: Option<&str>, name: &str) -> Option<Value> {
        let key = Key::new(kind, ObjectName::new(kind, namespace, name));
        let mut inner = self.lock();
        let removed = inner.remove(kind, &key);
        self.announce(inner);
        removed.map(Arc::unwrap_or_clone)
    }

    /// Sets the deletion time, if it is not set yet. The object stays until it is removed.
    pub fn mark_deleting(&self, kind: &Kind, namespace: Option<&str>, name: &str) -> Option<Value> {
        self.edit(kind, namespace, name, |object| {
            metadata::set_if_absent(object, "deletionTimestamp", || metadata::now().into());
            metadata::set_if_absent(object, "deletionGracePeriodSeconds", || 0.into());
        })
    }

    /// One object.
    #[must_use]
    pub fn get(&self, kind: &Kind, namespace: Option<&str>, name: &str) -> Option<Value> {
        let key = Key::new(kind, ObjectName::new(kind, namespace, name));
        self.lock().objects.get(&key).map(|o| Value::clone(o))
    }

    /// All objects of a kind, in one namespace or in all of them, ordered by namespace and name.
    #[must_use]
    pub fn list(&self, kind: &Kind, namespace: Option<&str>) -> Vec<Value> {
        self.snapshot(kind, namespace)
            .1
            .iter()
            .map(|o| Value::clone(o))
            .collect()
    }

    /// The objects of a kind together with the version of the cluster they were read at.
    #[must_use]
    pub fn snapshot(&self, kind: &Kind, namespace: Option<&str>) -> (u64, Vec<Arc<Value>>) {
        let inner = self.lock();
        let objects = inner
            .objects
            .iter()
            .filter(|(key, _)| key.group == kind.group && key.plural == kind.plural)
            .filter(|(key, _)| namespace.is_none_or(|n| key.name.namespace.as_deref() == Some(n)))
            .map(|(_, object)| Arc::clone(object))
            .collect();
        (inner.version, objects)
    }

    /// The latest resource version, and a wake-up at each change.
    #[must_use]
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// The latest resource version.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.lock().version
    }

    /// Changes of a kind after a version, and the version they bring the reader to.
    ///
    /// # Errors
    /// [`TooOld`] when changes after that version have been forgotten.
    pub fn changes_since(&self, kind: &Kind, version: u64) -> Result<(u64, Vec<Change>), TooOld> {
        let inner = self.lock();
        if version < inner.forgotten {
            return Err(TooOld {
                asked: version,
                oldest: inner.forgotten,
            });
        }
        // Versions only grow along the history, so a long history is not walked for one new change.
        let start = inner.history.partition_point(|c| c.version <= version);
        let changes = inner
            .history
            .range(start..)
            .filter(|c| c.kind == *kind)
            .cloned()
            .collect();
        Ok((inner.version, changes))
    }

    /// Drops the history, as etcd's compaction does: watches from older versions get 410 Gone.
    pub fn forget_history(&self) {
        let mut inner = self.lock();
        inner.version += 1;
        inner.forgotten = inner.version;
        inner.history.clear();
        self.announce(inner);
    }

    /// Replaces what a container has logged so far.
    pub fn set_log(&self, namespace: &str, pod: &str, container: &str, text: impl Into<String>) {
        let key = (namespace.to_owned(), pod.to_owned(), container.to_owned());
        let now = jiff::Timestamp::now();
        let mut inner = self.lock();
        inner.logs.entry(key).or_default().replace(text.into(), now);
        drop(inner);
        self.printed.send_modify(|count| *count += 1);
    }

    /// A wake-up each time a container has logged something.
    pub(super) fn printed(&self) -> watch::Receiver<u64> {
        self.printed.subscribe()
    }

    /// What a container has logged; the pod's first container with a log when none is named.
    #[must_use]
    pub fn log(&self, namespace: &str, pod: &str, container: Option<&str>) -> Option<String> {
        let log = self.container_log(namespace, pod, container)?;
        Some(log.text().to_owned())
    }

    pub(super) fn container_log(
        &self,
        namespace: &str,
        pod: &str,
        container: Option<&str>,
    ) -> Option<ContainerLog> {
        let inner = self.lock();
        inner
            .logs
            .iter()
            .find(|((n, p, c), _)| n == namespace && p == pod && container.is_none_or(|w| w == c))
            .map(|(_, log)| log.clone())
    }

    /// Reads one object and writes what `change` makes of it, as one step. `None` from `change` writes nothing.
    ///
    /// # Errors
    /// Whatever `change` refuses with; nothing is written then.
    pub(super) fn transform<E>(
        &self,
        kind: &Kind,
        name: &ObjectName,
        change: impl FnOnce(Option<&Value>) -> Result<Option<Value>, E>,
    ) -> Result<Option<Arc<Value>>, E> {
        let key = Key::new(kind, name.clone());
        let mut inner = self.lock();
        let current = inner.objects.get(&key).cloned();
        let Some(wanted) = change(current.as_deref())? else {
            return Ok(None);
        };
        let wanted = metadata::complete(kind, name, wanted, current.as_deref());
        if let Some(current) = current.as_ref().filter(|c| metadata::same(c, &wanted)) {
            return Ok(Some(Arc::clone(current)));
        }
        let freed = current
            .as_deref()
            .is_some_and(|before| metadata::lost_last_finalizer(before, &wanted));
        let stored = inner.write(kind, &key, wanted);
        if freed {
            inner.remove(kind, &key);
        }
        self.announce(inner);
        Ok(Some(stored))
    }

    fn announce(&self, inner: MutexGuard<'_, Inner>) {
        let version = inner.version;
        drop(inner);
        // Two writers may come here in the wrong order; the version never goes back.
        self.changed.send_if_modified(|known| {
            let newer = version > *known;
            *known = version.max(*known);
            newer
        });
    }
}

impl Key {
    fn new(kind: &Kind, name: ObjectName) -> Self {
        Self {
            group: kind.group,
            plural: kind.plural,
            name,
        }
    }
}

impl Inner {
    fn write(&mut self, kind: &Kind, key: &Key, object: Value) -> Arc<Value> {
        let object = self.stamped(object);
        let before = self.objects.insert(key.clone(), Arc::clone(&object));
        let event = if before.is_some() {
            Event::Modified
        } else {
            Event::Added
        };
        self.record(kind, event, &object, before);
        object
    }

    fn remove(&mut self, kind: &Kind, key: &Key) -> Option<Arc<Value>> {
        let before = self.objects.remove(key)?;
        let object = self.stamped(Value::clone(&before));
        self.record(kind, Event::Deleted, &object, Some(before));
        Some(object)
    }

    fn stamped(&mut self, mut object: Value) -> Arc<Value> {
        self.version += 1;
        metadata::set(
            &mut object,
            "resourceVersion",
            self.version.to_string().into(),
        );
        Arc::new(object)
    }

    fn record(
        &mut self,
        kind: &Kind,
        event: Event,
        object: &Arc<Value>,
        before: Option<Arc<Value>>,
    ) {
        if self.history.len() == HISTORY
            && let Some(oldest) = self.history.pop_front()
        {
            self.forgotten = oldest.version;
        }
        self.history.push_back(Change {
            version: self.version,
            kind: *kind,
            event,
            object: Arc::clone(object),
            before,
        });
    }
}
