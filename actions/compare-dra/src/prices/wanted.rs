//! Which prices the runs need: the region, instance types, zones and times that were seen. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use run_record::RunRecord;

use crate::nodes;

/// The prices that runs in one region need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Every instance type that was launched.
    pub(crate) types: BTreeSet<String>,
    /// Those that were launched as spot.
    pub(crate) spot_types: BTreeSet<String>,
    /// The zones of spot nodes.
    pub(crate) zones: BTreeSet<String>,
    /// From the first launch to the last end of a spot node.
    pub(crate) spot_time: Option<(Timestamp, Timestamp)>,
}

impl Wanted {
    /// Adds what a run needs.
    pub(crate) fn add(&mut self, record: &RunRecord) {
        for node in nodes::nodes(record).unwrap_or_default() {
            let Some(instance_type) = &node.claim.instance_type else {
                continue;
            };
            self.types.insert(instance_type.clone());
            if node.claim.capacity_type.as_deref() != Some("spot") {
                continue;
            }
            self.spot_types.insert(instance_type.clone());
            self.zones.extend(node.claim.zone.clone());
            let (from, until) = self.spot_time.unwrap_or((node.from, node.until));
            self.spot_time = Some((from.min(node.from), until.max(node.until)));
        }
    }
}

/// The regions that a run's nodes were in, by their zones. One, unless something is odd; none when no zone was seen.
pub(crate) fn regions(record: &RunRecord) -> BTreeSet<String> {
    let seen = &record.observation;
    let claims = seen
        .node_claims
        .iter()
        .filter_map(|claim| claim.zone.as_deref());
    let nodes = seen.nodes.iter().filter_map(|node| node.zone.as_deref());
    claims
        .chain(nodes)
        .filter_map(region_of)
        .map(str::to_owned)
        .collect()
}

/// `eu-west-1` of `eu-west-1a`, and of `eu-west-1-wl1-…`: everything up to the first part that begins with a digit,
/// with the digits of that part.
fn region_of(zone: &str) -> Option<&str> {
    let digit = zone
        .match_indices('-')
        .map(|(at, _)| at + 1)
        .find(|at| zone[*at..].starts_with(|c: char| c.is_ascii_digit()))?;
    let digits = zone[digit..].bytes().take_while(u8::is_ascii_digit).count();
    Some(&zone[..digit + digits])
}

/// What runs need, by region.
pub(crate) type ByRegion = BTreeMap<String, Wanted>;

#[cfg(test)]
mod tests {
    use super::region_of;

    #[test]
    fn zones_tell_their_region() {
        for (zone, region) in [
            ("ap-southeast-2a", Some("ap-southeast-2")),
            ("us-gov-west-1b", Some("us-gov-west-1")),
            ("us-west-2-lax-1a", Some("us-west-2")),
            ("us-east-1-wl1-bos-wlz-1", Some("us-east-1")),
            ("eusc-de-east-1a", Some("eusc-de-east-1")),
            ("zone", None),
            ("", None),
            ("é-é", None),
        ] {
            assert_eq!(region_of(zone), region, "{zone}");
        }
    }
}
