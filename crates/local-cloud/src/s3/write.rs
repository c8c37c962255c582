//! Writes and deletes objects. A condition is checked under the lock that the write happens under.

use super::body::Announced;
use super::{bucket, bucket_mut, checksum, etag, read};
use crate::objects::{Algorithm, Bucket, Headers, Object, Objects, hexadecimal};
use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject,
    ETagCondition, PutObjectInput, PutObjectOutput,
};
use s3s::{S3Request, S3Result, s3_error};
use std::sync::Arc;
use std::time::SystemTime;

/// The most keys one request may delete.
const MOST_DELETED: usize = 1000;

pub(super) async fn put(
    objects: &Objects,
    request: S3Request<PutObjectInput>,
) -> S3Result<PutObjectOutput> {
    bucket(&objects.lock(), &request.input.bucket)?;
    let announced = Announced::of(&request)?;
    let input = request.input;
    // S3 computes this one where the client sends none.
    let usual = Some(Algorithm::Crc64Nvme);
    let received = announced.receive(input.body, usual).await?;
    let headers = Headers {
        cache_control: input.cache_control,
        content_disposition: input.content_disposition,
        content_encoding: input.content_encoding.and_then(without_chunks),
        content_language: input.content_language,
        content_type: input.content_type,
        metadata: input.metadata,
    };
    let object = Object {
        body: received.body.into(),
        etag: hexadecimal(&received.md5),
        modified: SystemTime::now(),
        headers,
        checksum: received.checksum,
    };

    let mut buckets = objects.lock();
    let bucket = bucket_mut(&mut buckets, &input.bucket)?;
    check_conditions(
        bucket,
        &input.key,
        input.if_match.as_ref(),
        input.if_none_match.as_ref(),
    )?;
    let checksum = checksum::fields(object.checksum.as_ref());
    let output = PutObjectOutput {
        e_tag: Some(etag(&object)),
        checksum_crc32: checksum.checksum_crc32,
        checksum_crc32c: checksum.checksum_crc32c,
        checksum_crc64nvme: checksum.checksum_crc64nvme,
        checksum_sha1: checksum.checksum_sha1,
        checksum_sha256: checksum.checksum_sha256,
        checksum_type: checksum.checksum_type,
        ..PutObjectOutput::default()
    };
    bucket.objects.insert(input.key, Arc::new(object));
    Ok(output)
}

/// The encoding of the object: `aws-chunked` is that of its transfer, and S3 does not keep it.
fn without_chunks(encoding: String) -> Option<String> {
    let kept: Vec<&str> = encoding
        .split(',')
        .map(str::trim)
        .filter(|one| !one.eq_ignore_ascii_case("aws-chunked"))
        .collect();
    (!kept.is_empty()).then(|| kept.join(","))
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
    if input.delete.objects.len() > MOST_DELETED {
        return Err(s3_error!(
            MalformedXML,
            "The XML you provided was not well-formed or did not validate against our published schema"
        ));
    }
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
