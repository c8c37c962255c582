//! A metric's line in a table, as plain words. Pure.

use run_record::Variant;

use crate::{
    metric::MetricId,
    number::{amount, difference},
    report::{MetricReport, Report},
};

/// One line: plain text, not escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cells {
    pub(crate) title: &'static str,
    pub(crate) fixed: String,
    pub(crate) dra: String,
    pub(crate) difference: String,
}

impl Cells {
    /// The line of a metric.
    pub(crate) fn of(report: &Report, line: &MetricReport) -> Self {
        let metric = line.id.metric();
        let cell = |value: Option<f64>, beside: Option<f64>, side: Variant| match value {
            Some(value) if line.id == MetricId::NeverUsedExecutors => of_all(report, value, side),
            Some(value) => amount(metric, value, beside),
            None => "not known".to_owned(),
        };
        Self {
            title: metric.title,
            fixed: cell(line.fixed, line.dra, Variant::Static),
            dra: cell(line.dra, line.fixed, Variant::Dra),
            difference: match line.fixed.zip(line.dra) {
                Some((fixed, dra)) => difference(metric, fixed, dra),
                None => line.missing.clone().unwrap_or_default(),
            },
        }
    }
}

/// `10 of 15`.
fn of_all(report: &Report, unused: f64, side: Variant) -> String {
    let line = report.metric(MetricId::Executors);
    let all = if side == Variant::Static {
        line.fixed
    } else {
        line.dra
    };
    let metric = MetricId::Executors.metric();
    let unused = amount(metric, unused, None);
    all.map(|all| format!("{unused} of {}", amount(metric, all, None)))
        .unwrap_or(unused)
}
