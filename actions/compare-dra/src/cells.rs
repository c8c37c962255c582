//! A metric's line in a table, as plain words. Pure.

use run_record::Variant;

use crate::{
    difference::Word,
    metric::{Metric, MetricId, Unit},
    number::{SAME, amount, difference, signed},
    report::{MetricReport, Report},
    statistics::Interval,
};

/// One line: plain text, not escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cells {
    pub(crate) title: &'static str,
    pub(crate) fixed: String,
    pub(crate) dra: String,
    pub(crate) difference: String,
    /// Where the difference most likely lies; empty without repeats.
    pub(crate) interval: String,
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
                Some((fixed, dra))
                    if metric.unit == Unit::UsDollars && !report.prices.are_real() =>
                {
                    difference(metric, fixed, dra) + " · emulated"
                }
                Some((fixed, dra)) => match difference(metric, fixed, dra) {
                    same if same == SAME => same,
                    other => other + said(line.word),
                },
                None => line.missing.clone().unwrap_or_default(),
            },
            interval: range(metric, line),
        }
    }
}

/// Whether it is better, for readers who do not know the metric's direction.
fn said(word: Option<Word>) -> &'static str {
    match word {
        Some(Word::Better) => " · better",
        Some(Word::Worse) => " · worse",
        Some(Word::CannotTell) => " · cannot tell",
        None => "",
    }
}

/// Where the difference most likely lies, as a range in the metric's unit; empty without repeats.
fn range(metric: &Metric, line: &MetricReport) -> String {
    let Some(Interval { low, high }) = line.interval else {
        return String::new();
    };
    let by = if metric.unit == Unit::Share {
        100.0
    } else {
        1.0
    };
    let decimals = match metric.unit {
        Unit::UsDollars => 4,
        Unit::Count | Unit::Share => 0,
        _ => usize::from(low.abs().max(high.abs()) < 99.95),
    };
    let unit = match metric.unit {
        Unit::Seconds => " s",
        Unit::Share => " points",
        _ => "",
    };
    format!(
        "{} to {}{unit}",
        signed(low * by, decimals),
        signed(high * by, decimals)
    )
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
