//! What is under a prefix.

use super::{AT_ONCE, Bucket, Doing, bare};
use crate::plan::Stored;
use futures::{StreamExt, TryStreamExt, stream};
use gha::Failure;
use std::collections::BTreeMap;

/// The most objects that one answer holds.
const PAGE: usize = 1000;

/// The objects of a piece of the listing, by path, and how to go on if there are more.
struct Page {
    objects: Vec<(String, Stored)>,
    next: Option<String>,
}

impl Bucket {
    /// The objects under a prefix, by path below it.
    ///
    /// `expected` are paths that are likely there, in order: when there is more than one page of them the other pages
    /// are asked for all at once, each from the path on which it probably begins.
    pub(crate) async fn list(
        &self,
        prefix: &str,
        expected: &[&str],
    ) -> Result<BTreeMap<String, Stored>, Failure> {
        let first = self.page(prefix, None, None).await?;
        let mut found: BTreeMap<String, Stored> = first.objects.into_iter().collect();
        if first.next.is_none() {
            return Ok(found);
        }
        let last = found.last_key_value().map(|(path, _)| path.clone());
        let ranges = ranges(last.unwrap_or_default(), expected);
        let pieces: Vec<Vec<(String, Stored)>> = stream::iter(ranges)
            .map(|(after, until)| self.range(prefix, after, until))
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        found.extend(pieces.into_iter().flatten());
        Ok(found)
    }

    /// All objects after one path up to another, or to the end.
    async fn range(
        &self,
        prefix: &str,
        after: String,
        until: Option<String>,
    ) -> Result<Vec<(String, Stored)>, Failure> {
        let beyond = |path: &str| until.as_deref().is_some_and(|until| path > until);
        let mut found = Vec::new();
        let (mut after, mut token) = (Some(after), None);
        loop {
            let page = self.page(prefix, after.take(), token.take()).await?;
            let passed = page.objects.last().is_some_and(|(path, _)| beyond(path));
            found.extend(page.objects.into_iter().filter(|(path, _)| !beyond(path)));
            match page.next {
                Some(next) if !passed => token = Some(next),
                _ => return Ok(found),
            }
        }
    }

    async fn page(
        &self,
        prefix: &str,
        after: Option<String>,
        token: Option<String>,
    ) -> Result<Page, Failure> {
        let request = self
            .client
            .list_objects_v2()
            .bucket(self.name.as_str())
            .prefix(prefix)
            .set_start_after(after.map(|path| format!("{prefix}{path}")))
            .set_continuation_token(token);
        let answer = request.send().await.map_err(|error| {
            let doing = Doing {
                what: &format!("cannot list `{}`", self.uri(prefix)),
                permission: "s3:ListBucket",
            };
            self.failure(&error, &doing)
        })?;
        let object = |object: &aws_sdk_s3::types::Object| {
            let path = object.key()?.strip_prefix(prefix)?.to_owned();
            let size = u64::try_from(object.size()?).ok()?;
            let etag = bare(object.e_tag());
            Some((path, Stored { size, etag }))
        };
        Ok(Page {
            objects: answer.contents().iter().filter_map(object).collect(),
            next: answer.next_continuation_token().map(str::to_owned),
        })
    }
}

/// What is after a path, cut where a new page probably begins: after which path, and up to which.
fn ranges(after: String, expected: &[&str]) -> Vec<(String, Option<String>)> {
    let rest = expected.partition_point(|path| *path <= after.as_str());
    let mut ranges = Vec::new();
    let mut from = after;
    // The last piece is cut short, so that a few foreign objects do not make it two.
    for cut in expected[rest..]
        .chunks(PAGE - 10)
        .filter(|cut| cut.len() == PAGE - 10)
    {
        if let Some(last) = cut.last() {
            ranges.push((
                std::mem::replace(&mut from, (*last).to_owned()),
                Some((*last).to_owned()),
            ));
        }
    }
    ranges.push((from, None));
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_join_up_and_the_last_one_is_open() {
        let paths: Vec<String> = (0..3500).map(|n| format!("{n:05}")).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let ranges = ranges("00999".to_owned(), &paths);
        assert_eq!(ranges.len(), 3, "{ranges:?}");
        assert_eq!(ranges[0].0, "00999");
        for two in ranges.windows(2) {
            assert_eq!(two[0].1.as_deref(), Some(&*two[1].0));
        }
        assert_eq!(ranges[2].1, None);
    }

    #[test]
    fn without_expectations_there_is_one_range() {
        assert_eq!(
            super::ranges("b".to_owned(), &["a", "b"]),
            [("b".to_owned(), None)]
        );
    }
}
