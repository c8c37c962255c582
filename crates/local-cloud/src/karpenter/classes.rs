//! EC2NodeClasses hold on while NodeClaims are made of them, by Karpenter's finalizer. They get it when they are written.

use super::objects::is_deleting;
use crate::kubernetes::{CLASS_FINALIZER, EC2_NODE_CLASS, NODE_CLAIM, Store};
use serde_json::Value;

/// Takes the finalizer from deleted classes that no NodeClaim is made of any more.
pub(super) fn follow(store: &Store) {
    let used: Vec<Value> = store
        .list(&NODE_CLAIM, None)
        .into_iter()
        .map(|mut claim| claim["spec"]["nodeClassRef"]["name"].take())
        .collect();
    for class in store.list(&EC2_NODE_CLASS, None) {
        let name = &class["metadata"]["name"];
        if !is_deleting(&class) || used.contains(name) {
            continue;
        }
        let name = name.as_str().unwrap_or_default();
        store.edit(&EC2_NODE_CLASS, None, name, |class| {
            if let Some(finalizers) = class["metadata"]["finalizers"].as_array_mut() {
                finalizers.retain(|one| one != CLASS_FINALIZER);
            }
        });
    }
}
