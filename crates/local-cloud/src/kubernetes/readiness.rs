//! Sets the conditions of NodePools and EC2NodeClasses and the finalizer of the latter, as Karpenter does soon after they
//! are written.
//! Nothing is looked up in AWS: every selector of an EC2NodeClass counts as resolved.

use super::kind::{EC2_NODE_CLASS, Kind, NODE_POOL};
use super::{Store, metadata};
use serde_json::{Value, json};

/// By it Karpenter keeps an EC2NodeClass while NodeClaims are made of it.
pub(crate) const CLASS_FINALIZER: &str = "karpenter.k8s.aws/termination";

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
        let mut verdicts =
            NODE_CLASS_CONDITIONS.map(|condition| (condition, Verdict::good(condition)));
        spoil(store, &EC2_NODE_CLASS, &class, &mut verdicts);
        edit_conditions(store, &EC2_NODE_CLASS, &class, &verdicts);
        hold(store, &class);
    }
    for pool in store.list(&NODE_POOL, None) {
        let class = pool["spec"]["template"]["spec"]["nodeClassRef"]["name"].as_str();
        let class = class.and_then(|name| store.get(&EC2_NODE_CLASS, None, name));
        let class_ready = match class.as_ref().map(|class| find(class, "Ready")) {
            None => Verdict::bad("NodeClassNotFound", "NodeClass not found on cluster"),
            Some(Some(ready)) if ready["status"] == "False" => {
                let text = |field: &str| ready[field].as_str().unwrap_or_default();
                Verdict::bad(text("reason"), text("message"))
            }
            Some(_) => Verdict::good("NodeClassReady"),
        };
        let ready = match class_ready.status {
            "True" => Verdict::good("Ready"),
            _ => Verdict::unhealthy("NodeClassReady"),
        };
        let mut verdicts = [
            ("ValidationSucceeded", Verdict::good("ValidationSucceeded")),
            ("NodeClassReady", class_ready),
            ("Ready", ready),
        ];
        spoil(store, &NODE_POOL, &pool, &mut verdicts);
        edit_conditions(store, &NODE_POOL, &pool, &verdicts);
    }
}

/// Puts Karpenter's finalizer on a class that is not going.
fn hold(store: &Store, class: &Value) {
    if metadata::is_deleting(class) {
        return;
    }
    let name = metadata::text(class, "name").unwrap_or_default();
    store.edit(&EC2_NODE_CLASS, None, name, |class| {
        let finalizers = &mut class["metadata"]["finalizers"];
        match finalizers.as_array_mut() {
            Some(list) if list.iter().any(|one| one == CLASS_FINALIZER) => {}
            Some(list) => list.push(CLASS_FINALIZER.into()),
            None => *finalizers = json!([CLASS_FINALIZER]),
        }
    });
}

/// Makes what a test wants not to be ready of the conditions of one object.
fn spoil(store: &Store, kind: &Kind, object: &Value, verdicts: &mut [(&'static str, Verdict)]) {
    let name = metadata::text(object, "name").unwrap_or_default();
    let Some(unready) = store.unready(kind, name) else {
        return;
    };
    for (condition, verdict) in verdicts {
        if *condition == "Ready" {
            *verdict = Verdict::unhealthy(&unready.condition);
        }
        if *condition == unready.condition {
            *verdict = Verdict::bad(&unready.reason, &unready.message);
        }
    }
}

struct Verdict {
    status: &'static str,
    reason: String,
    message: String,
}

impl Verdict {
    fn good(condition: &str) -> Self {
        Self {
            status: "True",
            reason: condition.to_owned(),
            message: String::new(),
        }
    }

    fn bad(reason: &str, message: &str) -> Self {
        Self {
            status: "False",
            reason: reason.to_owned(),
            message: message.to_owned(),
        }
    }

    /// What `Ready` is when another condition is not true.
    fn unhealthy(condition: &str) -> Self {
        Self::bad("UnhealthyDependents", &format!("{condition}=False"))
    }
}

fn edit_conditions(store: &Store, kind: &Kind, object: &Value, verdicts: &[(&str, Verdict)]) {
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
