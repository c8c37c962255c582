//! `DescribeInstances`, `DescribeVolumes`, `DescribeNetworkInterfaces`, in pages.

use super::estate::{Estate, Thing, ThingKind};
use super::filter::passing;
use super::form::{numbered, refusal, xml};
use crate::query_api::{Parameters, escape};
use axum::http::StatusCode;
use axum::response::Response;
use std::fmt::Write as _;

/// The service's own limit of entries in a page.
const PAGE: usize = 1000;

pub(super) fn answer(estate: &Estate, kind: ThingKind, parameters: &Parameters) -> Response {
    let (list, id_parameter) = match kind {
        ThingKind::Instance => ("reservationSet", "InstanceId"),
        ThingKind::Volume => ("volumeSet", "VolumeId"),
        _ => ("networkInterfaceSet", "NetworkInterfaceId"),
    };
    let asked = numbered(parameters, id_parameter);
    let mut things = estate.things();
    things.retain(|thing| thing.kind == kind);
    things.retain(|thing| asked.is_empty() || asked.contains(&thing.id.as_str()));
    let mut things = match passing(things, parameters) {
        Ok(things) => things,
        Err(name) => {
            let message = format!("The filter '{}' is invalid", escape(&name));
            return refusal("InvalidParameterValue", &message);
        }
    };
    things.sort_by(|a, b| a.id.cmp(&b.id));
    let number = |name: &str| {
        parameters
            .get(name)
            .and_then(|text| text.parse::<usize>().ok())
    };
    let from = number("NextToken").unwrap_or(0).min(things.len());
    let to = (from + number("MaxResults").unwrap_or(PAGE).clamp(1, PAGE)).min(things.len());
    let items: String = things[from..to].iter().map(item).collect();
    let next = if to < things.len() {
        format!("<nextToken>{to}</nextToken>")
    } else {
        String::new()
    };
    let action = parameters
        .get("Action")
        .map(String::as_str)
        .unwrap_or_default();
    let id = uuid::Uuid::new_v4();
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <{action}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>{id}</requestId>\
         <{list}>{items}</{list}>{next}</{action}Response>"
    );
    xml(StatusCode::OK, body)
}

fn item(thing: &Thing) -> String {
    let (id, state, zone) = (escape(&thing.id), escape(&thing.state), escape(&thing.zone));
    let (model, tags) = (escape(&thing.model), tags(thing));
    let attached = thing.attached_to.as_deref().map(escape).unwrap_or_default();
    match thing.kind {
        ThingKind::Instance => {
            let lifecycle = if thing.spot {
                "<instanceLifecycle>spot</instanceLifecycle>"
            } else {
                ""
            };
            format!(
                "<item><reservationId>r-{id}</reservationId><instancesSet><item><instanceId>{id}</instanceId>\
                 <instanceState><name>{state}</name></instanceState><instanceType>{model}</instanceType>{lifecycle}\
                 <placement><availabilityZone>{zone}</availabilityZone></placement>{tags}</item></instancesSet></item>"
            )
        }
        ThingKind::Volume => {
            let attachment = match attached.as_str() {
                "" => String::new(),
                instance => format!("<item><instanceId>{instance}</instanceId></item>"),
            };
            format!(
                "<item><volumeId>{id}</volumeId><size>100</size><volumeType>{model}</volumeType><status>{state}</status>\
                 <availabilityZone>{zone}</availabilityZone><attachmentSet>{attachment}</attachmentSet>{tags}</item>"
            )
        }
        _ => {
            let attachment = match attached.as_str() {
                "" => String::new(),
                instance => format!("<attachment><instanceId>{instance}</instanceId></attachment>"),
            };
            format!(
                "<item><networkInterfaceId>{id}</networkInterfaceId><status>{state}</status>\
                 <availabilityZone>{zone}</availabilityZone>{attachment}{tags}</item>"
            )
        }
    }
}

fn tags(thing: &Thing) -> String {
    let mut items = String::new();
    for (key, value) in &thing.tags {
        let _ = write!(
            items,
            "<item><key>{}</key><value>{}</value></item>",
            escape(key),
            escape(value)
        );
    }
    format!("<tagSet>{items}</tagSet>")
}
