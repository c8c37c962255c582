//! What things cost in the local cloud. Every number is made up, and the answers say so.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// Said of every price.
pub(crate) const DESCRIPTION: &str = "local cloud, made-up price";

/// Prices in US dollars for one hour, as text. The same in every region.
#[derive(Debug, Clone)]
pub struct Prices {
    /// On demand, by instance type.
    pub on_demand: BTreeMap<String, String>,
    /// Changes of the spot price. Without any, every type of `on_demand` costs half as much in every zone, always.
    pub spot: Vec<SpotPrice>,
    /// EMR on EKS: one vCPU and one GB of memory.
    pub emr: Option<(String, String)>,
}

/// A spot price, and since when it holds.
#[derive(Debug, Clone)]
pub struct SpotPrice {
    /// Such as `m5.large`.
    pub instance_type: String,
    /// Such as `us-east-1a`.
    pub zone: String,
    /// Since when.
    pub at: Timestamp,
    /// US dollars for one hour.
    pub price: String,
}

impl Default for Prices {
    /// Ten cents for each large in a size: made up, and near enough to think with.
    fn default() -> Self {
        let on_demand = crate::karpenter::instance_types()
            .map(|(name, vcpus)| (name, format!("{}.{:02}", vcpus * 5 / 100, vcpus * 5 % 100)));
        Self {
            on_demand: on_demand.collect(),
            spot: Vec::new(),
            emr: Some(("0.01".to_owned(), "0.001".to_owned())),
        }
    }
}
