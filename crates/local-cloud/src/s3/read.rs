//! Reads objects: whole, in ranges, conditionally, or only their headers.

use super::{checksum, etag, object};
use crate::objects::{Content, Object, Objects};
use s3s::dto::{
    ETagCondition, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, Range,
    StreamingBlob,
};
use s3s::{Body, S3Result, s3_error};
use std::convert::Infallible;

pub(super) fn get(objects: &Objects, input: GetObjectInput) -> S3Result<GetObjectOutput> {
    let object = object(objects, &input.bucket, &input.key)?;
    check_conditions(
        &object,
        input.if_match.as_ref(),
        input.if_none_match.as_ref(),
    )?;
    let (body, content_range) = part(&object.body, input.range)?;
    let wanted = input.checksum_mode.is_some() && content_range.is_none();
    let checksum = checksum::fields(object.checksum.as_ref().filter(|_| wanted));
    let headers = object.headers.clone();
    Ok(GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        content_length: i64::try_from(body.len()).ok(),
        content_range,
        body: Some(stream(&body)),
        e_tag: Some(etag(&object)),
        last_modified: Some(object.modified.into()),
        cache_control: headers.cache_control,
        content_disposition: headers.content_disposition,
        content_encoding: headers.content_encoding,
        content_language: headers.content_language,
        content_type: headers.content_type,
        metadata: headers.metadata,
        checksum_crc32: checksum.checksum_crc32,
        checksum_crc32c: checksum.checksum_crc32c,
        checksum_crc64nvme: checksum.checksum_crc64nvme,
        checksum_sha1: checksum.checksum_sha1,
        checksum_sha256: checksum.checksum_sha256,
        checksum_type: checksum.checksum_type,
        ..GetObjectOutput::default()
    })
}

pub(super) fn head(objects: &Objects, input: &HeadObjectInput) -> S3Result<HeadObjectOutput> {
    let object = object(objects, &input.bucket, &input.key)?;
    check_conditions(
        &object,
        input.if_match.as_ref(),
        input.if_none_match.as_ref(),
    )?;
    let wanted = input.checksum_mode.is_some();
    let checksum = checksum::fields(object.checksum.as_ref().filter(|_| wanted));
    let headers = object.headers.clone();
    Ok(HeadObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        content_length: i64::try_from(object.body.len()).ok(),
        e_tag: Some(etag(&object)),
        last_modified: Some(object.modified.into()),
        cache_control: headers.cache_control,
        content_disposition: headers.content_disposition,
        content_encoding: headers.content_encoding,
        content_language: headers.content_language,
        content_type: headers.content_type,
        metadata: headers.metadata,
        checksum_crc32: checksum.checksum_crc32,
        checksum_crc32c: checksum.checksum_crc32c,
        checksum_crc64nvme: checksum.checksum_crc64nvme,
        checksum_sha1: checksum.checksum_sha1,
        checksum_sha256: checksum.checksum_sha256,
        checksum_type: checksum.checksum_type,
        ..HeadObjectOutput::default()
    })
}

/// The pieces as they are, so that large objects are not copied to be read.
fn stream(body: &Content) -> StreamingBlob {
    if let [piece] = body.pieces() {
        return StreamingBlob::from(Body::from(piece.clone()));
    }
    let pieces = body.pieces().to_vec().into_iter();
    StreamingBlob::wrap(futures::stream::iter(pieces.map(Ok::<_, Infallible>)))
}

fn part(body: &Content, range: Option<Range>) -> S3Result<(Content, Option<String>)> {
    let Some(range) = range else {
        return Ok((body.clone(), None));
    };
    let whole = body.len() as u64;
    let wanted = range.check(whole)?;
    let content_range = format!(
        "bytes {}-{}/{whole}",
        wanted.start,
        wanted.end.saturating_sub(1)
    );
    // The range was checked against the length, which is a usize.
    let slice = body.range(&(wanted.start as usize..wanted.end as usize));
    Ok((slice, Some(content_range)))
}

fn check_conditions(
    object: &Object,
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
) -> S3Result<()> {
    if if_match.is_some_and(|condition| !matches(condition, object)) {
        return Err(s3_error!(PreconditionFailed));
    }
    if if_none_match.is_some_and(|condition| matches(condition, object)) {
        return Err(s3_error!(NotModified));
    }
    Ok(())
}

/// Whether the object's ETag is the one named, or any will do.
pub(super) fn matches(condition: &ETagCondition, object: &Object) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(expected) => expected.weak_cmp(&etag(object)),
    }
}
