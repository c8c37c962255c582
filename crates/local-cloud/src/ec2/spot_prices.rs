//! `DescribeSpotPriceHistory`, over made-up prices.

use super::form::{numbered, refusal, xml};
use crate::made_up_prices::{Prices, SpotPrice};
use crate::query_api::{Parameters, escape};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;

/// The service's own limit of entries in a page.
const PAGE: usize = 1000;

pub(super) fn describe_spot_price_history(prices: &Prices, parameters: &Parameters) -> Response {
    let number = |name: &str| {
        parameters
            .get(name)
            .and_then(|text| text.parse::<usize>().ok())
    };
    let time = |name: &str| {
        parameters
            .get(name)
            .and_then(|text| text.parse::<Timestamp>().ok())
    };
    let (Some(start), Some(end)) = (time("StartTime"), time("EndTime")) else {
        return refusal(
            "InvalidParameterValue",
            "The local cloud needs StartTime and EndTime.",
        );
    };
    let types = numbered(parameters, "InstanceType");
    let zones = match parameters.get("Filter.1.Name").map(String::as_str) {
        Some("availability-zone") => numbered(parameters, "Filter.1.Value"),
        _ => {
            return refusal(
                "InvalidParameterValue",
                "The local cloud needs a filter of zones.",
            );
        }
    };
    let changes: Vec<SpotPrice> = types
        .iter()
        .flat_map(|instance_type| zones.iter().map(move |zone| (*instance_type, *zone)))
        .flat_map(|(instance_type, zone)| changes(prices, instance_type, zone, (start, end)))
        .collect();
    let from = number("NextToken").unwrap_or(0).min(changes.len());
    let to = (from + number("MaxResults").unwrap_or(PAGE).clamp(1, PAGE)).min(changes.len());
    let next = if to < changes.len() {
        to.to_string()
    } else {
        String::new()
    };
    let items: String = changes[from..to].iter().map(item).collect();
    let id = uuid::Uuid::new_v4();
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <DescribeSpotPriceHistoryResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>{id}</requestId>\
         <spotPriceHistorySet>{items}</spotPriceHistorySet><nextToken>{next}</nextToken></DescribeSpotPriceHistoryResponse>"
    );
    xml(StatusCode::OK, body)
}

/// The changes between two instants and the last one before, newest first.
fn changes(
    prices: &Prices,
    instance_type: &str,
    zone: &str,
    (start, end): (Timestamp, Timestamp),
) -> Vec<SpotPrice> {
    if prices.spot.is_empty() {
        return always(prices, instance_type, zone, start)
            .into_iter()
            .collect();
    }
    let here = prices.spot.iter().filter(|price| {
        price.instance_type == instance_type && price.zone == zone && price.at <= end
    });
    let mut here: Vec<SpotPrice> = here.cloned().collect();
    here.sort_by_key(|price| std::cmp::Reverse(price.at));
    let before = here.iter().position(|price| price.at <= start);
    here.truncate(before.map_or(here.len(), |before| before + 1));
    here
}

/// Half of the price on demand.
fn always(prices: &Prices, instance_type: &str, zone: &str, at: Timestamp) -> Option<SpotPrice> {
    let price: f64 = prices.on_demand.get(instance_type)?.parse().ok()?;
    Some(SpotPrice {
        instance_type: instance_type.to_owned(),
        zone: zone.to_owned(),
        at,
        price: format!("{:.6}", price / 2.0),
    })
}

fn item(price: &SpotPrice) -> String {
    format!(
        "<item><instanceType>{}</instanceType><productDescription>Linux/UNIX</productDescription><spotPrice>{}</spotPrice>\
         <timestamp>{}</timestamp><availabilityZone>{}</availabilityZone></item>",
        escape(&price.instance_type),
        escape(&price.price),
        price.at,
        escape(&price.zone),
    )
}
