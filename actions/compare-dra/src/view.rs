//! The report as words in place: everything the templates print, with numbers rounded and foreign text escaped. Pure.

use std::collections::BTreeMap;

use run_record::Variant;
use serde::Serialize;

use crate::{
    cells::Cells,
    changes_view::{ChangesView, changes},
    cost_view::CostView,
    escape::{cell_code, code, text},
    gantt::Gantt,
    metric::{Direction, METRICS, Metric},
    number::{count, seconds},
    phases::{STEPS, ScaleUp, Step},
    policy::{Checked, Outcome},
    report::{MetricReport, Report, RunReport},
    run_view::{VariantView, variant},
};

/// A list of executors of up to this many fits the comment.
const FEW_EXECUTORS: usize = 40;

/// What a page needs. Every string is finished Markdown.
#[derive(Debug, Serialize)]
pub(crate) struct View {
    title: String,
    certainty: String,
    recommendation: String,
    comparable: bool,
    blocking: Vec<String>,
    concerns: Vec<String>,
    /// The conditions of `fail-on`, each with its outcome.
    policy: Vec<String>,
    fixed_head: String,
    dra_head: String,
    /// The rows of the comment's table.
    headlines: Vec<Row>,
    /// All rows with at least one number.
    rows: Vec<Row>,
    /// How the last useful executor of the drawn runs came, step by step.
    scale_up: Vec<Row>,
    /// Metrics without any number, by reason.
    unknown: Vec<Unknown>,
    mermaid: Option<String>,
    curve: Option<String>,
    gantt: Option<String>,
    gantt_merged: bool,
    why: Vec<Reason>,
    before_the_next_run: Vec<String>,
    /// The lines to change, ready to copy.
    changes: Vec<ChangesView>,
    variants: Vec<VariantView>,
    differing: Vec<Row>,
    same: Vec<String>,
    few_executors: bool,
    /// Both sides have repeats.
    repeated: bool,
    gaps: Vec<String>,
    cost: CostView,
    /// Where the prices are from.
    cost_note: Option<String>,
    definitions: Vec<Definition>,
    run_link: Option<String>,
    /// What a reader must know of the report as a whole.
    note: Option<String>,
}

#[derive(Debug, Serialize)]
struct Row {
    title: String,
    fixed: String,
    dra: String,
    difference: String,
    interval: String,
}

#[derive(Debug, Serialize)]
struct Definition {
    title: String,
    unit: String,
    better: &'static str,
    source: String,
    definition: String,
}

#[derive(Debug, Serialize)]
struct Unknown {
    reason: String,
    titles: String,
}

#[derive(Debug, Serialize)]
struct Reason {
    title: String,
    text: String,
}

impl View {
    /// Words for a report. `run_link` is the address of the workflow run.
    pub(crate) fn of(report: &Report, run_link: Option<String>) -> Self {
        let job = report
            .job
            .as_deref()
            .map(|job| format!(" · {}", code(job)))
            .unwrap_or_default();
        let concern = |blocks: bool| {
            report
                .concerns
                .iter()
                .filter(|c| c.blocks == blocks)
                .map(|c| c.text.markdown())
                .collect::<Vec<_>>()
        };
        let gantt = Gantt::of(report);
        let (blocking, concerns) = (concern(true), concern(false));
        let all = report.fixed.iter().chain(&report.dra);
        Self {
            title: format!("{}{job}", text(&report.sentence)),
            certainty: text(&report.certainty),
            recommendation: text(&report.recommendation),
            comparable: blocking.is_empty(),
            blocking,
            concerns,
            policy: report.policy.iter().map(policy).collect(),
            fixed_head: head("static", Variant::Static, report),
            dra_head: head("DRA", Variant::Dra, report),
            headlines: report.headlines().map(|m| row(report, m)).collect(),
            rows: report
                .metrics
                .iter()
                .filter(|m| m.fixed.or(m.dra).is_some())
                .map(|m| row(report, m))
                .collect(),
            scale_up: scale_up(report),
            unknown: unknown(report),
            mermaid: report.curves.as_ref().map(|curves| curves.mermaid()),
            curve: report.curves.as_ref().map(|curves| curves.text()),
            gantt_merged: gantt.as_ref().is_some_and(|gantt| gantt.merged),
            gantt: gantt.map(|gantt| gantt.mermaid),
            why: report
                .why
                .iter()
                .map(|why| Reason {
                    title: text(&why.title),
                    text: why.text.markdown(),
                })
                .collect(),
            before_the_next_run: report
                .before_the_next_run
                .iter()
                .map(|hint| hint.text.markdown())
                .collect(),
            changes: changes(&report.before_the_next_run),
            variants: vec![
                variant("Static", &report.fixed, report.shown.fixed),
                variant("DRA", &report.dra, report.shown.dra),
            ],
            differing: properties(report).0,
            same: properties(report).1,
            repeated: report.fixed.len().min(report.dra.len()) > 1,
            few_executors: all.map(|run| run.executors.len()).sum::<usize>() <= FEW_EXECUTORS,
            gaps: gaps(report),
            cost: CostView::of(report),
            cost_note: Some(text(&report.prices.line())).filter(|line| !line.is_empty()),
            definitions: definitions(),
            run_link,
            note: None,
        }
    }
}

impl View {
    /// Adds what a reader must know of the report as a whole.
    pub(crate) fn with_note(mut self, note: &str) -> Self {
        self.note = Some(text(note));
        self
    }

    /// Where everything is, for a page that had to be shortened.
    pub(crate) fn elsewhere(&self) -> &'static str {
        match self.run_link {
            Some(_) => "the full report",
            None => "report.md",
        }
    }
}

/// `static<br>15 executors`, `DRA<br>1 to 10`.
fn head(name: &str, variant: Variant, report: &Report) -> String {
    let run = report.shown_run(variant);
    let number = |name: &str| run.properties.get(name)?.parse::<usize>().ok();
    let size = match variant {
        Variant::Static => {
            number("spark.executor.instances").map(|n| count(n, "executor", "executors"))
        }
        Variant::Dra => number("spark.dynamicAllocation.minExecutors")
            .zip(number("spark.dynamicAllocation.maxExecutors"))
            .map(|(min, max)| format!("{min} to {max}")),
    };
    let runs = match variant {
        Variant::Static => report.fixed.len(),
        Variant::Dra => report.dra.len(),
    };
    let runs = if runs > 1 {
        format!("<br>median of {runs}")
    } else {
        String::new()
    };
    format!(
        "{name}{}{runs}",
        size.map(|size| format!("<br>{size}")).unwrap_or_default()
    )
}

fn policy(checked: &Checked) -> String {
    let outcome = match checked.outcome {
        Outcome::Kept => "✓ kept",
        Outcome::Broken => "✗ broken",
        Outcome::Unknown => "✗ unknown",
    };
    format!(
        "{outcome}: {} ({})",
        code(&checked.condition),
        text(&checked.because)
    )
}

fn row(report: &Report, line: &MetricReport) -> Row {
    let cells = Cells::of(report, line);
    Row {
        title: text(cells.title),
        fixed: text(&cells.fixed),
        dra: text(&cells.dra),
        difference: text(&cells.difference),
        interval: text(&cells.interval),
    }
}

/// A row for each step that both of the drawn runs, or one of them, took.
fn scale_up(report: &Report) -> Vec<Row> {
    let of = |variant| report.shown_run(variant).scale_up.as_ref();
    let (Some(fixed), Some(dra)) = (of(Variant::Static), of(Variant::Dra)) else {
        return Vec::new();
    };
    let row = |(step, title): &(Step, &str)| {
        let took = |way: &ScaleUp| {
            way.phases
                .iter()
                .find(|phase| phase.until == *step)
                .map(|phase| seconds(phase.seconds))
        };
        let (fixed, dra) = (took(fixed), took(dra));
        fixed.as_ref().or(dra.as_ref())?;
        let cell = |took: Option<String>| took.unwrap_or_else(|| "–".to_owned());
        Some(Row {
            title: (*title).to_owned(),
            fixed: cell(fixed.clone()),
            dra: cell(dra.clone()),
            difference: String::new(),
            interval: String::new(),
        })
    };
    STEPS.iter().filter_map(row).collect()
}

fn unknown(report: &Report) -> Vec<Unknown> {
    let mut by_reason: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for line in report
        .metrics
        .iter()
        .filter(|m| m.fixed.or(m.dra).is_none())
    {
        let title = line.id.metric().title.trim_start_matches("… ");
        by_reason
            .entry(line.missing.as_deref().unwrap_or("not measured"))
            .or_default()
            .push(title.to_lowercase());
    }
    let one = |(reason, titles): (&str, Vec<String>)| Unknown {
        reason: text(reason),
        titles: titles.join(", "),
    };
    by_reason.into_iter().map(one).collect()
}

/// The properties of the shown runs: rows that differ, and `name=value` of those that do not.
fn properties(report: &Report) -> (Vec<Row>, Vec<String>) {
    let (fixed, dra) = (
        &report.shown_run(Variant::Static).properties,
        &report.shown_run(Variant::Dra).properties,
    );
    let names = fixed
        .keys()
        .chain(dra.keys())
        .collect::<std::collections::BTreeSet<_>>();
    let (mut differing, mut same) = (Vec::new(), Vec::new());
    for name in names {
        let cell = |value: Option<&String>| {
            value.map_or_else(|| "not set".to_owned(), |value| cell_code(value))
        };
        match (fixed.get(name), dra.get(name)) {
            (Some(a), Some(b)) if a == b => same.push(code(&format!("{name}={a}"))),
            (a, b) => differing.push(Row {
                title: cell_code(name),
                fixed: cell(a),
                dra: cell(b),
                difference: String::new(),
                interval: String::new(),
            }),
        }
    }
    (differing, same)
}

/// A gap that all runs share is said once.
fn gaps(report: &Report) -> Vec<String> {
    let runs: Vec<&RunReport> = report.fixed.iter().chain(&report.dra).collect();
    let mut by_text: BTreeMap<&str, Vec<&RunReport>> = BTreeMap::new();
    for run in &runs {
        for gap in &run.gaps {
            by_text.entry(gap).or_default().push(run);
        }
    }
    let said = |(gap, of): (&str, Vec<&RunReport>)| {
        let names: Vec<String> = of.iter().map(|run| code(&run.name)).collect();
        let whose = if of.len() == runs.len() {
            "all runs".to_owned()
        } else {
            names.join(", ")
        };
        format!("{whose}: {}", text(gap))
    };
    by_text.into_iter().map(said).collect()
}

fn definitions() -> Vec<Definition> {
    let definition = |metric: &Metric| Definition {
        title: text(metric.title.trim_start_matches("… ")),
        unit: name_of(metric.unit),
        better: match metric.direction {
            Direction::LowerIsBetter => "lower",
            Direction::HigherIsBetter => "higher",
        },
        source: name_of(metric.source).replace('-', " "),
        definition: text(metric.definition),
    };
    METRICS.iter().map(definition).collect()
}

/// The name a unit or a source has in report.json.
fn name_of(value: impl Serialize) -> String {
    let value = serde_json::to_value(value).ok();
    value
        .as_ref()
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
