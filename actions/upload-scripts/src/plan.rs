//! What is in the bucket already, and what must be sent. Pure.

use crate::{
    manifest::Manifest,
    names::ALIASES,
    set::{Document, MANIFEST},
};
use std::collections::{BTreeMap, HashMap, HashSet};

/// An object as a listing shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    /// In bytes.
    pub(crate) size: u64,
    pub(crate) etag: String,
}

/// The documents by what is known of their objects; each list in the order of their paths.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// To be sent: absent, or with other content.
    pub(crate) send: Vec<Document>,
    /// There already.
    pub(crate) same: Vec<Document>,
    /// An object of this size is there, but its checksum must be asked for.
    pub(crate) ask: Vec<Document>,
    /// Paths of objects in the set's place that do not belong to it.
    pub(crate) foreign: Vec<String>,
    /// How many objects there are below it that belong to sets of another prefix: they are nobody's to delete here.
    pub(crate) of_other_sets: usize,
    /// Whether the manifest did not know objects that turned out to be right.
    pub(crate) has_learned: bool,
    /// ETags of objects that are there already, by path.
    pub(crate) etags: HashMap<String, String>,
}

/// Sorts documents by what listing and manifest say.
///
/// The manifest knows the checksum that belongs to an ETag; S3 gives an object another ETag when its content changes.
pub(crate) fn plan(
    documents: Vec<Document>,
    stored: &BTreeMap<String, Stored>,
    manifest: Option<&Manifest>,
) -> Plan {
    let files = manifest.map_or(&[][..], |manifest| &manifest.files);
    let known: HashMap<(&str, &str), &str> = files
        .iter()
        .map(|entry| ((&*entry.path, &*entry.etag), &*entry.sha256))
        .collect();
    let mut plan = Plan::default();
    (plan.foreign, plan.of_other_sets) = foreign(&documents, stored);
    for document in documents {
        match stored.get(&document.path) {
            Some(object) if object.size == document.size => {
                match known.get(&(&document.path, &object.etag)) {
                    Some(sha256) if **sha256 == document.checksum.to_string() => {
                        plan.is_same(document, object.etag.clone());
                    }
                    Some(_) => plan.send.push(document),
                    None => plan.ask.push(document),
                }
            }
            _ => plan.send.push(document),
        }
    }
    plan
}

/// What is in the set's place and not of the set; and how much of that is of sets whose prefix is this place.
fn foreign(documents: &[Document], stored: &BTreeMap<String, Stored>) -> (Vec<String>, usize) {
    let ours: HashSet<&str> = documents.iter().map(|document| &*document.path).collect();
    let not_ours = stored
        .keys()
        .filter(|path| *path != MANIFEST && !ours.contains(path.as_str()));
    let nested: HashSet<&str> = stored
        .keys()
        .filter_map(|path| path.strip_suffix(MANIFEST)?.strip_suffix('/'))
        .collect();
    let is_nested = |path: &&String| {
        let mut folders = path.match_indices('/').map(|(end, _)| &path[..end]);
        folders.any(|folder| nested.contains(folder))
            || (!nested.is_empty() && path.split('/').rev().nth(1) == Some(ALIASES))
    };
    let (others, foreign): (Vec<&String>, Vec<&String>) = not_ours.partition(is_nested);
    (foreign.into_iter().cloned().collect(), others.len())
}

impl Plan {
    /// Takes in what was asked for: each object's checksum as S3 writes it and its ETag, if it has one.
    pub(crate) fn learn(&mut self, answers: Vec<(Document, Option<(String, String)>)>) {
        for (document, answer) in answers {
            match answer {
                Some((checksum, etag)) if document.checksum.is(&checksum) => {
                    self.has_learned = true;
                    self.is_same(document, etag);
                }
                _ => self.send.push(document),
            }
        }
        let by_path = |one: &Document, other: &Document| one.path.cmp(&other.path);
        self.send.sort_unstable_by(by_path);
        self.same.sort_unstable_by(by_path);
    }

    fn is_same(&mut self, document: Document, etag: String) {
        self.etags.insert(document.path.clone(), etag);
        self.same.push(document);
    }

    /// Of the documents to be sent, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.send.iter().map(|document| document.size).sum()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::set::ScriptSet;

    fn document(path: &str) -> Document {
        Document::text(path, "abc".to_owned())
    }

    fn stored(objects: &[(&str, u64, &str)]) -> BTreeMap<String, Stored> {
        let object = |(path, size, etag): &(&str, u64, &str)| {
            let etag = (*etag).to_owned();
            ((*path).to_owned(), Stored { size: *size, etag })
        };
        objects.iter().map(object).collect()
    }

    fn manifest(of: &[(&str, &str, &str)]) -> Manifest {
        let documents = of
            .iter()
            .map(|(path, text, _)| Document::text(path, (*text).to_owned()))
            .collect();
        let set = ScriptSet::new(
            "bench".parse().unwrap(),
            "scripts".parse().unwrap(),
            None,
            documents,
        );
        let etag = |(path, _, etag): &(&str, &str, &str)| ((*path).to_owned(), (*etag).to_owned());
        Manifest::complete(&set, &of.iter().map(etag).collect())
    }

    fn paths(documents: &[Document]) -> Vec<&str> {
        documents.iter().map(|document| &*document.path).collect()
    }

    #[test]
    fn only_known_checksums_spare_an_upload_and_only_doubts_are_asked() {
        let names = [
            "absent",
            "changed",
            "other-size",
            "overwritten",
            "same",
            "unknown",
        ];
        let objects = [
            ("changed", 3, "e1"),
            ("other-size", 4, "e2"),
            ("overwritten", 3, "e3-new"),
            ("same", 3, "e4"),
            ("unknown", 3, "e5"),
        ];
        let manifest = manifest(&[
            ("changed", "xyz", "e1"),
            ("overwritten", "abc", "e3"),
            ("same", "abc", "e4"),
        ]);
        let plan = plan(
            names.map(document).to_vec(),
            &stored(&objects),
            Some(&manifest),
        );
        assert_eq!(paths(&plan.send), ["absent", "changed", "other-size"]);
        assert_eq!(paths(&plan.same), ["same"]);
        assert_eq!(paths(&plan.ask), ["overwritten", "unknown"]);
        assert_eq!(plan.foreign, [""; 0]);
    }

    #[test]
    fn answers_decide_and_keep_the_order() {
        let mut plan = Plan {
            send: vec![document("m")],
            ..Plan::default()
        };
        let right = crate::checksum::base64(&document("x").parts[0]);
        plan.learn(vec![
            (document("z"), Some((right.clone(), "e1".to_owned()))),
            (document("b"), Some(("other".to_owned(), "e2".to_owned()))),
            (document("n"), None),
            (document("a"), Some((right, "e3".to_owned()))),
        ]);
        assert_eq!(paths(&plan.send), ["b", "m", "n"]);
        assert_eq!(paths(&plan.same), ["a", "z"]);
        assert_eq!(plan.etags["a"], "e3");
        assert_eq!(plan.bytes(), 9);
    }

    #[test]
    fn objects_that_do_not_belong_to_the_set_are_foreign_but_the_manifest() {
        let objects = [
            (MANIFEST, 9, "m"),
            ("a", 3, "e"),
            ("b", 1, "e"),
            ("c/d", 1, "e"),
            ("z", 1, "e"),
        ];
        let plan = plan(vec![document("a"), document("c")], &stored(&objects), None);
        assert_eq!(plan.foreign, ["b", "c/d", "z"]);
        assert_eq!(paths(&plan.send), ["c"]);
    }

    #[test]
    fn sets_that_are_nested_in_this_place_are_not_ours_to_delete() {
        let objects = [
            ("a", 3, "e"),
            ("aliases/main.json", 1, "e"),
            ("old", 1, "e"),
            ("pr-7/.manifest.json", 1, "e"),
            ("pr-7/lib/b", 1, "e"),
            ("pr-70/b", 1, "e"),
        ];
        let plan = plan(vec![document("a")], &stored(&objects), None);
        assert_eq!(plan.foreign, ["old", "pr-70/b"]);
        assert_eq!(plan.of_other_sets, 3);
    }
}
