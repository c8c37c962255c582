//! The manifest: the object that says whether a set is complete, what is in it, and how to go on when it is not. Pure.
//!
//! It is written last. While a set that was complete is changed, or a long file is under way, it stands there with
//! `complete: false`, so that nobody takes half a set for a whole one and the next upload knows what is there.

use crate::set::{Document, MANIFEST, ScriptSet};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// The version of the form.
const SCHEMA: u32 = 1;

/// What the object holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) schema: u32,
    pub(crate) set: String,
    /// Of the set that is, or is to be, in this place.
    pub(crate) hash: String,
    pub(crate) complete: bool,
    /// Which upload wrote it, while it is not complete: two that write the same are told apart by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) upload: Option<String>,
    /// Complete: all files. Else: those that are known.
    #[serde(default)]
    pub(crate) files: Vec<Entry>,
    /// Long files that are under way.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) under_way: BTreeMap<String, UnderWay>,
}

/// One object of the set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) path: String,
    /// In bytes.
    pub(crate) size: u64,
    /// SHA-256 in hexadecimal; of a file in parts S3's composite, with the number of parts.
    pub(crate) sha256: String,
    /// What S3 calls this content of this object.
    pub(crate) etag: String,
}

/// A multipart upload that is not completed yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UnderWay {
    /// Of the content that it is of.
    pub(crate) sha256: String,
    pub(crate) upload_id: String,
    /// The ETags of the parts that are there, by number from 0.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) parts: BTreeMap<u64, String>,
}

impl Manifest {
    /// Of a set whose objects all are there; `etags` by path.
    pub(crate) fn complete(set: &ScriptSet, etags: &HashMap<String, String>) -> Self {
        Self {
            complete: true,
            upload: None,
            under_way: BTreeMap::new(),
            ..Self::unfinished(set, etags, String::new())
        }
    }

    /// Of a set that is not complete yet.
    pub(crate) fn unfinished(
        set: &ScriptSet,
        etags: &HashMap<String, String>,
        upload: String,
    ) -> Self {
        let entry = |document: &Document| {
            Some(Entry {
                path: document.path.clone(),
                size: document.size,
                sha256: document.checksum.to_string(),
                etag: etags.get(&document.path)?.clone(),
            })
        };
        Self {
            schema: SCHEMA,
            set: set.name.to_string(),
            hash: set.hash.clone(),
            complete: false,
            upload: Some(upload),
            files: set.documents.iter().filter_map(entry).collect(),
            under_way: BTreeMap::new(),
        }
    }

    /// From an object's bytes; why it cannot be read, in words.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        let manifest: Self = serde_json::from_slice(bytes)
            .map_err(|error| format!("`{MANIFEST}` cannot be read: {error}"))?;
        if manifest.schema == SCHEMA {
            Ok(manifest)
        } else {
            Err(format!(
                "`{MANIFEST}` has schema {}, and this version knows {SCHEMA}",
                manifest.schema
            ))
        }
    }

    /// As an object's bytes: the same manifest is always the same bytes.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn set() -> ScriptSet {
        let document = |path: &str| Document::text(path, "x".to_owned());
        ScriptSet::new(
            "bench".parse().unwrap(),
            "scripts".parse().unwrap(),
            Some("pr-7".parse().unwrap()),
            vec![document("a"), document("b")],
        )
    }

    #[test]
    fn a_manifest_survives_writing_and_reading() {
        let etags = HashMap::from([("a".to_owned(), "e1".to_owned())]);
        let mut manifest = Manifest::unfinished(&set(), &etags, "u1".to_owned());
        manifest.under_way.insert(
            "b".to_owned(),
            UnderWay {
                sha256: "00-2".to_owned(),
                upload_id: "id".to_owned(),
                parts: BTreeMap::from([(0, "e2".to_owned())]),
            },
        );
        assert_eq!(Manifest::read(&manifest.bytes().unwrap()), Ok(manifest));
    }

    #[test]
    fn only_objects_that_are_known_to_be_there_are_listed() {
        let etags = HashMap::from([("a".to_owned(), "e1".to_owned())]);
        let manifest = Manifest::unfinished(&set(), &etags, "u1".to_owned());
        assert_eq!(manifest.files.len(), 1);
        assert!(!manifest.complete);
    }

    #[test]
    fn another_schema_or_no_manifest_is_said_in_words() {
        let other = br#"{"schema":2,"set":"a","hash":"b","complete":true}"#;
        assert!(Manifest::read(other).unwrap_err().contains("has schema 2"));
        assert!(
            Manifest::read(b"<html>")
                .unwrap_err()
                .contains("cannot be read")
        );
    }
}
