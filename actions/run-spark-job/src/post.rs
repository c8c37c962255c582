//! The post part of the step: ends the job run that the main part has left, and completes its record.
//!
//! The runner starts it when the job is over, whatever has happened: after a success there is nothing to do, and after
//! a kill nobody else is left to do it. It goes by the state that was kept, never by the inputs.

use std::time::Duration;

use aws_setup::SdkProblem;
use gha::{Failure, Runner};
use jiff::{SignedDuration, Timestamp};
use run_record::RunRecord;
use tokio::time::{Instant, sleep, timeout};

use crate::{
    credentials,
    deliver::{self, Directory},
    emr::{Emr, Listed, Which},
    ending,
    explain::{self, may_pass},
    job::Job,
    kept::{self, Kept, Left},
    s3::S3,
};

/// How long the job run is followed to its end.
const PATIENCE: Duration = Duration::from_mins(2);
/// What remains of it after a signal.
const AFTER_SIGNAL: Duration = Duration::from_secs(5);
/// How long a job run may be missing from the list although it was started: the process may have been killed while
/// StartJobRun was under way.
const LATE: Duration = Duration::from_secs(5);
/// How long one call may take: the cancellation must have time left.
const CALL: Duration = Duration::from_secs(10);
/// Between two looks.
const LOOK: Duration = Duration::from_secs(1);
/// How far back it is looked for: no job of a workflow lasts longer.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(5 * 24);

/// Runs the post part.
///
/// # Errors
/// A job run may still go on.
pub(crate) async fn run(runner: Runner) -> Result<(), Failure> {
    let left = match kept::read(&runner.state) {
        Kept::Nothing => {
            runner.log.info("nothing was submitted: nothing to do");
            return Ok(());
        }
        Kept::Ended(how, left) => {
            let done = match left {
                Some(left) => bring(&runner, &left).await,
                None => None,
            };
            let done = done.unwrap_or("nothing to do");
            runner.log.info(&format!("{done}: {how}"));
            return Ok(());
        }
        Kept::Left(left) => left,
    };
    let config = credentials::sdk_config(
        &runner.context,
        left.region.as_ref(),
        left.role_to_assume.as_ref(),
    )
    .await
    .map_err(|failure| unknown(&left, failure))?;
    let (emr, s3) = (Emr::new(&config, &left.virtual_cluster), S3::new(&config));
    let until = Instant::now() + PATIENCE;
    let signal = async {
        runner.cancel.cancelled().await;
        sleep(AFTER_SIGNAL).await;
    };
    tokio::select! {
        ended = end(&runner, &emr, &left, &s3, until) => ended,
        () = signal => Err(unknown(
            &left,
            Failure::cancelled("Cancelled", "a signal left no time to see the end of the job run"),
        )),
    }
}

async fn end(
    runner: &Runner,
    emr: &Emr,
    left: &Left,
    s3: &S3,
    until: Instant,
) -> Result<(), Failure> {
    let id = match &left.job_run {
        Some(id) => id.clone(),
        None => match find(emr, left, until).await? {
            Some(listed) => listed.id,
            None => {
                runner
                    .log
                    .info("nothing to do: no job run has this step's idempotency token");
                return Ok(());
            }
        },
    };
    let mut job = Job::new(id);
    if let Ok(Ok(description)) = timeout(CALL, emr.describe(&job.id)).await {
        job.note(description, Timestamp::now());
    }
    if job.state().is_end() {
        runner.log.info(&format!(
            "job run {}: it had already ended: {}",
            job.id,
            job.state()
        ));
    } else {
        runner
            .log
            .info(&format!("job run {} may still run: cancelling it", job.id));
        let stopped = ending::stop(emr, &mut job, until).await;
        runner
            .log
            .info(&format!("job run {}: {}", job.id, stopped.words));
        if !job.state().is_end() {
            complete(runner, left, s3, &job).await;
            let what = format!("job run {}: {}", job.id, stopped.words);
            return Err(unknown(left, Failure::outside("Job run not ended", what)));
        }
    }
    complete(runner, left, s3, &job).await;
    kept::ended(&runner.state, job.state())
}

/// The job run with the token that was kept. It is looked for again for a moment, as it may just have been started.
async fn find(emr: &Emr, left: &Left, until: Instant) -> Result<Option<Listed>, Failure> {
    let late = Instant::now() + LATE;
    loop {
        let listed = match timeout(CALL, list(emr, left)).await {
            Ok(listed) => listed,
            Err(_) if Instant::now() + CALL < until => continue,
            Err(_) => {
                let what = format!("ListJobRuns gave no answer in {} s", CALL.as_secs());
                return Err(unknown(left, Failure::outside("No answer in time", what)));
            }
        };
        match listed {
            Ok(Some(found)) => return Ok(Some(found)),
            Ok(None) if Instant::now() + LOOK >= late => return Ok(None),
            Err(problem) if !may_pass(problem.kind) || Instant::now() + LOOK >= until => {
                let call = emr.call("emr-containers:ListJobRuns");
                return Err(unknown(left, explain::failure(&call, &problem)));
            }
            _ => sleep(LOOK).await,
        }
    }
}

/// This step's job run, or one that an earlier attempt left running and that this step was about to take over.
async fn list(emr: &Emr, left: &Left) -> Result<Option<Listed>, SdkProblem> {
    let since = Which::Since(Timestamp::now() - LOOK_BACK, left.name.as_deref());
    let listed = emr.list(since).await?;
    let own = listed
        .iter()
        .find(|one| one.client_token == left.client_token);
    let earlier = || {
        let mut active = listed.iter().filter(|one| !one.state.is_end());
        active.find(|one| left.earlier_tokens.contains(&one.client_token))
    };
    Ok(own.or_else(earlier).cloned())
}

/// `failure`, with what may go on and how to end it.
fn unknown(left: &Left, failure: Failure) -> Failure {
    let cluster = &left.virtual_cluster;
    let by_hand = match &left.job_run {
        Some(id) => format!(
            "see that it ends: `aws emr-containers cancel-job-run --virtual-cluster-id {cluster} --id {id}`"
        ),
        None => format!(
            "look for it: `aws emr-containers list-job-runs --virtual-cluster-id {cluster} --query \"jobRuns[?clientToken=='{}']\"`",
            left.client_token
        ),
    };
    let help = match &failure.help {
        Some(help) => format!("{by_hand}; {help}"),
        None => by_hand,
    };
    Failure {
        what: format!("{}\na job run of this step may still go on", failure.what),
        ..failure
    }
    .help(help)
}

/// Brings the record to S3 if the main part could not, because it was killed after the job run's end or its credentials
/// had run out. What was done, in words.
async fn bring(runner: &Runner, left: &Left) -> Option<&'static str> {
    let uri = left.record_uri.as_ref().filter(|_| !left.delivered)?;
    // Without a job run there is no record, and a file of that name is another one's.
    let job_run = left.job_run.as_ref()?;
    let directory = Directory::at(left.directory.clone()?);
    let record = deliver::read(&directory, &left.client_token).await?;
    if record.job_run.id != *job_run {
        return None;
    }
    let brought = async {
        let region = left.region.as_ref();
        let role = left.role_to_assume.as_ref();
        let config = credentials::sdk_config(&runner.context, region, role).await?;
        deliver::copy(&S3::new(&config), Some(uri), &directory, &record).await
    };
    match brought.await {
        Ok(_) => Some("the job run had ended, and its record was copied"),
        Err(failure) => {
            runner.log.warning(&failure.title, &failure.what);
            None
        }
    }
}

/// Completes the record that the main part has left, as far as it is known here.
async fn complete(runner: &Runner, left: &Left, s3: &S3, job: &Job) {
    let Some(path) = &left.directory else {
        return;
    };
    let directory = Directory::at(path.clone());
    let Some(mut record) = deliver::read(&directory, &left.client_token).await else {
        runner
            .log
            .debug("there is no record of this job run to complete");
        return;
    };
    with_end(&mut record, job);
    let written = async {
        deliver::write(&directory, &record).await?;
        deliver::copy(s3, left.record_uri.as_ref(), &directory, &record).await
    };
    match written.await {
        Ok(_) => runner
            .log
            .info(&format!("the record in `{}` has its end", path.display())),
        Err(failure) => runner.log.warning(&failure.title, &failure.what),
    }
}

/// Puts what EMR says about the job run into the record. What only the main part could see stays missing.
fn with_end(record: &mut RunRecord, job: &Job) {
    let known = record.job_run.states.clone();
    let run = &mut record.job_run;
    run.id.clone_from(&job.id);
    let new = job.states.iter().filter(|seen| {
        let seen_before = known.iter().any(|before| before.state == seen.state);
        !seen_before
    });
    run.states.extend(new.cloned());
    if let Some(latest) = &job.latest {
        run.state = latest.state.name().to_owned();
        run.created_at = latest.created_at.or(run.created_at);
        run.finished_at = latest.finished_at;
        run.failure_reason.clone_from(&latest.failure_reason);
        run.state_details.clone_from(&latest.state_details);
    }
    let end = match job.state().is_end() {
        true => "the post step saw the end of the job run, but not its pods, nodes and logs",
        false => "the post step did not see the end of the job run",
    };
    record.partial = Some(format!("The step was ended before the job run: {end}."));
}
