//! The set: all files that belong together, the two pod templates among them, with its hash and its name. Pure.
//!
//! A set has a place of its own in the bucket, `<prefix>/<set>/`. Named by its hash it never changes.

use crate::{
    checksum::{Checksum, Sum, sum},
    names::{ALIASES, Bytes, Prefix, SetName},
};
use aws_setup::{BucketName, S3Uri};
use sha2::{Digest, Sha256};
use std::{path::PathBuf, sync::Arc};

/// The manifest's path inside the set.
pub(crate) const MANIFEST: &str = ".manifest.json";

/// The longest key that S3 takes, in bytes.
const LONGEST_KEY: usize = 1024;

/// A file of the set, or a rendered template.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// Relative to the set, with slashes.
    pub(crate) path: String,
    /// In bytes.
    pub(crate) size: u64,
    /// Of each part, in order.
    pub(crate) parts: Vec<Sum>,
    /// Of the whole.
    pub(crate) checksum: Checksum,
    /// Where the content is.
    pub(crate) content: Content,
}

/// Where a document's content is.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// In a file.
    File(PathBuf),
    /// Here.
    Text(Arc<str>),
}

impl Document {
    /// A document with its content here.
    pub(crate) fn text(path: &str, text: String) -> Self {
        let parts = vec![sum(text.as_bytes())];
        Self {
            path: path.to_owned(),
            size: text.len() as u64,
            checksum: Checksum::of_file(&parts),
            parts,
            content: Content::Text(text.into()),
        }
    }
}

/// Everything that is to be in one place.
#[derive(Clone, Debug)]
pub(crate) struct ScriptSet {
    pub(crate) bucket: BucketName,
    pub(crate) prefix: Prefix,
    pub(crate) name: SetName,
    /// In hexadecimal.
    pub(crate) hash: String,
    /// In the order of their paths.
    pub(crate) documents: Vec<Document>,
}

impl ScriptSet {
    /// Puts documents together; without a name the set is named by its hash.
    pub(crate) fn new(
        bucket: BucketName,
        prefix: Prefix,
        name: Option<SetName>,
        mut documents: Vec<Document>,
    ) -> Self {
        documents.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        let hash = hash(&documents);
        Self {
            name: name.unwrap_or_else(|| SetName::of_hash(&hash)),
            bucket,
            prefix,
            hash,
            documents,
        }
    }

    /// `<prefix>/<set>/`
    pub(crate) fn folder(&self) -> String {
        format!("{}{}/", self.prefix, self.name)
    }

    /// The key of something in the set.
    pub(crate) fn key(&self, path: &str) -> String {
        format!("{}{path}", self.folder())
    }

    /// Where something in the set is.
    pub(crate) fn uri(&self, path: &str) -> S3Uri {
        self.at(self.key(path))
    }

    /// Where the alias of this name is.
    pub(crate) fn alias(&self, name: &SetName) -> S3Uri {
        self.at(format!("{}{ALIASES}/{name}.json", self.prefix))
    }

    fn at(&self, key: String) -> S3Uri {
        S3Uri {
            bucket: self.bucket.clone(),
            key,
        }
    }

    /// Of all documents, in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.documents.iter().map(|document| document.size).sum()
    }

    /// What S3 would not take, or would mix up, one line each.
    pub(crate) fn problems(&self) -> Vec<String> {
        let folder = self.folder().len();
        let too_long = |document: &&Document| folder + document.path.len() > LONGEST_KEY;
        let long = self.documents.iter().filter(too_long).map(|document| {
            let cut: String = document.path.chars().take(80).collect();
            format!(
                "`{cut}…`: its key would have {} bytes, and S3 takes {LONGEST_KEY}; shorten its path or `prefix`",
                folder + document.path.len()
            )
        });
        let taken = self
            .documents
            .iter()
            .filter(|document| document.path == MANIFEST);
        let taken = taken.map(|_| {
            format!("`{MANIFEST}`: this is where the set's own manifest goes; rename or exclude it")
        });
        long.chain(taken).collect()
    }
}

/// The SHA-256 of the paths, sizes and checksums of documents in order. No path holds a line break.
fn hash(documents: &[Document]) -> String {
    let mut hasher = Sha256::new();
    for document in documents {
        let line = format!(
            "{}\0{}\0{}\n",
            document.path, document.size, document.checksum
        );
        hasher.update(line);
    }
    crate::checksum::hexadecimal(&hasher.finalize().into())
}

/// What goes beyond the limits, one line each.
pub(crate) fn beyond_limits(
    files: usize,
    bytes: u64,
    most_files: usize,
    most_bytes: Bytes,
) -> Vec<String> {
    let mut problems = Vec::new();
    if files > most_files {
        problems.push(format!(
            "`max-files`: there are {files} files, and {most_files} are allowed; exclude some, or raise it"
        ));
    }
    if bytes > most_bytes.0 {
        problems.push(format!(
            "`max-size`: the files have {} together, and {most_bytes} are allowed; exclude some, or raise it",
            Bytes(bytes)
        ));
    }
    problems
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn set(name: Option<&str>, documents: &[(&str, &str)]) -> ScriptSet {
        let documents = documents
            .iter()
            .map(|(path, text)| Document::text(path, (*text).to_owned()))
            .collect();
        ScriptSet::new(
            "bench".parse().unwrap(),
            "scripts".parse().unwrap(),
            name.map(|name| name.parse().unwrap()),
            documents,
        )
    }

    #[test]
    fn the_hash_is_of_paths_and_contents_in_any_order_and_names_the_set() {
        let one = set(None, &[("a", "1"), ("b", "2")]);
        assert_eq!(one.hash, set(Some("x"), &[("b", "2"), ("a", "1")]).hash);
        assert_eq!(one.hash.len(), 64);
        assert_eq!(one.folder(), format!("scripts/{}/", &one.hash[..32]));
        for other in [
            [("a", "2"), ("b", "1")],
            [("a", "1"), ("c", "2")],
            [("a1", ""), ("b", "2")],
        ] {
            assert_ne!(one.hash, set(None, &other).hash, "{other:?}");
        }
    }

    #[test]
    fn places_are_inside_the_set_and_aliases_beside_it() {
        let set = set(Some("pr-7"), &[("a", "1")]);
        assert_eq!(
            set.uri("src/a b.py").to_string(),
            "s3://bench/scripts/pr-7/src/a b.py"
        );
        let alias = set.alias(&"main".parse().unwrap());
        assert_eq!(alias.to_string(), "s3://bench/scripts/aliases/main.json");
    }

    #[test]
    fn keys_that_s3_would_not_take_and_our_own_are_refused() {
        let long = "x".repeat(1020);
        let problems = set(Some("s"), &[(&long, ""), (MANIFEST, ""), ("a", "")]).problems();
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].contains("1030 bytes"), "{problems:?}");
    }

    #[test]
    fn limits_say_both_numbers() {
        assert_eq!(beyond_limits(3, 1024, 3, Bytes(1024)), [""; 0]);
        let problems = beyond_limits(4, 2048, 3, Bytes(1024));
        assert!(problems[0].contains("4 files, and 3"), "{problems:?}");
        assert!(
            problems[1].contains("2.0 KiB together, and 1.0 KiB"),
            "{problems:?}"
        );
    }
}
