//! Brings a set to its place: looks what is there, sends what is missing, and says last that it is complete.

use crate::{
    inputs::Inputs,
    ledger::{Found, Ledger},
    names::SetName,
    plan::{Plan, plan},
    progress::Progress,
    s3::{AT_ONCE, Bucket},
    send::Sender,
    set::{Document, MANIFEST, ScriptSet},
};
use futures::{StreamExt, TryStreamExt, stream};
use gha::{Failure, Log};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// How long a failed or cancelled upload may take to leave a note for the next one.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What is in the bucket and what was found out about it.
#[derive(Debug)]
pub(crate) struct Looked {
    pub(crate) plan: Plan,
    found: Found,
}

impl Looked {
    /// Whether the set is complete as it is.
    pub(crate) fn is_complete(&self, set: &ScriptSet) -> bool {
        self.plan.send.is_empty() && self.found.is_complete(set)
    }
}

/// Compares the set with what is in its place.
pub(crate) async fn look(bucket: &Bucket, set: &ScriptSet, log: &Log) -> Result<Looked, Failure> {
    let expected: Vec<&str> = set
        .documents
        .iter()
        .map(|document| &*document.path)
        .collect();
    let folder = set.folder();
    let (stored, found) = tokio::join!(bucket.list(&folder, &expected), Found::read(bucket, set));
    // Who may not list is also refused to read what is not there: the listing's refusal is the one that says why.
    let stored = stored?;
    // What a listing does not show is not there, whatever S3 answers to a request for it.
    let found = match found {
        Err(_) if !stored.contains_key(MANIFEST) => Found::default(),
        found => found?,
    };
    if let Some(why) = &found.unreadable {
        log.info(&format!(
            "{why}: every file is compared by its own checksum"
        ));
    }
    let mut plan = plan(set.documents.clone(), &stored, found.manifest.as_ref());
    if plan.of_other_sets > 0 {
        let (count, place) = (plan.of_other_sets, set.uri(""));
        log.info(&format!(
            "below `{place}` there are sets of another prefix, with {count} objects: they stay"
        ));
    }
    let answers: Vec<(Document, Option<(String, String)>)> =
        stream::iter(std::mem::take(&mut plan.ask))
            .map(async |document| {
                let checksum = bucket.checksum(&set.key(&document.path)).await?;
                Ok((document, checksum))
            })
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
    plan.learn(answers);
    Ok(Looked { plan, found })
}

/// Makes the set's place as the plan says. Whatever happens, the set is complete afterwards or said not to be.
pub(crate) async fn carry_out(
    bucket: &Bucket,
    set: &Arc<ScriptSet>,
    looked: Looked,
    inputs: &Inputs,
    (log, cancel): (&Log, &CancellationToken),
) -> Result<(), Failure> {
    let is_complete = looked.is_complete(set);
    let Looked { plan, found } = looked;
    let changes_a_manifest = found
        .manifest
        .as_ref()
        .is_some_and(|manifest| manifest.complete || manifest.hash != set.hash);
    let progress = Arc::new(Progress::new(plan.send.len(), plan.bytes()));
    let ledger = Arc::new(Ledger::new(bucket.clone(), set.clone(), found, plan.etags));
    let work = async {
        if !plan.send.is_empty() {
            if changes_a_manifest {
                ledger.mark().await?;
            }
            let sender = Sender::new(
                bucket.clone(),
                set.clone(),
                ledger.clone(),
                progress.clone(),
            );
            Arc::new(sender).all(plan.send).await?;
        }
        if inputs.delete && !plan.foreign.is_empty() {
            let keys: Vec<String> = plan.foreign.iter().map(|path| set.key(path)).collect();
            bucket.delete(&keys).await?;
        }
        // What was asked for is written down, so that nobody asks again.
        if is_complete && !plan.has_learned {
            Ok(())
        } else {
            ledger.complete().await
        }
    };
    let result = tokio::select! {
        result = work => result,
        never = progress.tell(log) => match never {},
        () = cancel.cancelled() => Err(Failure::cancelled("Upload cancelled", "the upload was stopped")),
    };
    match result {
        Ok(()) => Ok(()),
        Err(failure) => {
            if progress.has_begun() {
                let _ = tokio::time::timeout(LAST_WORDS, ledger.leave_note()).await;
            }
            Err(unfinished(failure, set, &ledger))
        }
    }
}

/// Lets the alias lead to the set, unless it does already. Whether it was moved.
pub(crate) async fn point(
    bucket: &Bucket,
    set: &ScriptSet,
    alias: &SetName,
    pointer: Vec<u8>,
) -> Result<bool, Failure> {
    let key = set.alias(alias).key;
    if bucket
        .get(&key)
        .await?
        .is_some_and(|(there, _)| there == pointer)
    {
        return Ok(false);
    }
    let sum = crate::checksum::sum(&pointer);
    bucket
        .put(&key, pointer.into(), &sum, "application/json")
        .await
        .map_err(|problem| problem.into_failure())?;
    Ok(true)
}

/// Says how far it came, and what the set is now.
fn unfinished(mut failure: Failure, set: &ScriptSet, ledger: &Ledger) -> Failure {
    let name = &set.name;
    let how_far = format!(
        "{} of {} files are there",
        ledger.there(),
        set.documents.len()
    );
    failure.what.push_str(&match ledger.says_complete() {
        Some(true) => format!("; set `{name}` is as it was before"),
        Some(false) => format!(
            "; {how_far}, and set `{name}` is not complete: running again sends the rest"
        ),
        None => format!(
            "; {how_far}, and whether set `{name}` is complete is not known: running again finds out, and sends the rest"
        ),
    });
    failure
}
