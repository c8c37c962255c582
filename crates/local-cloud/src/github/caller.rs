//! Who is calling, by their token, and the refusals GitHub words for those it does not let in.

use super::hub::Hub;
use crate::config::Token;
use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

const DOCUMENTATION: &str = "https://docs.github.com/rest";

/// A caller with a known token.
pub(super) struct Caller {
    pub(super) login: String,
    write: bool,
    /// Where this server is for the caller, as in links: `http://127.0.0.1:<port>`.
    pub(super) base: String,
}

/// An answer that is not a success.
pub(super) struct Refusal {
    status: StatusCode,
    message: &'static str,
    errors: Option<Value>,
}

impl FromRequestParts<Hub> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, hub: &Hub) -> Result<Self, Refusal> {
        let text = |name| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        if text(header::USER_AGENT).is_none_or(str::is_empty) {
            return Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.",
            ));
        }
        let token = text(header::AUTHORIZATION)
            .and_then(|value| {
                value
                    .strip_prefix("Bearer ")
                    .or_else(|| value.strip_prefix("token "))
            })
            .and_then(|token| hub.token(token));
        let Some(Token { login, write, .. }) = token else {
            return Err(Refusal::new(StatusCode::UNAUTHORIZED, "Bad credentials"));
        };
        Ok(Self {
            login: login.clone(),
            write: *write,
            base: format!("http://{}", text(header::HOST).unwrap_or("127.0.0.1")),
        })
    }
}

impl Caller {
    /// Refuses callers whose token has no write permission.
    pub(super) fn may_write(&self) -> Result<(), Refusal> {
        if self.write {
            Ok(())
        } else {
            Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "Resource not accessible by integration",
            ))
        }
    }
}

impl Refusal {
    pub(super) fn new(status: StatusCode, message: &'static str) -> Self {
        Self {
            status,
            message,
            errors: None,
        }
    }

    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not Found")
    }

    /// A body that GitHub understood but does not accept.
    pub(super) fn validation(code: &str, field: &str, message: &str) -> Self {
        let error =
            json!({ "resource": "IssueComment", "code": code, "field": field, "message": message });
        Self {
            errors: Some(json!([error])),
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "Validation Failed")
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut body = json!({
            "message": self.message,
            "documentation_url": DOCUMENTATION,
            "status": self.status.as_str(),
        });
        if let Some(errors) = self.errors {
            body["errors"] = errors;
        }
        (self.status, Json(body)).into_response()
    }
}
