//! What AWS charges in one region: rates of EMR on EKS and prices of instance types.
//!
//! The same list is read from a price file and made from what AWS answers. This module, `wanted` and
//! `spot_answer` are pure; `spot_history` asks EC2, the crate `price-list` the Price List, and `obtain` puts it all in order.

mod obtain;
mod spot_answer;
mod spot_history;
mod wanted;

use std::collections::BTreeMap;

use aws_setup::Region;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::cost::Money;

pub(crate) use obtain::{PricesFrom, price};

/// The version of price files this release reads.
pub(crate) const SCHEMA: u32 = 1;

/// Prices of one region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PriceList {
    /// Where an editor finds the schema of this file.
    #[serde(default, rename = "$schema", skip_serializing)]
    pub(crate) _schema: Option<String>,
    /// Always [`SCHEMA`].
    pub(crate) schema: u32,
    /// Such as `eu-west-1`.
    pub(crate) region: String,
    /// The day the prices were looked up.
    pub(crate) date: Date,
    /// Who says so, in words.
    pub(crate) source: String,
    /// Always `USD`.
    pub(crate) currency: Currency,
    /// The prices are made up, for an emulated cluster.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) emulated: bool,
    /// What EMR on EKS adds to the price of the machines. Absent when not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) emr_on_eks: Option<EmrRates>,
    /// Prices by instance type.
    #[serde(default)]
    pub(crate) ec2: BTreeMap<String, InstancePrices>,
    /// Why AWS gave no prices of a kind.
    #[serde(skip)]
    pub(crate) refused: Refused,
}

/// The only currency that sums are made in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Currency {
    /// US dollars.
    #[serde(rename = "USD")]
    Usd,
}

/// Why prices of a kind are not in the list, by the answers of AWS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) emr: Option<String>,
    pub(crate) on_demand: Option<String>,
    pub(crate) spot: Option<String>,
}

/// What EMR on EKS adds, on EC2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmrRates {
    /// One requested vCPU for one hour.
    pub(crate) vcpu_hour: Money,
    /// One requested GB of memory for one hour.
    pub(crate) gb_hour: Money,
}

/// Prices of one instance type with Linux.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InstancePrices {
    /// On demand, for one hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) on_demand_hour: Option<Money>,
    /// Spot, for one hour, by availability zone.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) spot_hour: BTreeMap<String, Spot>,
}

/// The spot price of a zone over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "a spot price is text such as \"0.04\", or a list of steps {\"from\": time, \"price\": text}"
)]
pub(crate) enum Spot {
    /// The same at all times.
    Constant(Money),
    /// Each price holds from its time to the next one's.
    Steps(Vec<Step>),
}

/// A price and since when it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    pub(crate) from: Timestamp,
    pub(crate) price: Money,
}

/// A price that held from one instant to another.
pub(crate) type Held = (Timestamp, Timestamp, Money);

/// Why a file is not a price list this release can use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// Not JSON, or not of this shape.
    #[error("is not a price file: {0}")]
    Shape(#[from] serde_json::Error),
    /// Of another version.
    #[error("has schema {0}, this release reads {SCHEMA}")]
    Schema(u64),
    /// No region is called so.
    #[error("names the region `{0}`, which is none")]
    Region(String),
}

impl PriceList {
    /// Reads a price file.
    pub(crate) fn from_json(bytes: &[u8]) -> Result<Self, FileError> {
        let document: serde_json::Value = serde_json::from_slice(bytes)?;
        match document.get("schema").and_then(serde_json::Value::as_u64) {
            Some(found) if found != u64::from(SCHEMA) => return Err(FileError::Schema(found)),
            _ => {}
        }
        // From the bytes again: errors then have a line.
        let list: Self = serde_json::from_slice(bytes)?;
        match list.region.parse::<Region>() {
            Ok(_) => Ok(list),
            Err(_) => Err(FileError::Region(list.region)),
        }
    }

    /// The rates of EMR on EKS, or why they are not known.
    pub(crate) fn emr(&self) -> Result<EmrRates, String> {
        let unknown = || self.lacking(&self.refused.emr, "EMR on EKS");
        self.emr_on_eks.ok_or_else(unknown)
    }

    /// The price of an hour on demand, or why it is not known.
    pub(crate) fn on_demand(&self, instance_type: &str) -> Result<Money, String> {
        let known = self.ec2.get(instance_type);
        known
            .and_then(|prices| prices.on_demand_hour)
            .ok_or_else(|| {
                self.lacking(
                    &self.refused.on_demand,
                    &format!("{instance_type} on demand"),
                )
            })
    }

    /// The spot prices of a zone from one instant to another, or why they are not known.
    pub(crate) fn spot(
        &self,
        instance_type: &str,
        zone: &str,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Held>, String> {
        let lacking = || {
            let what = format!("{instance_type} spot in {zone}");
            self.lacking(&self.refused.spot, &what)
        };
        let prices = self.ec2.get(instance_type).ok_or_else(lacking)?;
        match prices.spot_hour.get(zone).ok_or_else(lacking)? {
            Spot::Constant(price) => Ok(vec![(from, until, *price)]),
            Spot::Steps(steps) => held(steps, from, until).ok_or_else(|| {
                format!("the prices of {instance_type} spot in {zone} begin after the node did")
            }),
        }
    }

    fn lacking(&self, refused: &Option<String>, what: &str) -> String {
        refused
            .clone()
            .unwrap_or_else(|| format!("no price of {what} in the list of {}", self.region))
    }
}

/// The pieces of a step function between two instants. `None` when it begins later.
fn held(steps: &[Step], from: Timestamp, until: Timestamp) -> Option<Vec<Held>> {
    let mut steps = steps.to_vec();
    steps.sort_unstable();
    let first = steps.iter().rposition(|step| step.from <= from)?;
    let steps = &steps[first..];
    let ends = steps.iter().skip(1).map(|next| next.from.min(until));
    let pieces = steps.iter().zip(ends.chain([until]));
    let pieces = pieces.map(|(step, end)| (step.from.max(from), end, step.price));
    // Of a node without any life, one piece without length is left.
    Some(pieces.take_while(|(at, ..)| *at <= until).collect())
}

#[cfg(test)]
mod tests;
