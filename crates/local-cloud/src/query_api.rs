//! The form of AWS's query APIs, STS and IAM: parameters in a form, answers in XML. Knows no operation.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::collections::HashMap;

/// The parameters of a request.
pub(crate) type Parameters = HashMap<String, String>;

/// A text as XML has it.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The members of a list parameter: `Name.member.1`, `Name.member.2`, …
pub(crate) fn members<'a>(parameters: &'a Parameters, name: &str) -> Vec<&'a str> {
    (1..)
        .map_while(|index| parameters.get(&format!("{name}.member.{index}")))
        .map(String::as_str)
        .collect()
}

/// The answer of an operation; `result` is XML.
pub(crate) fn result(namespace: &str, operation: &str, result: &str) -> Response {
    let id = request_id();
    let body = format!(
        "<{operation}Response xmlns=\"{namespace}\"><{operation}Result>{result}</{operation}Result>\
         <ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{operation}Response>"
    );
    xml(StatusCode::OK, &id, body)
}

/// A refusal, the sender's fault.
pub(crate) fn refusal(namespace: &str, status: StatusCode, code: &str, message: &str) -> Response {
    let id = request_id();
    let message = escape(message);
    let body = format!(
        "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>Sender</Type><Code>{code}</Code>\
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
