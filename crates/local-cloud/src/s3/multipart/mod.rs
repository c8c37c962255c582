//! Multipart uploads: parts are kept apart until the upload is completed or aborted.
//!
//! Which algorithms make which kind of checksum, and what is refused how when one is missing or wrong, is as others
//! have published it of the real service; its documents say less.

mod complete;
mod listing;

pub(super) use complete::complete;
pub(super) use listing::{parts, uploads};

use super::body::Announced;
use super::{bucket_mut, checksum};
use crate::objects::{
    Algorithm, Bucket, Checksum, Headers, Kind, Objects, Part, Upload, hexadecimal,
};
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CreateMultipartUploadInput,
    CreateMultipartUploadOutput, ETag, UploadPartInput, UploadPartOutput,
};
use s3s::{S3Error, S3Request, S3Result, s3_error};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::SystemTime;

const PART_NUMBERS: RangeInclusive<i32> = 1..=10_000;

pub(super) fn create(
    objects: &Objects,
    input: CreateMultipartUploadInput,
) -> S3Result<CreateMultipartUploadOutput> {
    let checked = checksum::chosen(
        input.checksum_algorithm.as_ref(),
        input.checksum_type.as_ref(),
    )?;
    let id = uuid::Uuid::new_v4().simple().to_string();
    let upload = Upload {
        key: input.key.clone(),
        headers: Headers {
            cache_control: input.cache_control,
            content_disposition: input.content_disposition,
            content_encoding: input.content_encoding,
            content_language: input.content_language,
            content_type: input.content_type,
            metadata: input.metadata,
        },
        checked,
        initiated: SystemTime::now(),
        parts: BTreeMap::new(),
    };
    bucket_mut(&mut objects.lock(), &input.bucket)?
        .uploads
        .insert(id.clone(), upload);
    Ok(CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(id),
        checksum_algorithm: checked.map(|(algorithm, _)| checksum::algorithm(algorithm)),
        checksum_type: checked.map(|(_, kind)| checksum::kind(kind)),
        ..CreateMultipartUploadOutput::default()
    })
}

pub(super) async fn part(
    objects: &Objects,
    request: S3Request<UploadPartInput>,
) -> S3Result<UploadPartOutput> {
    let announced = Announced::of(&request)?;
    let input = request.input;
    if !PART_NUMBERS.contains(&input.part_number) {
        return Err(s3_error!(
            InvalidArgument,
            "Part number must be an integer between 1 and 10000, inclusive"
        ));
    }
    let received = announced.receive(input.body, None).await?;
    let fields = checksum::fields(received.checksum.as_ref());
    let output = UploadPartOutput {
        e_tag: Some(ETag::Strong(hexadecimal(&received.md5))),
        checksum_crc32: fields.checksum_crc32,
        checksum_crc32c: fields.checksum_crc32c,
        checksum_crc64nvme: fields.checksum_crc64nvme,
        checksum_sha1: fields.checksum_sha1,
        checksum_sha256: fields.checksum_sha256,
        ..UploadPartOutput::default()
    };
    let mut buckets = objects.lock();
    let bucket = bucket_mut(&mut buckets, &input.bucket)?;
    let upload = bucket.uploads.get_mut(&input.upload_id);
    let upload = upload
        .filter(|upload| upload.key == input.key)
        .ok_or_else(no_such_upload)?;
    check_algorithm(upload.checked, received.checksum.as_ref())?;
    let part = Part {
        body: received.body,
        md5: received.md5,
        checksum: received.checksum,
        modified: SystemTime::now(),
    };
    upload.parts.insert(input.part_number, part);
    Ok(output)
}

pub(super) fn abort(
    objects: &Objects,
    input: &AbortMultipartUploadInput,
) -> S3Result<AbortMultipartUploadOutput> {
    let mut buckets = objects.lock();
    let bucket = bucket_mut(&mut buckets, &input.bucket)?;
    upload(bucket, &input.key, &input.upload_id)?;
    bucket.uploads.remove(&input.upload_id);
    Ok(AbortMultipartUploadOutput::default())
}

/// Parts have to be checked as the upload is; only a checksum of the whole object can be had without theirs.
fn check_algorithm(checked: Option<(Algorithm, Kind)>, sent: Option<&Checksum>) -> S3Result<()> {
    let Some((algorithm, kind)) = checked else {
        return Ok(());
    };
    let sent = match sent.map(|sent| sent.algorithm) {
        Some(sent) if sent == algorithm => return Ok(()),
        None if kind == Kind::FullObject => return Ok(()),
        None => "null".to_owned(),
        Some(sent) => sent.name().to_lowercase(),
    };
    Err(s3_error!(
        InvalidRequest,
        "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {sent}",
        algorithm.name().to_lowercase()
    ))
}

fn upload<'a>(bucket: &'a Bucket, key: &str, id: &str) -> S3Result<&'a Upload> {
    let upload = bucket.uploads.get(id);
    upload
        .filter(|upload| upload.key == key)
        .ok_or_else(no_such_upload)
}

fn no_such_upload() -> S3Error {
    s3_error!(
        NoSuchUpload,
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."
    )
}
