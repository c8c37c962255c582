//! Multipart uploads: parts are kept apart until the upload is completed or aborted.

use super::body::{self, Digests};
use super::{bucket_mut, etag, write};
use crate::objects::{Headers, Object, Objects, hexadecimal, md5};
use bytes::{Bytes, BytesMut};
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, Checksum, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CompletedPart, CreateMultipartUploadInput,
    CreateMultipartUploadOutput, ETag, UploadPartInput, UploadPartOutput,
};
use s3s::{S3Result, TrailingHeaders, s3_error};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Every part but the last has to be at least this long, in bytes.
const SMALLEST_PART: usize = 5 * 1024 * 1024;

/// The uploads in progress by id.
#[derive(Debug, Default)]
pub(super) struct Uploads {
    uploads: Mutex<HashMap<String, Upload>>,
}

#[derive(Debug)]
struct Upload {
    bucket: String,
    key: String,
    headers: Headers,
    parts: BTreeMap<i32, Bytes>,
}

impl Uploads {
    pub(super) fn create(&self, input: CreateMultipartUploadInput) -> CreateMultipartUploadOutput {
        let id = uuid::Uuid::new_v4().simple().to_string();
        let upload = Upload {
            bucket: input.bucket.clone(),
            key: input.key.clone(),
            headers: Headers {
                cache_control: input.cache_control,
                content_disposition: input.content_disposition,
                content_encoding: input.content_encoding,
                content_language: input.content_language,
                content_type: input.content_type,
                metadata: input.metadata,
            },
            parts: BTreeMap::new(),
        };
        self.lock().insert(id.clone(), upload);
        CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(id),
            checksum_algorithm: input.checksum_algorithm,
            checksum_type: input.checksum_type,
            ..CreateMultipartUploadOutput::default()
        }
    }

    pub(super) async fn part(
        &self,
        input: UploadPartInput,
        trailers: Option<TrailingHeaders>,
    ) -> S3Result<UploadPartOutput> {
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
        let output = UploadPartOutput {
            e_tag: Some(part_etag(&bytes)),
            checksum_crc32: checksum.checksum_crc32,
            checksum_crc32c: checksum.checksum_crc32c,
            checksum_crc64nvme: checksum.checksum_crc64nvme,
            checksum_sha1: checksum.checksum_sha1,
            checksum_sha256: checksum.checksum_sha256,
            ..UploadPartOutput::default()
        };
        let mut uploads = self.lock();
        let upload = uploads
            .get_mut(&input.upload_id)
            .ok_or_else(no_such_upload)?;
        upload.parts.insert(input.part_number, bytes);
        Ok(output)
    }

    pub(super) fn complete(
        &self,
        objects: &Objects,
        input: CompleteMultipartUploadInput,
    ) -> S3Result<CompleteMultipartUploadOutput> {
        let mut uploads = self.lock();
        let upload = uploads.get(&input.upload_id).ok_or_else(no_such_upload)?;
        let wanted = input
            .multipart_upload
            .and_then(|m| m.parts)
            .unwrap_or_default();
        let object = upload.assemble(&wanted)?;

        let mut buckets = objects.lock();
        let bucket = bucket_mut(&mut buckets, &upload.bucket)?;
        write::check_conditions(
            bucket,
            &upload.key,
            input.if_match.as_ref(),
            input.if_none_match.as_ref(),
        )?;
        let output = CompleteMultipartUploadOutput {
            bucket: Some(upload.bucket.clone()),
            key: Some(upload.key.clone()),
            location: Some(format!("/{}/{}", upload.bucket, upload.key)),
            e_tag: Some(etag(&object)),
            ..CompleteMultipartUploadOutput::default()
        };
        bucket.objects.insert(upload.key.clone(), Arc::new(object));
        uploads.remove(&input.upload_id);
        Ok(output)
    }

    pub(super) fn abort(
        &self,
        input: &AbortMultipartUploadInput,
    ) -> S3Result<AbortMultipartUploadOutput> {
        self.lock()
            .remove(&input.upload_id)
            .ok_or_else(no_such_upload)?;
        Ok(AbortMultipartUploadOutput::default())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Upload>> {
        self.uploads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Upload {
    /// Joins the parts the client lists; its ETag is the MD5 of the parts' MD5s and their number.
    fn assemble(&self, wanted: &[CompletedPart]) -> S3Result<Object> {
        if wanted.is_empty() {
            return Err(s3_error!(
                MalformedXML,
                "You must specify at least one part"
            ));
        }
        if !wanted.is_sorted_by(|a, b| a.part_number < b.part_number) {
            return Err(s3_error!(InvalidPartOrder));
        }
        let mut whole = BytesMut::new();
        let mut digests = Vec::new();
        for (index, part) in wanted.iter().enumerate() {
            let bytes = part.part_number.and_then(|number| self.parts.get(&number));
            let bytes = bytes.ok_or_else(|| s3_error!(InvalidPart))?;
            if part
                .e_tag
                .as_ref()
                .is_some_and(|known| !known.weak_cmp(&part_etag(bytes)))
            {
                return Err(s3_error!(InvalidPart));
            }
            if index + 1 < wanted.len() && bytes.len() < SMALLEST_PART {
                return Err(s3_error!(EntityTooSmall));
            }
            digests.extend_from_slice(&md5(bytes));
            whole.extend_from_slice(bytes);
        }
        let mut object = Object::new(whole.freeze(), self.headers.clone());
        object.etag = format!("{}-{}", hexadecimal(&md5(&digests)), wanted.len());
        Ok(object)
    }
}

fn part_etag(bytes: &Bytes) -> ETag {
    ETag::Strong(hexadecimal(&md5(bytes)))
}

fn no_such_upload() -> s3s::S3Error {
    s3_error!(
        NoSuchUpload,
        "The specified multipart upload does not exist."
    )
}
