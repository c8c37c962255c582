//! Sets the conditions of NodePools and EC2NodeClasses, as Karpenter does soon after they are written.
//! Nothing is looked up in AWS: every selector of an EC2NodeClass counts as resolved.

use super::kind::{EC2_NODE_CLASS, NODE_POOL};
use super::{Store, metadata};
use serde_json::{Value, json};

const NODE_CLASS_CONDITIONS: [&str; 6] = [
    "AMIsReady",
    "SubnetsReady",
    "SecurityGroupsReady",
    "InstanceProfileReady",
    "ValidationSucceeded",
    "Ready",
];

/// Brings the conditions of all node classes and pools up to date. Changes nothing that already is.
pub(super) fn settle(store: &Store) {
    for class in store.list(&EC2_NODE_CLASS, None) {
        let verdicts = NODE_CLASS_CONDITIONS.map(|condition| (condition, Verdict::good(condition)));
        edit_conditions(store, &EC2_NODE_CLASS, &class, &verdicts);
    }
    for pool in store.list(&NODE_POOL, None) {
        let class = pool["spec"]["template"]["spec"]["nodeClassRef"]["name"].as_str();
        let found = class.is_some_and(|name| store.get(&EC2_NODE_CLASS, None, name).is_some());
        let (class_ready, ready) = if found {
            (Verdict::good("NodeClassReady"), Verdict::good("Ready"))
        } else {
            (
                Verdict::bad("NodeClassNotFound", "NodeClass not found on cluster"),
                Verdict::bad("UnhealthyDependents", "NodeClassReady=False"),
            )
        };
        let verdicts = [
            ("ValidationSucceeded", Verdict::good("ValidationSucceeded")),
            ("NodeClassReady", class_ready),
            ("Ready", ready),
        ];
        edit_conditions(store, &NODE_POOL, &pool, &verdicts);
    }
}

struct Verdict {
    status: &'static str,
    reason: &'static str,
    message: &'static str,
}

impl Verdict {
    fn good(condition: &'static str) -> Self {
        Self {
            status: "True",
            reason: condition,
            message: "",
        }
    }

    fn bad(reason: &'static str, message: &'static str) -> Self {
        Self {
            status: "False",
            reason,
            message,
        }
    }
}

fn edit_conditions(
    store: &Store,
    kind: &super::Kind,
    object: &Value,
    verdicts: &[(&str, Verdict)],
) {
    let name = metadata::text(object, "name").unwrap_or_default();
    store.edit(kind, None, name, |object| {
        let generation = object["metadata"]["generation"].clone();
        let conditions = verdicts.iter().map(|(condition, verdict)| {
            let before = find(object, condition);
            let unchanged = before.is_some_and(|b| b["status"] == verdict.status);
            let since = before
                .filter(|_| unchanged)
                .map(|b| b["lastTransitionTime"].clone());
            json!({
                "type": condition,
                "status": verdict.status,
                "reason": verdict.reason,
                "message": verdict.message,
                "lastTransitionTime": since.unwrap_or_else(|| metadata::now().into()),
                "observedGeneration": generation,
            })
        });
        let conditions = Value::from_iter(conditions);
        object["status"]["conditions"] = conditions;
    });
}

fn find<'a>(object: &'a Value, condition: &str) -> Option<&'a Value> {
    let conditions = object["status"]["conditions"].as_array()?;
    conditions.iter().find(|c| c["type"] == condition)
}
