//! S3 over the in-memory [`Objects`]: the `s3s` crate speaks the protocol and checks signatures, this is what is behind it.
//!
//! The ready-made `s3s-fs` backend is not used. Its check and write of `If-None-Match: *` are two steps, so two Terraform
//! runs can both get the lock; it creates missing buckets on write, never lists `prefix/` markers, gives no ETags in
//! lists, and cannot hold keys longer than about 150 bytes or both `a` and `a/b`.
//! There are no versions, access control lists, encryption settings or lifecycles.

mod body;
mod buckets;
mod checksum;
mod copy;
mod listing;
mod multipart;
mod read;
mod write;

use crate::credentials::Keys;
use crate::objects::{Bucket, Buckets, Object, Objects};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use s3s::auth::{S3Auth, SecretKey};
use s3s::dto::*;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};
use std::sync::Arc;

/// The S3 API over these objects. It accepts the access keys that count, and nothing unsigned.
pub(crate) fn routes(objects: Objects, keys: Keys) -> Router {
    let mut builder = S3ServiceBuilder::new(Backend { objects });
    builder.set_auth(Known(keys));
    let service = builder.build();
    Router::new().fallback(move |request: Request| answer(service.clone(), request))
}

async fn answer(service: S3Service, mut request: Request) -> Response {
    let arrived = body::Arrived::default();
    request.extensions_mut().insert(arrived.clone());
    let request = request.map(|body| {
        s3s::Body::http_body_unsync(body.inspect_frame(move |frame| {
            arrived.add(frame.data_ref().map_or(0, bytes::Bytes::len));
        }))
    });
    let mut answer = match service.call(request).await {
        Ok(answer) => answer.map(Body::new),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    // The SDKs put it into their error messages.
    let id = uuid::Uuid::new_v4().simple().to_string()[..16].to_uppercase();
    if let Ok(id) = HeaderValue::from_str(&id) {
        answer.headers_mut().insert("x-amz-request-id", id);
    }
    answer
}

/// Knows the access keys, and refuses others with the code that S3 has for them.
struct Known(Keys);

#[async_trait::async_trait]
impl S3Auth for Known {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        if let Some(secret) = self.0.secret(access_key) {
            return Ok(secret.into());
        }
        let message = "The AWS Access Key Id you provided does not exist in our records.";
        Err(s3_error!(InvalidAccessKeyId, "{message}"))
    }
}

#[derive(Debug)]
struct Backend {
    objects: Objects,
}

/// Answers an operation of the trait with the function of that name.
type Answer<T> = S3Result<S3Response<T>>;

#[async_trait::async_trait]
impl S3 for Backend {
    async fn list_buckets(&self, _: S3Request<ListBucketsInput>) -> Answer<ListBucketsOutput> {
        Ok(S3Response::new(buckets::list(&self.objects)))
    }

    async fn create_bucket(
        &self,
        request: S3Request<CreateBucketInput>,
    ) -> Answer<CreateBucketOutput> {
        buckets::create(&self.objects, request.input).map(S3Response::new)
    }

    async fn delete_bucket(
        &self,
        request: S3Request<DeleteBucketInput>,
    ) -> Answer<DeleteBucketOutput> {
        buckets::delete(&self.objects, &request.input).map(S3Response::new)
    }

    async fn head_bucket(&self, request: S3Request<HeadBucketInput>) -> Answer<HeadBucketOutput> {
        buckets::head(&self.objects, &request.input).map(S3Response::new)
    }

    async fn get_bucket_location(
        &self,
        request: S3Request<GetBucketLocationInput>,
    ) -> Answer<GetBucketLocationOutput> {
        bucket(&self.objects.lock(), &request.input.bucket)?;
        // The first region has no location constraint.
        Ok(S3Response::new(GetBucketLocationOutput::default()))
    }

    async fn list_objects(
        &self,
        request: S3Request<ListObjectsInput>,
    ) -> Answer<ListObjectsOutput> {
        listing::version_1(&self.objects, request.input).map(S3Response::new)
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> Answer<ListObjectsV2Output> {
        listing::version_2(&self.objects, request.input).map(S3Response::new)
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> Answer<GetObjectOutput> {
        read::get(&self.objects, request.input).map(S3Response::new)
    }

    async fn head_object(&self, request: S3Request<HeadObjectInput>) -> Answer<HeadObjectOutput> {
        read::head(&self.objects, &request.input).map(S3Response::new)
    }

    async fn put_object(&self, request: S3Request<PutObjectInput>) -> Answer<PutObjectOutput> {
        write::put(&self.objects, request)
            .await
            .map(S3Response::new)
    }

    async fn copy_object(&self, request: S3Request<CopyObjectInput>) -> Answer<CopyObjectOutput> {
        copy::copy(&self.objects, request.input).map(S3Response::new)
    }

    async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> Answer<DeleteObjectOutput> {
        write::delete(&self.objects, &request.input).map(S3Response::new)
    }

    async fn delete_objects(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> Answer<DeleteObjectsOutput> {
        write::delete_many(&self.objects, request.input).map(S3Response::new)
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> Answer<CreateMultipartUploadOutput> {
        multipart::create(&self.objects, request.input).map(S3Response::new)
    }

    async fn upload_part(&self, request: S3Request<UploadPartInput>) -> Answer<UploadPartOutput> {
        multipart::part(&self.objects, request)
            .await
            .map(S3Response::new)
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> Answer<CompleteMultipartUploadOutput> {
        multipart::complete(&self.objects, request.input).map(S3Response::new)
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> Answer<AbortMultipartUploadOutput> {
        multipart::abort(&self.objects, &request.input).map(S3Response::new)
    }

    async fn list_parts(&self, request: S3Request<ListPartsInput>) -> Answer<ListPartsOutput> {
        multipart::parts(&self.objects, request.input).map(S3Response::new)
    }

    async fn list_multipart_uploads(
        &self,
        request: S3Request<ListMultipartUploadsInput>,
    ) -> Answer<ListMultipartUploadsOutput> {
        multipart::uploads(&self.objects, request.input).map(S3Response::new)
    }
}

fn bucket<'a>(buckets: &'a Buckets, name: &str) -> S3Result<&'a Bucket> {
    buckets.get(name).ok_or_else(no_such_bucket)
}

fn bucket_mut<'a>(buckets: &'a mut Buckets, name: &str) -> S3Result<&'a mut Bucket> {
    buckets.get_mut(name).ok_or_else(no_such_bucket)
}

fn object(objects: &Objects, name: &str, key: &str) -> S3Result<Arc<Object>> {
    let buckets = objects.lock();
    let object = bucket(&buckets, name)?.objects.get(key).cloned();
    object.ok_or_else(|| s3_error!(NoSuchKey, "The specified key does not exist."))
}

fn no_such_bucket() -> s3s::S3Error {
    s3_error!(NoSuchBucket, "The specified bucket does not exist")
}

fn etag(object: &Object) -> ETag {
    ETag::Strong(object.etag.clone())
}
