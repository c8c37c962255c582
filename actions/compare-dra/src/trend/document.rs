//! What is kept of one run: the document in the history. Pure.
//!
//! A document may have been written by anybody who can write into the bucket: it is read strictly, and what is wrong
//! with it is said, never guessed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::settings::Settings;
use crate::{
    metric::{Direction, METRICS, Unit},
    report::{Report, RunReport},
    verdict::Verdict,
};

/// The version of the document.
pub(crate) const SCHEMA: u32 = 1;

/// No document is longer, in bytes.
pub(crate) const MOST_BYTES: usize = 256 << 10;

/// No number of a run is larger.
const LARGEST: f64 = 1e15;
const LONGEST_NAME: usize = 200;

/// One run of the benchmark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Document {
    pub(crate) schema: u32,
    /// When it was written.
    pub(crate) time: Timestamp,
    pub(crate) workload: String,
    pub(crate) run: Origin,
    pub(crate) verdict: Verdict,
    pub(crate) sentence: String,
    /// Why it is no part of a series. Absent when it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) left_out: Option<String>,
    /// Where the amounts of money are from, or why there are none.
    pub(crate) prices: String,
    /// The currency of all amounts, by ISO 4217.
    pub(crate) currency: String,
    pub(crate) settings: Settings,
    #[serde(rename = "static")]
    pub(crate) fixed: Side,
    pub(crate) dra: Side,
}

/// The workflow run that made it. All absent at a desk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Origin {
    /// `owner/name`.
    pub(crate) repository: Option<String>,
    pub(crate) id: Option<u64>,
    pub(crate) attempt: Option<u32>,
    pub(crate) url: Option<String>,
    pub(crate) commit: Option<String>,
}

/// One variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Side {
    /// How many runs the medians are of.
    pub(crate) runs: usize,
    /// By the metric's name.
    pub(crate) metrics: BTreeMap<String, Amount>,
}

/// A metric's median.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Amount {
    /// Null when it is not known.
    pub(crate) median: Option<f64>,
    pub(crate) unit: Unit,
    pub(crate) direction: Direction,
}

/// Why a document is left aside.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotRead {
    /// Not JSON, or of another form.
    #[error("is not a document of this history")]
    Form(#[from] serde_json::Error),
    /// Of a newer release.
    #[error("has schema {0}, and this version of the action reads schema {SCHEMA}")]
    Schema(u64),
    /// Too long, or says what no document says.
    #[error("{0}")]
    Content(&'static str),
}

#[derive(Deserialize)]
struct Version {
    schema: u64,
}

impl Document {
    /// What is kept of a report.
    pub(crate) fn of(report: &Report, workload: &str, run: Origin, time: Timestamp) -> Self {
        Self {
            schema: SCHEMA,
            time,
            workload: workload.to_owned(),
            run,
            verdict: report.verdict,
            sentence: report.sentence.clone(),
            left_out: left_out(report),
            prices: report.prices.words(),
            currency: "USD".to_owned(),
            settings: Settings::of(report),
            fixed: side(report, &report.fixed, |line| line.fixed),
            dra: side(report, &report.dra, |line| line.dra),
        }
    }

    /// The document as indented JSON, ending in a line feed.
    pub(crate) fn to_json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Reads a document, and takes nothing in it for granted.
    pub(crate) fn from_json(json: &[u8], workload: &str) -> Result<Self, NotRead> {
        if json.len() > MOST_BYTES {
            return Err(NotRead::Content("is longer than 256 KiB"));
        }
        let Version { schema } = serde_json::from_slice(json)?;
        if schema != u64::from(SCHEMA) {
            return Err(NotRead::Schema(schema));
        }
        let mut document: Self = serde_json::from_slice(json)?;
        if document.workload != workload {
            return Err(NotRead::Content("is of another workload"));
        }
        let fits = |side: &Side| {
            let mut numbers = side.metrics.values().filter_map(|amount| amount.median);
            numbers.all(|number| number.is_finite() && number.abs() < LARGEST)
        };
        if !fits(&document.fixed) || !fits(&document.dra) {
            return Err(NotRead::Content("has a number that no run has"));
        }
        // What is not the name of a repository leads to no link.
        document.run.repository = document.run.repository.filter(|name| is_repository(name));
        Ok(document)
    }

    /// A metric's median on one side.
    pub(crate) fn value(&self, dra: bool, metric: &str) -> Option<f64> {
        let side = if dra { &self.dra } else { &self.fixed };
        side.metrics.get(metric)?.median
    }

    /// Where the workflow run is shown: made of its parts, as an address in a document could lead anywhere.
    pub(crate) fn link(&self, server_url: &str) -> Option<String> {
        let (repository, id) = (self.run.repository.as_ref()?, self.run.id?);
        Some(format!("{server_url}/{repository}/actions/runs/{id}"))
    }
}

fn is_repository(name: &str) -> bool {
    let good = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    name.len() <= LONGEST_NAME
        && name
            .split_once('/')
            .is_some_and(|(owner, name)| good(owner) && good(name))
}

fn left_out(report: &Report) -> Option<String> {
    if report.verdict == Verdict::NotComparable {
        return Some("its two sides could not be compared".to_owned());
    }
    let failed = |run: &&RunReport| {
        run.state
            .as_deref()
            .is_some_and(|state| state != "COMPLETED")
    };
    let failed = report.fixed.iter().chain(&report.dra).find(failed)?;
    Some(format!(
        "a job run ended as {}",
        failed.state.as_deref().unwrap_or("unknown")
    ))
}

fn side(
    report: &Report,
    runs: &[RunReport],
    value: impl Fn(&crate::report::MetricReport) -> Option<f64>,
) -> Side {
    let lines = METRICS.iter().zip(&report.metrics);
    let amount = |(metric, line): (&crate::metric::Metric, &crate::report::MetricReport)| {
        let amount = Amount {
            median: value(line),
            unit: metric.unit,
            direction: metric.direction,
        };
        (metric.name.to_owned(), amount)
    };
    Side {
        runs: runs.len(),
        metrics: lines.map(amount).collect(),
    }
}
