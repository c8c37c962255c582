//! Copies an object within or between buckets.

use super::{bucket_mut, etag, object};
use crate::objects::{Headers, Object, Objects};
use s3s::dto::{
    CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, MetadataDirective,
};
use s3s::{S3Result, s3_error};
use std::sync::Arc;
use std::time::SystemTime;

pub(super) fn copy(objects: &Objects, input: CopyObjectInput) -> S3Result<CopyObjectOutput> {
    let CopySource::Bucket {
        bucket: from_bucket,
        key: from_key,
        ..
    } = &input.copy_source
    else {
        return Err(s3_error!(
            NotImplemented,
            "only objects in buckets can be copied"
        ));
    };
    let source = object(objects, from_bucket, from_key)?;
    let replace = input
        .metadata_directive
        .is_some_and(|directive| directive.as_str() == MetadataDirective::REPLACE);
    let headers = if replace {
        Headers {
            cache_control: input.cache_control,
            content_disposition: input.content_disposition,
            content_encoding: input.content_encoding,
            content_language: input.content_language,
            content_type: input.content_type,
            metadata: input.metadata,
        }
    } else {
        source.headers.clone()
    };
    let copy = Object {
        modified: SystemTime::now(),
        headers,
        ..Object::clone(&source)
    };
    let result = CopyObjectResult {
        e_tag: Some(etag(&copy)),
        last_modified: Some(copy.modified.into()),
        ..CopyObjectResult::default()
    };
    let mut buckets = objects.lock();
    bucket_mut(&mut buckets, &input.bucket)?
        .objects
        .insert(input.key, Arc::new(copy));
    Ok(CopyObjectOutput {
        copy_object_result: Some(result),
        ..CopyObjectOutput::default()
    })
}
