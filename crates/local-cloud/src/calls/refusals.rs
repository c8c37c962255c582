//! How each service words a refusal that has nothing to do with what was asked: status, code and body.
//!
//! The codes are the services' own. EMR containers, EKS and CloudWatch Logs do not model throttling, expired tokens
//! and denials in their descriptions; the codes are those that AWS's common errors have.

use super::permission::permission;
use super::trace::Service;
use crate::config::ACCOUNT;
use axum::Json;
use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Why a service refuses a call before it looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Throttled,
    ServerError,
    Unavailable,
    Expired,
    Denied,
    /// Another write of the same thing was under way.
    Conflict,
    /// The access key is not known.
    UnknownKey,
}

impl Refusal {
    /// The refusal of a call to this operation, in the service's form.
    pub(super) fn answer(self, service: Service, operation: &str, method: &Method) -> Response {
        let (status, code, message) = self.words(service, operation);
        let id = uuid::Uuid::new_v4().to_string();
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut answer = match service {
            // An answer to HEAD has no body: the status is all there is.
            Service::S3 if method == Method::HEAD => (status, Body::empty()).into_response(),
            Service::S3 => xml(
                status,
                format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code>\
                     <Message>{message}</Message><RequestId>{id}</RequestId></Error>"
                ),
            ),
            Service::Sts | Service::Iam => xml(
                status,
                format!(
                    "<ErrorResponse><Error><Type>Sender</Type>\
                     <Code>{code}</Code><Message>{message}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>"
                ),
            ),
            Service::Ec2 => xml(
                status,
                format!(
                    "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
                     <RequestID>{id}</RequestID></Response>"
                ),
            ),
            Service::EmrContainers
            | Service::Eks
            | Service::CloudwatchLogs
            | Service::Pricing
            | Service::Tagging => (
                status,
                [("x-amzn-errortype", code)],
                Json(json!({ "__type": code, "message": message })),
            )
                .into_response(),
            Service::Kubernetes => (
                status,
                Json(json!({
                    "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
                    "reason": code, "message": message, "code": status.as_u16(),
                })),
            )
                .into_response(),
            Service::Github | Service::IdToken => {
                (status, Json(json!({ "message": message }))).into_response()
            }
        };
        let headers = answer.headers_mut();
        if let Ok(id) = id.parse() {
            let name = match service {
                Service::S3 => "x-amz-request-id",
                _ => "x-amzn-requestid",
            };
            headers.insert(name, id);
        }
        if self == Self::Throttled && !service.is_aws() {
            headers.insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
        }
        answer
    }

    /// Status, code and message.
    fn words(self, service: Service, operation: &str) -> (u16, &'static str, String) {
        let said = |status, code, message: &str| (status, code, message.to_owned());
        match service {
            Service::S3 => match self {
                Self::Throttled => said(503, "SlowDown", "Please reduce your request rate."),
                Self::ServerError => said(
                    500,
                    "InternalError",
                    "We encountered an internal error. Please try again.",
                ),
                Self::Unavailable => said(
                    503,
                    "ServiceUnavailable",
                    "Service is unable to handle request.",
                ),
                Self::Expired => said(400, "ExpiredToken", "The provided token has expired."),
                Self::Denied => (403, "AccessDenied", denied(service, operation)),
                Self::Conflict => said(
                    409,
                    "ConditionalRequestConflict",
                    "The conditional request cannot succeed due to a conflicting operation against this resource.",
                ),
                Self::UnknownKey => said(
                    403,
                    "InvalidAccessKeyId",
                    "The AWS Access Key Id you provided does not exist in our records.",
                ),
            },
            Service::Sts | Service::Iam => match self {
                Self::Throttled => said(400, "Throttling", "Rate exceeded"),
                Self::ServerError | Self::Conflict => {
                    said(500, "InternalFailure", "Internal failure")
                }
                Self::Unavailable => said(503, "ServiceUnavailable", "Service unavailable"),
                Self::Expired => said(
                    403,
                    "ExpiredToken",
                    "The security token included in the request is expired",
                ),
                Self::Denied => (403, "AccessDenied", denied(service, operation)),
                Self::UnknownKey => said(
                    403,
                    "InvalidClientTokenId",
                    "The security token included in the request is invalid.",
                ),
            },
            Service::Ec2 => match self {
                Self::Throttled => said(503, "RequestLimitExceeded", "Request limit exceeded."),
                Self::ServerError | Self::Conflict => {
                    said(500, "InternalError", "An internal error has occurred")
                }
                Self::Unavailable => said(503, "Unavailable", "The server is overloaded"),
                Self::Expired => said(400, "RequestExpired", "Request has expired."),
                Self::Denied => (403, "UnauthorizedOperation", denied(service, operation)),
                Self::UnknownKey => said(
                    401,
                    "AuthFailure",
                    "AWS was not able to validate the provided access credentials",
                ),
            },
            Service::EmrContainers
            | Service::Eks
            | Service::CloudwatchLogs
            | Service::Pricing
            | Service::Tagging => match self {
                Self::Throttled => said(400, "ThrottlingException", "Rate exceeded"),
                Self::ServerError | Self::Conflict => said(
                    500,
                    match service {
                        Service::EmrContainers => "InternalServerException",
                        Service::Eks => "ServerException",
                        _ => "InternalFailure",
                    },
                    "Internal server error",
                ),
                Self::Unavailable => said(503, "ServiceUnavailable", "Service unavailable"),
                Self::Expired => said(
                    403,
                    "ExpiredTokenException",
                    "The security token included in the request is expired",
                ),
                Self::Denied => (403, "AccessDeniedException", denied(service, operation)),
                Self::UnknownKey => said(
                    403,
                    "UnrecognizedClientException",
                    "The security token included in the request is invalid.",
                ),
            },
            Service::Kubernetes => match self {
                Self::Throttled => said(
                    429,
                    "TooManyRequests",
                    "the server has received too many requests and has asked us to try again later",
                ),
                Self::ServerError => said(500, "InternalError", "Internal error occurred"),
                Self::Unavailable => said(
                    503,
                    "ServiceUnavailable",
                    "the server is currently unable to handle the request",
                ),
                Self::Expired | Self::UnknownKey => said(401, "Unauthorized", "Unauthorized"),
                Self::Conflict => said(
                    409,
                    "Conflict",
                    "Operation cannot be fulfilled: the object has been modified",
                ),
                Self::Denied => (403, "Forbidden", forbidden(operation)),
            },
            Service::Github | Service::IdToken => match self {
                Self::Throttled => said(429, "", "You have exceeded a secondary rate limit."),
                Self::ServerError | Self::Conflict => said(500, "", "Server Error"),
                Self::Unavailable => said(503, "", "Service Unavailable"),
                Self::Expired | Self::UnknownKey => said(401, "", "Bad credentials"),
                Self::Denied => said(403, "", "Resource not accessible by integration"),
            },
        }
    }
}

fn denied(service: Service, operation: &str) -> String {
    format!(
        "User: arn:aws:iam::{ACCOUNT}:user/local-cloud is not authorized to perform: {}",
        permission(service, operation)
    )
}

/// As the real server words it: `pods is forbidden: User "x" cannot list resource "pods" …`.
fn forbidden(operation: &str) -> String {
    let (verb, resource) = operation.split_once(' ').unwrap_or((operation, ""));
    format!(
        "{resource} is forbidden: User \"local-cloud\" cannot {verb} resource \"{resource}\" in the namespace"
    )
}

fn xml(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/xml")], body).into_response()
}
