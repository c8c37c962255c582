//! Which IAM action a call needs. Most are named as their operation; S3's are not.

use super::trace::Service;

/// The operation whose action decides whether S3 says that a key is missing.
pub(super) const LISTING: &str = "ListObjectsV2";

/// The IAM action that a call of this operation needs, such as `s3:PutObject`. A copy needs `s3:GetObject` besides.
pub(super) fn permission(service: Service, operation: &str) -> String {
    let action = match (service, operation) {
        (Service::S3, "HeadObject") => "GetObject",
        (Service::S3, "ListObjects" | "ListObjectsV2" | "HeadBucket") => "ListBucket",
        (Service::S3, "ListBuckets") => "ListAllMyBuckets",
        (Service::S3, "DeleteObjects") => "DeleteObject",
        (Service::S3, "ListParts") => "ListMultipartUploadParts",
        (Service::S3, "ListMultipartUploads") => "ListBucketMultipartUploads",
        (
            Service::S3,
            "CopyObject" | "CreateMultipartUpload" | "UploadPart" | "CompleteMultipartUpload",
        ) => "PutObject",
        (_, operation) => operation,
    };
    format!("{}:{action}", service.signing_name())
}

/// Whether a call asks for one object that may be missing.
pub(super) fn reads_object(service: Service, operation: &str) -> bool {
    service == Service::S3 && matches!(operation, "GetObject" | "HeadObject")
}
