//! Who may use the cluster: whoever shows a token made from STS, as EKS's authenticator takes it.
//!
//! The token is `k8s-aws-v1.` and a presigned URL of `GetCallerIdentity` in base64url. The real authenticator sends
//! that URL to STS with the header `x-k8s-aws-id`; here the signature is computed again instead.

use super::signature;
use super::state::EksCluster;
use crate::config::REGION;
use crate::credentials::{Keys, Standing};
use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64_simd::URL_SAFE_NO_PAD;
use serde_json::json;

const PREFIX: &str = "k8s-aws-v1.";

/// The routes, for callers with a good token only. `sts` is the host that the URL may name besides STS's own, the only
/// ones that the real authenticator takes.
pub(crate) fn authenticated(routes: Router, keys: Keys, sts: &str, cluster: EksCluster) -> Router {
    let host = sts.trim_start_matches("http://").to_owned();
    let check = move |request: Request, next: Next| {
        let (keys, host, cluster) = (keys.clone(), host.clone(), cluster.clone());
        async move {
            let authorization = request.headers().get(header::AUTHORIZATION);
            let bearer = authorization
                .and_then(|value| value.to_str().ok())
                .and_then(|value| value.strip_prefix("Bearer "));
            match bearer.is_some_and(|token| accepts(token, &keys, &host, &cluster)) {
                true => next.run(request).await,
                false => unauthorized(),
            }
        }
    };
    routes.layer(axum::middleware::from_fn(check))
}

fn unauthorized() -> Response {
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": "Unauthorized", "reason": "Unauthorized", "code": 401,
    });
    (StatusCode::UNAUTHORIZED, axum::Json(status)).into_response()
}

fn accepts(token: &str, keys: &Keys, host: &str, cluster: &EksCluster) -> bool {
    let url = token
        .strip_prefix(PREFIX)
        .and_then(|text| URL_SAFE_NO_PAD.decode_to_vec(text.as_bytes()).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let Some(presigned) = url.as_deref().and_then(signature::Presigned::parse) else {
        return false;
    };
    let key = presigned.access_key();
    let good = keys.standing(key, presigned.get("X-Amz-Security-Token")) == Standing::Good;
    let Some(secret) = keys.secret(key).filter(|_| good) else {
        return false;
    };
    let own = format!("sts.{REGION}.amazonaws.com");
    let named = presigned.host();
    (named == host || named == own)
        && presigned.get("Action") == Some("GetCallerIdentity")
        && presigned.counts_at(jiff::Timestamp::now())
        && presigned.is_signed_with(
            &secret,
            &[("host", named), ("x-k8s-aws-id", &cluster.name())],
        )
}
