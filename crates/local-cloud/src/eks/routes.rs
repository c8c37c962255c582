//! The EKS API: only `DescribeCluster`, for the one cluster.

use super::state::{EksCluster, EksStatus};
use crate::config::{ACCOUNT, REGION};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

/// Name of the one cluster, unless a test gives it another one.
pub(crate) const CLUSTER: &str = "local-cloud";

/// What is said of the cluster.
#[derive(Debug, Clone)]
pub(crate) struct Cluster {
    /// Its name and its state.
    pub(crate) state: EksCluster,
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
    let Some(status) = cluster.state.status(&name) else {
        let message = format!("No cluster found for name: {name}.");
        let code = [("x-amzn-errortype", "ResourceNotFoundException")];
        return (
            StatusCode::NOT_FOUND,
            code,
            Json(json!({"message": message})),
        )
            .into_response();
    };
    let mut shown = json!({
        "name": name,
        "arn": format!("arn:aws:eks:{REGION}:{ACCOUNT}:cluster/{name}"),
        "version": "1.34",
        "status": status.name(),
        "accessConfig": {"authenticationMode": "API"},
    });
    if status != EksStatus::Creating {
        shown["endpoint"] = json!(cluster.endpoint);
        shown["certificateAuthority"] = json!({"data": cluster.authority});
    }
    Json(json!({"cluster": shown})).into_response()
}
