//! Errors as the service gives them: status 400 for all of them, `x-amzn-ErrorType`, and a JSON body with a message.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

/// What went wrong with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ApiError {
    /// A value breaks a limit, or the state does not allow the call.
    Validation(String),
    /// No such virtual cluster or job run. The service answers 400, not 404.
    NotFound(String),
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (code, message) = match self {
            Self::Validation(message) => ("ValidationException", message),
            Self::NotFound(message) => ("ResourceNotFoundException", message),
        };
        (
            StatusCode::BAD_REQUEST,
            [("x-amzn-ErrorType", code)],
            Json(json!({"message": message})),
        )
            .into_response()
    }
}
