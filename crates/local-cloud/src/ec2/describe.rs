//! `DescribeInstances`, `DescribeVolumes`, `DescribeNetworkInterfaces`: by id or by filter, in pages.

use super::estate::Estate;
use super::filter::passing;
use super::form::numbered;
use super::thing::{Thing, ThingKind};
use crate::config::ACCOUNT;
use crate::query_api::{Parameters, escape};
use std::fmt::Write as _;

/// A code and a message.
type Refused = (&'static str, String);

/// How a kind is asked for and shown.
struct Words {
    /// The element around the items.
    list: &'static str,
    /// The list parameter of ids, and how every id begins.
    ids: (&'static str, &'static str),
    malformed: &'static str,
    not_found: &'static str,
}

fn words(kind: ThingKind) -> Words {
    match kind {
        ThingKind::Instance => Words {
            list: "reservationSet",
            ids: ("InstanceId", "i-"),
            malformed: "InvalidInstanceID.Malformed",
            not_found: "InvalidInstanceID.NotFound",
        },
        ThingKind::Volume => Words {
            list: "volumeSet",
            ids: ("VolumeId", "vol-"),
            malformed: "InvalidParameterValue",
            not_found: "InvalidVolume.NotFound",
        },
        ThingKind::NetworkInterface | ThingKind::LoadBalancer => Words {
            list: "networkInterfaceSet",
            ids: ("NetworkInterfaceId", "eni-"),
            malformed: "InvalidNetworkInterfaceId.Malformed",
            not_found: "InvalidNetworkInterfaceID.NotFound",
        },
    }
}

/// The list of a page, and the token of the next one.
pub(super) fn page(
    estate: &Estate,
    kind: ThingKind,
    parameters: &Parameters,
) -> Result<String, Refused> {
    let words = words(kind);
    let mut things = estate.things();
    things.retain(|thing| thing.kind == kind);
    let asked = numbered(parameters, words.ids.0);
    check_ids(&words, &asked, &things)?;
    things.retain(|thing| asked.is_empty() || asked.contains(&thing.id.as_str()));
    let mut things = passing(kind, things, parameters).map_err(|name| {
        let message = format!("The filter '{name}' is invalid");
        ("InvalidParameterValue", message)
    })?;
    things.sort_by(|a, b| a.id.cmp(&b.id));
    let (from, to) = bounds(parameters, things.len(), !asked.is_empty())?;
    let items: String = things[from..to].iter().map(item).collect();
    let next = if to < things.len() {
        format!("<nextToken>{to}</nextToken>")
    } else {
        String::new()
    };
    let list = words.list;
    Ok(format!("<{list}>{items}</{list}>{next}"))
}

fn check_ids(words: &Words, asked: &[&str], things: &[Thing]) -> Result<(), Refused> {
    let prefix = words.ids.1;
    if let Some(id) = asked.iter().find(|id| !id.starts_with(prefix)) {
        let message = format!("Invalid id: \"{id}\" (expecting \"{prefix}...\")");
        return Err((words.malformed, message));
    }
    let missing = |id: &&&str| !things.iter().any(|thing| thing.id == **id);
    asked.iter().find(missing).map_or(Ok(()), |id| {
        Err((words.not_found, format!("The ID '{id}' does not exist")))
    })
}

/// The page that is asked for. Without `MaxResults` everything is one page.
fn bounds(parameters: &Parameters, all: usize, by_id: bool) -> Result<(usize, usize), Refused> {
    let most = match parameters.get("MaxResults").map(|given| given.parse()) {
        None => all,
        Some(_) if by_id => {
            let message = "The parameter MaxResults cannot be used together with ids";
            return Err(("InvalidParameterCombination", message.to_owned()));
        }
        Some(Ok(most @ 5..=1000)) => most,
        Some(_) => {
            let message = "The value of maxResults is invalid. Expecting one between 5 and 1000.";
            return Err(("InvalidParameterValue", message.to_owned()));
        }
    };
    let from = match parameters.get("NextToken").map(|given| given.parse()) {
        None => 0,
        Some(Ok(from)) if from <= all => from,
        Some(_) => {
            let message = "The specified NextToken is not valid.";
            return Err(("InvalidNextToken", message.to_owned()));
        }
    };
    Ok((from, (from + most).min(all)))
}

/// The code that goes with the name of an instance's state.
fn code(state: &str) -> u8 {
    match state {
        "pending" => 0,
        "shutting-down" => 32,
        "terminated" => 48,
        "stopping" => 64,
        "stopped" => 80,
        _ => 16,
    }
}

fn item(thing: &Thing) -> String {
    let (id, state, zone) = (escape(&thing.id), escape(&thing.state), escape(&thing.zone));
    let (model, tags) = (escape(&thing.model), tags(thing));
    // EC2 shows digits after the second, which are zero for instances.
    let since = thing.since.strftime("%Y-%m-%dT%H:%M:%S.000Z");
    let attached = thing.attached_to.as_deref().map(escape).unwrap_or_default();
    match thing.kind {
        ThingKind::Instance => {
            let lifecycle = if thing.spot {
                "<instanceLifecycle>spot</instanceLifecycle>"
            } else {
                ""
            };
            let code = code(&thing.state);
            format!(
                "<item><reservationId>r-{id}</reservationId><ownerId>{ACCOUNT}</ownerId><instancesSet><item><instanceId>{id}</instanceId>\
                 <instanceState><code>{code}</code><name>{state}</name></instanceState><instanceType>{model}</instanceType><launchTime>{since}</launchTime>{lifecycle}\
                 <placement><availabilityZone>{zone}</availabilityZone></placement>{tags}</item></instancesSet></item>"
            )
        }
        ThingKind::Volume => {
            let attachment = match attached.as_str() {
                "" => String::new(),
                instance => format!(
                    "<item><instanceId>{instance}</instanceId><status>attached</status></item>"
                ),
            };
            let size = thing.size_gib;
            format!(
                "<item><volumeId>{id}</volumeId><size>{size}</size><volumeType>{model}</volumeType><status>{state}</status>\
                 <createTime>{since}</createTime><availabilityZone>{zone}</availabilityZone><attachmentSet>{attachment}</attachmentSet>{tags}</item>"
            )
        }
        _ => {
            let attachment = match attached.as_str() {
                "" => String::new(),
                instance => {
                    format!(
                        "<attachment><instanceId>{instance}</instanceId><status>attached</status></attachment>"
                    )
                }
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
