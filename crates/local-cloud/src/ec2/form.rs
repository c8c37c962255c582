//! EC2's own form of the query API: lists without `member`, and its XML.

use crate::query_api::Parameters;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// The members of a list parameter: `Name.1`, `Name.2`, ….
pub(super) fn numbered<'a>(parameters: &'a Parameters, name: &str) -> Vec<&'a str> {
    (1..)
        .map_while(|index| parameters.get(&format!("{name}.{index}")))
        .map(String::as_str)
        .collect()
}

/// The answer of an operation; `result` is XML.
pub(super) fn answer(action: &str, result: &str) -> Response {
    let id = uuid::Uuid::new_v4();
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <{action}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>{id}</requestId>{result}</{action}Response>"
    );
    xml(StatusCode::OK, body)
}

/// A refusal, the sender's fault.
pub(super) fn refusal(code: &str, message: &str) -> Response {
    let id = uuid::Uuid::new_v4();
    let body = format!(
        "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors><RequestID>{id}</RequestID></Response>"
    );
    xml(StatusCode::BAD_REQUEST, body)
}

/// An answer.
pub(super) fn xml(status: StatusCode, body: String) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "text/xml;charset=UTF-8")],
        body,
    )
        .into_response()
}
