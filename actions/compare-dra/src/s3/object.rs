//! One object as a stream. When the connection breaks, the rest is asked for, and only of the same object.

use std::{sync::Arc, time::Duration};

use aws_sdk_s3::primitives::ByteStream;
use aws_setup::{S3Uri, SdkProblem, failure_parts};
use bytes::Bytes;

use super::{S3, S3Error};

/// How often in a row a connection may break without one byte coming.
const TRIES: u32 = 5;
/// How long is waited before the second try; doubled for each further one.
const PAUSE: Duration = Duration::from_millis(200);
/// The status of S3 when `If-Match` does not hold.
const CHANGED: u16 = 412;

/// An object that is being read.
#[derive(Debug)]
pub(crate) struct Object {
    s3: Arc<S3>,
    uri: S3Uri,
    body: ByteStream,
    /// Identifies its bytes.
    tag: Option<String>,
    /// Bytes received.
    at: u64,
    /// Its length, if S3 said it.
    length: Option<u64>,
}

impl Object {
    /// Asks for the object.
    pub(crate) async fn open(s3: Arc<S3>, uri: S3Uri) -> Result<Self, S3Error> {
        let get = s3.client().await.get_object();
        let got = get
            .bucket(uri.bucket.as_str())
            .key(&uri.key)
            .send()
            .await
            .map_err(|error| s3.failed("s3:GetObject", failure_parts(&error)))?;
        Ok(Self {
            tag: got.e_tag,
            at: 0,
            length: got.content_length.and_then(|length| length.try_into().ok()),
            body: got.body,
            s3,
            uri,
        })
    }

    /// The next bytes; empty at the end. An error is told in words that go on after the object's name.
    pub(crate) async fn next(&mut self) -> Result<Bytes, String> {
        let mut tries = 0;
        loop {
            let why = match self.body.try_next().await {
                Ok(Some(piece)) if piece.is_empty() => continue,
                Ok(Some(piece)) => {
                    self.at += piece.len() as u64;
                    return Ok(piece);
                }
                Ok(None) if self.length.is_none() => return Ok(Bytes::new()),
                _ if self.length.is_some_and(|length| self.at >= length) => {
                    return Ok(Bytes::new());
                }
                Ok(None) => "the connection ended early".to_owned(),
                Err(error) => error.to_string(),
            };
            tries += 1;
            self.resume(tries, why).await?;
        }
    }

    /// Asks for the rest after the connection broke.
    async fn resume(&mut self, mut tries: u32, mut why: String) -> Result<(), String> {
        while tries < TRIES {
            tokio::time::sleep(PAUSE * 2_u32.pow(tries - 1)).await;
            match self.rest().await {
                Ok(body) => {
                    self.body = body;
                    return Ok(());
                }
                Err(problem) if problem.status == Some(CHANGED) => {
                    return Err(format!("was replaced after {} bytes were read", self.at));
                }
                Err(problem) => why = problem.to_string(),
            }
            tries += 1;
        }
        let error = self.s3.broken_off(why);
        Err(format!(
            "could not be read further than byte {}: {}: {}",
            self.at, error.call, error.problem
        ))
    }

    async fn rest(&self) -> Result<ByteStream, SdkProblem> {
        let get = self.s3.client().await.get_object();
        let got = get
            .bucket(self.uri.bucket.as_str())
            .key(&self.uri.key)
            .range(format!("bytes={}-", self.at))
            .set_if_match(self.tag.clone())
            .send()
            .await
            .map_err(|error| failure_parts(&error))?;
        Ok(got.body)
    }
}
