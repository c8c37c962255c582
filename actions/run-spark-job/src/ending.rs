//! Ending a job run early: asks EMR to cancel it and follows it to its end, as far as the time allows.

use std::time::Duration;

use aws_setup::SdkProblem;
use jiff::Timestamp;
use tokio::time::{Instant, sleep, timeout_at};

use crate::{emr::Emr, explain::may_pass, job::Job, state::State};

/// How long one CancelJobRun may take.
const CANCEL: Duration = Duration::from_secs(5);
/// Between two of them.
const AGAIN: Duration = Duration::from_secs(1);
/// Between the first two questions: the time may be short, so ask often.
const ASK: Duration = Duration::from_millis(500);
/// Between two later ones.
const ASK_AT_MOST: Duration = Duration::from_secs(5);

/// What became of the attempt to end a job run.
#[derive(Debug)]
pub(crate) struct Stopped {
    /// What was done, as a sentence without its full stop.
    pub(crate) words: String,
    /// Whether the job run has ended, or will.
    pub(crate) accepted: bool,
}

/// Cancels the job run and follows it until `until`.
pub(crate) async fn stop(emr: &Emr, job: &mut Job, until: Instant) -> Stopped {
    let refused = insist(until, || emr.cancel(&job.id)).await;
    let mut ask = ASK;
    loop {
        // One question at least, also when the cancellation was refused: the job run may be over already.
        let answer = timeout_at(until.max(Instant::now() + ASK), emr.describe(&job.id)).await;
        if let Ok(Ok(description)) = answer {
            job.note(description, Timestamp::now());
        }
        if job.state().is_end() || refused.is_some() || Instant::now() + ASK >= until {
            return Stopped {
                accepted: refused.is_none() || job.state().is_end(),
                words: said(&job.state(), refused),
            };
        }
        sleep(ask).await;
        ask = ask.mul_f64(1.5).min(ASK_AT_MOST);
    }
}

/// Asks for the cancellation until there is an answer that will not change. Why it was not accepted.
async fn insist<F>(until: Instant, cancel: impl Fn() -> F) -> Option<String>
where
    F: Future<Output = Result<(), SdkProblem>>,
{
    loop {
        let limit = until.min(Instant::now() + CANCEL);
        let (refused, again) = match timeout_at(limit, cancel()).await {
            Ok(Ok(())) => return None,
            Ok(Err(problem)) => (
                format!("CancelJobRun failed ({problem})"),
                may_pass(problem.kind),
            ),
            Err(_) => ("CancelJobRun got no answer in time".to_owned(), true),
        };
        if !again || Instant::now() + AGAIN >= until {
            return Some(refused);
        }
        sleep(AGAIN).await;
    }
}

fn said(state: &State, refused: Option<String>) -> String {
    match (state, refused) {
        (State::Cancelled, _) => "it was cancelled and is CANCELLED".to_owned(),
        (state, _) if state.is_end() => format!("it had already ended: {state}"),
        (state, None) => format!("its cancellation was accepted; it was {state} when last seen"),
        (state, Some(refused)) => {
            format!("{refused}; it was {state} when last seen and may still be running")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, time::Duration};

    use aws_setup::{ProblemKind, SdkProblem};
    use tokio::time::Instant;

    use super::{insist, said};
    use crate::state::State;

    /// How often CancelJobRun is called when it fails twice with `kind`, and what remains of it.
    async fn calls(kind: ProblemKind) -> (u32, Option<String>) {
        let calls = Cell::new(0);
        let cancel = || async {
            calls.set(calls.get() + 1);
            if calls.get() > 2 {
                return Ok(());
            }
            Err(SdkProblem {
                kind,
                code: None,
                message: None,
                request_id: None,
                status: None,
                bucket_region: None,
            })
        };
        let refused = insist(Instant::now() + Duration::from_mins(2), cancel).await;
        (calls.get(), refused)
    }

    #[tokio::test]
    async fn a_passing_trouble_does_not_end_the_cancellation() {
        assert_eq!(calls(ProblemKind::Throttled).await, (3, None));
        let (calls, refused) = calls(ProblemKind::Denied).await;
        assert_eq!((calls, refused.is_some()), (1, true));
    }

    #[test]
    fn only_what_is_known_is_said() {
        assert_eq!(
            said(&State::Cancelled, None),
            "it was cancelled and is CANCELLED"
        );
        assert_eq!(
            said(&State::Completed, Some("CancelJobRun failed (x)".into())),
            "it had already ended: COMPLETED"
        );
        assert!(said(&State::CancelPending, None).contains("accepted"));
        assert!(
            said(&State::Running, Some("CancelJobRun failed (x)".into()))
                .contains("may still be running")
        );
    }
}
