//! STS: who am I. Only `GetCallerIdentity`, and only for the one access key; signatures are not checked.

use crate::config::{ACCESS_KEY_ID, ACCOUNT};
use axum::Router;
use axum::extract::Form;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use std::collections::HashMap;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// The STS query API.
pub(crate) fn routes() -> Router {
    Router::new().route("/", post(answer))
}

async fn answer(headers: HeaderMap, Form(parameters): Form<HashMap<String, String>>) -> Response {
    if access_key(&headers) != Some(ACCESS_KEY_ID) {
        let message = "The security token included in the request is invalid.";
        return refusal(StatusCode::FORBIDDEN, "InvalidClientTokenId", message);
    }
    match parameters.get("Action").map(String::as_str) {
        Some("GetCallerIdentity") => caller_identity(),
        other => {
            let message = format!("Could not find operation {}", other.unwrap_or("(none)"));
            refusal(StatusCode::BAD_REQUEST, "InvalidAction", &message)
        }
    }
}

/// The key id in `AWS4-HMAC-SHA256 Credential=<key id>/<date>/<region>/sts/aws4_request, …`.
fn access_key(headers: &HeaderMap) -> Option<&str> {
    let authorization = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (_, credential) = authorization.split_once("Credential=")?;
    credential.split('/').next()
}

fn caller_identity() -> Response {
    let id = request_id();
    let body = format!(
        "<GetCallerIdentityResponse xmlns=\"{NAMESPACE}\"><GetCallerIdentityResult>\
         <Arn>arn:aws:iam::{ACCOUNT}:user/local-cloud</Arn><UserId>AIDALOCALCLOUD0000000</UserId>\
         <Account>{ACCOUNT}</Account></GetCallerIdentityResult>\
         <ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    );
    xml(StatusCode::OK, &id, body)
}

fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    let id = request_id();
    let message = message.replace('&', "&amp;").replace('<', "&lt;");
    let body = format!(
        "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>{message}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>"
    );
    xml(status, &id, body)
}

fn xml(status: StatusCode, request_id: &str, body: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE.as_str(), "text/xml"),
        ("x-amzn-requestid", request_id),
    ];
    (status, headers, body).into_response()
}

fn request_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
