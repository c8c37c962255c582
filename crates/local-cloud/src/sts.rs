//! STS: who am I. Only `GetCallerIdentity`; signatures are not checked.

use crate::config::ACCOUNT;
use crate::credentials::Keys;
use axum::Router;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use std::collections::HashMap;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// The STS query API.
pub(crate) fn routes(keys: Keys) -> Router {
    Router::new().route("/", post(answer)).with_state(keys)
}

async fn answer(
    State(keys): State<Keys>,
    headers: HeaderMap,
    Form(parameters): Form<HashMap<String, String>>,
) -> Response {
    let Some(arn) = access_key(&headers).and_then(|key| keys.arn(key)) else {
        let message = "The security token included in the request is invalid.";
        return refusal(StatusCode::FORBIDDEN, "InvalidClientTokenId", message);
    };
    match parameters.get("Action").map(String::as_str) {
        Some("GetCallerIdentity") => caller_identity(&arn),
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

fn caller_identity(arn: &str) -> Response {
    let id = request_id();
    let body = format!(
        "<GetCallerIdentityResponse xmlns=\"{NAMESPACE}\"><GetCallerIdentityResult>\
         <Arn>{arn}</Arn><UserId>AIDALOCALCLOUD0000000</UserId>\
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
