//! The order of things: read inputs, gather documents, compare, upload, report.

use crate::{
    document::Document,
    gather::{Gathered, gather},
    inputs::Inputs,
    plan::plan,
    report::{Report, summary},
    s3::Bucket,
};
use gha::{Failure, Runner};

/// Uploads what changed, unless a signal stops it.
pub(crate) async fn run(mut runner: Runner) -> Result<(), Failure> {
    let inputs = Inputs::parse(runner.fields.take())?;
    let cancel = runner.cancel.clone();
    tokio::select! {
        result = sync(&runner, inputs) => result,
        () = cancel.cancelled() => Err(Failure::cancelled(
            "Upload cancelled",
            "some files may not be uploaded; running again uploads what is missing",
        )),
    }
}

async fn sync(runner: &Runner, inputs: Inputs) -> Result<(), Failure> {
    let documents = documents(runner, inputs.clone()).await?;

    let bucket = Bucket::connect(inputs.scripts.bucket.clone(), inputs.region.as_ref()).await;
    let stored = bucket.stored(&inputs.scripts.key, &documents).await?;
    let plan = plan(documents, &stored);
    bucket.upload(&inputs.scripts.key, &plan.uploads).await?;

    let report = Report::new(&inputs, &plan);
    let list = |documents: &[Document], word: &str| {
        documents.iter().for_each(|document| {
            runner
                .log
                .info(&format!("{word} {}", document.uri(&inputs.scripts)))
        });
    };
    list(&plan.unchanged, "unchanged");
    list(&plan.uploads, "uploaded ");
    for (name, value) in report.outputs() {
        runner.outputs.set(name, value)?;
    }
    runner.summary.append(&summary(&report)?)
}

/// Reading and hashing files blocks, so it is done aside and a signal is still noticed.
async fn documents(runner: &Runner, inputs: Inputs) -> Result<Vec<Document>, Failure> {
    let source = runner.context.workspace.join(&inputs.source);
    let gathered = tokio::task::spawn_blocking(move || gather(&source, &inputs))
        .await
        .map_err(|error| Failure::bug("reading the source folder broke off").because(&error))?;
    let Gathered { documents, notes } = gathered?;
    notes.iter().for_each(|note| runner.log.info(note));
    Ok(documents)
}
