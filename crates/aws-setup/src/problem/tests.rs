//! How SDK errors are taken apart.

use super::*;
use aws_sdk_s3::{
    config::http::HttpResponse, error::ErrorMetadata, operation::get_object::GetObjectError,
    primitives::SdkBody,
};

fn answer(status: u16, code: Option<&str>) -> SdkProblem {
    let mut response = HttpResponse::new(status.try_into().expect("a status"), SdkBody::empty());
    response.headers_mut().insert("x-amz-request-id", "4a2b");
    let mut meta = ErrorMetadata::builder();
    if let Some(code) = code {
        meta = meta.code(code).message("told you");
    }
    failure_parts(&SdkError::service_error(
        GetObjectError::generic(meta.build()),
        response,
    ))
}

#[test]
fn codes_decide_before_the_status() {
    assert_eq!(
        answer(400, Some("ExpiredToken")).kind,
        ProblemKind::ExpiredCredentials
    );
    assert_eq!(
        answer(400, Some("ResourceNotFoundException")).kind,
        ProblemKind::NotFound
    );
    assert_eq!(
        answer(400, Some("ValidationException")).kind,
        ProblemKind::Refused
    );
    assert_eq!(answer(503, Some("SlowDown")).kind, ProblemKind::Throttled);
}

#[test]
fn wrong_credentials_are_not_a_missing_permission() {
    for code in [
        "SignatureDoesNotMatch",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
    ] {
        let problem = answer(403, Some(code));
        assert_eq!(problem.kind, ProblemKind::WrongCredentials, "{code}");
        let help = problem.help().unwrap_or_default();
        for part in ["`AWS_SECRET_ACCESS_KEY`", "configure-aws-credentials"] {
            assert!(help.contains(part), "{part} in {help}");
        }
    }
    assert_eq!(answer(403, Some("AccessDenied")).kind, ProblemKind::Denied);
}

#[test]
fn without_a_code_the_status_decides() {
    let kinds = [301, 403, 404, 429, 500, 400].map(|status| answer(status, None).kind);
    assert_eq!(
        kinds,
        [
            ProblemKind::WrongRegion,
            ProblemKind::Denied,
            ProblemKind::NotFound,
            ProblemKind::Throttled,
            ProblemKind::Failed,
            ProblemKind::Refused,
        ]
    );
}

#[test]
fn the_sentence_names_code_message_and_request() {
    assert_eq!(
        answer(403, Some("AccessDenied")).to_string(),
        "access denied: AccessDenied, told you (HTTP 403, request 4a2b)"
    );
    assert_eq!(
        answer(404, None).to_string(),
        "not found (HTTP 404, request 4a2b)"
    );
}

#[test]
fn missing_credentials_are_recognised_behind_a_dispatch_failure() {
    let cause =
        aws_sdk_s3::error::ConnectorError::other(CredentialsError::not_loaded("none").into(), None);
    let problem = failure_parts::<GetObjectError>(&SdkError::dispatch_failure(cause));
    assert_eq!(problem.kind, ProblemKind::NoCredentials);
    assert!(
        problem
            .help()
            .is_some_and(|help| help.contains("configure-aws-credentials"))
    );
}

#[test]
fn a_refused_connection_is_unreachable() {
    let cause =
        aws_sdk_s3::error::ConnectorError::io(std::io::Error::other("connection refused").into());
    let problem = failure_parts::<GetObjectError>(&SdkError::dispatch_failure(cause));
    assert_eq!(problem.kind, ProblemKind::Unreachable);
    assert_eq!(
        problem.to_string(),
        "the endpoint cannot be reached: connection refused"
    );
}
