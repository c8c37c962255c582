//! The Price List Query API: `GetProducts` over made-up prices. The JSON protocol with `X-Amz-Target`.
//!
//! Products carry one attribute that AWS's have not, `emulated`, so that nobody takes them for AWS's.

use crate::made_up_prices::{DESCRIPTION, Prices};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use bytes::Bytes;
use serde_json::{Value, json};

/// The Price List API.
pub(crate) fn routes(prices: Prices) -> Router {
    Router::new().route("/", post(answer)).with_state(prices)
}

async fn answer(State(prices): State<Prices>, headers: HeaderMap, body: Bytes) -> Response {
    // The content type is `application/x-amz-json-1.1`, which is not taken for JSON by itself.
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let target = headers.get("x-amz-target").and_then(|t| t.to_str().ok());
    let operation = target.and_then(|target| target.rsplit('.').next());
    if operation != Some("GetProducts") {
        return refused("UnknownOperationException", operation.unwrap_or_default());
    }
    let products = match request["ServiceCode"].as_str() {
        Some("AmazonEC2") => on_demand(&prices),
        Some("ElasticMapReduce") => emr(&prices),
        _ => return refused("InvalidParameterException", "Invalid ServiceCode"),
    };
    let filters = request["Filters"].as_array().cloned().unwrap_or_default();
    let matches = |product: &&Value| filters.iter().all(|filter| passes(product, filter));
    // Items are JSON inside of strings.
    let list: Vec<String> = products
        .iter()
        .filter(matches)
        .map(Value::to_string)
        .collect();
    Json(json!({"FormatVersion": "aws_v1", "PriceList": list})).into_response()
}

fn refused(code: &str, message: &str) -> Response {
    let body = json!({"__type": code, "message": message});
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

/// Prices are the same in every region, so a filter for one passes all.
fn passes(product: &Value, filter: &Value) -> bool {
    let product = &product["product"];
    match filter["Field"].as_str() {
        Some("regionCode") => true,
        Some("productFamily") => product["productFamily"] == filter["Value"],
        Some(field) => product["attributes"][field] == filter["Value"],
        None => false,
    }
}

fn on_demand(prices: &Prices) -> Vec<Value> {
    let product = |(instance_type, price): (&String, &String)| {
        let attributes = json!({
            "instanceType": instance_type, "operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA",
            "capacitystatus": "Used", "operation": "RunInstances", "licenseModel": "No License required",
        });
        offer("Compute Instance", instance_type, attributes, "Hrs", price)
    };
    prices.on_demand.iter().map(product).collect()
}

fn emr(prices: &Prices) -> Vec<Value> {
    let Some((vcpu, gb)) = &prices.emr else {
        return Vec::new();
    };
    let product = |provider: &str, unit: &str, price: &str| {
        let attributes = json!({
            "computeprovider": provider, "meterunit": unit, "operation": "StartJobRun", "servicecode": "ElasticMapReduce",
        });
        offer(
            "EMR Containers",
            &format!("{provider}{unit}"),
            attributes,
            unit,
            price,
        )
    };
    // Fargate's are there too, at another price, as in AWS's list.
    vec![
        product("EC2", "CPUHours", vcpu),
        product("EC2", "GBHours", gb),
        product("FARGATE", "CPUHours", "9.9"),
        product("FARGATE", "GBHours", "9.9"),
    ]
}

fn offer(family: &str, sku: &str, mut attributes: Value, unit: &str, price: &str) -> Value {
    attributes["emulated"] = "true".into();
    let dimension = json!({
        "unit": unit, "description": DESCRIPTION, "beginRange": "0", "endRange": "Inf", "appliesTo": [],
        "rateCode": format!("{sku}.T.D"), "pricePerUnit": {"USD": price},
    });
    let term = json!({"sku": sku, "offerTermCode": "T", "priceDimensions": {format!("{sku}.T.D"): dimension}});
    json!({
        "product": {"productFamily": family, "sku": sku, "attributes": attributes},
        "terms": {"OnDemand": {format!("{sku}.T"): term}},
    })
}
