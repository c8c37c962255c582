//! What is in S3 already and what must be uploaded. Pure.

use crate::document::Document;
use std::collections::BTreeMap;

/// An object as S3 knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    /// In bytes.
    pub(crate) size: u64,
    /// The checksum in its metadata, in hexadecimal; absent if another tool wrote it or it was not asked for.
    pub(crate) sha256: Option<String>,
}

/// Every document, sorted into two lists.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) uploads: Vec<Document>,
    pub(crate) unchanged: Vec<Document>,
}

/// A document counts as unchanged only if size and checksum are known to be the same.
pub(crate) fn plan(documents: Vec<Document>, stored: &BTreeMap<String, Stored>) -> Plan {
    let same = |document: &Document| {
        stored.get(&document.relative).is_some_and(|stored| {
            stored.size == document.size && stored.sha256.as_ref() == Some(&document.sha256.hex())
        })
    };
    let (unchanged, uploads) = documents.into_iter().partition(same);
    Plan { uploads, unchanged }
}

/// Whether the checksum of an object is worth asking for, which takes one request each.
pub(crate) fn may_be_same(document: &Document, stored_size: Option<u64>) -> bool {
    stored_size == Some(document.size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relative(documents: &[Document]) -> Vec<&str> {
        documents
            .iter()
            .map(|document| document.relative.as_str())
            .collect()
    }

    #[test]
    fn only_equal_checksums_spare_an_upload() {
        let document = |name: &str| Document::text(name, "abc".to_owned());
        let sha256 = Some(document("x").sha256.hex());
        let stored = BTreeMap::from([
            (
                "same".to_owned(),
                Stored {
                    size: 3,
                    sha256: sha256.clone(),
                },
            ),
            (
                "other-content".to_owned(),
                Stored {
                    size: 3,
                    sha256: Some("00".repeat(32)),
                },
            ),
            ("other-size".to_owned(), Stored { size: 4, sha256 }),
            (
                "from-another-tool".to_owned(),
                Stored {
                    size: 3,
                    sha256: None,
                },
            ),
            (
                "only-remote".to_owned(),
                Stored {
                    size: 3,
                    sha256: None,
                },
            ),
        ]);
        let documents = [
            "same",
            "other-content",
            "other-size",
            "from-another-tool",
            "new",
        ]
        .map(document)
        .to_vec();

        let plan = plan(documents, &stored);
        assert_eq!(relative(&plan.unchanged), ["same"]);
        assert_eq!(
            relative(&plan.uploads),
            ["other-content", "other-size", "from-another-tool", "new"]
        );
    }

    #[test]
    fn checksums_are_asked_for_only_where_sizes_agree() {
        let document = Document::text("a", "abc".to_owned());
        assert!(may_be_same(&document, Some(3)));
        assert!(!may_be_same(&document, Some(4)) && !may_be_same(&document, None));
    }
}
