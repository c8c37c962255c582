//! The Resource Groups Tagging API: `GetResources` over what there is in EC2 and Elastic Load Balancing. The JSON protocol
//! with `X-Amz-Target`.

use crate::ec2::{Estate, Thing, ThingKind};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use bytes::Bytes;
use serde_json::{Value, json};

/// Entries in a page, unless fewer are asked for.
const PAGE: u64 = 100;

/// The tagging API.
pub(crate) fn routes(estate: Estate) -> Router {
    Router::new().route("/", post(answer)).with_state(estate)
}

async fn answer(State(estate): State<Estate>, headers: HeaderMap, body: Bytes) -> Response {
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let target = headers.get("x-amz-target").and_then(|t| t.to_str().ok());
    let operation = target.and_then(|target| target.rsplit('.').next());
    if operation != Some("GetResources") {
        let body = json!({"__type": "UnknownOperationException", "message": operation});
        return (StatusCode::BAD_REQUEST, Json(body)).into_response();
    }
    let mut things = estate.things();
    things.retain(|thing| of_type(thing, &request["ResourceTypeFilters"]));
    things.retain(|thing| tagged(thing, &request["TagFilters"]));
    things.sort_by_key(Thing::arn);
    let from = request["PaginationToken"]
        .as_str()
        .and_then(|token| token.parse().ok());
    let from = from.unwrap_or(0).min(things.len());
    let page = request["ResourcesPerPage"].as_u64().unwrap_or(PAGE);
    let to = from
        .saturating_add(usize::try_from(page).unwrap_or(usize::MAX))
        .min(things.len());
    let next = if to < things.len() {
        to.to_string()
    } else {
        String::new()
    };
    let list: Vec<Value> = things[from..to].iter().map(mapping).collect();
    Json(json!({"PaginationToken": next, "ResourceTagMappingList": list})).into_response()
}

fn mapping(thing: &Thing) -> Value {
    let tags = thing
        .tags
        .iter()
        .map(|(key, value)| json!({"Key": key, "Value": value}));
    json!({"ResourceARN": thing.arn(), "Tags": tags.collect::<Vec<_>>()})
}

/// `service` or `service:type`; none asked for passes all.
fn of_type(thing: &Thing, filters: &Value) -> bool {
    let own = match thing.kind {
        ThingKind::Instance => "ec2:instance",
        ThingKind::Volume => "ec2:volume",
        ThingKind::NetworkInterface => "ec2:network-interface",
        ThingKind::LoadBalancer => "elasticloadbalancing:loadbalancer",
    };
    let fits = |filter: &Value| {
        let filter = filter.as_str().unwrap_or_default();
        own == filter || own.split(':').next() == Some(filter)
    };
    filters
        .as_array()
        .is_none_or(|filters| filters.is_empty() || filters.iter().any(fits))
}

/// All filters must pass, each with any of its values; without values the key is enough.
fn tagged(thing: &Thing, filters: &Value) -> bool {
    let fits = |filter: &Value| {
        let Some(value) = filter["Key"].as_str().and_then(|key| thing.tags.get(key)) else {
            return false;
        };
        let values = filter["Values"].as_array();
        values.is_none_or(|values| values.is_empty() || values.iter().any(|asked| asked == value))
    };
    filters
        .as_array()
        .is_none_or(|filters| filters.iter().all(fits))
}
