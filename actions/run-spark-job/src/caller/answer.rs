//! What IAM's simulation says is denied. Pure.

use std::fmt;

use aws_sdk_iam::types::{EvaluationResult, PolicyEvaluationDecisionType as Decision};

/// An action that IAM would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Denied {
    action: String,
    explicitly: bool,
}

impl Denied {
    /// Whether a job run can be started, followed and ended all the same.
    pub(super) fn can_be_done_without(&self) -> bool {
        self.action == "emr-containers:ListJobRuns"
    }
}

/// For example `` `emr-containers:StartJobRun` (no policy allows it) ``.
impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.explicitly {
            true => "a policy denies it",
            false => "no policy allows it",
        };
        write!(f, "`{}` ({why})", self.action)
    }
}

/// The actions that are surely denied. A statement with a condition on a value that was not given, such as the caller's
/// address, may allow the real call.
pub(super) fn denied(results: &[EvaluationResult]) -> Vec<Denied> {
    let denial = |result: &EvaluationResult| {
        let of_resources = result.resource_specific_results().iter();
        let unsure = !result.missing_context_values().is_empty()
            || of_resources
                .map(|one| one.missing_context_values())
                .any(|missing| !missing.is_empty());
        let explicitly = match result.eval_decision() {
            Decision::ExplicitDeny => true,
            Decision::ImplicitDeny => false,
            _ => return None,
        };
        (!unsure).then(|| Denied {
            action: result.eval_action_name().to_owned(),
            explicitly,
        })
    };
    results.iter().filter_map(denial).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use aws_sdk_iam::types::{EvaluationResult, ResourceSpecificResult};

    use super::{Decision, denied};

    fn said(decision: Decision, missing: bool, missing_for_resource: bool) -> Option<String> {
        let keys = |missing: bool| missing.then(|| vec!["aws:sourceip".to_owned()]);
        let resource = ResourceSpecificResult::builder()
            .eval_resource_name("*")
            .eval_resource_decision(decision.clone())
            .set_missing_context_values(keys(missing_for_resource))
            .build();
        let result = EvaluationResult::builder()
            .eval_action_name("emr-containers:StartJobRun")
            .eval_decision(decision)
            .set_missing_context_values(keys(missing))
            .resource_specific_results(resource.unwrap())
            .build();
        denied(&[result.unwrap()]).first().map(ToString::to_string)
    }

    #[test]
    fn a_denial_is_one_only_when_nothing_is_left_open() {
        assert_eq!(said(Decision::Allowed, false, false), None);
        assert_eq!(said(Decision::from("later"), false, false), None);
        assert_eq!(
            said(Decision::ImplicitDeny, false, false).as_deref(),
            Some("`emr-containers:StartJobRun` (no policy allows it)")
        );
        assert_eq!(
            said(Decision::ExplicitDeny, false, false).as_deref(),
            Some("`emr-containers:StartJobRun` (a policy denies it)")
        );
        for decision in [Decision::ImplicitDeny, Decision::ExplicitDeny] {
            assert_eq!(said(decision.clone(), true, false), None);
            assert_eq!(said(decision, false, true), None);
        }
    }
}
