//! Keeps the set's manifest while an upload goes on: what is there, what is under way, and that nobody else writes.
//!
//! Every write has a condition on what was there before, so that two uploads notice each other. Two of the same
//! content help each other; of two with different content one gives up.

use crate::{
    manifest::{Manifest, UnderWay},
    s3::{Bucket, Condition, Unmet},
    set::{MANIFEST, ScriptSet},
};
use gha::Failure;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How often it is written down which parts have arrived. What came since is sent again after a kill.
const BETWEEN_NOTES: Duration = Duration::from_secs(5);

/// How often a write is tried again because another upload of the same set came between.
const ATTEMPTS: usize = 5;

/// What to do about two uploads into one set.
const ONE_AT_A_TIME: &str = "run again when the other is over; or leave input `set` empty, or give each branch a set of its own";

/// The manifest of one upload.
#[derive(Debug)]
pub(crate) struct Ledger {
    bucket: Bucket,
    set: Arc<ScriptSet>,
    /// A name for this upload.
    upload: String,
    known: Mutex<Known>,
    /// What is in S3, as far as we know; held while it is written.
    written: tokio::sync::Mutex<Written>,
}

#[derive(Debug, Default)]
struct Known {
    /// ETags of the objects that are there, by path.
    etags: HashMap<String, String>,
    under_way: BTreeMap<String, UnderWay>,
    /// Whether the manifest says that a set is complete, this one or another; `None` when a write went wrong.
    says_complete: Option<bool>,
}

#[derive(Debug)]
struct Written {
    etag: Option<String>,
    at: Instant,
}

impl Written {
    fn condition(&self) -> Condition {
        self.etag.clone().map_or(Condition::Absent, Condition::Is)
    }
}

/// What was found where the manifest belongs.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) manifest: Option<Manifest>,
    pub(crate) etag: Option<String>,
    /// Why something is there that is no manifest.
    pub(crate) unreadable: Option<String>,
}

impl Found {
    /// Reads what is there.
    pub(crate) async fn read(bucket: &Bucket, set: &ScriptSet) -> Result<Self, Failure> {
        let Some((bytes, etag)) = bucket.get(&set.key(MANIFEST)).await? else {
            return Ok(Self::default());
        };
        let (manifest, unreadable) = match Manifest::read(&bytes) {
            Ok(manifest) => (Some(manifest), None),
            Err(why) => (None, Some(why)),
        };
        Ok(Self {
            manifest,
            etag: Some(etag),
            unreadable,
        })
    }

    fn says_complete(&self) -> bool {
        self.manifest
            .as_ref()
            .is_some_and(|manifest| manifest.complete)
    }

    /// Whether a whole set is there that is this one.
    pub(crate) fn is_complete(&self, set: &ScriptSet) -> bool {
        let complete = |manifest: &Manifest| manifest.complete && manifest.hash == set.hash;
        self.manifest.as_ref().is_some_and(complete)
    }
}

impl Ledger {
    /// Goes on from what was found; `etags` are of the objects that are there already.
    pub(crate) fn new(
        bucket: Bucket,
        set: Arc<ScriptSet>,
        found: Found,
        etags: HashMap<String, String>,
    ) -> Self {
        let says_complete = found.says_complete();
        let under_way = found.manifest.map(|manifest| manifest.under_way);
        Self {
            bucket,
            set,
            upload: uuid::Uuid::new_v4().to_string(),
            known: Mutex::new(Known {
                etags,
                under_way: under_way.unwrap_or_default(),
                says_complete: Some(says_complete),
            }),
            written: tokio::sync::Mutex::new(Written {
                etag: found.etag,
                at: Instant::now(),
            }),
        }
    }

    /// Whether the manifest says that a set is complete: nothing of it was touched then. `None` if that is not known.
    pub(crate) fn says_complete(&self) -> Option<bool> {
        self.known().says_complete
    }

    /// An object has arrived.
    pub(crate) fn sent(&self, path: &str, etag: String) {
        let mut known = self.known();
        known.under_way.remove(path);
        known.etags.insert(path.to_owned(), etag);
    }

    /// How many objects are there.
    pub(crate) fn there(&self) -> usize {
        self.known().etags.len()
    }

    /// What an earlier upload has begun of a file.
    pub(crate) fn begun(&self, path: &str) -> Option<UnderWay> {
        self.known().under_way.get(path).cloned()
    }

    /// A multipart upload was begun: from now on it can be gone on with, whatever happens.
    pub(crate) async fn begins(&self, path: &str, upload: UnderWay) -> Result<(), Failure> {
        self.known().under_way.insert(path.to_owned(), upload);
        self.mark().await
    }

    /// A part has arrived.
    pub(crate) async fn part(&self, path: &str, number: u64, etag: String) {
        if let Some(upload) = self.known().under_way.get_mut(path) {
            upload.parts.insert(number, etag);
        }
        // Whoever is writing now, or comes next, writes this down, too.
        if let Ok(mut written) = self.written.try_lock()
            && written.at.elapsed() >= BETWEEN_NOTES
        {
            written.at = Instant::now();
            let _ = self.write(&mut written, self.unfinished()).await;
        }
    }

    /// Says that the set is not complete, before anything of it is changed.
    ///
    /// # Errors
    /// Another upload of other content has come first, or S3 refuses.
    pub(crate) async fn mark(&self) -> Result<(), Failure> {
        let mut written = self.written.lock().await;
        for _ in 0..ATTEMPTS {
            if self.write(&mut written, self.unfinished()).await?.is_ok() {
                return Ok(());
            }
            let found = self.found(&mut written).await?;
            if found
                .manifest
                .is_some_and(|manifest| manifest.hash != self.set.hash)
            {
                return Err(self.overtaken());
            }
        }
        Err(self.overtaken())
    }

    /// Leaves for the next upload what this one knows, if nobody else has written meanwhile.
    pub(crate) async fn leave_note(&self) {
        let mut written = self.written.lock().await;
        let _ = self.write(&mut written, self.unfinished()).await;
    }

    /// Says that the set is complete.
    ///
    /// # Errors
    /// Another upload of other content has written meanwhile: the set is then nobody's, and said to be incomplete.
    pub(crate) async fn complete(&self) -> Result<(), Failure> {
        let mut written = self.written.lock().await;
        let manifest = Manifest::complete(&self.set, &self.known().etags);
        let mut others = false;
        for _ in 0..ATTEMPTS {
            let next = if others {
                self.unfinished()
            } else {
                manifest.clone()
            };
            if self.write(&mut written, next).await?.is_ok() {
                return if others { Err(self.conflict()) } else { Ok(()) };
            }
            match self.found(&mut written).await?.manifest {
                // An upload of the same content, or an answer of our own that did not reach us.
                Some(found) if found.hash == self.set.hash && found.complete => return Ok(()),
                Some(found) if found.hash != self.set.hash => others = true,
                _ => {}
            }
        }
        Err(self.conflict())
    }

    fn unfinished(&self) -> Manifest {
        let known = self.known();
        Manifest {
            under_way: known.under_way.clone(),
            ..Manifest::unfinished(&self.set, &known.etags, self.upload.clone())
        }
    }

    async fn write(
        &self,
        written: &mut Written,
        manifest: Manifest,
    ) -> Result<Result<(), Unmet>, Failure> {
        let complete = manifest.complete;
        let bytes = manifest
            .bytes()
            .map_err(|error| Failure::bug("cannot write the manifest").because(&error))?;
        let key = self.set.key(MANIFEST);
        // Until there is an answer.
        let before = self.known().says_complete.take();
        match self
            .bucket
            .put_if(&key, bytes.into(), &written.condition())
            .await?
        {
            Ok(etag) => {
                written.etag = Some(etag);
                written.at = Instant::now();
                self.known().says_complete = Some(complete);
                Ok(Ok(()))
            }
            Err(Unmet) => {
                self.known().says_complete = before;
                Ok(Err(Unmet))
            }
        }
    }

    /// What is there now; the next write goes by that.
    async fn found(&self, written: &mut Written) -> Result<Found, Failure> {
        let found = Found::read(&self.bucket, &self.set).await?;
        written.etag.clone_from(&found.etag);
        self.known().says_complete = Some(found.says_complete());
        Ok(found)
    }

    /// Before anything was written.
    fn overtaken(&self) -> Failure {
        Failure::outside(
            "Scripts not uploaded",
            format!(
                "another upload is putting, or has just put, other files into set `{}`: nothing of this one was written",
                self.set.name
            ),
        )
        .help(ONE_AT_A_TIME)
    }

    fn conflict(&self) -> Failure {
        Failure::outside(
            "Scripts not uploaded",
            format!(
                "another upload has put other files into set `{}` meanwhile: `{}` is not complete",
                self.set.name,
                self.set.uri("")
            ),
        )
        .help(ONE_AT_A_TIME)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
