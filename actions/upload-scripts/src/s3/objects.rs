//! One object: read, ask about, write, delete.

use super::{Bucket, Doing, bare, has_code, status};
use crate::checksum::{Sum, base64};
use aws_sdk_s3::{
    primitives::ByteStream,
    types::{ChecksumAlgorithm, ChecksumMode, Delete, ObjectIdentifier},
};
use bytes::Bytes;
use gha::Failure;

/// The most objects that one request deletes.
const DELETED_AT_ONCE: usize = 1000;

/// Why content is not in S3.
#[derive(Debug)]
pub(crate) enum NotSent {
    /// S3 received other bytes than those that the checksum is of.
    Corrupted(Failure),
    /// Everything else.
    Failed(Failure),
}

impl NotSent {
    /// For those to whom it makes no difference.
    pub(crate) fn into_failure(self) -> Failure {
        match self {
            Self::Corrupted(failure) | Self::Failed(failure) => failure,
        }
    }
}

/// How an object must be for a write to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// Not there.
    Absent,
    /// There, with this ETag.
    Is(String),
}

/// The object was not as the condition has it, so that nothing was written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unmet;

/// Codes for an object that is not as the condition has it. 409: another conditional write is under way; 404: the
/// object with this ETag has gone.
const UNMET: [&str; 3] = [
    "PreconditionFailed",
    "ConditionalRequestConflict",
    "NoSuchKey",
];

/// How often content is sent that arrives as other bytes.
pub(crate) const ATTEMPTS: usize = 3;

/// Bytes that are not those of their checksum.
pub(super) const CORRUPTED: [&str; 3] = [
    "BadDigest",
    "XAmzContentSHA256Mismatch",
    "XAmzContentChecksumMismatch",
];

impl Bucket {
    /// An object's bytes and ETag, if there is one.
    pub(crate) async fn get(&self, key: &str) -> Result<Option<(Bytes, String)>, Failure> {
        let what = format!("cannot read `{}`", self.uri(key));
        let doing = Doing {
            what: &what,
            permission: "s3:GetObject",
        };
        let request = self.client.get_object().bucket(self.name.as_str()).key(key);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) if has_code(&error, &["NoSuchKey"]) => return Ok(None),
            Err(error) => return Err(self.failure(&error, &doing)),
        };
        let etag = bare(answer.e_tag());
        let body = answer.body.collect().await.map_err(|error| {
            Failure::outside("Scripts not uploaded", what.clone())
                .because(&error)
                .help("the answer broke off; run again")
        })?;
        Ok(Some((body.into_bytes(), etag)))
    }

    /// The SHA-256 checksum that S3 has of an object, as it writes it, and its ETag; `None` if there is no object, or
    /// none whose checksum S3 knows.
    pub(crate) async fn checksum(&self, key: &str) -> Result<Option<(String, String)>, Failure> {
        let request = self
            .client
            .head_object()
            .bucket(self.name.as_str())
            .key(key)
            .checksum_mode(ChecksumMode::Enabled);
        match request.send().await {
            Ok(head) => {
                let checksum = head.checksum_sha256().map(str::to_owned);
                Ok(checksum.map(|checksum| (checksum, bare(head.e_tag()))))
            }
            Err(error) if status(&error) == Some(404) => Ok(None),
            Err(error) => {
                let doing = Doing {
                    what: &format!("cannot look at `{}`", self.uri(key)),
                    permission: "s3:GetObject",
                };
                Err(self.failure(&error, &doing))
            }
        }
    }

    /// Writes an object and gives its ETag. S3 refuses content that does not have the checksum.
    pub(crate) async fn put(
        &self,
        key: &str,
        bytes: Bytes,
        sum: &Sum,
        content_type: &str,
    ) -> Result<String, NotSent> {
        let request = self
            .client
            .put_object()
            .bucket(self.name.as_str())
            .key(key)
            .content_type(content_type)
            .checksum_algorithm(ChecksumAlgorithm::Sha256)
            .checksum_sha256(base64(sum))
            .body(ByteStream::from(bytes));
        // The signature covers the checksum, and the checksum the content: hashing it once more would add nothing.
        match request.customize().disable_payload_signing().send().await {
            Ok(answer) => Ok(bare(answer.e_tag())),
            Err(error) => {
                let failure = self.failure(
                    &error,
                    &self.writing(&format!("cannot upload `{}`", self.uri(key))),
                );
                Err(if has_code(&error, &CORRUPTED) {
                    NotSent::Corrupted(failure)
                } else {
                    NotSent::Failed(failure)
                })
            }
        }
    }

    /// Writes an object if what is there is as expected, and gives its ETag.
    pub(crate) async fn put_if(
        &self,
        key: &str,
        bytes: Bytes,
        condition: &Condition,
    ) -> Result<Result<String, Unmet>, Failure> {
        let sum = base64(&crate::checksum::sum(&bytes));
        let mut attempt = 1;
        loop {
            let request = self
                .client
                .put_object()
                .bucket(self.name.as_str())
                .key(key)
                .content_type("application/json")
                .checksum_algorithm(ChecksumAlgorithm::Sha256)
                .checksum_sha256(&sum)
                .body(ByteStream::from(bytes.clone()));
            let request = match condition {
                Condition::Absent => request.if_none_match("*"),
                Condition::Is(etag) => request.if_match(format!("\"{etag}\"")),
            };
            match request.customize().disable_payload_signing().send().await {
                Ok(answer) => return Ok(Ok(bare(answer.e_tag()))),
                Err(error) if has_code(&error, &UNMET) => return Ok(Err(Unmet)),
                Err(error) if has_code(&error, &CORRUPTED) && attempt < ATTEMPTS => attempt += 1,
                Err(error) => {
                    let what = format!("cannot write `{}`", self.uri(key));
                    return Err(self.failure(&error, &self.writing(&what)));
                }
            }
        }
    }

    /// Deletes objects. Some may be gone when it fails.
    pub(crate) async fn delete(&self, keys: &[String]) -> Result<(), Failure> {
        for some in keys.chunks(DELETED_AT_ONCE) {
            let what = format!("cannot delete `{}`", self.uri(&some[0]));
            let doing = Doing {
                what: &what,
                permission: "s3:DeleteObject",
            };
            let object = |key: &String| ObjectIdentifier::builder().key(key).build();
            let objects = some.iter().map(object).collect::<Result<Vec<_>, _>>();
            let delete = objects
                .and_then(|objects| {
                    Delete::builder()
                        .set_objects(Some(objects))
                        .quiet(true)
                        .build()
                })
                .map_err(|error| Failure::bug(what.clone()).because(&error))?;
            let request = self.client.delete_objects().bucket(self.name.as_str());
            let answer = request
                .delete(delete)
                .send()
                .await
                .map_err(|error| self.failure(&error, &doing))?;
            if let Some(refused) = answer.errors().first() {
                return Err(self.not_deleted(refused));
            }
        }
        Ok(())
    }

    fn not_deleted(&self, refused: &aws_sdk_s3::types::Error) -> Failure {
        let code = refused.code().unwrap_or("no code");
        let failure = Failure::outside(
            "Scripts not uploaded",
            format!(
                "cannot delete `{}` in region {}: {code}, {}",
                self.uri(refused.key().unwrap_or_default()),
                self.region,
                refused.message().unwrap_or("no message")
            ),
        );
        if code == "AccessDenied" {
            failure.help(super::denied("s3:DeleteObject"))
        } else {
            failure.help("run again")
        }
    }

    pub(super) fn writing<'a>(&self, what: &'a str) -> Doing<'a> {
        Doing {
            what,
            permission: "s3:PutObject",
        }
    }
}
