//! What to do with a job run that has not ended. Pure.

use std::time::Duration;

use jiff::Timestamp;

use super::{found::Found, told};
use crate::state::State;

/// What is known of the workflow run that a job run belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WorkflowRun {
    /// It is completed, with this conclusion.
    Over(String),
    /// A step may be waiting for the job run.
    GoesOn,
    /// It was not asked, or there was no usable answer; why.
    Unknown(String),
}

/// What to do, and why in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It has none of this project's tags, so it is nobody's business here.
    NotOurs,
    /// It goes on.
    Leave(String),
    /// It is to be cancelled.
    End(String),
}

/// Decides about one job run.
pub(crate) fn decide(
    found: &Found,
    run: &WorkflowRun,
    older_than: Duration,
    now: Timestamp,
) -> Decision {
    if !found.is_ours() {
        return Decision::NotOurs;
    }
    if found.state == State::CancelPending {
        return Decision::Leave("it is being cancelled already".into());
    }
    match run {
        WorkflowRun::Over(conclusion) => {
            Decision::End(format!("its workflow run is over ({conclusion})"))
        }
        WorkflowRun::GoesOn => Decision::Leave("its workflow run goes on".into()),
        WorkflowRun::Unknown(why) => by_age(found, why, older_than, now),
    }
}

fn by_age(found: &Found, why: &str, older_than: Duration, now: Timestamp) -> Decision {
    let limit = told::hours(older_than);
    let Some(created_at) = found.created_at else {
        return Decision::Leave(format!("{why}, and EMR does not say how old it is"));
    };
    let age = now.duration_since(created_at).unsigned_abs();
    if age >= older_than {
        Decision::End(format!("{why}, and it is older than {limit}"))
    } else {
        Decision::Leave(format!("{why}, and it is not older than {limit}"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::{Decision, WorkflowRun, decide};
    use crate::{state::State, sweep::found::Found};

    const NOW: &str = "2026-11-20T12:00:00Z";

    fn found(created_at: &str) -> Found {
        Found {
            cluster: "abc".into(),
            id: "job".into(),
            name: None,
            state: State::Running,
            created_at: Some(created_at.parse().unwrap()),
            tags: [("emr-eks-actions:variant".to_owned(), "dra".to_owned())].into(),
        }
    }

    fn decided(found: &Found, run: &WorkflowRun) -> Decision {
        let now: Timestamp = NOW.parse().unwrap();
        decide(found, run, Duration::from_secs(6 * 3600), now)
    }

    #[test]
    fn what_others_started_is_never_touched() {
        let mut others = found("2026-01-01T00:00:00Z");
        others.tags.clear();
        let over = WorkflowRun::Over("success".into());
        assert_eq!(decided(&others, &over), Decision::NotOurs);
    }

    #[test]
    fn a_workflow_run_that_is_over_ends_its_job_run_at_any_age() {
        let over = WorkflowRun::Over("cancelled".into());
        let decision = decided(&found("2026-11-20T11:59:59Z"), &over);
        assert_eq!(
            decision,
            Decision::End("its workflow run is over (cancelled)".into())
        );
    }

    #[test]
    fn a_workflow_run_that_goes_on_keeps_its_job_run_at_any_age() {
        let old = found("2026-11-01T00:00:00Z");
        assert!(matches!(
            decided(&old, &WorkflowRun::GoesOn),
            Decision::Leave(_)
        ));
    }

    #[test]
    fn age_decides_when_the_workflow_run_cannot_be_asked() {
        let unknown = WorkflowRun::Unknown("no token".into());
        for (created_at, ends) in [
            ("2026-11-20T06:00:01Z", false),
            ("2026-11-20T06:00:00Z", true),
        ] {
            let decision = decided(&found(created_at), &unknown);
            assert_eq!(matches!(decision, Decision::End(_)), ends, "{decision:?}");
        }
        let mut ageless = found(NOW);
        ageless.created_at = None;
        assert!(matches!(decided(&ageless, &unknown), Decision::Leave(_)));
    }

    #[test]
    fn what_is_being_cancelled_is_left_to_end() {
        let mut ending = found("2026-01-01T00:00:00Z");
        ending.state = State::CancelPending;
        let over = WorkflowRun::Over("failure".into());
        assert!(matches!(decided(&ending, &over), Decision::Leave(_)));
    }
}
