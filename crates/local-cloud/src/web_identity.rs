//! GitHub's OIDC issuer: gives a workflow's token to whoever has the request token, and knows the tokens it gave.
//!
//! The tokens are JWTs in form. Their signature is a random text: who checks them asks the issuer.

use axum::Json;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64_simd::URL_SAFE_NO_PAD;
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// What a workflow with `id-token: write` has as `ACTIONS_ID_TOKEN_REQUEST_TOKEN`.
pub(crate) const REQUEST_TOKEN: &str = "local-cloud-id-token-request";

/// The subject of every token: the workflow run whose job asks.
const SUBJECT: &str = "repo:demo/threadsleep:ref:refs/heads/main";

/// GitHub's tokens count for five minutes.
const LIFETIME: Duration = Duration::from_secs(300);

/// A token that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) audience: String,
    pub(crate) subject: &'static str,
    pub(crate) expired: bool,
}

/// The issuer. Clones share its tokens.
#[derive(Debug, Clone, Default)]
pub(crate) struct Issuer {
    given: Arc<Mutex<BTreeMap<String, (String, Instant)>>>,
}

impl Issuer {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, (String, Instant)>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The HTTP routes.
    pub(crate) fn routes(&self) -> Router {
        Router::new()
            .route("/token", get(token))
            .with_state(self.clone())
    }

    fn give(&self, audience: &str) -> String {
        let now = jiff::Timestamp::now().as_second();
        let header = json!({"typ": "JWT", "alg": "RS256", "kid": "local-cloud"});
        let claims = json!({
            "iss": "https://token.actions.githubusercontent.com", "sub": SUBJECT, "aud": audience,
            "iat": now, "nbf": now - 600, "exp": now + 300, "jti": uuid::Uuid::new_v4().to_string(),
        });
        let parts = [
            header.to_string(),
            claims.to_string(),
            uuid::Uuid::new_v4().to_string(),
        ];
        let token = parts
            .map(|part| URL_SAFE_NO_PAD.encode_to_string(part.as_bytes()))
            .join(".");
        let known = (audience.to_owned(), Instant::now() + LIFETIME);
        self.lock().insert(token.clone(), known);
        token
    }

    /// What is known of a token; none if it was never given.
    pub(crate) fn look_up(&self, token: &str) -> Option<Given> {
        let (audience, until) = self.lock().get(token)?.clone();
        Some(Given {
            audience,
            subject: SUBJECT,
            expired: until <= Instant::now(),
        })
    }
}

async fn token(
    State(issuer): State<Issuer>,
    Query(parameters): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let authorization = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let (scheme, given) = authorization.split_once(' ').unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") || given != REQUEST_TOKEN {
        return (StatusCode::UNAUTHORIZED, "Unauthorized").into_response();
    }
    // Without an audience GitHub takes the URL of the repository's owner.
    let audience = parameters.get("audience").map(String::as_str);
    let value = issuer.give(audience.unwrap_or("https://github.com/demo"));
    Json(json!({"count": value.len(), "value": value})).into_response()
}
