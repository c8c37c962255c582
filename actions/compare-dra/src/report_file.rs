//! report.json as a stranger may have written it: read back only when every page can be made of it. Pure.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Deserialize;

use crate::{
    cost::Cost,
    curve::{Curves, Series},
    metric::METRICS,
    report::{MetricReport, Report, SCHEMA},
};

/// More than any run has; keeps sums far from overflow.
const MOST_EXECUTORS: usize = 10_000_000;
/// vCPUs, GB or seconds of a pod.
const MOST_REQUESTED: u32 = 1_000_000_000;
const MOST_COLUMNS: usize = 1_000;
/// Three years, in seconds.
const LONGEST_STEP: i64 = 100_000_000;

/// Why a file is not a report that can be shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotAReport {
    /// Not JSON, or not of the form of a report.
    #[error("is not a report.json of compare-dra")]
    Form(#[from] serde_json::Error),
    /// Of another version of the action.
    #[error("has schema {0}, and this version of the action reads schema {SCHEMA}")]
    Schema(u64),
    /// Says what no report says.
    #[error("is not a report.json of compare-dra: {0}")]
    Content(&'static str),
}

#[derive(Deserialize)]
struct Version {
    schema: u64,
}

impl Report {
    /// Reads a report, and takes nothing in it for granted. Unknown fields are left out.
    ///
    /// # Errors
    /// When it is of another form or version, or would not fit its own pages.
    pub(crate) fn from_json(json: &[u8]) -> Result<Self, NotAReport> {
        let Version { schema } = serde_json::from_slice(json)?;
        if schema != u64::from(SCHEMA) {
            return Err(NotAReport::Schema(schema));
        }
        let mut report: Self = serde_json::from_slice(json)?;
        let shown = (
            report.fixed.get(report.shown.fixed),
            report.dra.get(report.shown.dra),
        );
        if shown.0.is_none() || shown.1.is_none() {
            return Err(NotAReport::Content("`shown` names a run that is not there"));
        }
        if report
            .curves
            .as_ref()
            .is_some_and(|curves| !is_drawable(curves))
        {
            return Err(NotAReport::Content("its `curves` cannot be drawn"));
        }
        let mut costs = report
            .fixed
            .iter()
            .chain(&report.dra)
            .filter_map(|run| run.cost.as_ref());
        if !costs.all(is_summable) {
            return Err(NotAReport::Content("its `cost` cannot be added up"));
        }
        report.metrics = in_our_order(report.metrics)?;
        Ok(report)
    }
}

/// Every metric once, in the order of the table, with its fixed parts as they are known here.
fn in_our_order(lines: Vec<MetricReport>) -> Result<Vec<MetricReport>, NotAReport> {
    let mut by_id: BTreeMap<_, _> = lines.into_iter().map(|line| (line.id, line)).collect();
    let line = |metric: &crate::metric::Metric| {
        let line = by_id.remove(&metric.id);
        let line = line.ok_or(NotAReport::Content("a metric is missing"))?;
        Ok(MetricReport {
            unit: metric.unit,
            direction: metric.direction,
            source: metric.source,
            definition: metric.definition,
            ..line
        })
    };
    METRICS.iter().map(line).collect()
}

fn is_summable(cost: &Cost) -> bool {
    let fits = |quantity: Option<Decimal>| {
        quantity.is_none_or(|quantity| quantity.abs() <= Decimal::from(MOST_REQUESTED))
    };
    cost.pods
        .iter()
        .all(|pod| fits(pod.vcpu) && fits(pod.gb) && fits(pod.seconds.map(Decimal::from)))
}

fn is_drawable(curves: &Curves) -> bool {
    let fits = |values: &Vec<usize>| {
        (1..=MOST_COLUMNS).contains(&values.len())
            && values.iter().all(|value| *value <= MOST_EXECUTORS)
    };
    let series = |series: &Series| {
        [
            Some(&series.executors),
            Some(&series.with_task),
            series.pods.as_ref(),
        ]
        .into_iter()
        .flatten()
        .all(fits)
    };
    (1..=LONGEST_STEP).contains(&curves.step_seconds)
        && series(&curves.fixed)
        && series(&curves.dra)
}
