//! Writes and deletes objects. A condition is checked under the lock that the write happens under.

use super::body::{self, Digests};
use super::{bucket, bucket_mut, etag, read};
use crate::objects::{Bucket, Headers, Object, Objects};
use s3s::dto::{
    Checksum, DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput,
    DeletedObject, ETagCondition, PutObjectInput, PutObjectOutput,
};
use s3s::{S3Result, TrailingHeaders, s3_error};
use std::sync::Arc;

pub(super) async fn put(
    objects: &Objects,
    input: PutObjectInput,
    trailers: Option<TrailingHeaders>,
) -> S3Result<PutObjectOutput> {
    bucket(&objects.lock(), &input.bucket)?;
    let announced = Digests {
        md5: input.content_md5,
        checksum: Checksum {
            checksum_crc32: input.checksum_crc32,
            checksum_crc32c: input.checksum_crc32c,
            checksum_crc64nvme: input.checksum_crc64nvme,
            checksum_sha1: input.checksum_sha1,
            checksum_sha256: input.checksum_sha256,
            ..Checksum::default()
        },
    };
    let (bytes, checksum) = body::receive(input.body, announced, trailers).await?;
    let headers = Headers {
        cache_control: input.cache_control,
        content_disposition: input.content_disposition,
        content_encoding: input.content_encoding,
        content_language: input.content_language,
        content_type: input.content_type,
        metadata: input.metadata,
    };
    let mut object = Object::new(bytes, headers);
    object.checksum = checksum;

    let mut buckets = objects.lock();
    let bucket = bucket_mut(&mut buckets, &input.bucket)?;
    check_conditions(
        bucket,
        &input.key,
        input.if_match.as_ref(),
        input.if_none_match.as_ref(),
    )?;
    let output = PutObjectOutput {
        e_tag: Some(etag(&object)),
        checksum_crc32: object.checksum.checksum_crc32.clone(),
        checksum_crc32c: object.checksum.checksum_crc32c.clone(),
        checksum_crc64nvme: object.checksum.checksum_crc64nvme.clone(),
        checksum_sha1: object.checksum.checksum_sha1.clone(),
        checksum_sha256: object.checksum.checksum_sha256.clone(),
        ..PutObjectOutput::default()
    };
    bucket.objects.insert(input.key, Arc::new(object));
    Ok(output)
}

pub(super) fn delete(objects: &Objects, input: &DeleteObjectInput) -> S3Result<DeleteObjectOutput> {
    let mut buckets = objects.lock();
    let bucket = bucket_mut(&mut buckets, &input.bucket)?;
    if let Some(condition) = &input.if_match {
        check_conditions(bucket, &input.key, Some(condition), None)?;
    }
    bucket.objects.remove(&input.key);
    Ok(DeleteObjectOutput::default())
}

pub(super) fn delete_many(
    objects: &Objects,
    input: DeleteObjectsInput,
) -> S3Result<DeleteObjectsOutput> {
    let mut buckets = objects.lock();
    let bucket = bucket_mut(&mut buckets, &input.bucket)?;
    let mut deleted = Vec::new();
    for wanted in input.delete.objects {
        bucket.objects.remove(&wanted.key);
        deleted.push(DeletedObject {
            key: Some(wanted.key),
            ..DeletedObject::default()
        });
    }
    let quiet = input.delete.quiet.unwrap_or(false);
    Ok(DeleteObjectsOutput {
        deleted: (!quiet).then_some(deleted),
        ..DeleteObjectsOutput::default()
    })
}

/// Whether a key may be written: `If-None-Match: *` wants it absent, `If-Match` wants it to be as known.
pub(super) fn check_conditions(
    bucket: &Bucket,
    key: &str,
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
) -> S3Result<()> {
    let current = bucket.objects.get(key);
    if let Some(condition) = if_none_match
        && current.is_some_and(|object| read::matches(condition, object))
    {
        return Err(precondition_failed("If-None-Match"));
    }
    match (if_match, current) {
        (Some(_), None) => Err(s3_error!(NoSuchKey, "The specified key does not exist.")),
        (Some(condition), Some(object)) if !read::matches(condition, object) => {
            Err(precondition_failed("If-Match"))
        }
        _ => Ok(()),
    }
}

fn precondition_failed(header: &str) -> s3s::S3Error {
    s3_error!(
        PreconditionFailed,
        "At least one of the pre-conditions you specified did not hold: {header}"
    )
}
