//! What the job's nodes cost: each from launch to termination, at the price of what it was. Pure.

use std::collections::BTreeMap;

use jiff::Timestamp;
use run_record::{NodeClaim, PodRole, RunRecord};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use spark_log::{EpochMillis, Timeline};

use super::{
    Amount, Money,
    span::{Span, minus, ms, ms_within, union},
};
use crate::{
    nodes::{self, Node},
    number::count,
    prices::{Held, PriceList},
};

/// What a node was paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Part {
    /// The driver was bound to it, or an executor on it had a task.
    Busy,
    /// It held executors, and none of them had a task.
    Idle,
    /// No pod of the job was bound to it.
    Empty,
}

/// One node. Its lines add up to what it cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NodeItem {
    pub(crate) name: String,
    pub(crate) instance_type: Option<String>,
    pub(crate) capacity_type: Option<String>,
    pub(crate) zone: Option<String>,
    /// Absent when the price or the pods are not known.
    pub(crate) lines: Vec<Line>,
    /// The sum of the lines.
    pub(crate) amount: Amount,
    /// The price of an hour on demand, whatever it was.
    pub(crate) on_demand_hour: Option<Money>,
    /// What it would have cost on demand.
    pub(crate) on_demand: Amount,
}

/// A part of a node's life at one price: `seconds × hour / 3600`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) part: Part,
    /// Seconds of this part at this price.
    pub(crate) seconds: Decimal,
    /// The price of an hour.
    pub(crate) hour: Money,
    pub(crate) usd: Money,
}

impl NodeItem {
    /// What a part of its life cost, or why that is not known.
    pub(super) fn part(&self, part: Part) -> Result<Money, String> {
        self.amount.get()?;
        let lines = self.lines.iter().filter(|line| line.part == part);
        Ok(lines.map(|line| line.usd).sum())
    }
}

/// The nodes of the run, or why they are not known.
pub(super) fn nodes(
    record: &RunRecord,
    timeline: &Timeline,
    list: &PriceList,
) -> Result<Vec<NodeItem>, &'static str> {
    let nodes = nodes::nodes(record)?;
    Ok(nodes
        .iter()
        .map(|node| item(node, record, timeline, list))
        .collect())
}

/// What has to be said of nodes that are not counted, or not whole.
pub(super) fn notes(record: &RunRecord) -> Vec<String> {
    let seen = &record.observation;
    let is_claimed = |node: &str| {
        seen.node_claims
            .iter()
            .any(|claim| claim.node.as_deref() == Some(node))
    };
    let mut others: Vec<&str> = seen
        .pods
        .iter()
        .filter_map(|pod| pod.node.as_deref())
        .filter(|node| !is_claimed(node))
        .collect();
    others.sort_unstable();
    others.dedup();
    let warm = nodes::nodes(record).map_or(0, |nodes| {
        nodes
            .iter()
            .filter(|node| node.launched < node.from)
            .count()
    });
    let mut notes = Vec::new();
    if !others.is_empty() && !seen.node_claims.is_empty() {
        let nodes = count(others.len(), "node", "nodes");
        notes.push(format!("{nodes} that Karpenter did not launch hosted pods of the job: the price is not in the cost"));
    }
    if warm > 0 {
        let nodes = count(warm, "node was", "nodes were");
        notes.push(format!(
            "{nodes} there before: the cost begins with the start of watching"
        ));
    }
    notes
}

fn item(node: &Node<'_>, record: &RunRecord, timeline: &Timeline, list: &PriceList) -> NodeItem {
    let claim = node.claim;
    let on_demand_hour = kind(claim).and_then(|instance_type| list.on_demand(instance_type));
    let life = ms(node.from, node.until);
    let lines = prices(node, list).and_then(|held| {
        let parts = parts(node, record, timeline)?;
        Ok(lines(&held, &parts))
    });
    let amount = lines
        .as_ref()
        .map(|lines| lines.iter().map(|line| line.usd).sum());
    NodeItem {
        name: claim.name.clone(),
        instance_type: claim.instance_type.clone(),
        capacity_type: claim.capacity_type.clone(),
        zone: claim.zone.clone(),
        amount: Amount::of(amount.map_err(String::clone)),
        lines: lines.unwrap_or_default(),
        on_demand: Amount::of(
            on_demand_hour
                .clone()
                .map(|hour| hour.for_ms(life, Decimal::ONE)),
        ),
        on_demand_hour: on_demand_hour.ok(),
    }
}

fn kind(claim: &NodeClaim) -> Result<&str, String> {
    let unknown = || "the instance type of a node is not known".to_owned();
    claim.instance_type.as_deref().ok_or_else(unknown)
}

/// The prices of what the node was, over its life.
fn prices(node: &Node<'_>, list: &PriceList) -> Result<Vec<Held>, String> {
    let claim = node.claim;
    let instance_type = kind(claim)?;
    match claim.capacity_type.as_deref() {
        Some("on-demand") => {
            let hour = list.on_demand(instance_type)?;
            Ok(vec![(node.from, node.until, hour)])
        }
        Some("spot") => {
            let zone = claim
                .zone
                .as_deref()
                .ok_or("the zone of a spot node is not known")?;
            list.spot(instance_type, zone, node.from, node.until)
        }
        Some(other) => Err(format!("there is no list price of {other} capacity")),
        None => Err("whether a node was spot or on demand is not known".to_owned()),
    }
}

/// The life of a node by what it was paid for.
fn parts(
    node: &Node<'_>,
    record: &RunRecord,
    timeline: &Timeline,
) -> Result<[(Part, Vec<Span>); 3], String> {
    let seen = &record.observation;
    if seen.pods.is_empty() {
        return Err("no pods were recorded".to_owned());
    }
    let (mut bound, mut busy) = (Vec::new(), Vec::new());
    for pod in seen.pods.iter().filter(|pod| nodes::hosts(node.claim, pod)) {
        let Some(here) = nodes::bound(pod, (node.from, node.until)) else {
            continue;
        };
        bound.push(here);
        match (pod.role, pod.executor_id.as_deref()) {
            (PodRole::Driver, _) => busy.push(here),
            (PodRole::Executor, Some(id)) => {
                busy.extend(worked(timeline, id).map(|at| within(at, here)))
            }
            (PodRole::Executor, None) => {}
        }
    }
    let (bound, busy) = (union(bound), union(busy));
    let empty = minus(&[(node.from, node.until)], &bound);
    let idle = minus(&bound, &busy);
    Ok([(Part::Busy, busy), (Part::Idle, idle), (Part::Empty, empty)])
}

/// When an executor had a task.
fn worked<'a>(timeline: &'a Timeline, id: &str) -> impl Iterator<Item = Span> + use<'a> {
    let of_id = timeline.executors.iter().find(|executor| executor.id == id);
    let spans = of_id.into_iter().flat_map(|executor| &executor.busy_spans);
    let at = |at: EpochMillis| Timestamp::from_millisecond(at.0).ok();
    spans.filter_map(move |(from, to)| Some((at(*from)?, at(*to)?)))
}

fn within((from, to): Span, (start, end): Span) -> Span {
    (from.clamp(start, end), to.clamp(start, end))
}

/// One line for each part and price.
fn lines(held: &[Held], parts: &[(Part, Vec<Span>)]) -> Vec<Line> {
    let mut sums: BTreeMap<(Part, Money), i64> = BTreeMap::new();
    for (part, spans) in parts {
        for (from, until, hour) in held {
            *sums.entry((*part, *hour)).or_default() += ms_within(spans, (*from, *until));
        }
    }
    let line = |((part, hour), ms): ((Part, Money), i64)| Line {
        part,
        seconds: Decimal::new(ms, 3).normalize(),
        hour,
        usd: hour.for_ms(ms, Decimal::ONE),
    };
    sums.into_iter()
        .filter(|(_, ms)| *ms > 0)
        .map(line)
        .collect()
}
