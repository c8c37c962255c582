//! The program's third entry: ends job runs that a lost runner has left. An action of its own, `sweep/action.yml`.
//!
//! A step ends its own job run, and its post step what the step could not. What remains is a runner that was lost with
//! both: a machine that was taken away, a workflow that was cancelled by force. This goes by the tags of the job runs,
//! and asks GitHub whether their workflow run is over.
//!
//! `decide` is pure; `found` lists job runs with their tags, `workflow_run` asks GitHub, `told` says what was done.

mod decide;
mod found;
mod inputs;
mod told;
mod workflow_run;

use std::time::Duration;

use futures::{StreamExt as _, stream};
use gha::{Failure, Runner};
use jiff::Timestamp;
use tokio::time::Instant;

use crate::{credentials, emr::Emr, ending, job::Job};

use decide::{Decision, decide};
pub(crate) use found::Found;
pub(crate) use inputs::ACTION;
use inputs::Inputs;
use told::{Row, Told};

/// How long one job run is followed to its end.
const PATIENCE: Duration = Duration::from_mins(3);
/// How many are ended at once: EMR's API answers few calls a second.
const AT_ONCE: usize = 4;

/// Looks for job runs, decides, and ends those that nobody waits for any more.
///
/// # Errors
/// The job runs cannot be listed, or one does not end.
pub(crate) async fn run(mut runner: Runner) -> Result<(), Failure> {
    let inputs = Inputs::parse(runner.fields.take())?;
    let config = credentials::sdk_config(
        &runner.context,
        inputs.region.as_ref(),
        inputs.role_to_assume.as_ref(),
    )
    .await?;
    let clusters = found::clusters(&config, &inputs.virtual_clusters).await?;
    let mut told = Told::new(&inputs, clusters.len());
    let mut to_end = Vec::new();
    for cluster in &clusters {
        let emr = Emr::new(&config, cluster);
        for found in found::job_runs(&emr, &runner.log).await? {
            let run = workflow_run::ask(&runner.context, inputs.token.as_ref(), &found).await;
            match decide(&found, &run, inputs.older_than, Timestamp::now()) {
                Decision::NotOurs => told.not_ours += 1,
                Decision::Leave(why) => told.rows.push(Row::left(found, why)),
                Decision::End(why) if inputs.dry_run => told.rows.push(Row::would_end(found, why)),
                Decision::End(why) => to_end.push((emr.clone(), found, why)),
            }
        }
    }
    let ended = stream::iter(to_end)
        .map(|(emr, found, why)| end(&runner, emr, found, why))
        .buffer_unordered(AT_ONCE);
    let cut_short = runner.cancel.cancelled();
    tokio::select! {
        rows = ended.collect::<Vec<_>>() => told.rows.extend(rows),
        () = cut_short => return Err(Failure::cancelled(
            "Cancelled",
            "a signal asked to stop; run the sweep again for what it had not ended yet",
        )),
    }
    told.say(&runner)
}

async fn end(runner: &Runner, emr: Emr, found: Found, why: String) -> Row {
    let mut job = Job::new(found.id.clone());
    runner
        .log
        .info(&format!("job run {}: cancelling it: {why}", found.id));
    let stopped = ending::stop(&emr, &mut job, Instant::now() + PATIENCE).await;
    runner
        .log
        .info(&format!("job run {}: {}", found.id, stopped.words));
    Row::ended(found, why, job.state().is_end(), stopped.words)
}
