//! Operations on whole buckets.

use super::{bucket, no_such_bucket};
use crate::config::REGION;
use crate::objects::{Bucket, Objects};
use s3s::dto::{
    Bucket as BucketEntry, CreateBucketInput, CreateBucketOutput, DeleteBucketInput,
    DeleteBucketOutput, HeadBucketInput, HeadBucketOutput, ListBucketsOutput,
};
use s3s::{S3Result, s3_error};
use std::collections::btree_map::Entry;

pub(super) fn list(objects: &Objects) -> ListBucketsOutput {
    let buckets = objects.lock();
    let entries = buckets.iter().map(|(name, bucket)| BucketEntry {
        name: Some(name.clone()),
        creation_date: Some(bucket.created.into()),
        ..BucketEntry::default()
    });
    ListBucketsOutput {
        buckets: Some(entries.collect()),
        ..ListBucketsOutput::default()
    }
}

pub(super) fn create(objects: &Objects, input: CreateBucketInput) -> S3Result<CreateBucketOutput> {
    match objects.lock().entry(input.bucket) {
        Entry::Occupied(_) => Err(s3_error!(BucketAlreadyOwnedByYou)),
        Entry::Vacant(free) => {
            let location = Some(format!("/{}", free.key()));
            free.insert(Bucket::new());
            Ok(CreateBucketOutput { location })
        }
    }
}

pub(super) fn delete(objects: &Objects, input: &DeleteBucketInput) -> S3Result<DeleteBucketOutput> {
    let mut buckets = objects.lock();
    if !bucket(&buckets, &input.bucket)?.objects.is_empty() {
        return Err(s3_error!(
            BucketNotEmpty,
            "The bucket you tried to delete is not empty"
        ));
    }
    buckets.remove(&input.bucket);
    Ok(DeleteBucketOutput::default())
}

pub(super) fn head(objects: &Objects, input: &HeadBucketInput) -> S3Result<HeadBucketOutput> {
    objects
        .lock()
        .get(&input.bucket)
        .ok_or_else(no_such_bucket)?;
    Ok(HeadBucketOutput {
        bucket_region: Some(REGION.to_owned()),
        ..HeadBucketOutput::default()
    })
}
