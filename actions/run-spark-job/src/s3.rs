//! S3: reads the inputs' objects, makes the event log's prefix, fetches logs, stores the record. Decides nothing.

use std::path::Path;

use aws_config::SdkConfig;
use aws_sdk_s3::{Client, primitives::ByteStream};
use aws_setup::{ProblemKind, S3Uri, SdkProblem, failure_parts};
use gha::Failure;
use sha2::{Digest, Sha256};
use tokio::{
    fs,
    io::{self, AsyncReadExt},
};

use crate::{
    explain::{self, Call},
    request::token::hex,
};

/// S3 in one region.
#[derive(Debug, Clone)]
pub(crate) struct S3 {
    client: Client,
    region: String,
}

impl S3 {
    /// Makes a client; nothing is sent.
    pub(crate) fn new(config: &SdkConfig) -> Self {
        let region = config
            .region()
            .map_or_else(|| "unknown".to_owned(), ToString::to_string);
        Self {
            client: aws_setup::s3_client(config),
            region,
        }
    }

    /// The object's SHA-256 in hexadecimal.
    pub(crate) async fn sha256(&self, uri: &S3Uri, input: &'static str) -> Result<String, Failure> {
        let mut body = self
            .open(uri)
            .await
            .map_err(|problem| self.failure("s3:GetObject", uri, input, &problem))?;
        let mut hash = Sha256::new();
        while let Some(chunk) = body
            .try_next()
            .await
            .map_err(|error| broken_off(uri).because(&error))?
        {
            hash.update(&chunk);
        }
        Ok(hex(&hash.finalize()))
    }

    /// The object's first bytes, at most `limit` of them. Asks for the object and not for its head, because the answer
    /// to HEAD does not tell a missing bucket from a missing object.
    pub(crate) async fn start(
        &self,
        uri: &S3Uri,
        input: &'static str,
        limit: usize,
    ) -> Result<Vec<u8>, Failure> {
        let body = self
            .open(uri)
            .await
            .map_err(|problem| self.failure("s3:GetObject", uri, input, &problem))?;
        let mut bytes = Vec::new();
        body.into_async_read()
            .take(limit as u64)
            .read_to_end(&mut bytes)
            .await
            .map_err(|error| broken_off(uri).because(&error))?;
        Ok(bytes)
    }

    /// Fails with a clear message if the bucket does not exist or cannot be used from here. Not being allowed to list
    /// it is no failure: it then exists, and writing to it may be allowed.
    pub(crate) async fn require_bucket(
        &self,
        uri: &S3Uri,
        input: &'static str,
    ) -> Result<(), Failure> {
        match self.keys(uri, 1).await {
            Err(problem) if problem.kind != ProblemKind::Denied => {
                Err(self.failure("s3:ListBucket", uri, input, &problem))
            }
            _ => Ok(()),
        }
    }

    /// Makes the prefix's zero-byte marker unless it is there: Spark refuses to write its event log under a prefix
    /// without any object. True when it was made.
    pub(crate) async fn make_prefix(
        &self,
        prefix: &S3Uri,
        input: &'static str,
    ) -> Result<bool, Failure> {
        if prefix.key.is_empty() {
            // The bucket itself needs no marker; asking for its objects shows whether it exists.
            let listed = self.keys(prefix, 1).await;
            return listed
                .map(|_| false)
                .map_err(|problem| self.failure("s3:ListBucket", prefix, input, &problem));
        }
        let head = self
            .client
            .head_object()
            .bucket(prefix.bucket.as_str())
            .key(&prefix.key)
            .send()
            .await;
        if head.is_ok() {
            return Ok(false);
        }
        // Whatever HEAD's reason is, the answer to PUT is clearer.
        let put = self
            .client
            .put_object()
            .bucket(prefix.bucket.as_str())
            .key(&prefix.key);
        match put.content_type("application/x-directory").send().await {
            Ok(_) => Ok(true),
            Err(error) => Err(self.failure("s3:PutObject", prefix, input, &failure_parts(&error))),
        }
    }

    /// The keys that begin with the location's key, at most `limit` of them.
    pub(crate) async fn keys(
        &self,
        start: &S3Uri,
        limit: usize,
    ) -> Result<Vec<String>, SdkProblem> {
        let list = self
            .client
            .list_objects_v2()
            .bucket(start.bucket.as_str())
            .prefix(&start.key)
            .set_max_keys(i32::try_from(limit).ok().filter(|limit| *limit < 1000));
        let mut pages = list.into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failure_parts(&error))?;
            keys.extend(
                page.contents()
                    .iter()
                    .filter_map(|object| object.key().map(str::to_owned)),
            );
            if keys.len() >= limit {
                break;
            }
        }
        Ok(keys)
    }

    /// The object's bytes; `None` when there is no such object. A missing bucket is an error.
    pub(crate) async fn bytes(&self, uri: &S3Uri) -> Result<Option<Vec<u8>>, SdkProblem> {
        let body = match self.open(uri).await {
            Ok(body) => body,
            Err(problem)
                if problem.kind == ProblemKind::NotFound && !is_missing_bucket(&problem) =>
            {
                return Ok(None);
            }
            Err(problem) => return Err(problem),
        };
        // An object that breaks off is asked for again by the caller, like one that is not there yet.
        Ok(body.collect().await.ok().map(|bytes| bytes.to_vec()))
    }

    /// Copies an object into a file.
    pub(crate) async fn download(&self, uri: &S3Uri, file: &Path) -> Result<(), Failure> {
        let body = self
            .open(uri)
            .await
            .map_err(|problem| self.failure("s3:GetObject", uri, "event-log-uri", &problem))?;
        let unwritable = |error| cannot_write(file).because(&error);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).await.map_err(unwritable)?;
        }
        let mut to = fs::File::create(file).await.map_err(unwritable)?;
        io::copy(&mut body.into_async_read(), &mut to)
            .await
            .map_err(|error| broken_off(uri).because(&error))?;
        to.sync_all().await.map_err(unwritable)
    }

    /// Copies a file into an object.
    pub(crate) async fn upload(
        &self,
        file: &Path,
        uri: &S3Uri,
        input: &'static str,
    ) -> Result<(), Failure> {
        let body = ByteStream::from_path(file).await.map_err(|error| {
            Failure::outside("File not read", format!("cannot read `{}`", file.display()))
                .because(&error)
        })?;
        let put = self
            .client
            .put_object()
            .bucket(uri.bucket.as_str())
            .key(&uri.key)
            .body(body);
        match put.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.failure("s3:PutObject", uri, input, &failure_parts(&error))),
        }
    }

    async fn open(&self, uri: &S3Uri) -> Result<ByteStream, SdkProblem> {
        let get = self
            .client
            .get_object()
            .bucket(uri.bucket.as_str())
            .key(&uri.key);
        get.send()
            .await
            .map(|answer| answer.body)
            .map_err(|error| failure_parts(&error))
    }

    fn failure(
        &self,
        operation: &'static str,
        uri: &S3Uri,
        input: &'static str,
        problem: &SdkProblem,
    ) -> Failure {
        explain::failure(
            &Call {
                operation,
                subject: &format!("`{uri}`"),
                input,
                region: &self.region,
            },
            problem,
        )
    }
}

/// Whether there is no use in asking again: an object may appear, a bucket will not.
pub(crate) fn is_missing_bucket(problem: &SdkProblem) -> bool {
    problem.code.as_deref() == Some("NoSuchBucket")
}

fn broken_off(uri: &S3Uri) -> Failure {
    Failure::outside(
        "Download broken off",
        format!("`{uri}` could not be read to its end"),
    )
    .help("run again")
}

fn cannot_write(file: &Path) -> Failure {
    Failure::outside(
        "File not written",
        format!("cannot write `{}`", file.display()),
    )
    .help("check the input `directory` and the free space")
}
