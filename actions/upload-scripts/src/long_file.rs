//! Sends one long file in parts, and goes on where an earlier upload has stopped.

use crate::{
    checksum::{Sum, part_range},
    content_type,
    manifest::UnderWay,
    s3::{PartProblem, Upload},
    send::{Sender, again, content, joined},
    set::Document,
};
use gha::Failure;
use std::{collections::BTreeMap, sync::Arc};
use tokio::task::JoinSet;

/// Sends a file that has several parts, and gives the object's ETag.
pub(crate) async fn send(sender: &Arc<Sender>, document: &Document) -> Result<String, Failure> {
    let key = sender.set.key(&document.path);
    let mut begun = resumable(sender, document, &key).await;
    // Another upload of the same set may take the parts away under us once: then it has the file, or nobody has.
    for _ in 0..3 {
        let upload = match begun.take() {
            Some(upload) => upload,
            None => begin(sender, document, &key).await?,
        };
        let id = upload.upload_id.clone();
        match attempt(sender, document, &key, upload).await? {
            Some(etag) => return Ok(etag),
            None => {
                if let Some((checksum, etag)) = sender.bucket.checksum(&key).await?
                    && document.checksum.is(&checksum)
                {
                    return Ok(etag);
                }
                // Whatever is left of it is of no use.
                let upload = Upload { key: &key, id: &id };
                sender.bucket.end(upload).await;
            }
        }
    }
    Err(Failure::outside(
        "Scripts not uploaded",
        format!("`{}`: its parts are taken away again and again", sender.set.uri(&document.path)),
    )
    .help("look whether a lifecycle rule of the bucket or another upload ends multipart uploads at once, and run again"))
}

/// What an earlier upload has begun, if it is of this content; else it is ended, as its parts would stay and cost.
async fn resumable(sender: &Sender, document: &Document, key: &str) -> Option<UnderWay> {
    let begun = sender.ledger.begun(&document.path)?;
    if begun.sha256 == document.checksum.to_string() {
        return Some(begun);
    }
    // Needs a permission that not everyone has; without it a lifecycle rule must do it.
    sender
        .bucket
        .end(Upload {
            key,
            id: &begun.upload_id,
        })
        .await;
    None
}

async fn begin(sender: &Sender, document: &Document, key: &str) -> Result<UnderWay, Failure> {
    let content_type = content_type::of(&document.path);
    let upload = UnderWay {
        sha256: document.checksum.to_string(),
        upload_id: sender.bucket.begin(key, content_type).await?,
        parts: BTreeMap::new(),
    };
    sender.ledger.begins(&document.path, upload.clone()).await?;
    Ok(upload)
}

/// Sends what is missing and puts the file together; `None` if S3 does not know the upload any more.
async fn attempt(
    sender: &Arc<Sender>,
    document: &Document,
    key: &str,
    begun: UnderWay,
) -> Result<Option<String>, Failure> {
    let shared = Arc::new((document.clone(), key.to_owned(), begun.upload_id.clone()));
    let mut tasks = JoinSet::new();
    let gone = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let missing = |number: &u64| !begun.parts.contains_key(number);
    let length = |number: u64| {
        let (start, end) = part_range(document.size, number);
        end - start
    };
    begun
        .parts
        .keys()
        .for_each(|number| sender.progress.bytes(length(*number)));
    for number in (0..document.parts.len() as u64).filter(missing) {
        let (sender, shared, gone) = (sender.clone(), shared.clone(), gone.clone());
        let length = length(number);
        tasks.spawn(async move {
            let (document, key, id) = &*shared;
            let upload = Upload { key, id };
            match part(&sender, document, upload, number, length).await? {
                Some(etag) => sender.ledger.part(&document.path, number, etag).await,
                None => gone.store(true, std::sync::atomic::Ordering::Relaxed),
            }
            Ok(())
        });
    }
    joined(tasks).await?;
    if gone.load(std::sync::atomic::Ordering::Relaxed) {
        return Ok(None);
    }
    let Some(parts) = arrived(sender, document) else {
        return Ok(None);
    };
    let upload = Upload {
        key,
        id: &begun.upload_id,
    };
    match sender.bucket.complete(upload, &parts).await {
        Ok(etag) => Ok(Some(etag)),
        Err(PartProblem::Gone) => Ok(None),
        Err(PartProblem::NotSent(problem)) => Err(problem.into_failure()),
    }
}

/// Sends one part; `None` if S3 does not know the upload any more.
async fn part(
    sender: &Sender,
    document: &Document,
    upload: Upload<'_>,
    number: u64,
    length: u64,
) -> Result<Option<String>, Failure> {
    let _memory = sender.reserve(length).await?;
    let expected = at(document, number);
    let mut attempt = 1;
    loop {
        let bytes = content(document, number).await?;
        match sender
            .bucket
            .part(upload, number, bytes.clone(), expected)
            .await
        {
            Ok(etag) => {
                sender.progress.bytes(length);
                return Ok(Some(etag));
            }
            Err(PartProblem::Gone) => return Ok(None),
            Err(PartProblem::NotSent(problem)) => {
                again(problem, document, &bytes, expected, attempt)?;
            }
        }
        attempt += 1;
    }
}

/// The ETags and checksums of all parts, if all have arrived.
fn arrived(sender: &Sender, document: &Document) -> Option<Vec<(String, Sum)>> {
    let known = sender.ledger.begun(&document.path)?;
    let part = |(number, sum): (usize, &Sum)| {
        let etag = known.parts.get(&(number as u64))?;
        Some((etag.clone(), *sum))
    };
    document.parts.iter().enumerate().map(part).collect()
}

fn at(document: &Document, number: u64) -> &Sum {
    let index = usize::try_from(number).unwrap_or(usize::MAX);
    document.parts.get(index).unwrap_or(&document.parts[0])
}
