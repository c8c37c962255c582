//! Lists the keys of a bucket in pages, whole or folded at a delimiter.

use super::{bucket, checksum, etag};
use crate::objects::{Bucket, Object, Objects};
use s3s::dto::{
    CommonPrefix, EncodingType, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input,
    ListObjectsV2Output, Object as ObjectEntry, ObjectStorageClass,
};
use s3s::{S3Result, s3_error};
use std::ops::Bound;
use std::sync::Arc;

/// The most keys on one page.
const PAGE: i32 = 1000;

struct Query<'a> {
    prefix: &'a str,
    delimiter: Option<&'a str>,
    /// Only what sorts after this.
    after: &'a str,
    limit: usize,
}

#[derive(Default)]
struct Page {
    objects: Vec<(String, Arc<Object>)>,
    prefixes: Vec<String>,
    /// The last entry of this page, when there are more.
    next: Option<String>,
}

pub(super) fn version_2(
    objects: &Objects,
    input: ListObjectsV2Input,
) -> S3Result<ListObjectsV2Output> {
    let max_keys = input.max_keys.unwrap_or(PAGE).clamp(0, PAGE);
    let goes_on_at = input
        .continuation_token
        .as_deref()
        .map(last_of)
        .transpose()?;
    let after = goes_on_at.as_deref().max(input.start_after.as_deref());
    let found = page(
        bucket(&objects.lock(), &input.bucket)?,
        &Query {
            prefix: input.prefix.as_deref().unwrap_or_default(),
            delimiter: input.delimiter.as_deref(),
            after: after.unwrap_or_default(),
            limit: max_keys.unsigned_abs() as usize,
        },
    );
    let text = Encoding::new(input.encoding_type.as_ref());
    Ok(ListObjectsV2Output {
        key_count: i32::try_from(found.objects.len() + found.prefixes.len()).ok(),
        max_keys: Some(max_keys),
        is_truncated: Some(found.next.is_some()),
        contents: Some(entries(&found, &text)),
        common_prefixes: Some(prefixes(&found, &text)),
        next_continuation_token: found.next.as_deref().map(token),
        continuation_token: input.continuation_token,
        delimiter: input.delimiter.map(|d| text.encode(&d)),
        encoding_type: input.encoding_type,
        name: Some(input.bucket),
        prefix: Some(text.encode(&input.prefix.unwrap_or_default())),
        start_after: input.start_after.map(|s| text.encode(&s)),
        ..ListObjectsV2Output::default()
    })
}

/// What tells where a listing goes on: not the key as it is, which XML may not be able to hold.
fn token(last: &str) -> String {
    base64_simd::URL_SAFE_NO_PAD.encode_to_string(last)
}

fn last_of(token: &str) -> S3Result<String> {
    let last = base64_simd::URL_SAFE_NO_PAD.decode_to_vec(token).ok();
    last.and_then(|last| String::from_utf8(last).ok())
        .ok_or_else(|| {
            s3_error!(
                InvalidArgument,
                "The continuation token provided is incorrect"
            )
        })
}

pub(super) fn version_1(objects: &Objects, input: ListObjectsInput) -> S3Result<ListObjectsOutput> {
    let max_keys = input.max_keys.unwrap_or(PAGE).clamp(0, PAGE);
    let found = page(
        bucket(&objects.lock(), &input.bucket)?,
        &Query {
            prefix: input.prefix.as_deref().unwrap_or_default(),
            delimiter: input.delimiter.as_deref(),
            after: input.marker.as_deref().unwrap_or_default(),
            limit: max_keys.unsigned_abs() as usize,
        },
    );
    let text = Encoding::new(input.encoding_type.as_ref());
    Ok(ListObjectsOutput {
        max_keys: Some(max_keys),
        is_truncated: Some(found.next.is_some()),
        contents: Some(entries(&found, &text)),
        common_prefixes: Some(prefixes(&found, &text)),
        next_marker: found.next.as_deref().map(|n| text.encode(n)),
        marker: Some(text.encode(&input.marker.unwrap_or_default())),
        delimiter: input.delimiter.map(|d| text.encode(&d)),
        encoding_type: input.encoding_type,
        name: Some(input.bucket),
        prefix: Some(text.encode(&input.prefix.unwrap_or_default())),
        ..ListObjectsOutput::default()
    })
}

fn page(bucket: &Bucket, query: &Query<'_>) -> Page {
    let mut page = Page::default();
    let mut last = String::new();
    // What sorts before is on an earlier page: a long listing is not gone through from its start for each page.
    let first = query.prefix.max(query.after);
    let matching = bucket
        .objects
        .range::<str, _>((Bound::Included(first), Bound::Unbounded))
        .take_while(|(key, _)| key.starts_with(query.prefix));
    for (key, object) in matching {
        let folded = folded(key, query);
        let entry = folded.unwrap_or(key);
        let repeated = folded.is_some() && entry == last;
        if entry <= query.after || repeated {
            continue;
        }
        if page.objects.len() + page.prefixes.len() == query.limit {
            page.next = (query.limit > 0).then_some(last);
            break;
        }
        entry.clone_into(&mut last);
        match folded {
            Some(prefix) => page.prefixes.push(prefix.to_owned()),
            None => page.objects.push((key.clone(), Arc::clone(object))),
        }
    }
    page
}

/// The common prefix a key is folded into: up to and with the first delimiter after the prefix asked for.
fn folded<'a>(key: &'a str, query: &Query<'_>) -> Option<&'a str> {
    let delimiter = query.delimiter.filter(|d| !d.is_empty())?;
    let rest = &key[query.prefix.len()..];
    let end = query.prefix.len() + rest.find(delimiter)? + delimiter.len();
    Some(&key[..end])
}

fn entries(page: &Page, text: &Encoding) -> Vec<ObjectEntry> {
    let entry = |(key, object): &(String, Arc<Object>)| ObjectEntry {
        key: Some(text.encode(key)),
        size: i64::try_from(object.body.len()).ok(),
        e_tag: Some(etag(object)),
        checksum_type: object.checksum.as_ref().map(|c| checksum::kind(c.kind)),
        checksum_algorithm: object
            .checksum
            .as_ref()
            .map(|c| vec![checksum::algorithm(c.algorithm)]),
        last_modified: Some(object.modified.into()),
        storage_class: Some(ObjectStorageClass::from_static(
            ObjectStorageClass::STANDARD,
        )),
        ..ObjectEntry::default()
    };
    page.objects.iter().map(entry).collect()
}

fn prefixes(page: &Page, text: &Encoding) -> Vec<CommonPrefix> {
    let entry = |prefix: &String| CommonPrefix {
        prefix: Some(text.encode(prefix)),
    };
    page.prefixes.iter().map(entry).collect()
}

/// How keys are written in the answer: XML cannot hold every character, so clients may ask for percent-encoding.
pub(super) struct Encoding {
    url: bool,
}

impl Encoding {
    pub(super) fn new(asked: Option<&EncodingType>) -> Self {
        Self {
            url: asked.is_some_and(|e| e.as_str() == EncodingType::URL),
        }
    }

    pub(super) fn encode(&self, text: &str) -> String {
        if !self.url {
            return text.to_owned();
        }
        let mut encoded = String::with_capacity(text.len());
        for byte in text.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                    encoded.push(char::from(byte));
                }
                _ => encoded.push_str(&format!("%{byte:02X}")),
            }
        }
        encoded
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::Headers;

    fn listed(
        keys: &[&str],
        prefix: &str,
        delimiter: Option<&str>,
        after: &str,
        limit: usize,
    ) -> (String, Option<String>) {
        let mut bucket = Bucket::new();
        for key in keys {
            let object = Object::new(bytes::Bytes::new(), Headers::default());
            bucket.objects.insert((*key).to_owned(), Arc::new(object));
        }
        let query = Query {
            prefix,
            delimiter,
            after,
            limit,
        };
        let page = page(&bucket, &query);
        let keys: Vec<String> = page.objects.into_iter().map(|(key, _)| key).collect();
        (
            format!("{} | {}", keys.join(" "), page.prefixes.join(" ")),
            page.next,
        )
    }

    const KEYS: [&str; 6] = ["a", "a/", "a/1", "a/2/x", "a/2/y", "b"];

    #[test]
    fn a_marker_is_a_key_of_its_own() {
        assert_eq!(listed(&KEYS, "a/", None, "", 10).0, "a/ a/1 a/2/x a/2/y | ");
    }

    #[test]
    fn a_delimiter_folds_what_is_below_it() {
        assert_eq!(listed(&KEYS, "", Some("/"), "", 10).0, "a b | a/");
        assert_eq!(listed(&KEYS, "a/", Some("/"), "", 10).0, "a/ a/1 | a/2/");
    }

    #[test]
    fn pages_join_up_without_gap_or_repeat() {
        let mut after = String::new();
        let mut seen = Vec::new();
        loop {
            let (entries, next) = listed(&KEYS, "", Some("/"), &after, 1);
            seen.push(entries.replace(" | ", "").trim().to_owned());
            match next {
                Some(next) => after = next,
                None => break,
            }
        }
        assert_eq!(seen, ["a", "a/", "b"]);
    }
}
