//! Multipart uploads: the parts of an object that is not there yet, and what was completed lately.

use super::{Algorithm, Checksum, Digest, Headers, Kind};
use bytes::Bytes;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::SystemTime;

/// A part as it was received.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) body: Bytes,
    pub(crate) md5: Digest,
    pub(crate) checksum: Option<Checksum>,
    pub(crate) modified: SystemTime,
}

/// An upload that is neither completed nor aborted.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    pub(crate) key: String,
    pub(crate) headers: Headers,
    /// How its parts and the object are checked, if its first request said so.
    pub(crate) checked: Option<(Algorithm, Kind)>,
    pub(crate) initiated: SystemTime,
    pub(crate) parts: BTreeMap<i32, Part>,
}

impl Upload {
    /// Key, number of parts and their bytes.
    pub(super) fn state(&self) -> Value {
        let bytes: usize = self.parts.values().map(|part| part.body.len()).sum();
        json!({ "key": self.key, "parts": self.parts.len(), "bytes": bytes })
    }
}

/// What a completed upload was answered with, for a client that did not get the answer and asks again.
#[derive(Debug, Clone)]
pub(crate) struct Completed {
    pub(crate) key: String,
    /// The parts it was completed with: their numbers and ETags.
    pub(crate) parts: Vec<(i32, String)>,
    pub(crate) etag: String,
    pub(crate) checksum: Option<Checksum>,
}
