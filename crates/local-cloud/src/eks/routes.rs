//! The EKS API: only `DescribeCluster`, for the one cluster.

use crate::config::{ACCOUNT, REGION};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

/// Name of the one cluster.
pub(crate) const CLUSTER: &str = "local-cloud";

/// What is said of the cluster.
#[derive(Debug, Clone)]
pub(crate) struct Cluster {
    /// Where its API server answers.
    pub(crate) endpoint: String,
    /// The certificate of its authority, as PEM in base64.
    pub(crate) authority: String,
}

/// The EKS API.
pub(crate) fn routes(cluster: Cluster) -> Router {
    Router::new()
        .route("/clusters/{name}", get(describe_cluster))
        .with_state(cluster)
}

async fn describe_cluster(State(cluster): State<Cluster>, Path(name): Path<String>) -> Response {
    if name != CLUSTER {
        let message = format!("No cluster found for name: {name}.");
        let code = [("x-amzn-errortype", "ResourceNotFoundException")];
        return (
            StatusCode::NOT_FOUND,
            code,
            Json(json!({"message": message})),
        )
            .into_response();
    }
    let body = json!({"cluster": {
        "name": CLUSTER,
        "arn": format!("arn:aws:eks:{REGION}:{ACCOUNT}:cluster/{CLUSTER}"),
        "version": "1.34",
        "status": "ACTIVE",
        "endpoint": cluster.endpoint,
        "certificateAuthority": {"data": cluster.authority},
        "accessConfig": {"authenticationMode": "API"},
    }});
    Json(body).into_response()
}
