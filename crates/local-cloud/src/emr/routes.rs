//! The service's REST routes. Parses and answers; decides nothing.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, RawQuery, State},
    routing::get,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{error::ApiError, service::Service};

type Answer = Result<Json<Value>, ApiError>;

/// The router of the API.
pub(crate) fn router(service: Service) -> Router {
    Router::new()
        .route(
            "/virtualclusters",
            get(list_virtual_clusters).post(create_virtual_cluster),
        )
        .route(
            "/virtualclusters/{cluster}",
            get(describe_virtual_cluster).delete(delete_virtual_cluster),
        )
        .route(
            "/virtualclusters/{cluster}/jobruns",
            get(list_job_runs).post(start_job_run),
        )
        .route(
            "/virtualclusters/{cluster}/jobruns/{job}",
            get(describe_job_run).delete(cancel_job_run),
        )
        .with_state(service)
}

fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, ApiError> {
    serde_json::from_slice(body)
        .map_err(|error| ApiError::Validation(format!("the request body is not valid: {error}")))
}

async fn create_virtual_cluster(State(service): State<Service>, body: Bytes) -> Answer {
    let cluster = service.virtual_clusters().create(parse(&body)?)?;
    Ok(Json(
        json!({"id": cluster.id, "name": cluster.name, "arn": cluster.arn}),
    ))
}

async fn describe_virtual_cluster(
    State(service): State<Service>,
    Path(cluster): Path<String>,
) -> Answer {
    let described = service.virtual_clusters().get(&cluster)?;
    Ok(Json(json!({"virtualCluster": described})))
}

async fn delete_virtual_cluster(
    State(service): State<Service>,
    Path(cluster): Path<String>,
) -> Answer {
    service.delete(&cluster)?;
    Ok(Json(json!({"id": cluster})))
}

async fn list_virtual_clusters(
    State(service): State<Service>,
    RawQuery(query): RawQuery,
) -> Answer {
    let query = Query::parse(query.as_deref());
    let mut clusters = service.virtual_clusters().all();
    clusters.reverse();
    clusters.retain(|cluster| {
        query.allows("states", cluster.state.name())
            && query.allows("containerProviderId", &cluster.container_provider.id)
            && query.allows("containerProviderType", &cluster.container_provider.kind)
            && query.spans(cluster.created_at)
    });
    query.page("virtualClusters", clusters)
}

async fn start_job_run(
    State(service): State<Service>,
    Path(cluster): Path<String>,
    body: Bytes,
) -> Answer {
    let job = service.submit(&cluster, parse(&body)?)?;
    Ok(Json(
        json!({"id": job.id, "name": job.name, "arn": job.arn, "virtualClusterId": job.virtual_cluster_id}),
    ))
}

async fn describe_job_run(
    State(service): State<Service>,
    Path((cluster, job)): Path<(String, String)>,
) -> Answer {
    Ok(Json(json!({"jobRun": service.job_run(&cluster, &job)?})))
}

async fn cancel_job_run(
    State(service): State<Service>,
    Path((cluster, job)): Path<(String, String)>,
) -> Answer {
    service.cancel(&cluster, &job)?;
    Ok(Json(json!({"id": job, "virtualClusterId": cluster})))
}

async fn list_job_runs(
    State(service): State<Service>,
    Path(cluster): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    let query = Query::parse(query.as_deref());
    let mut jobs = service.job_runs(&cluster)?;
    jobs.retain(|job| {
        query.allows("states", job.state.name())
            && query.allows("name", &job.name)
            && query.spans(job.created_at)
    });
    query.page("jobRuns", jobs)
}

/// A query string; a name may come several times.
struct Query(Vec<(String, String)>);

impl Query {
    fn parse(query: Option<&str>) -> Self {
        Self(
            form_urlencoded::parse(query.unwrap_or_default().as_bytes())
                .into_owned()
                .collect(),
        )
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the filter is absent or names the value.
    fn allows(&self, name: &str, value: &str) -> bool {
        self.values(name).next().is_none() || self.values(name).any(|wanted| wanted == value)
    }

    /// Whether `createdAfter` and `createdBefore` leave the time in.
    fn spans(&self, created: jiff::Timestamp) -> bool {
        self.time("createdAfter")
            .is_none_or(|after| created > after)
            && self
                .time("createdBefore")
                .is_none_or(|before| created < before)
    }

    fn time(&self, name: &str) -> Option<jiff::Timestamp> {
        self.values(name).next()?.parse().ok()
    }

    /// One page, newest first as the list came; the token is the position to go on from.
    fn page<T: serde::Serialize>(&self, field: &str, items: Vec<T>) -> Answer {
        let number = |name: &str| {
            self.values(name)
                .next()
                .map(str::parse::<usize>)
                .transpose()
        };
        let bad = |_| ApiError::Validation("nextToken or maxResults is not valid".to_owned());
        let from = number("nextToken").map_err(bad)?.unwrap_or(0);
        let most = number("maxResults")
            .map_err(bad)?
            .unwrap_or(100)
            .clamp(1, 100);
        let next = (from + most < items.len()).then(|| (from + most).to_string());
        let items: Vec<_> = items.into_iter().skip(from).take(most).collect();
        let mut answer = json!({ field: items });
        if let Some(next) = next {
            answer["nextToken"] = json!(next);
        }
        Ok(Json(answer))
    }
}

#[cfg(test)]
mod tests {
    use super::Query;

    #[test]
    fn a_filter_may_name_several_values() {
        let query = Query::parse(Some("states=RUNNING&states=PENDING&name=a%2Fb"));
        assert!(query.allows("states", "PENDING"));
        assert!(!query.allows("states", "FAILED"));
        assert!(query.allows("name", "a/b"));
        assert!(query.allows("createdAfter", "anything"));
    }
}
