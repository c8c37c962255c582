//! What the runs cost, as tables. Every string is finished Markdown. Pure.

use rust_decimal::Decimal;
use serde::Serialize;

use crate::{
    cost::{Amount, Cost, NodeItem, Part, PodItem},
    escape::{cell_code, code, text},
    metric::MetricId,
    number::{amount, count},
    report::{Report, RunReport},
};

/// More nodes than this are not listed one by one.
const MOST_NODES: usize = 100;

/// The costs of all runs.
#[derive(Debug, Serialize)]
pub(crate) struct CostView {
    /// Where the prices are from, what they leave out, or why there are none.
    prices: Option<String>,
    runs: Vec<RunCost>,
}

#[derive(Debug, Serialize)]
struct RunCost {
    title: &'static str,
    name: String,
    /// What; price of an hour; busy, idle, empty; all.
    rows: Vec<Vec<String>>,
    left_out: Option<String>,
}

impl CostView {
    pub(crate) fn of(report: &Report) -> Self {
        let sides = [("Static", &report.fixed), ("DRA", &report.dra)];
        let runs = sides
            .into_iter()
            .flat_map(|(title, runs)| runs.iter().filter_map(move |run| run_cost(title, run)));
        Self {
            prices: Some(text(&report.prices.words())).filter(|words| !words.is_empty()),
            runs: runs.collect(),
        }
    }
}

fn run_cost(title: &'static str, run: &RunReport) -> Option<RunCost> {
    let cost = run.cost.as_ref()?;
    let mut rows = vec![uplift(cost)];
    rows.extend(cost.nodes.iter().take(MOST_NODES).map(node));
    rows.push(all(cost));
    let left_out = cost.nodes.len().saturating_sub(MOST_NODES);
    Some(RunCost {
        title,
        name: code(&run.name),
        rows,
        left_out: (left_out > 0).then(|| {
            format!(
                "{} more are in report.json.",
                count(left_out, "node", "nodes")
            )
        }),
    })
}

/// The pods together.
fn uplift(cost: &Cost) -> Vec<String> {
    let hours = |of: fn(&PodItem) -> Option<Decimal>| {
        let mut hours = cost.pods.iter().map(|pod| {
            Some(of(pod)?.saturating_mul(Decimal::from(pod.seconds?) / Decimal::from(3600)))
        });
        hours
            .try_fold(Decimal::ZERO, |sum, hours| Some(sum.saturating_add(hours?)))
            .map(|hours| hours.round_dp(3).to_string())
    };
    let rate = |of: fn(&PodItem) -> Option<crate::cost::Money>| cost.pods.first().and_then(of);
    let used = hours(|pod| pod.vcpu).zip(hours(|pod| pod.gb));
    let used = used
        .map(|(vcpu, gb)| format!(": {vcpu} vCPU-hours and {gb} GB-hours"))
        .unwrap_or_default();
    let price = rate(|pod| pod.vcpu_hour).zip(rate(|pod| pod.gb_hour));
    let price = price.map_or_else(
        || "–".to_owned(),
        |(vcpu, gb)| text(&format!("${vcpu} and ${gb}")),
    );
    let pods = count(cost.pods.len(), "pod", "pods");
    let what = format!("EMR uplift of {pods}{used}");
    let dash = "–".to_owned();
    vec![
        what,
        price,
        dash.clone(),
        dash.clone(),
        dash,
        dollars(&cost.emr_uplift),
    ]
}

fn node(node: &NodeItem) -> Vec<String> {
    let of = |part: Part| match node.amount {
        Amount::Missing(_) => "–".to_owned(),
        Amount::Usd(_) => {
            let lines = node.lines.iter().filter(|line| line.part == part);
            dollars(&Amount::Usd(lines.map(|line| line.usd).sum()))
        }
    };
    let named = |name: &Option<String>| {
        name.as_deref()
            .map(|name| format!(" {}", cell_code(name)))
            .unwrap_or_default()
    };
    let mut hours: Vec<_> = node.lines.iter().map(|line| line.hour).collect();
    hours.sort_unstable();
    let price = match (hours.first(), hours.last()) {
        (Some(low), Some(high)) if low == high => text(&format!("${low}")),
        (Some(low), Some(high)) => text(&format!("${low} to ${high}")),
        _ => "–".to_owned(),
    };
    vec![
        format!(
            "{}{}{}",
            cell_code(&node.name),
            named(&node.instance_type),
            named(&node.capacity_type)
        ),
        price,
        of(Part::Busy),
        of(Part::Idle),
        of(Part::Empty),
        dollars(&node.amount),
    ]
}

fn all(cost: &Cost) -> Vec<String> {
    vec![
        "all".to_owned(),
        String::new(),
        dollars(&cost.ec2_busy),
        dollars(&cost.ec2_idle),
        dollars(&cost.ec2_empty),
        dollars(&cost.total),
    ]
}

fn dollars(sum: &Amount) -> String {
    match sum {
        Amount::Usd(sum) => text(&amount(MetricId::Cost.metric(), sum.to_f64(), None)),
        Amount::Missing(why) => format!("not known: {}", text(why)),
    }
}
