//! Ending a job run early: asks EMR to cancel it and follows it to its end, as far as the time allows.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep, timeout_at};

use crate::{emr::Emr, job::Job, state::State};

/// How long CancelJobRun may take.
const CANCEL: Duration = Duration::from_secs(5);
/// Between two questions: the time is short, so ask often.
const ASK: Duration = Duration::from_millis(500);

/// Cancels the job run and follows it until `until`. What was done, as a sentence without its full stop.
pub(crate) async fn stop(emr: &Emr, job: &mut Job, until: Instant) -> String {
    let limit = until.min(Instant::now() + CANCEL);
    let refused = match timeout_at(limit, emr.cancel(&job.id)).await {
        Ok(Ok(())) => None,
        Ok(Err(problem)) => Some(format!("CancelJobRun failed ({problem})")),
        Err(_) => Some("CancelJobRun got no answer in time".to_owned()),
    };
    loop {
        // One question at least, also when the cancellation was refused: the job run may be over already.
        let answer = timeout_at(until.max(Instant::now() + ASK), emr.describe(&job.id)).await;
        if let Ok(Ok(description)) = answer {
            job.note(description, Timestamp::now());
        }
        if job.state().is_end() || refused.is_some() || Instant::now() + ASK >= until {
            return said(&job.state(), refused);
        }
        sleep(ASK).await;
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
    use super::said;
    use crate::state::State;

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
