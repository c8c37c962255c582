//! What a test makes of the cluster beside its objects: kinds that are not installed yet, and objects that Karpenter
//! does not find in order.

use super::kind::{ALL, Kind};
use super::readiness;
use super::store::Store;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{MutexGuard, PoisonError};

/// All of them in one cluster.
#[derive(Debug, Default)]
pub(super) struct Circumstances {
    /// Plural names of the kinds whose definitions are not installed.
    absent: BTreeSet<&'static str>,
    /// By plural name of the kind and name of the object.
    unready: BTreeMap<(&'static str, String), Unready>,
}

/// Why an object is not ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unready {
    /// The condition that is not true, such as `SubnetsReady`; `Ready` follows it.
    pub condition: String,
    /// Its reason, a word.
    pub reason: String,
    /// Its message.
    pub message: String,
}

impl Store {
    fn circumstances(&self) -> MutexGuard<'_, Circumstances> {
        self.circumstances
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the definition of a custom kind away, and its objects with it: the API does not know it any more.
    pub fn uninstall(&self, kind: &Kind) {
        for object in self.list(kind, None) {
            let name = super::metadata::text(&object, "name").unwrap_or_default();
            self.remove(kind, None, name);
        }
        self.circumstances().absent.insert(kind.plural);
    }

    /// Installs the definition of a kind that [`Self::uninstall`] has taken away.
    pub fn install(&self, kind: &Kind) {
        self.circumstances().absent.remove(kind.plural);
    }

    /// The kinds that the API knows.
    pub(super) fn kinds(&self) -> Vec<&'static Kind> {
        let circumstances = self.circumstances();
        let there = |kind: &&Kind| !circumstances.absent.contains(kind.plural);
        ALL.into_iter().filter(there).collect()
    }

    /// From now on Karpenter finds this NodePool or EC2NodeClass not to be ready, whether it is there yet or not.
    pub fn keep_unready(&self, kind: &Kind, name: &str, unready: Unready) {
        let key = (kind.plural, name.to_owned());
        self.circumstances().unready.insert(key, unready);
        readiness::settle(self);
    }

    /// Ends [`Self::keep_unready`].
    pub fn let_ready(&self, kind: &Kind, name: &str) {
        let key = (kind.plural, name.to_owned());
        self.circumstances().unready.remove(&key);
        readiness::settle(self);
    }

    pub(super) fn unready(&self, kind: &Kind, name: &str) -> Option<Unready> {
        let key = (kind.plural, name.to_owned());
        self.circumstances().unready.get(&key).cloned()
    }
}
