//! Whether a controller has accepted an object, read from its status. Pure.

use serde::Deserialize;
use serde_json::Value;
use std::fmt;

/// What an object's `Ready` condition says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Readiness {
    Ready,
    /// No controller has looked at this version of the object yet.
    Unseen,
    /// The controller says no, or not yet; the sentences are its own.
    NotReady(Vec<String>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Condition {
    #[serde(rename = "type")]
    kind: String,
    status: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    message: String,
    observed_generation: Option<i64>,
}

impl Readiness {
    /// Reads the status of an object that is at `generation`.
    pub(super) fn of(object: &Value, generation: Option<i64>) -> Self {
        let conditions = &object["status"]["conditions"];
        let conditions = Vec::<Condition>::deserialize(conditions).unwrap_or_default();
        let Some(ready) = conditions
            .iter()
            .find(|condition| condition.kind == "Ready")
        else {
            return Self::Unseen;
        };
        let outdated = |seen: i64| generation.is_some_and(|generation| seen < generation);
        if ready.observed_generation.is_some_and(outdated) {
            return Self::Unseen;
        }
        if ready.status == "True" {
            return Self::Ready;
        }
        // `Ready` only sums up; the conditions behind it say what is wrong.
        let behind = conditions
            .iter()
            .filter(|condition| condition.kind != "Ready" && condition.status == "False");
        let mut sentences: Vec<_> = std::iter::once(ready)
            .chain(behind)
            .map(ToString::to_string)
            .collect();
        sentences.dedup();
        Self::NotReady(sentences)
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}", self.kind, self.status)?;
        let parts: Vec<_> = [&self.reason, &self.message]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect();
        match parts.as_slice() {
            [] => Ok(()),
            [one] => write!(f, " ({one})"),
            [reason, message, ..] => write!(f, " ({reason}: {message})"),
        }
    }
}

impl fmt::Display for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready => f.write_str("it is ready"),
            Self::Unseen => {
                f.write_str("no controller has looked at it: is Karpenter running in this cluster?")
            }
            Self::NotReady(sentences) => f.write_str(&sentences.join("; ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ready_means_the_condition_is_true_for_this_generation() {
        let object = json!({"status": {"conditions": [{"type": "Ready", "status": "True", "observedGeneration": 2}]}});
        assert_eq!(Readiness::of(&object, Some(2)), Readiness::Ready);
        assert_eq!(Readiness::of(&object, Some(3)), Readiness::Unseen);
        assert_eq!(Readiness::of(&object, None), Readiness::Ready);
    }

    #[test]
    fn an_object_without_status_was_not_looked_at() {
        assert_eq!(Readiness::of(&json!({}), Some(1)), Readiness::Unseen);
        assert_eq!(
            Readiness::of(&json!({"status": {"conditions": "x"}}), None),
            Readiness::Unseen
        );
    }

    #[test]
    fn the_reason_of_the_condition_behind_ready_is_told() {
        let object = json!({"status": {"conditions": [
            {"type": "SubnetsReady", "status": "False", "reason": "SubnetsNotFound", "message": "no subnet matches"},
            {"type": "AMIsReady", "status": "True"},
            {"type": "Ready", "status": "False", "reason": "UnhealthyDependents"}
        ]}});
        assert_eq!(
            Readiness::of(&object, None).to_string(),
            "Ready is False (UnhealthyDependents); SubnetsReady is False (SubnetsNotFound: no subnet matches)"
        );
    }
}
