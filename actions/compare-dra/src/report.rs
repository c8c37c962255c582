//! The comparison as data: what report.json holds, and what the pages are made of. Pure.

use std::collections::BTreeMap;

use run_record::Variant;
use serde::{Deserialize, Serialize};
use spark_log::{EpochMillis, Timeline};

use crate::{
    advice::{Advice, KeptIdle, advice, kept_idle, of_settings},
    compared::metrics,
    cost::{Cost, Priced},
    curve::Curves,
    difference::Word,
    gate::{self, Concern},
    measure::Measured,
    metric::{Direction, Headline, METRICS, MetricId, Source, Unit},
    nodes,
    phases::{ScaleUp, scale_up},
    policy::Checked,
    run::Run,
    statistics::Interval,
    timelines::Timelines,
    verdict::{self, Conclusion, Verdict},
    why::{Pair, Reason},
};

/// The version of report.json.
pub(crate) const SCHEMA: u32 = 1;

/// The whole comparison.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) schema: u32,
    pub(crate) key: String,
    pub(crate) job: Option<String>,
    pub(crate) verdict: Verdict,
    /// The duration the verdict is about.
    pub(crate) duration: MetricId,
    pub(crate) sentence: String,
    pub(crate) certainty: String,
    /// Which variant to take, as far as these runs tell. Empty when they do not.
    pub(crate) recommendation: String,
    /// The conditions of `fail-on`, checked.
    pub(crate) policy: Vec<Checked>,
    /// What makes the two sides unlike.
    pub(crate) concerns: Vec<Concern>,
    pub(crate) metrics: Vec<MetricReport>,
    pub(crate) why: Vec<Reason>,
    pub(crate) before_the_next_run: Vec<Advice>,
    pub(crate) prices: Priced,
    #[serde(rename = "static")]
    pub(crate) fixed: Vec<RunReport>,
    pub(crate) dra: Vec<RunReport>,
    /// The runs that stand for their variant in timelines: places in `static` and `dra`.
    pub(crate) shown: Shown,
    /// The drawn runs over time.
    pub(crate) timelines: Timelines,
    /// The executors of the shown runs over time.
    pub(crate) curves: Option<Curves>,
}

/// Which run of each variant is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shown {
    #[serde(rename = "static")]
    pub(crate) fixed: usize,
    pub(crate) dra: usize,
}

/// One metric of both sides: medians when there are several runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct MetricReport {
    #[serde(rename = "name")]
    pub(crate) id: MetricId,
    pub(crate) unit: Unit,
    pub(crate) direction: Direction,
    pub(crate) source: Source,
    #[serde(skip_deserializing)]
    pub(crate) definition: &'static str,
    #[serde(rename = "static")]
    pub(crate) fixed: Option<f64>,
    pub(crate) dra: Option<f64>,
    /// DRA minus static.
    pub(crate) difference: Option<f64>,
    /// Difference by static.
    pub(crate) relative: Option<f64>,
    /// What the runs say of DRA. Absent when they cannot be compared, or a run lacks the number.
    pub(crate) word: Option<Word>,
    /// Where `difference` most likely lies. Absent when a side has one run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) interval: Option<Interval>,
    /// Runs of each variant that would most likely tell. Only when these did not, and more could.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) runs_needed: Option<usize>,
    /// Why a number is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) missing: Option<String>,
}

/// One run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RunReport {
    pub(crate) name: String,
    pub(crate) place: String,
    pub(crate) event_log: String,
    pub(crate) state: Option<String>,
    pub(crate) release_label: Option<String>,
    pub(crate) spark_version: Option<String>,
    pub(crate) entry_point: Option<String>,
    /// SHA-256 of the entry point as it was submitted, in hexadecimal. Absent when it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) entry_point_sha256: Option<String>,
    /// SHA-256 of all scripts and pod templates that were uploaded together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scripts_sha256: Option<String>,
    pub(crate) arguments: Vec<String>,
    /// Nothing is known to be missing from the event log.
    pub(crate) complete: bool,
    pub(crate) gaps: Vec<String>,
    pub(crate) metrics: BTreeMap<MetricId, Option<f64>>,
    pub(crate) executors: Vec<ExecutorReport>,
    pub(crate) nodes: Vec<NodeReport>,
    /// Absent when there were no prices.
    pub(crate) cost: Option<Cost>,
    /// What DRA asked for: seconds after the application's start, and the new total.
    pub(crate) wanted: Vec<(f64, u32)>,
    /// How the last executor that ran a task came, step by step. Absent when its pod was not recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scale_up: Option<ScaleUp>,
    /// Executors of a DRA run that stayed without a task for longer than the idle time-out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kept_idle: Option<KeptIdle>,
    pub(crate) properties: BTreeMap<String, String>,
}

/// One executor. Times are seconds after the application's start.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ExecutorReport {
    pub(crate) id: String,
    pub(crate) joined: f64,
    pub(crate) removed: Option<f64>,
    pub(crate) reason: Option<String>,
    pub(crate) first_task: Option<f64>,
    pub(crate) last_task: Option<f64>,
    pub(crate) tasks: u64,
    pub(crate) life_seconds: f64,
    pub(crate) busy_seconds: f64,
}

/// One node. Times are seconds after the application's start; negative before it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct NodeReport {
    pub(crate) name: String,
    pub(crate) instance_type: Option<String>,
    pub(crate) capacity_type: Option<String>,
    pub(crate) zone: Option<String>,
    pub(crate) driver: bool,
    pub(crate) executors: usize,
    pub(crate) launched: Option<f64>,
    pub(crate) initialized: Option<f64>,
    pub(crate) terminated: Option<f64>,
    pub(crate) seconds: f64,
    /// Absent when no pods were recorded.
    pub(crate) empty_seconds: Option<f64>,
}

impl Report {
    /// Compares the runs. Both sides have at least one.
    pub(crate) fn of(key: &str, fixed: &[Run], dra: &[Run]) -> Self {
        let measured = |runs: &[Run]| runs.iter().map(Measured::of).collect::<Vec<_>>();
        let (fixed_numbers, dra_numbers) = (measured(fixed), measured(dra));
        let concerns = gate::concerns(fixed, dra);
        let prices = Priced::of(fixed.iter().chain(dra));
        let blocking = concerns.iter().filter(|concern| concern.blocks).count();
        let Conclusion {
            verdict,
            duration,
            sentence,
            certainty,
            recommendation,
        } = if blocking > 0 {
            verdict::refuse(blocking)
        } else {
            verdict::conclude(&fixed_numbers, &dra_numbers, prices.are_real())
        };
        let shown = Shown {
            fixed: middle(&fixed_numbers, duration),
            dra: middle(&dra_numbers, duration),
        };
        let pair = Pair::new(&fixed[shown.fixed], &dra[shown.dra], duration);
        // Without a verdict there is nothing to explain and nothing to advise.
        let explain = blocking == 0;
        Self {
            schema: SCHEMA,
            key: key.to_owned(),
            job: fixed
                .iter()
                .chain(dra)
                .find_map(Run::job)
                .map(str::to_owned),
            verdict,
            duration,
            sentence,
            certainty,
            recommendation: recommendation.to_owned(),
            policy: Vec::new(),
            concerns,
            metrics: metrics(&fixed_numbers, &dra_numbers, explain),
            why: if explain { pair.reasons() } else { Vec::new() },
            before_the_next_run: if explain {
                advice(&pair)
            } else {
                of_settings(&pair)
            },
            prices,
            fixed: fixed
                .iter()
                .zip(&fixed_numbers)
                .map(|(run, numbers)| run_report(run, numbers))
                .collect(),
            dra: dra
                .iter()
                .zip(&dra_numbers)
                .map(|(run, numbers)| run_report(run, numbers))
                .collect(),
            shown,
            timelines: Timelines::of(pair.fixed, pair.dra),
            curves: Curves::of(pair.fixed, pair.dra),
        }
    }

    /// The few metrics of the comment's table.
    pub(crate) fn headlines(&self) -> impl Iterator<Item = &MetricReport> {
        let is_headline = |metric: &&MetricReport| match metric.id.metric().headline {
            Headline::Always => true,
            Headline::Never => false,
            Headline::WithJob => self.duration == MetricId::JobDuration,
            Headline::WithApplication => self.duration == MetricId::ApplicationDuration,
        };
        self.metrics.iter().filter(is_headline)
    }

    /// One metric's line.
    pub(crate) fn metric(&self, id: MetricId) -> &MetricReport {
        &self.metrics[id as usize]
    }

    /// The run that stands for a variant.
    pub(crate) fn shown_run(&self, variant: Variant) -> &RunReport {
        match variant {
            Variant::Static => &self.fixed[self.shown.fixed],
            Variant::Dra => &self.dra[self.shown.dra],
        }
    }
}

/// The run whose duration is the median (the lower one of two).
fn middle(runs: &[Measured], duration: MetricId) -> usize {
    let mut order: Vec<(usize, f64)> = runs
        .iter()
        .enumerate()
        .map(|(place, run)| (place, run.get(duration).clone().unwrap_or(f64::INFINITY)))
        .collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    order[(order.len() - 1) / 2].0
}

fn run_report(run: &Run, numbers: &Measured) -> RunReport {
    let record = run.record.as_ref();
    let submission = record.map(|record| &record.submission);
    let wanted = record
        .into_iter()
        .flat_map(|record| &record.dynamic_allocation);
    RunReport {
        name: run.name().to_owned(),
        place: run.place.clone(),
        event_log: run.log_place.clone(),
        state: record.map(|record| record.job_run.state.clone()),
        release_label: submission.map(|submission| submission.release_label.clone()),
        spark_version: run.timeline.spark_version.clone(),
        entry_point: submission.map(|submission| submission.entry_point.uri.clone()),
        entry_point_sha256: submission.and_then(|submission| submission.entry_point.sha256.clone()),
        scripts_sha256: submission.and_then(|submission| submission.scripts_sha256.clone()),
        arguments: submission
            .map(|submission| submission.arguments.clone())
            .unwrap_or_default(),
        complete: run.timeline.gaps.is_empty(),
        gaps: run.gaps(),
        metrics: METRICS
            .iter()
            .map(|metric| (metric.id, numbers.get(metric.id).clone().ok()))
            .collect(),
        executors: executors(run, &run.timeline),
        nodes: node_reports(run),
        cost: run.cost.clone().ok(),
        wanted: wanted
            .filter_map(|step| Some((run.seconds_of(step.at)?, step.wanted)))
            .collect(),
        scale_up: scale_up(run),
        kept_idle: kept_idle(run).filter(|_| run.variant == Variant::Dra),
        properties: properties(run),
    }
}

/// Set by an emulated cluster for itself: they say nothing about the job unless it was submitted with them.
const OF_EMULATION: &[&str] = &[
    "spark.cores.max",
    "spark.scheduler.minRegisteredResourcesRatio",
];

/// Properties that matter, as Spark had them; as submitted where the log does not tell. Never any other: they may hold secrets.
fn properties(run: &Run) -> BTreeMap<String, String> {
    let emulated = run.is_emulated();
    let submitted_with = |name: &str| {
        let record = run.record.as_ref();
        record.is_some_and(|record| record.submission.spark.contains_key(name))
    };
    let of_job = |name: &str| !(emulated && OF_EMULATION.contains(&name)) || submitted_with(name);
    let submitted = run
        .record
        .iter()
        .flat_map(|record| &record.submission.spark);
    let kept = submitted
        .filter(|(name, _)| spark_log::is_kept_property(name))
        .chain(&run.timeline.properties);
    kept.filter(|(name, _)| of_job(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn executors(run: &Run, timeline: &Timeline) -> Vec<ExecutorReport> {
    let at = |at: EpochMillis| run.seconds(at);
    let report = |executor: &spark_log::Executor| {
        Some(ExecutorReport {
            id: executor.id.clone(),
            joined: at(executor.added)?,
            removed: executor.removed.and_then(at),
            reason: executor.reason.clone(),
            first_task: executor.first_task.and_then(at),
            last_task: executor.last_task.and_then(at),
            tasks: executor.tasks,
            life_seconds: executor.life().as_secs_f64(),
            busy_seconds: executor.busy.as_secs_f64(),
        })
    };
    timeline.executors.iter().filter_map(report).collect()
}

fn node_reports(run: &Run) -> Vec<NodeReport> {
    let Some(record) = &run.record else {
        return Vec::new();
    };
    let report = |node: &nodes::Node<'_>| NodeReport {
        name: node.claim.name.clone(),
        instance_type: node.claim.instance_type.clone(),
        capacity_type: node.claim.capacity_type.clone(),
        zone: node.claim.zone.clone(),
        driver: node.driver,
        executors: node.executors,
        launched: run.seconds_of(node.launched),
        initialized: node.claim.initialized.and_then(|at| run.seconds_of(at)),
        terminated: node.gone.then(|| run.seconds_of(node.until)).flatten(),
        seconds: node.seconds(),
        empty_seconds: node.empty_seconds().ok(),
    };
    nodes::nodes(record)
        .map(|nodes| nodes.iter().map(report).collect())
        .unwrap_or_default()
}
