//! Lists the uploads that are under way, and the parts of one.

use super::upload;
use crate::objects::{Objects, Upload, hexadecimal};
use crate::s3::listing::Encoding;
use crate::s3::{bucket, checksum};
use s3s::S3Result;
use s3s::dto::{
    ETag, ListMultipartUploadsInput, ListMultipartUploadsOutput, ListPartsInput, ListPartsOutput,
    MultipartUpload, Part as PartEntry, StorageClass,
};

/// The most entries on one page.
const PAGE: i32 = 1000;

pub(in crate::s3) fn parts(objects: &Objects, input: ListPartsInput) -> S3Result<ListPartsOutput> {
    let buckets = objects.lock();
    let upload = upload(
        bucket(&buckets, &input.bucket)?,
        &input.key,
        &input.upload_id,
    )?;
    let limit = input.max_parts.unwrap_or(PAGE).clamp(0, PAGE);
    let after = input.part_number_marker.unwrap_or_default();
    let mut rest = upload.parts.range(after.saturating_add(1)..);
    let page: Vec<PartEntry> = rest
        .by_ref()
        .take(limit.unsigned_abs() as usize)
        .map(|(number, part)| {
            let fields = checksum::fields(part.checksum.as_ref());
            PartEntry {
                part_number: Some(*number),
                size: i64::try_from(part.body.len()).ok(),
                e_tag: Some(ETag::Strong(hexadecimal(&part.md5))),
                last_modified: Some(part.modified.into()),
                checksum_crc32: fields.checksum_crc32,
                checksum_crc32c: fields.checksum_crc32c,
                checksum_crc64nvme: fields.checksum_crc64nvme,
                checksum_sha1: fields.checksum_sha1,
                checksum_sha256: fields.checksum_sha256,
            }
        })
        .collect();
    Ok(ListPartsOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(input.upload_id),
        checksum_algorithm: upload.checked.map(|(one, _)| checksum::algorithm(one)),
        checksum_type: upload.checked.map(|(_, kind)| checksum::kind(kind)),
        max_parts: Some(limit),
        part_number_marker: Some(after),
        next_part_number_marker: page.last().and_then(|part| part.part_number),
        is_truncated: Some(rest.next().is_some()),
        parts: Some(page),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
        ..ListPartsOutput::default()
    })
}

/// In the order of their keys, and for one key in that of their ids. Nothing is folded at delimiters.
pub(in crate::s3) fn uploads(
    objects: &Objects,
    input: ListMultipartUploadsInput,
) -> S3Result<ListMultipartUploadsOutput> {
    let prefix = input.prefix.clone().unwrap_or_default();
    let limit = input.max_uploads.unwrap_or(PAGE).clamp(0, PAGE);
    let text = Encoding::new(input.encoding_type.as_ref());
    let buckets = objects.lock();
    let bucket = bucket(&buckets, &input.bucket)?;
    let mut found: Vec<(&String, &Upload)> = bucket
        .uploads
        .iter()
        .filter(|(id, upload)| upload.key.starts_with(&prefix) && is_after(&input, id, upload))
        .collect();
    found.sort_by(|(id, upload), (other_id, other)| (&upload.key, id).cmp(&(&other.key, other_id)));
    let is_truncated = found.len() > limit.unsigned_abs() as usize;
    found.truncate(limit.unsigned_abs() as usize);
    let last = found.last().filter(|_| is_truncated);
    let entry = |(id, upload): &(&String, &Upload)| MultipartUpload {
        key: Some(text.encode(&upload.key)),
        upload_id: Some((*id).clone()),
        initiated: Some(upload.initiated.into()),
        checksum_algorithm: upload.checked.map(|(one, _)| checksum::algorithm(one)),
        checksum_type: upload.checked.map(|(_, kind)| checksum::kind(kind)),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
        ..MultipartUpload::default()
    };
    Ok(ListMultipartUploadsOutput {
        next_key_marker: last.map(|(_, upload)| text.encode(&upload.key)),
        next_upload_id_marker: last.map(|(id, _)| (*id).clone()),
        uploads: Some(found.iter().map(entry).collect()),
        is_truncated: Some(is_truncated),
        max_uploads: Some(limit),
        bucket: Some(input.bucket),
        encoding_type: input.encoding_type,
        key_marker: input.key_marker.map(|key| text.encode(&key)),
        prefix: Some(text.encode(&prefix)),
        upload_id_marker: input.upload_id_marker,
        ..ListMultipartUploadsOutput::default()
    })
}

fn is_after(input: &ListMultipartUploadsInput, id: &String, upload: &Upload) -> bool {
    let Some(key) = &input.key_marker else {
        return true;
    };
    match &input.upload_id_marker {
        Some(marker) => (&upload.key, id) > (key, marker),
        None => upload.key > *key,
    }
}
