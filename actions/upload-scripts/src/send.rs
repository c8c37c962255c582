//! Sends documents, many at once and with bounded memory.

use crate::{
    checksum::{PART, Sum, read_part, sum},
    content_type,
    ledger::Ledger,
    long_file,
    progress::Progress,
    s3::{AT_ONCE, ATTEMPTS, Bucket, NotSent},
    set::{Content, Document, ScriptSet},
};
use bytes::Bytes;
use gha::Failure;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{sync::Semaphore, task::JoinSet};

/// The most content that is in memory at once, in KiB.
const MEMORY: usize = 128 * 1024;

/// What everyone who sends needs.
#[derive(Debug)]
pub(crate) struct Sender {
    pub(crate) bucket: Bucket,
    pub(crate) set: Arc<ScriptSet>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) progress: Arc<Progress>,
    memory: Semaphore,
}

impl Sender {
    pub(crate) fn new(
        bucket: Bucket,
        set: Arc<ScriptSet>,
        ledger: Arc<Ledger>,
        progress: Arc<Progress>,
    ) -> Self {
        Self {
            bucket,
            set,
            ledger,
            progress,
            memory: Semaphore::new(MEMORY),
        }
    }

    /// Sends all of them, long ones first. The first failure ends the others.
    pub(crate) async fn all(self: Arc<Self>, mut documents: Vec<Document>) -> Result<(), Failure> {
        documents.sort_by_key(|document| document.parts.len() == 1);
        let workers = AT_ONCE.min(documents.len());
        let (documents, next) = (Arc::new(documents), Arc::new(AtomicUsize::new(0)));
        let mut tasks = JoinSet::new();
        for _ in 0..workers {
            let (sender, documents, next) = (self.clone(), documents.clone(), next.clone());
            tasks.spawn(async move {
                while let Some(document) = documents.get(next.fetch_add(1, Ordering::Relaxed)) {
                    sender.document(document).await?;
                }
                Ok(())
            });
        }
        joined(tasks).await
    }

    async fn document(self: &Arc<Self>, document: &Document) -> Result<(), Failure> {
        let etag = if document.parts.len() > 1 {
            long_file::send(self, document).await?
        } else {
            self.whole(document).await?
        };
        self.ledger.sent(&document.path, etag);
        self.progress.file();
        Ok(())
    }

    async fn whole(&self, document: &Document) -> Result<String, Failure> {
        let key = self.set.key(&document.path);
        let content_type = content_type::of(&document.path);
        let _memory = self.reserve(document.size).await?;
        let mut attempt = 1;
        loop {
            let bytes = content(document, 0).await?;
            let expected = &document.parts[0];
            match self
                .bucket
                .put(&key, bytes.clone(), expected, content_type)
                .await
            {
                Ok(etag) => {
                    self.progress.bytes(document.size);
                    return Ok(etag);
                }
                Err(problem) => again(problem, document, &bytes, expected, attempt)?,
            }
            attempt += 1;
        }
    }

    /// Waits until there is room for so many bytes.
    pub(crate) async fn reserve(
        &self,
        bytes: u64,
    ) -> Result<tokio::sync::SemaphorePermit<'_>, Failure> {
        // Never more than there is: a part may be larger when a file has more than 10,000 of the usual ones.
        let kibibytes = (bytes / 1024 + 1).min(MEMORY as u64);
        let permits = u32::try_from(kibibytes).unwrap_or(u32::MAX);
        self.memory
            .acquire_many(permits)
            .await
            .map_err(|error| Failure::bug("the memory for uploads is gone").because(&error))
    }
}

/// Waits for all tasks; the first failure ends the others.
pub(crate) async fn joined(mut tasks: JoinSet<Result<(), Failure>>) -> Result<(), Failure> {
    while let Some(ended) = tasks.join_next().await {
        let result =
            ended.unwrap_or_else(|error| Err(Failure::bug("an upload broke off").because(&error)));
        if result.is_err() {
            tasks.shutdown().await;
            return result;
        }
    }
    Ok(())
}

/// One part of a document's content, as it is now.
pub(crate) async fn content(document: &Document, part: u64) -> Result<Bytes, Failure> {
    /// Up to this size a read is quicker than to have it done aside, in bytes.
    const AT_HAND: u64 = 256 * 1024;
    let bytes = match &document.content {
        Content::Text(text) => return Ok(Bytes::copy_from_slice(text.as_bytes())),
        Content::File(path) if document.size <= AT_HAND => read(path, document.size, part),
        Content::File(path) => {
            let (path, size) = (path.clone(), document.size);
            tokio::task::spawn_blocking(move || read(&path, size, part))
                .await
                .map_err(|error| Failure::bug("reading a file broke off").because(&error))?
        }
    };
    bytes
        .map(Bytes::from)
        .map_err(|error| changed(document).because(&error))
}

fn read(path: &Path, size: u64, part: u64) -> std::io::Result<Vec<u8>> {
    debug_assert!(size <= PART || part < size.div_ceil(PART), "no such part");
    read_part(path, size, part)
}

/// Whether content that did not arrive may be sent again: if it was damaged on its way, and not before.
pub(crate) fn again(
    problem: NotSent,
    document: &Document,
    bytes: &[u8],
    expected: &Sum,
    attempt: usize,
) -> Result<(), Failure> {
    match problem {
        NotSent::Failed(failure) => Err(failure),
        NotSent::Corrupted(_) if sum(bytes) != *expected => Err(changed(document)),
        NotSent::Corrupted(failure) if attempt >= ATTEMPTS => {
            Err(failure.help("S3 received other bytes than were sent, several times; run again"))
        }
        NotSent::Corrupted(_) => Ok(()),
    }
}

fn changed(document: &Document) -> Failure {
    Failure::bad_input(
        "source",
        format!("`{}` has changed while it was uploaded", document.path),
    )
    .help("let nothing write into the folder meanwhile, and run again")
}
