//! What one run cost, item by item: rates of EMR on the pods, prices of EC2 on the nodes. Pure.

mod ec2;
mod priced;
mod quantity;
mod span;
mod uplift;

use jiff::civil::Date;
use run_record::RunRecord;
use serde::{Deserialize, Serialize};
use spark_log::Timeline;

use crate::{
    metric::MetricId,
    nodes::{not_all, pods_missing},
    prices::PriceList,
};

pub(crate) use ec2::{NodeItem, Part};
pub(crate) use price_list::Money;
pub(crate) use priced::Priced;
pub(crate) use uplift::PodItem;

/// What is paid for besides, and is in no number of the report.
pub(crate) const NOT_COUNTED: &str = "nodes that Karpenter did not launch, volumes (EBS), public addresses, data transfer and NAT gateways, S3 requests, the EKS control plane, EMR's job-runner pod, and taxes, discounts, Savings Plans and Reserved Instances";

/// The cost of a run. The parts add up to the total, and the items to the parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cost {
    /// The list the prices are from.
    pub(crate) prices: PriceSource,
    pub(crate) total: Amount,
    pub(crate) emr_uplift: Amount,
    pub(crate) ec2_busy: Amount,
    pub(crate) ec2_idle: Amount,
    pub(crate) ec2_empty: Amount,
    /// What the total would be with every node on demand.
    pub(crate) on_demand: Amount,
    pub(crate) pods: Vec<PodItem>,
    pub(crate) nodes: Vec<NodeItem>,
    /// How the items were counted where something was not seen, in sentences.
    pub(crate) notes: Vec<String>,
}

/// US dollars, or why they are not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Amount {
    Usd(Money),
    Missing(String),
}

/// Where prices are from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PriceSource {
    pub(crate) source: String,
    pub(crate) region: String,
    pub(crate) date: Date,
    /// The prices are made up.
    pub(crate) emulated: bool,
}

impl Amount {
    fn of(amount: Result<Money, String>) -> Self {
        amount.map_or_else(Self::Missing, Self::Usd)
    }

    /// The amount, or why it is not known.
    pub(crate) fn get(&self) -> Result<Money, String> {
        match self {
            Self::Usd(amount) => Ok(*amount),
            Self::Missing(why) => Err(why.clone()),
        }
    }

    /// The sum, or the first reason why it is not known.
    fn sum<'a>(amounts: impl IntoIterator<Item = &'a Self>) -> Self {
        Self::of(amounts.into_iter().map(Self::get).sum())
    }
}

impl From<&PriceList> for PriceSource {
    fn from(list: &PriceList) -> Self {
        Self {
            source: list.source.clone(),
            region: list.region.clone(),
            date: list.date,
            emulated: list.emulated,
        }
    }
}

impl Cost {
    /// Prices a run by its record; the timeline tells when executors had tasks.
    pub(crate) fn of(record: &RunRecord, timeline: &Timeline, list: &PriceList) -> Self {
        let (pods, mut notes) = uplift::pods(&record.observation, list);
        let unseen = pods_missing(record, timeline);
        let emr_uplift = match unseen {
            Some(why) => Amount::Missing(why.to_owned()),
            None => uplift::total(&pods),
        };
        let (nodes, missing) = match ec2::nodes(record, timeline, list) {
            Ok(nodes) => (nodes, not_all(record).or(unseen)),
            Err(why) => (Vec::new(), Some(why)),
        };
        notes.extend(ec2::notes(record));
        let part = |part: Part| match &missing {
            Some(why) => Amount::Missing((*why).to_owned()),
            None => Amount::of(nodes.iter().map(|node| node.part(part)).sum()),
        };
        let [ec2_busy, ec2_idle, ec2_empty] = [Part::Busy, Part::Idle, Part::Empty].map(part);
        let all_on_demand = match &missing {
            Some(why) => Amount::Missing((*why).to_owned()),
            None => Amount::sum(nodes.iter().map(|node| &node.on_demand)),
        };
        Self {
            prices: list.into(),
            total: Amount::sum([&emr_uplift, &ec2_busy, &ec2_idle, &ec2_empty]),
            on_demand: Amount::sum([&emr_uplift, &all_on_demand]),
            emr_uplift,
            ec2_busy,
            ec2_idle,
            ec2_empty,
            pods,
            nodes,
            notes,
        }
    }

    /// The amount behind a metric. `None` when the metric is no cost.
    pub(crate) fn amount(&self, id: MetricId) -> Option<&Amount> {
        Some(match id {
            MetricId::Cost => &self.total,
            MetricId::CostEmrUplift => &self.emr_uplift,
            MetricId::CostEc2Busy => &self.ec2_busy,
            MetricId::CostEc2Idle => &self.ec2_idle,
            MetricId::CostEc2Empty => &self.ec2_empty,
            MetricId::CostOnDemand => &self.on_demand,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests;
