//! Before the submission: looks for a job run to attach to, so that nothing is paid twice.
//!
//! A job run with this step's own token is this step's, whatever has become of it. A job run of an earlier attempt of
//! the same workflow run that still goes on is taken over when it does the same, and cancelled when it does not. What
//! has ended under an earlier attempt is left alone: a re-run is there to try again.

use std::time::Duration;

use aws_setup::SdkProblem;
use gha::{Failure, Runner};
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::{
    asked::Asked,
    emr::{Emr, Listed, Which},
    ending, explain,
    inputs::Inputs,
    job::Job,
    record::Submitted,
    request::token::client_token,
    state::State,
};

/// How far back an ended job run with this step's token is looked for. EMR's own check of the token goes further.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(24);
/// How long the job run of an earlier attempt is followed after it was cancelled.
const AFTER_CANCEL: Duration = Duration::from_mins(1);

/// A job run that was found instead of started.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Attached {
    pub(crate) id: String,
    /// The token it was started with.
    pub(crate) client_token: String,
}

/// Looks for a job run of this step, and ends what an earlier attempt has left if that does something else.
///
/// # Errors
/// It cannot be excluded that an earlier attempt's job run goes on.
pub(crate) async fn attach(
    runner: &Runner,
    inputs: &Inputs,
    emr: &Emr,
    submitted: &Submitted,
) -> Result<Option<Attached>, Failure> {
    let Some(run) = &submitted.workflow_run else {
        // By hand: the token is new, and nothing tells what belongs to whom.
        return Ok(None);
    };
    // The latest first.
    let attempts: Vec<_> = (1..run.attempt)
        .rev()
        .map(|attempt| {
            let earlier = run_record::WorkflowRun {
                attempt,
                ..run.clone()
            };
            (
                attempt,
                client_token(Some(&earlier), inputs.variant, inputs.repeat),
            )
        })
        .collect();
    let unknown = |problem: &SdkProblem| unknown(runner, emr, problem, attempts.len());
    let active = match emr.list(Which::Active).await {
        Ok(active) => active,
        Err(problem) => return unknown(&problem).map(|()| None),
    };
    if let Some(own) = with_token(&active, &submitted.client_token) {
        return Ok(Some(attached(runner, own, "this step")));
    }
    for (attempt, token) in &attempts {
        // One that is being cancelled will end by itself.
        let goes_on = with_token(&active, token).filter(|one| one.state != State::CancelPending);
        if let Some(one) = goes_on
            && let Some(taken) = take_over(runner, inputs, emr, one, *attempt).await?
        {
            return Ok(Some(taken));
        }
    }
    let recent = Which::Since(Timestamp::now() - LOOK_BACK, Some(&inputs.name.0));
    match emr.list(recent).await {
        Ok(recent) => Ok(with_token(&recent, &submitted.client_token)
            .map(|own| attached(runner, own, "this step"))),
        Err(problem) => {
            runner.log.debug(&format!("ListJobRuns: {problem}"));
            Ok(None)
        }
    }
}

fn with_token<'a>(listed: &'a [Listed], token: &str) -> Option<&'a Listed> {
    listed.iter().find(|one| one.client_token == token)
}

fn attached(runner: &Runner, found: &Listed, whose: &str) -> Attached {
    runner.log.info(&format!(
        "job run {} was started by {whose} before and is {}: attaching to it, nothing is submitted",
        found.id, found.state
    ));
    Attached {
        id: found.id.clone(),
        client_token: found.client_token.clone(),
    }
}

/// What to do when the list cannot be had: the token protects this attempt, but nothing protects from an earlier one.
fn unknown(
    runner: &Runner,
    emr: &Emr,
    problem: &SdkProblem,
    earlier: usize,
) -> Result<(), Failure> {
    let call = emr.call("emr-containers:ListJobRuns");
    let failure = explain::failure(&call, problem);
    if earlier > 0 {
        return Err(Failure {
            what: format!(
                "{}\nit is not known whether the job run of an earlier attempt goes on; nothing was submitted",
                failure.what
            ),
            ..failure
        });
    }
    let help = failure.help.unwrap_or_default();
    runner.log.notice(
        "Earlier job runs not looked for",
        &format!("{}; {help}", failure.what),
    );
    Ok(())
}

/// Takes over the job run of an earlier attempt, or ends it.
async fn take_over(
    runner: &Runner,
    inputs: &Inputs,
    emr: &Emr,
    found: &Listed,
    attempt: u32,
) -> Result<Option<Attached>, Failure> {
    let described = emr.describe(&found.id).await.map_err(|problem| {
        explain::failure(&emr.call("emr-containers:DescribeJobRun"), &problem)
    })?;
    let whose = format!("attempt {attempt} of this workflow run");
    let Some(how) = Asked::by(inputs).difference(&described.asked) else {
        return Ok(Some(attached(runner, found, &whose)));
    };
    let id = &found.id;
    runner.log.info(&format!(
        "job run {id} of {whose} is {}, but {how}: cancelling it",
        found.state
    ));
    let mut job = Job::new(id.clone());
    let stopped = ending::stop(emr, &mut job, Instant::now() + AFTER_CANCEL).await;
    runner.log.info(&format!("job run {id}: {}", stopped.words));
    if stopped.accepted {
        return Ok(None);
    }
    let what = format!(
        "job run {id} of {whose} goes on, but {how}: {}; nothing was submitted",
        stopped.words
    );
    Err(Failure::outside("Earlier job run not cancelled", what)
        .help("cancel it, or wait for its end, and run again"))
}
