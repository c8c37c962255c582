//! A long file in parts: S3 keeps the parts apart until all are there, then makes one object of them.

use super::{Bucket, NotSent, bare, has_code, objects::CORRUPTED};
use crate::checksum::{Sum, base64};
use aws_sdk_s3::{
    primitives::ByteStream,
    types::{ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload, CompletedPart},
};
use bytes::Bytes;
use gha::Failure;

/// Why a part is not in S3, or a file not made of its parts.
#[derive(Debug)]
pub(crate) enum PartProblem {
    /// S3 knows no such upload: it was completed, ended, or never was.
    Gone,
    /// The part did not arrive.
    NotSent(NotSent),
}

/// A multipart upload.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Upload<'a> {
    pub(crate) key: &'a str,
    pub(crate) id: &'a str,
}

impl Bucket {
    /// Begins a multipart upload and gives its id.
    pub(crate) async fn begin(&self, key: &str, content_type: &str) -> Result<String, Failure> {
        let request = self
            .client
            .create_multipart_upload()
            .bucket(self.name.as_str())
            .key(key)
            .content_type(content_type)
            .checksum_algorithm(ChecksumAlgorithm::Sha256)
            .checksum_type(ChecksumType::Composite);
        let what = format!("cannot begin to upload `{}`", self.uri(key));
        let answer = request
            .send()
            .await
            .map_err(|error| self.failure(&error, &self.writing(&what)))?;
        answer.upload_id().map(str::to_owned).ok_or_else(|| {
            Failure::outside("Scripts not uploaded", format!("{what}: S3 gave no id"))
        })
    }

    /// Sends a part, by its number from 0, and gives its ETag.
    pub(crate) async fn part(
        &self,
        upload: Upload<'_>,
        number: u64,
        bytes: Bytes,
        sum: &Sum,
    ) -> Result<String, PartProblem> {
        let request = self
            .client
            .upload_part()
            .bucket(self.name.as_str())
            .key(upload.key)
            .upload_id(upload.id)
            .part_number(wire(number))
            .checksum_algorithm(ChecksumAlgorithm::Sha256)
            .checksum_sha256(base64(sum))
            .body(ByteStream::from(bytes));
        match request.customize().disable_payload_signing().send().await {
            Ok(answer) => Ok(bare(answer.e_tag())),
            Err(error) if has_code(&error, &["NoSuchUpload"]) => Err(PartProblem::Gone),
            Err(error) => {
                let what = format!(
                    "cannot upload part {} of `{}`",
                    wire(number),
                    self.uri(upload.key)
                );
                let failure = self.failure(&error, &self.writing(&what));
                Err(PartProblem::NotSent(if has_code(&error, &CORRUPTED) {
                    NotSent::Corrupted(failure)
                } else {
                    NotSent::Failed(failure)
                }))
            }
        }
    }

    /// Makes the object of its parts, given as ETag and checksum in order, and gives its ETag.
    pub(crate) async fn complete(
        &self,
        upload: Upload<'_>,
        parts: &[(String, Sum)],
    ) -> Result<String, PartProblem> {
        let part = |(number, (etag, sum)): (usize, &(String, Sum))| {
            CompletedPart::builder()
                .part_number(wire(number as u64))
                .e_tag(format!("\"{etag}\""))
                .checksum_sha256(base64(sum))
                .build()
        };
        let parts = parts.iter().enumerate().map(part).collect();
        let parts = CompletedMultipartUpload::builder()
            .set_parts(Some(parts))
            .build();
        let request = self
            .client
            .complete_multipart_upload()
            .bucket(self.name.as_str())
            .key(upload.key)
            .upload_id(upload.id)
            .checksum_type(ChecksumType::Composite)
            .multipart_upload(parts);
        // Parts that are not as listed are of another upload's making: the whole file is sent anew.
        const GONE: [&str; 3] = ["NoSuchUpload", "InvalidPart", "InvalidPartOrder"];
        match request.send().await {
            Ok(answer) => Ok(bare(answer.e_tag())),
            Err(error) if has_code(&error, &GONE) => Err(PartProblem::Gone),
            Err(error) => {
                let what = format!(
                    "cannot put `{}` together of its parts",
                    self.uri(upload.key)
                );
                let failure = self.failure(&error, &self.writing(&what));
                Err(PartProblem::NotSent(NotSent::Failed(failure)))
            }
        }
    }

    /// Ends a multipart upload whose parts are of no use any more. Whether it worked; not everyone may.
    pub(crate) async fn end(&self, upload: Upload<'_>) -> bool {
        let request = self
            .client
            .abort_multipart_upload()
            .bucket(self.name.as_str())
            .key(upload.key)
            .upload_id(upload.id);
        match request.send().await {
            Ok(_) => true,
            Err(error) => has_code(&error, &["NoSuchUpload"]),
        }
    }
}

/// S3 counts parts from 1, and there are 10,000 at most.
fn wire(number: u64) -> i32 {
    i32::try_from(number + 1).unwrap_or(i32::MAX)
}
