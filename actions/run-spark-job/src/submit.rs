//! The submission: one StartJobRun, sent again with the same token while it is not clear what became of it.

use std::time::Duration;

use aws_setup::ProblemKind;
use gha::{Failure, Runner};
use tokio::time::{Instant, sleep, timeout_at};

use crate::{
    emr::{Emr, StartError},
    explain,
    hurry::Hurry,
    inputs::Inputs,
    record::Submitted,
};

/// How long StartJobRun may still take after a signal, when it is already under way.
const AFTER_SIGNAL: Duration = Duration::from_secs(3);
/// How long it is sent again after an answer that leaves open whether a job run was started.
const DOUBT: Duration = Duration::from_secs(30);
/// Between two requests.
const PAUSE: Duration = Duration::from_secs(1);

/// Why there is no id of a job run.
#[derive(Debug)]
pub(crate) struct NotStarted {
    pub(crate) failure: Failure,
    /// Whether a job run may have been started all the same.
    pub(crate) unclear: bool,
}

impl From<Failure> for NotStarted {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            unclear: false,
        }
    }
}

/// Starts the job run; its id.
///
/// # Errors
/// No job run was started, or nobody knows whether one was.
pub(crate) async fn submit(
    runner: &Runner,
    inputs: &Inputs,
    emr: &Emr,
    submitted: &Submitted,
    hurry: &Hurry,
) -> Result<String, NotStarted> {
    let (request, token) = (&submitted.request, submitted.client_token.as_str());
    let cancel = &runner.cancel;
    if cancel.is_cancelled() {
        return Err(not_submitted().into());
    }
    // Until when it is asked again, since it is not clear whether there is a job run, and why.
    let mut doubt: Option<(Instant, Failure)> = None;
    // Until when it is asked again after too many requests, of which none was taken.
    let mut throttled: Option<Instant> = None;
    loop {
        let until = doubt.as_ref().map(|(until, _)| *until);
        let start = async {
            match until {
                Some(until) => timeout_at(until, emr.start(request, token)).await.ok(),
                None => Some(emr.start(request, token).await),
            }
        };
        let answer = tokio::select! {
            biased;
            answer = start => answer,
            // The request may have been sent: its answer tells whether there is something to cancel.
            () = hurry.passed(AFTER_SIGNAL) => {
                let what = "a signal arrived while StartJobRun was under way, and EMR has not answered";
                return Err(unclear(Failure::cancelled("Cancelled", what), inputs));
            }
        };
        let explained =
            |problem| explain::failure(&emr.call("emr-containers:StartJobRun"), problem);
        let why = match (answer, &doubt) {
            (Some(Ok(id)), _) => return Ok(id),
            (Some(Err(StartError::Refused(problem))), None)
                if problem.kind == ProblemKind::Throttled
                    && !cancel.is_cancelled()
                    && Instant::now()
                        < *throttled.get_or_insert_with(|| Instant::now() + DOUBT) =>
            {
                tokio::select! {
                    () = cancel.cancelled() => {}
                    () = sleep(PAUSE) => {}
                }
                continue;
            }
            (Some(Err(StartError::Bug(failure))), None) => return Err(failure.into()),
            (Some(Err(StartError::Refused(problem))), None) if is_refusal(problem.kind) => {
                let refused = match cancel.is_cancelled() {
                    true => not_submitted(),
                    false => explained(&problem),
                };
                return Err(refused.into());
            }
            (Some(Err(StartError::NoId)), _) => {
                Failure::outside("Answer not understood", "StartJobRun gave no job run id")
            }
            (Some(Err(StartError::Refused(problem))), _) => explained(&problem),
            (Some(Err(StartError::Bug(failure))), Some(_)) => failure,
            (None, Some((_, first))) => first.clone(),
            (None, None) => Failure::bug("StartJobRun was given up before it was in doubt"),
        };
        if doubt.is_none() {
            runner.log.warning(
                &why.title,
                &format!("{}; asking again with the same idempotency token", why.what),
            );
        }
        // The first reason is the one that left it open.
        let (until, why) = doubt.take().unwrap_or((Instant::now() + DOUBT, why));
        if cancel.is_cancelled() {
            return Err(unclear(Failure::cancelled("Cancelled", why.what), inputs));
        }
        if Instant::now() + PAUSE >= until {
            return Err(unclear(why, inputs));
        }
        doubt = Some((until, why));
        tokio::select! {
            () = cancel.cancelled() => {}
            () = sleep(PAUSE) => {}
        }
        if let (true, Some((_, why))) = (cancel.is_cancelled(), &doubt) {
            let what = why.what.clone();
            return Err(unclear(Failure::cancelled("Cancelled", what), inputs));
        }
    }
}

/// The failure to report when a signal came first.
pub(crate) fn not_submitted() -> Failure {
    Failure::cancelled(
        "Cancelled",
        "a signal arrived before the job was submitted: nothing was submitted",
    )
}

/// Whether the answer to StartJobRun means that no job run was started.
fn is_refusal(kind: ProblemKind) -> bool {
    !matches!(
        kind,
        ProblemKind::Unreachable
            | ProblemKind::Timeout
            | ProblemKind::Failed
            | ProblemKind::Unreadable
    )
}

fn unclear(failure: Failure, inputs: &Inputs) -> NotStarted {
    NotStarted {
        failure: in_doubt(failure, &inputs.name.0, inputs.virtual_cluster.as_str()),
        unclear: true,
    }
}

/// `failure`, with what it leaves open and how to look.
fn in_doubt(failure: Failure, name: &str, cluster: &str) -> Failure {
    let look = format!(
        "look for `{name}` with `aws emr-containers list-job-runs --virtual-cluster-id {cluster}`"
    );
    let help = match &failure.help {
        Some(help) => format!("{look}; {help}"),
        None => look,
    };
    Failure {
        what: format!("{}: a job run may have been started", failure.what),
        ..failure
    }
    .help(help)
}

#[cfg(test)]
mod tests {
    use aws_setup::ProblemKind;
    use gha::Failure;

    use super::{in_doubt, is_refusal};

    #[test]
    fn only_a_clear_answer_is_a_refusal() {
        use ProblemKind::{Denied, Failed, NotFound, Refused, Throttled, Timeout, Unreachable};
        for kind in [Denied, NotFound, Refused, Throttled, ProblemKind::Unsent] {
            assert!(is_refusal(kind), "{kind:?}");
        }
        for kind in [Timeout, Unreachable, Failed, ProblemKind::Unreadable] {
            assert!(!is_refusal(kind), "{kind:?}");
        }
    }

    #[test]
    fn doubt_comes_with_the_command_that_ends_it() {
        let failure = Failure::outside("No answer in time", "StartJobRun timed out").help("wait");
        let failure = in_doubt(failure, "pi", "abc");
        assert!(failure.what.ends_with("a job run may have been started"));
        let help = failure.help.unwrap_or_default();
        assert!(
            help.contains("list-job-runs --virtual-cluster-id abc") && help.ends_with("wait"),
            "{help}"
        );
    }
}
