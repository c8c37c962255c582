//! The bucket: single requests to it, and what their refusals mean. Decides nothing.
//!
//! | module    | idea                                                      |
//! |-----------|-----------------------------------------------------------|
//! | `listing` | what is under a prefix                                    |
//! | `objects` | one object: read, ask, write, delete                      |
//! | `parts`   | a long file in parts                                      |

mod listing;
mod objects;
mod parts;

pub(crate) use objects::{ATTEMPTS, Condition, NotSent, Unmet};
pub(crate) use parts::{PartProblem, Upload};

use aws_sdk_s3::{
    Client,
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
use aws_setup::{BucketName, ProblemKind, Region, failure_parts, s3_client, sdk_config};
use gha::Failure;
use std::error::Error;

/// Requests under way at once. S3 takes thousands a second; what limits us is the way there and back.
pub(crate) const AT_ONCE: usize = 128;

/// A bucket and the client to reach it. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    client: Client,
    name: BucketName,
    region: String,
}

/// What a request was for, in words, and the permission it needs.
struct Doing<'a> {
    what: &'a str,
    permission: &'static str,
}

impl Bucket {
    /// Sets up the client; sends nothing yet.
    pub(crate) async fn connect(name: BucketName, region: Option<&Region>) -> Self {
        let config = sdk_config(region).await;
        let region = config
            .region()
            .map_or_else(|| "unknown".to_owned(), ToString::to_string);
        Self {
            client: s3_client(&config),
            name,
            region,
        }
    }

    fn uri(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.name)
    }

    fn failure<E>(&self, error: &SdkError<E, HttpResponse>, doing: &Doing<'_>) -> Failure
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let problem = failure_parts(error);
        let help = match problem.kind {
            ProblemKind::NotFound => Some(format!(
                "create bucket `{}`, or correct input `bucket`",
                self.name
            )),
            ProblemKind::Denied => Some(denied(doing.permission)),
            ProblemKind::WrongRegion => problem
                .bucket_region
                .as_ref()
                .map(|region| format!("set input `region` to `{region}`"))
                .or_else(|| problem.help().map(str::to_owned)),
            _ => problem.help().map(str::to_owned),
        };
        let failure = Failure::outside(
            "Scripts not uploaded",
            format!("{} in region {}", doing.what, self.region),
        )
        .because(&problem);
        match help {
            Some(help) => failure.help(help),
            None => failure,
        }
    }
}

/// What to allow. Only a write tells a missing permission on the bucket's key apart from one on the bucket by its
/// text, so both are named.
fn denied(permission: &str) -> String {
    let key = match permission {
        "s3:PutObject" => {
            " (and `kms:GenerateDataKey` and `kms:Decrypt`, if the bucket has a KMS key of its own)"
        }
        "s3:GetObject" => " (and `kms:Decrypt`, if the bucket has a KMS key of its own)",
        _ => "",
    };
    format!(
        "allow `{permission}`{key}; the least policy is in the action's README, under Permissions"
    )
}

/// Whether an error has one of these codes.
fn has_code<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>, codes: &[&str]) -> bool {
    let code = error.as_service_error().and_then(|error| error.code());
    code.is_some_and(|code| codes.contains(&code))
}

fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    error
        .raw_response()
        .map(|response| response.status().as_u16())
}

/// An ETag without the quotes it travels in.
fn bare(etag: Option<&str>) -> String {
    etag.unwrap_or_default().trim_matches('"').to_owned()
}
