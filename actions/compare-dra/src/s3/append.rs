//! Objects that are written once and never again, and what is directly below a prefix.

use aws_sdk_s3::primitives::ByteStream;
use aws_setup::{S3Uri, failure_parts};

use super::{S3, S3Error};

/// The status of S3 when `If-None-Match: *` does not hold.
const THERE_ALREADY: u16 = 412;

/// No more pages of 1,000 names are asked for one prefix.
const MOST_PAGES: usize = 20;

/// What became of an object that must not replace another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Put {
    Created,
    /// There is one with this key, which was left as it is.
    Kept,
}

/// What is directly below a prefix, by name, ascending.
#[derive(Debug, Default)]
pub(crate) struct Below {
    /// Without the final slash.
    pub(crate) folders: Vec<String>,
    pub(crate) files: Vec<String>,
}

impl S3 {
    /// Writes an object unless there is one with its key.
    pub(crate) async fn put_new(&self, uri: &S3Uri, text: &str) -> Result<Put, S3Error> {
        let put = self.client().await.put_object();
        let done = put
            .bucket(uri.bucket.as_str())
            .key(&uri.key)
            .content_type("application/json")
            .if_none_match("*")
            .body(ByteStream::from(text.as_bytes().to_vec()))
            .send()
            .await;
        match done.map_err(|error| failure_parts(&error)) {
            Ok(_) => Ok(Put::Created),
            Err(problem) if problem.status == Some(THERE_ALREADY) => Ok(Put::Kept),
            Err(problem) => Err(self.failed("s3:PutObject", problem)),
        }
    }

    /// What is directly below a prefix. Nothing there is no error.
    pub(crate) async fn below(&self, prefix: &S3Uri) -> Result<Below, S3Error> {
        let mut pages = self
            .client()
            .await
            .list_objects_v2()
            .bucket(prefix.bucket.as_str())
            .prefix(&prefix.key)
            .delimiter("/")
            .into_paginator()
            .send();
        let mut below = Below::default();
        for _ in 0..MOST_PAGES {
            let Some(page) = pages.next().await else {
                break;
            };
            let page = page.map_err(|error| self.failed("s3:ListBucket", failure_parts(&error)))?;
            let name = |key: &str| {
                let name = key.strip_prefix(&prefix.key)?.trim_end_matches('/');
                (!name.is_empty()).then(|| name.to_owned())
            };
            let folders = page.common_prefixes().iter();
            below
                .folders
                .extend(folders.filter_map(|folder| name(folder.prefix()?)));
            let files = page.contents().iter();
            below
                .files
                .extend(files.filter_map(|file| name(file.key()?)));
        }
        Ok(below)
    }

    /// Reads an object of at most so many bytes; `None` when it is longer.
    pub(crate) async fn read_short(
        &self,
        uri: &S3Uri,
        most: usize,
    ) -> Result<Option<Vec<u8>>, S3Error> {
        let mut body = self.open(uri).await?;
        let mut bytes = Vec::new();
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(|error| self.broken_off(error.to_string()))?;
            bytes.extend_from_slice(&piece);
            if bytes.len() > most {
                return Ok(None);
            }
        }
        Ok(Some(bytes))
    }
}
