//! Reading runs from S3.

use aws_sdk_s3::Client;
use aws_setup::{ProblemKind, Region, S3Uri, SdkProblem, failure_parts, s3_client, sdk_config};
use spark_log::{Decoder, Timeline, TimelineBuilder};
use tokio::sync::OnceCell;

use crate::place::RECORD;

/// Why something could not be read.
#[derive(Debug)]
pub(crate) struct S3Error {
    /// The call, such as `s3:GetObject`.
    pub(crate) call: &'static str,
    pub(crate) problem: SdkProblem,
}

impl S3Error {
    /// True when the object, the prefix or the bucket does not exist.
    pub(crate) fn is_missing(&self) -> bool {
        self.problem.kind == ProblemKind::NotFound
    }
}

/// A client that is made when it is first needed: local runs need no AWS.
#[derive(Debug)]
pub(crate) struct S3 {
    region: Option<Region>,
    client: OnceCell<Client>,
}

impl S3 {
    pub(crate) fn new(region: Option<Region>) -> Self {
        Self {
            region,
            client: OnceCell::new(),
        }
    }

    async fn client(&self) -> &Client {
        self.client
            .get_or_init(|| async { s3_client(&sdk_config(self.region.as_ref()).await) })
            .await
    }

    /// The object itself if it exists, else the records under it as a prefix, sorted by key.
    pub(crate) async fn find(&self, uri: &S3Uri) -> Result<Vec<S3Uri>, S3Error> {
        let failed = |problem| S3Error {
            call: "s3:ListBucket",
            problem,
        };
        let mut pages = self
            .client()
            .await
            .list_objects_v2()
            .bucket(uri.bucket.as_str())
            .prefix(&uri.key)
            .into_paginator()
            .send();
        let (mut itself, mut records) = (false, Vec::new());
        let below = uri.as_prefix().key;
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failed(failure_parts(&error)))?;
            for key in page.contents().iter().filter_map(|object| object.key()) {
                itself |= !uri.is_prefix() && key == uri.key;
                let in_prefix = key.strip_prefix(&below);
                if in_prefix
                    .is_some_and(|rest| rest == RECORD || rest.ends_with(&format!("/{RECORD}")))
                {
                    records.push(S3Uri {
                        bucket: uri.bucket.clone(),
                        key: key.to_owned(),
                    });
                }
            }
        }
        records.sort();
        Ok(if itself { vec![uri.clone()] } else { records })
    }

    /// Reads a whole object. For records, which are small.
    pub(crate) async fn read(&self, uri: &S3Uri) -> Result<Vec<u8>, S3Error> {
        let body = self.open(uri).await?;
        let bytes = body.collect().await.map_err(|error| broken_off(&error))?;
        Ok(bytes.to_vec())
    }

    /// Reads an event log piece by piece.
    pub(crate) async fn read_log(&self, uri: &S3Uri) -> Result<Timeline, S3Error> {
        let mut body = self.open(uri).await?;
        let mut decoder = Decoder::default();
        let mut timeline = TimelineBuilder::default();
        while let Some(piece) = body.try_next().await.map_err(|error| broken_off(&error))? {
            decoder
                .push(&piece)
                .into_iter()
                .for_each(|event| timeline.add(event));
        }
        let (last, counts) = decoder.finish();
        last.into_iter().for_each(|event| timeline.add(event));
        Ok(timeline.finish(counts))
    }

    async fn open(&self, uri: &S3Uri) -> Result<aws_sdk_s3::primitives::ByteStream, S3Error> {
        let got = self
            .client()
            .await
            .get_object()
            .bucket(uri.bucket.as_str())
            .key(&uri.key)
            .send()
            .await;
        Ok(got
            .map_err(|error| S3Error {
                call: "s3:GetObject",
                problem: failure_parts(&error),
            })?
            .body)
    }
}

/// The connection ended before the object did.
fn broken_off(error: &dyn std::error::Error) -> S3Error {
    let problem = SdkProblem {
        kind: ProblemKind::Unreachable,
        code: None,
        message: Some(error.to_string()),
        request_id: None,
        status: None,
        bucket_region: None,
    };
    S3Error {
        call: "s3:GetObject",
        problem,
    }
}
