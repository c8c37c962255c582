//! Shows everything the local cloud holds, for people and for tests. Changes nothing.

use crate::calls::Calls;
use crate::ec2::Estate;
use crate::emr;
use crate::github::Hub;
use crate::kubernetes::{Store, kind};
use crate::objects::Objects;
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Map, Value, json};

/// Looks into every service.
#[derive(Debug, Clone)]
pub(crate) struct Inspector {
    objects: Objects,
    kubernetes: Store,
    github: Hub,
    emr: emr::Service,
    estate: Estate,
}

/// `GET /state` and `GET /calls`.
pub(crate) fn routes(inspector: Inspector, calls: Calls) -> Router {
    let state = async |State(inspector): State<Inspector>| Json(inspector.state());
    Router::new()
        .route("/state", get(state))
        .with_state(inspector)
        .route("/calls", get(async move || Json(calls.all())))
}

impl Inspector {
    pub(crate) fn new(
        objects: Objects,
        kubernetes: Store,
        github: Hub,
        emr: emr::Service,
        estate: Estate,
    ) -> Self {
        Self {
            objects,
            kubernetes,
            github,
            emr,
            estate,
        }
    }

    /// All state as JSON: buckets with their sizes and unfinished uploads, names of cluster objects, comments, job runs and
    /// processes, what there is in EC2.
    pub(crate) fn state(&self) -> Value {
        json!({
            "s3": self.objects.state(),
            "emr": self.emr.state(),
            "ec2": self.estate.state(),
            "kubernetes": self.cluster(),
            "github": self.github.state(),
        })
    }

    fn cluster(&self) -> Value {
        let names = |kind| {
            let names = self.kubernetes.list(kind, None).into_iter().map(|object| {
                let metadata = &object["metadata"];
                let name = metadata["name"].as_str().unwrap_or_default().to_owned();
                match metadata["namespace"].as_str() {
                    Some(namespace) => format!("{namespace}/{name}"),
                    None => name,
                }
            });
            Value::from_iter(names)
        };
        let kinds = kind::ALL
            .into_iter()
            .map(|k| (k.plural.to_owned(), names(k)));
        Value::Object(Map::from_iter(kinds))
    }
}
