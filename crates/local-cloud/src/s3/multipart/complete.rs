//! Completes an upload: its parts become an object.

use super::{no_such_upload, upload};
use crate::objects::{
    Algorithm, Bucket, Checksum, Completed, Content, Kind, Object, Objects, Part, Upload,
    hexadecimal, md5,
};
use crate::s3::{bucket, bucket_mut, checksum, write};
use s3s::dto::{
    self, CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CompletedPart, ETag,
};
use s3s::{S3Result, s3_error};
use std::sync::Arc;
use std::time::SystemTime;

/// Every part but the last has to be at least this long, in bytes.
const SMALLEST_PART: usize = 5 * 1024 * 1024;

/// The real service answers a client that asks again, as one does that did not get the answer, as it did at first.
/// For how long is not documented; here it is as long as the local cloud lives.
pub(in crate::s3) fn complete(
    objects: &Objects,
    input: CompleteMultipartUploadInput,
) -> S3Result<CompleteMultipartUploadOutput> {
    let wanted = input.multipart_upload.as_ref();
    let wanted = wanted.and_then(|listed| listed.parts.as_deref());
    let wanted = wanted.unwrap_or_default();
    let upload = {
        let buckets = objects.lock();
        let bucket = bucket(&buckets, &input.bucket)?;
        if let Some(done) = repeated(bucket, &input, wanted) {
            return Ok(answer(&input, done));
        }
        upload(bucket, &input.key, &input.upload_id)?.clone()
    };
    // Not under the lock: a checksum over a large object takes its time.
    let object = assemble(upload, wanted)?;
    check_object(&object, &input)?;

    let mut buckets = objects.lock();
    let bucket = bucket_mut(&mut buckets, &input.bucket)?;
    if let Some(done) = repeated(bucket, &input, wanted) {
        return Ok(answer(&input, done));
    }
    if !bucket.uploads.contains_key(&input.upload_id) {
        return Err(no_such_upload());
    }
    write::check_conditions(
        bucket,
        &input.key,
        input.if_match.as_ref(),
        input.if_none_match.as_ref(),
    )?;
    let done = Completed {
        key: input.key.clone(),
        parts: listed(wanted),
        etag: object.etag.clone(),
        checksum: object.checksum.clone(),
    };
    let output = answer(&input, &done);
    bucket.uploads.remove(&input.upload_id);
    bucket.completed.insert(input.upload_id.clone(), done);
    bucket.objects.insert(input.key, Arc::new(object));
    Ok(output)
}

/// What this very request was answered with before.
fn repeated<'a>(
    bucket: &'a Bucket,
    input: &CompleteMultipartUploadInput,
    wanted: &[CompletedPart],
) -> Option<&'a Completed> {
    let done = bucket.completed.get(&input.upload_id)?;
    (done.key == input.key && done.parts == listed(wanted)).then_some(done)
}

fn listed(wanted: &[CompletedPart]) -> Vec<(i32, String)> {
    let entry = |part: &CompletedPart| {
        let etag = part.e_tag.as_ref().map(ETag::value);
        (
            part.part_number.unwrap_or_default(),
            etag.unwrap_or_default().to_owned(),
        )
    };
    wanted.iter().map(entry).collect()
}

fn answer(input: &CompleteMultipartUploadInput, done: &Completed) -> CompleteMultipartUploadOutput {
    let fields = checksum::fields(done.checksum.as_ref());
    CompleteMultipartUploadOutput {
        bucket: Some(input.bucket.clone()),
        key: Some(input.key.clone()),
        location: Some(format!("/{}/{}", input.bucket, input.key)),
        e_tag: Some(ETag::Strong(done.etag.clone())),
        checksum_crc32: fields.checksum_crc32,
        checksum_crc32c: fields.checksum_crc32c,
        checksum_crc64nvme: fields.checksum_crc64nvme,
        checksum_sha1: fields.checksum_sha1,
        checksum_sha256: fields.checksum_sha256,
        checksum_type: fields.checksum_type,
        ..CompleteMultipartUploadOutput::default()
    }
}

/// Joins the parts the client lists; the object's ETag is the MD5 of the parts' MD5s and their number.
fn assemble(upload: Upload, wanted: &[CompletedPart]) -> S3Result<Object> {
    if wanted.is_empty() {
        return Err(s3_error!(
            MalformedXML,
            "You must specify at least one part"
        ));
    }
    if !wanted.is_sorted_by(|a, b| a.part_number < b.part_number) {
        return Err(s3_error!(
            InvalidPartOrder,
            "The list of parts was not in ascending order."
        ));
    }
    let mut parts = Vec::new();
    let mut digests = Vec::new();
    for (index, listed) in wanted.iter().enumerate() {
        let part = find(&upload, listed)?;
        if index + 1 < wanted.len() && part.body.len() < SMALLEST_PART {
            return Err(s3_error!(
                EntityTooSmall,
                "Your proposed upload is smaller than the minimum allowed size"
            ));
        }
        digests.extend_from_slice(&part.md5);
        parts.push(part);
    }
    Ok(Object {
        body: Content::joined(parts.iter().map(|part| part.body.clone())),
        etag: format!("{}-{}", hexadecimal(&md5(&digests)), wanted.len()),
        modified: SystemTime::now(),
        checksum: Some(checksum_of(&upload, &parts)?),
        headers: upload.headers,
    })
}

/// The part that a client lists, if it is the one that was received.
fn find<'a>(upload: &'a Upload, listed: &CompletedPart) -> S3Result<&'a Part> {
    let number = listed.part_number.unwrap_or_default();
    let missing = || {
        s3_error!(
            InvalidPart,
            "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."
        )
    };
    let part = upload.parts.get(&number).ok_or_else(missing)?;
    let etag = ETag::Strong(hexadecimal(&part.md5));
    let known = listed.e_tag.as_ref();
    if known.is_some_and(|known| !known.weak_cmp(&etag)) {
        return Err(missing());
    }
    let Some((algorithm, kind)) = upload.checked else {
        return Ok(part);
    };
    match (value(algorithm, listed), &part.checksum) {
        (Some(listed), Some(known)) if *listed == known.value => Ok(part),
        (Some(_), Some(_)) => Err(missing()),
        (None, _) if kind == Kind::Composite => Err(s3_error!(
            InvalidRequest,
            "The upload was created using a {} checksum. The complete request must include the checksum for each part. It was missing for part {number} in the request.",
            algorithm.name().to_lowercase()
        )),
        _ => Ok(part),
    }
}

fn value(algorithm: Algorithm, listed: &CompletedPart) -> Option<&String> {
    match algorithm {
        Algorithm::Crc32 => listed.checksum_crc32.as_ref(),
        Algorithm::Crc32c => listed.checksum_crc32c.as_ref(),
        Algorithm::Crc64Nvme => listed.checksum_crc64nvme.as_ref(),
        Algorithm::Sha1 => listed.checksum_sha1.as_ref(),
        Algorithm::Sha256 => listed.checksum_sha256.as_ref(),
    }
}

fn checksum_of(upload: &Upload, parts: &[&Part]) -> S3Result<Checksum> {
    // S3 computes this one where the client names none.
    let usual = (Algorithm::Crc64Nvme, Kind::FullObject);
    let (algorithm, kind) = upload.checked.unwrap_or(usual);
    if kind == Kind::FullObject {
        let value = algorithm.over(parts.iter().map(|part| &*part.body));
        return Ok(Checksum::full(algorithm, value));
    }
    let values = parts.iter().filter_map(|part| part.checksum.as_ref());
    let composite = Checksum::composite(algorithm, values.map(|sum| sum.value.as_str()));
    composite.ok_or_else(|| s3_error!(InternalError))
}

/// Whether the object is what the headers of the request say of it.
fn check_object(object: &Object, input: &CompleteMultipartUploadInput) -> S3Result<()> {
    let size = i64::try_from(object.body.len()).unwrap_or(i64::MAX);
    if input.mpu_object_size.is_some_and(|said| said != size) {
        return Err(s3_error!(
            InvalidRequest,
            "The provided 'x-amz-mp-object-size' header does not match what was computed."
        ));
    }
    let Some(checksum) = &object.checksum else {
        return Ok(());
    };
    let said = dto::Checksum {
        checksum_crc32: input.checksum_crc32.clone(),
        checksum_crc32c: input.checksum_crc32c.clone(),
        checksum_crc64nvme: input.checksum_crc64nvme.clone(),
        checksum_sha1: input.checksum_sha1.clone(),
        checksum_sha256: input.checksum_sha256.clone(),
        checksum_type: input.checksum_type.clone(),
    };
    let right = checksum::fields(Some(checksum));
    let agrees = |said: &Option<String>, right: &Option<String>| said.is_none() || said == right;
    let kinds = said.checksum_type.is_none() || said.checksum_type == right.checksum_type;
    if kinds
        && agrees(&said.checksum_crc32, &right.checksum_crc32)
        && agrees(&said.checksum_crc32c, &right.checksum_crc32c)
        && agrees(&said.checksum_crc64nvme, &right.checksum_crc64nvme)
        && agrees(&said.checksum_sha1, &right.checksum_sha1)
        && agrees(&said.checksum_sha256, &right.checksum_sha256)
    {
        return Ok(());
    }
    Err(s3_error!(
        BadDigest,
        "The checksum or its type that you specified does not match the one of the object."
    ))
}
