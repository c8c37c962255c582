//! What went wrong in a call to AWS, worded the same way by every action.
//!
//! Decided by the error's variant, code and HTTP status; the message's text is only ever shown.

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
    operation::RequestId,
};
use std::{error::Error, fmt};

use crate::web_identity::NotAssumed;

/// What kind of problem a call met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// No connection to the endpoint.
    Unreachable,
    /// Connected, but no answer in time.
    Timeout,
    /// No credentials were found, or they could not be loaded.
    NoCredentials,
    /// A role was not assumed.
    RoleNotAssumed,
    /// The credentials are no longer valid.
    ExpiredCredentials,
    /// The service does not know the credentials, or they do not fit together.
    WrongCredentials,
    /// The credentials do not allow it.
    Denied,
    /// The thing asked for does not exist.
    NotFound,
    /// It is in another region.
    WrongRegion,
    /// Too many requests.
    Throttled,
    /// The request was refused for another reason.
    Refused,
    /// The service itself failed.
    Failed,
    /// The answer was not understood.
    Unreadable,
    /// The request could not be made, for example because no region is known.
    Unsent,
}

/// An SDK error in parts. Its `Display` is one sentence without its subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SdkProblem {
    /// What kind of problem.
    pub kind: ProblemKind,
    /// The service's error code.
    pub code: Option<String>,
    /// The service's message; for a call without an answer, the innermost cause.
    pub message: Option<String>,
    /// What AWS support asks for.
    pub request_id: Option<String>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The region S3 says the bucket is in.
    pub bucket_region: Option<String>,
}

/// Takes an SDK error apart.
pub fn failure_parts<E>(error: &SdkError<E, HttpResponse>) -> SdkProblem
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let service = error.as_service_error();
    let response = error.raw_response();
    let header = |name: &str| {
        response
            .and_then(|response| response.headers().get(name))
            .map(str::to_owned)
    };
    let code = service
        .and_then(|service| service.code())
        .map(str::to_owned);
    let status = response.map(|response| response.status().as_u16());
    let message = match service {
        Some(service) => service.message().map(str::to_owned),
        None => innermost(error),
    };
    SdkProblem {
        kind: kind(error, code.as_deref(), status),
        code,
        message,
        request_id: error.request_id().map(str::to_owned),
        status,
        bucket_region: header("x-amz-bucket-region"),
    }
}

impl SdkProblem {
    /// What the reader can do about it, if there is something general to say.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        match self.kind {
            ProblemKind::Unreachable => Some(
                "check the region, the network and any `AWS_ENDPOINT_URL` variable, then run again",
            ),
            ProblemKind::NoCredentials => Some(
                "run `aws-actions/configure-aws-credentials` before this step, or set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`",
            ),
            ProblemKind::RoleNotAssumed => Some(
                "give the job `permissions: id-token: write`, and check that the role's trust policy names this repository (`sub`) and the audience `sts.amazonaws.com`",
            ),
            ProblemKind::ExpiredCredentials => Some(
                "raise `role-duration-seconds` of `aws-actions/configure-aws-credentials` (its default is 1 hour) and the role's maximum session duration, or set the input `role-to-assume` where there is one: it renews them",
            ),
            ProblemKind::WrongCredentials => Some(
                "correct `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, which belong together, or let `aws-actions/configure-aws-credentials` set them before this step",
            ),
            ProblemKind::Timeout | ProblemKind::Throttled | ProblemKind::Failed => {
                Some("it was tried several times; run again later")
            }
            ProblemKind::Unsent => Some("check that a region is set, by input or by `AWS_REGION`"),
            ProblemKind::WrongRegion => Some("set the region of the bucket"),
            ProblemKind::Denied
            | ProblemKind::NotFound
            | ProblemKind::Refused
            | ProblemKind::Unreadable => None,
        }
    }
}

/// For example `access denied: AccessDenied, User … is not authorized (HTTP 403, request 4a2b)`.
impl fmt::Display for SdkProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ProblemKind::Unreachable => "the endpoint cannot be reached",
            ProblemKind::Timeout => "no answer in time",
            ProblemKind::NoCredentials => "no usable AWS credentials",
            ProblemKind::RoleNotAssumed => "the role was not assumed",
            ProblemKind::ExpiredCredentials => "the AWS credentials have expired",
            ProblemKind::WrongCredentials => "the AWS credentials are wrong",
            ProblemKind::Denied => "access denied",
            ProblemKind::NotFound => "not found",
            ProblemKind::WrongRegion => "it is in another region",
            ProblemKind::Throttled => "too many requests",
            ProblemKind::Refused => "refused",
            ProblemKind::Failed => "the service failed",
            ProblemKind::Unreadable => "the answer was not understood",
            ProblemKind::Unsent => "the request could not be made",
        })?;
        let details: Vec<&str> = [&self.code, &self.message]
            .into_iter()
            .filter_map(Option::as_deref)
            .collect();
        if !details.is_empty() {
            write!(f, ": {}", details.join(", "))?;
        }
        let status = self.status.map(|status| format!("HTTP {status}"));
        let region = self
            .bucket_region
            .as_ref()
            .map(|region| format!("bucket region {region}"));
        let request = self.request_id.as_ref().map(|id| format!("request {id}"));
        let place: Vec<String> = [status, region, request].into_iter().flatten().collect();
        if place.is_empty() {
            Ok(())
        } else {
            write!(f, " ({})", place.join(", "))
        }
    }
}

impl Error for SdkProblem {}

fn kind<E: Error + 'static>(
    error: &SdkError<E, HttpResponse>,
    code: Option<&str>,
    status: Option<u16>,
) -> ProblemKind {
    match error {
        _ if chain(error).any(|cause| cause.is::<NotAssumed>()) => ProblemKind::RoleNotAssumed,
        _ if chain(error).any(|cause| cause.is::<CredentialsError>()) => ProblemKind::NoCredentials,
        SdkError::TimeoutError(_) => ProblemKind::Timeout,
        // A connection that was closed without an answer is an `other` with a kind: the request may have been taken.
        // Without a kind it is a request that was never made, such as one without a region.
        SdkError::DispatchFailure(failure)
            if failure.is_io() || failure.is_timeout() || failure.as_other().is_some() =>
        {
            ProblemKind::Unreachable
        }
        SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) => ProblemKind::Unsent,
        SdkError::ServiceError(_) => answer_kind(code, status),
        _ => ProblemKind::Unreadable,
    }
}

/// What kind of problem an answer tells, for callers that have no SDK of the service.
///
/// The codes come first: EMR answers 400 to nearly everything. HEAD answers have a status only.
#[must_use]
pub fn answer_kind(code: Option<&str>, status: Option<u16>) -> ProblemKind {
    match (code.unwrap_or_default(), status.unwrap_or_default()) {
        (
            "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" | "TokenRefreshRequired",
            _,
        ) => ProblemKind::ExpiredCredentials,
        (
            "InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "InvalidSignatureException"
            | "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "InvalidToken"
            | "AuthFailure",
            _,
        ) => ProblemKind::WrongCredentials,
        ("AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation", _) => {
            ProblemKind::Denied
        }
        ("NoSuchBucket" | "NoSuchKey" | "NotFound" | "ResourceNotFoundException", _) => {
            ProblemKind::NotFound
        }
        (
            "PermanentRedirect"
            | "AuthorizationHeaderMalformed"
            | "IllegalLocationConstraintException",
            _,
        ) => ProblemKind::WrongRegion,
        (
            "Throttling"
            | "ThrottlingException"
            | "TooManyRequestsException"
            | "RequestThrottledException"
            | "RequestLimitExceeded"
            | "SlowDown"
            | "EKSRequestThrottledException",
            _,
        ) => ProblemKind::Throttled,
        ("InternalServerException" | "InternalError" | "ServiceUnavailable", _) => {
            ProblemKind::Failed
        }
        (_, 301) => ProblemKind::WrongRegion,
        (_, 401 | 403) => ProblemKind::Denied,
        (_, 404) => ProblemKind::NotFound,
        (_, 429) => ProblemKind::Throttled,
        (_, 500..) => ProblemKind::Failed,
        _ => ProblemKind::Refused,
    }
}

/// An error and everything behind it, outermost first.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (**error).source())
}

fn innermost(error: &(dyn Error + 'static)) -> Option<String> {
    chain(error).last().map(ToString::to_string)
}

#[cfg(test)]
mod tests;
