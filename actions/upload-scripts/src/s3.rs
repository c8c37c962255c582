//! The bucket: what is stored under a prefix, and uploads to it. Decides nothing.

use crate::{
    document::{Content, Document},
    plan::{Stored, may_be_same},
};
use aws_sdk_s3::{
    Client,
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
    primitives::ByteStream,
};
use aws_setup::{BucketName, ProblemKind, Region, S3Uri, failure_parts, s3_client, sdk_config};
use futures::{StreamExt, TryStreamExt, stream};
use gha::Failure;
use std::{collections::BTreeMap, error::Error};

/// Name of the metadata entry that holds the content's SHA-256 checksum in hexadecimal.
const CHECKSUM: &str = "sha256";

/// Requests under way at once.
const AT_ONCE: usize = 8;

/// A bucket and the client to reach it.
#[derive(Debug)]
pub(crate) struct Bucket {
    client: Client,
    name: BucketName,
    region: String,
}

impl Bucket {
    /// Sets up the client; sends nothing yet.
    pub(crate) async fn connect(name: BucketName, region: Option<&Region>) -> Self {
        let config = sdk_config(region).await;
        let region = config
            .region()
            .map_or_else(|| "unknown".to_owned(), ToString::to_string);
        Self {
            client: s3_client(&config),
            name,
            region,
        }
    }

    /// What is under the prefix, by relative path; checksums only of what may equal a document.
    pub(crate) async fn stored(
        &self,
        prefix: &str,
        documents: &[Document],
    ) -> Result<BTreeMap<String, Stored>, Failure> {
        let sizes = self.sizes(prefix).await?;
        let mut stored: BTreeMap<String, Stored> = sizes
            .into_iter()
            .map(|(path, size)| (path, Stored { size, sha256: None }))
            .collect();
        let candidates = documents.iter().filter(|document| {
            may_be_same(
                document,
                stored.get(&document.relative).map(|stored| stored.size),
            )
        });
        let checksums: Vec<(&Document, Option<String>)> = stream::iter(candidates)
            .map(async |document| Ok((document, self.checksum(&self.uri(prefix, document)).await?)))
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        for (document, checksum) in checksums {
            if let Some(stored) = stored.get_mut(&document.relative) {
                stored.sha256 = checksum;
            }
        }
        Ok(stored)
    }

    /// Uploads documents, several at once. A failure says how many were done.
    pub(crate) async fn upload(&self, prefix: &str, documents: &[Document]) -> Result<(), Failure> {
        let mut uploads = stream::iter(documents)
            .map(|document| self.put(prefix, document))
            .buffer_unordered(AT_ONCE);
        let mut done = 0;
        while let Some(result) = uploads.next().await {
            result.map_err(|mut failure| {
                failure.what.push_str(&format!(
                    "; {done} of {} files were uploaded, running again uploads the rest",
                    documents.len()
                ));
                failure
            })?;
            done += 1;
        }
        Ok(())
    }

    fn uri(&self, prefix: &str, document: &Document) -> S3Uri {
        document.uri(&S3Uri {
            bucket: self.name.clone(),
            key: prefix.to_owned(),
        })
    }

    async fn sizes(&self, prefix: &str) -> Result<BTreeMap<String, u64>, Failure> {
        let mut sizes = BTreeMap::new();
        let request = self
            .client
            .list_objects_v2()
            .bucket(self.name.as_str())
            .prefix(prefix);
        let mut pages = request.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| {
                self.failure(
                    &error,
                    &format!("cannot list `s3://{}/{prefix}`", self.name),
                    "s3:ListBucket",
                )
            })?;
            for object in page.contents() {
                let path = object.key().and_then(|key| key.strip_prefix(prefix));
                let size = object.size().and_then(|size| u64::try_from(size).ok());
                if let (Some(path), Some(size)) = (path, size) {
                    sizes.insert(path.to_owned(), size);
                }
            }
        }
        Ok(sizes)
    }

    /// The checksum that an earlier upload left. An object that has gone meanwhile has none.
    async fn checksum(&self, uri: &S3Uri) -> Result<Option<String>, Failure> {
        let request = self
            .client
            .head_object()
            .bucket(uri.bucket.as_str())
            .key(&uri.key);
        match request.send().await {
            Ok(head) => Ok(head
                .metadata()
                .and_then(|metadata| metadata.get(CHECKSUM))
                .cloned()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|error| error.is_not_found()) =>
            {
                Ok(None)
            }
            Err(error) => {
                Err(self.failure(&error, &format!("cannot look at `{uri}`"), "s3:GetObject"))
            }
        }
    }

    async fn put(&self, prefix: &str, document: &Document) -> Result<(), Failure> {
        let body = match &document.content {
            Content::Text(text) => ByteStream::from(text.clone().into_bytes()),
            Content::File(path) => ByteStream::from_path(path).await.map_err(|error| {
                Failure::bad_input("source", format!("`{}` cannot be read", path.display()))
                    .because(&error)
            })?,
        };
        let uri = self.uri(prefix, document);
        let request = self
            .client
            .put_object()
            .bucket(uri.bucket.as_str())
            .key(&uri.key)
            .body(body);
        // S3 refuses content that does not have this checksum: a file that changed meanwhile is not stored.
        let request = request
            .checksum_sha256(document.sha256.base64())
            .metadata(CHECKSUM, document.sha256.hex());
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) => {
                Err(self.failure(&error, &format!("cannot upload `{uri}`"), "s3:PutObject"))
            }
        }
    }

    fn failure<E>(&self, error: &SdkError<E, HttpResponse>, what: &str, permission: &str) -> Failure
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let problem = failure_parts(error);
        let help = match problem.kind {
            ProblemKind::NotFound => Some(format!(
                "create bucket `{}`, or correct input `bucket`",
                self.name
            )),
            ProblemKind::Denied => Some(format!(
                "allow `{permission}`; the least policy is in the action's README, under Permissions"
            )),
            ProblemKind::WrongRegion => problem
                .bucket_region
                .as_ref()
                .map(|region| format!("set input `region` to `{region}`"))
                .or_else(|| problem.help().map(str::to_owned)),
            _ => problem.help().map(str::to_owned),
        };
        let failure = Failure::outside(
            "Scripts not uploaded",
            format!("{what} in region {}", self.region),
        )
        .because(&problem);
        match help {
            Some(help) => failure.help(help),
            None => failure,
        }
    }
}
