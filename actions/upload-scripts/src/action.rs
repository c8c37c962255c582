//! The order of things: read inputs, gather the set, compare, upload, report.

use crate::{
    gather::Gathering,
    inputs::Inputs,
    report::{Done, Report, pointer, summary},
    s3::Bucket,
    set::ScriptSet,
    sync::{carry_out, look, point},
};
use gha::{Failure, Runner};
use std::sync::Arc;

/// Uploads what changed, unless a signal stops it.
pub(crate) async fn run(mut runner: Runner) -> Result<(), Failure> {
    let inputs = Inputs::parse(runner.fields.take())?;
    let cancel = runner.cancel.clone();
    let (set, bucket, looked) = tokio::select! {
        found = compare(&runner, &inputs) => found?,
        () = cancel.cancelled() => {
            return Err(Failure::cancelled("Upload cancelled", "nothing was sent yet"));
        }
    };
    let done = Done::planned(&looked, &set, &inputs);
    done.lines().iter().for_each(|line| runner.log.info(line));
    let mut moved = false;
    if !inputs.dry_run {
        carry_out(&bucket, &set, looked, &inputs, (&runner.log, &cancel)).await?;
        if let Some(alias) = &inputs.alias {
            let pointer = pointer(&set, &inputs, alias)?;
            moved = tokio::select! {
                moved = point(&bucket, &set, alias, pointer) => moved?,
                () = cancel.cancelled() => {
                    let what = format!("set `{}` is complete, but alias `{alias}` was not moved", set.name);
                    return Err(Failure::cancelled("Upload cancelled", what));
                }
            };
        }
    }
    let report = Report::new(&set, &inputs, done, moved);
    runner.log.info(&report.sentence);
    for (name, value) in report.outputs() {
        runner.outputs.set(name, value)?;
    }
    runner.summary.append(&summary(&report)?)
}

/// The set as it is to be, and what is in its place.
async fn compare(
    runner: &Runner,
    inputs: &Inputs,
) -> Result<(Arc<ScriptSet>, Bucket, crate::sync::Looked), Failure> {
    let set = Arc::new(gathered(runner, inputs).await?);
    let bucket = Bucket::connect(set.bucket.clone(), inputs.region.as_ref()).await;
    let looked = look(&bucket, &set, &runner.log).await?;
    Ok((set, bucket, looked))
}

/// Reading and hashing files blocks, so it is done aside and a signal is still noticed.
async fn gathered(runner: &Runner, inputs: &Inputs) -> Result<ScriptSet, Failure> {
    let workspace = runner.context.workspace.clone();
    let (inputs, log) = (inputs.clone(), runner.log.clone());
    let gather = move || {
        let gathering = Gathering {
            workspace: &workspace,
            inputs: &inputs,
            log: &log,
        };
        gathering.set()
    };
    tokio::task::spawn_blocking(gather)
        .await
        .map_err(|error| Failure::bug("reading the source folder broke off").because(&error))?
}
