//! The buckets and their objects, in memory: they live as long as the local cloud.
//!
//! One lock guards all of it, so a conditional write is decided and done in one step.
//! Knows nothing of the S3 protocol.

mod checksum;
mod content;
mod pending;

pub(crate) use checksum::{Algorithm, Checksum, Kind};
pub(crate) use content::Content;
pub(crate) use pending::{Completed, Part, Upload};

use bytes::Bytes;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// One object and what was said about it when it was written.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub(crate) body: Content,
    /// MD5 of the body in hexadecimal, or that of its parts with their number.
    pub(crate) etag: String,
    pub(crate) modified: SystemTime,
    pub(crate) headers: Headers,
    pub(crate) checksum: Option<Checksum>,
}

/// The headers that S3 keeps with an object and gives back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Headers {
    pub(crate) cache_control: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) content_language: Option<String>,
    pub(crate) content_type: Option<String>,
    /// The `x-amz-meta-` headers.
    pub(crate) metadata: Option<s3s::dto::Metadata>,
}

/// A bucket: when it was made, its objects by key, and its multipart uploads by id.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    pub(crate) created: SystemTime,
    pub(crate) objects: BTreeMap<String, Arc<Object>>,
    pub(crate) uploads: BTreeMap<String, Upload>,
    pub(crate) completed: BTreeMap<String, Completed>,
}

/// All buckets by name.
pub(crate) type Buckets = BTreeMap<String, Bucket>;

/// The object store that S3 clients see. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Objects {
    buckets: Arc<Mutex<Buckets>>,
}

impl Objects {
    /// An object store with these empty buckets.
    #[must_use]
    pub fn with_buckets<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let objects = Self::default();
        for name in names {
            objects.lock().insert(name.to_owned(), Bucket::new());
        }
        objects
    }

    /// The object's bytes; none if there is no such key.
    ///
    /// # Errors
    /// `NotFound` if there is no such bucket.
    pub async fn get(&self, bucket: &str, key: &str) -> io::Result<Option<Bytes>> {
        let object = {
            let buckets = self.lock();
            let bucket = buckets.get(bucket).ok_or_else(|| no_such_bucket(bucket))?;
            bucket.objects.get(key).cloned()
        };
        Ok(object.map(|object| object.body.to_bytes()))
    }

    /// The keys that begin with a prefix, in order; none for a missing bucket.
    #[must_use]
    pub fn keys(&self, bucket: &str, prefix: &str) -> Vec<String> {
        let buckets = self.lock();
        let Some(bucket) = buckets.get(bucket) else {
            return Vec::new();
        };
        let keys = bucket.objects.range(prefix.to_owned()..);
        keys.map(|(key, _)| key.clone())
            .take_while(|key| key.starts_with(prefix))
            .collect()
    }

    /// The media type an object was written with, if it has one.
    #[must_use]
    pub fn content_type(&self, bucket: &str, key: &str) -> Option<String> {
        let buckets = self.lock();
        let object = buckets.get(bucket)?.objects.get(key)?;
        object.headers.content_type.clone()
    }

    /// Creates or replaces an object.
    ///
    /// # Errors
    /// `NotFound` if there is no such bucket.
    pub async fn put(&self, bucket: &str, key: &str, body: Bytes) -> io::Result<()> {
        let object = Object::new(body, Headers::default());
        let mut buckets = self.lock();
        let bucket = buckets
            .get_mut(bucket)
            .ok_or_else(|| no_such_bucket(bucket))?;
        bucket.objects.insert(key.to_owned(), Arc::new(object));
        Ok(())
    }

    /// Removes an object, if it is there.
    ///
    /// # Errors
    /// `NotFound` if there is no such bucket.
    pub async fn remove(&self, bucket: &str, key: &str) -> io::Result<()> {
        let mut buckets = self.lock();
        let bucket = buckets
            .get_mut(bucket)
            .ok_or_else(|| no_such_bucket(bucket))?;
        bucket.objects.remove(key);
        Ok(())
    }

    /// Ends all multipart uploads of a bucket, as a lifecycle rule does in time.
    pub fn end_uploads(&self, bucket: &str) {
        if let Some(bucket) = self.lock().get_mut(bucket) {
            bucket.uploads.clear();
        }
    }

    /// Whether any key starts with the prefix, a zero-byte `prefix/` included. False for a missing bucket.
    pub async fn prefix_exists(&self, bucket: &str, prefix: &str) -> bool {
        self.lock().get(bucket).is_some_and(|bucket| {
            let first = bucket.objects.range(prefix.to_owned()..).next();
            first.is_some_and(|(key, _)| key.starts_with(prefix))
        })
    }

    /// Whether the bucket exists.
    pub async fn bucket_exists(&self, bucket: &str) -> bool {
        self.lock().contains_key(bucket)
    }

    /// Bucket names with the number of objects and bytes in each, and the uploads that are neither completed nor
    /// aborted.
    #[must_use]
    pub fn state(&self) -> Value {
        let buckets = self.lock();
        let bytes = |bucket: &Bucket| bucket.objects.values().map(|o| o.body.len()).sum::<usize>();
        let state = |bucket: &Bucket| {
            json!({
                "keys": bucket.objects.len(),
                "bytes": bytes(bucket),
                "uploads": Value::from_iter(bucket.uploads.values().map(Upload::state)),
            })
        };
        let entry = |(name, bucket): (&String, &Bucket)| (name.clone(), state(bucket));
        Value::Object(buckets.iter().map(entry).collect())
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Buckets> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bucket {
    pub(crate) fn new() -> Self {
        Self {
            created: SystemTime::now(),
            objects: BTreeMap::new(),
            uploads: BTreeMap::new(),
            completed: BTreeMap::new(),
        }
    }
}

impl Object {
    /// An object that was written as a whole.
    pub(crate) fn new(body: Bytes, headers: Headers) -> Self {
        let etag = hexadecimal(&md5(&body));
        Self {
            body: body.into(),
            etag,
            modified: SystemTime::now(),
            headers,
            checksum: None,
        }
    }
}

/// An MD5 digest, which is what S3's ETags are made of.
pub(crate) type Digest = [u8; 16];

/// The MD5 digest of these bytes.
pub(crate) fn md5(body: &[u8]) -> Digest {
    <s3s::crypto::Md5 as s3s::crypto::Checksum>::checksum(body)
}

/// Bytes as lowercase hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn no_such_bucket(bucket: &str) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("no such bucket: {bucket}"))
}
