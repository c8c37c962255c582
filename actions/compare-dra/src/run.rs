//! One run as it is compared: its record, its event log, and where both were read. Pure.

use jiff::Timestamp;
use run_record::{RunRecord, Variant};
use spark_log::{EpochMillis, Gap, Timeline};

use crate::{
    cost::{Amount, Cost},
    metric::MetricId,
    nodes::{foreign, nodes},
    number::count,
};

/// Why a run without a record has no cost, and nothing else that only a record tells.
pub(crate) const NO_RECORD: &str = "no run record was given";
/// Why a run has no cost before prices were looked for.
pub(crate) const NO_PRICES: &str = "no prices were given";

/// A run with everything known of it.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) variant: Variant,
    /// Where it was read: path or URI, as it was found.
    pub(crate) place: String,
    /// Where its event log was read.
    pub(crate) log_place: String,
    /// Absent when a bare event log was given.
    pub(crate) record: Option<RunRecord>,
    pub(crate) timeline: Timeline,
    /// What it cost, or why that is not known.
    pub(crate) cost: Result<Cost, String>,
}

impl Run {
    /// What the run is called in reports: EMR's id, else Spark's, else the place.
    pub(crate) fn name(&self) -> &str {
        let record = self
            .record
            .as_ref()
            .map(|record| record.job_run.id.as_str());
        record
            .or(self.timeline.application_id.as_deref())
            .unwrap_or(&self.place)
    }

    /// What the job is called: the entry point's file name without ending, else the application's name.
    pub(crate) fn job(&self) -> Option<&str> {
        let entry = self
            .record
            .as_ref()
            .map(|record| record.submission.entry_point.uri.as_str());
        let stem = entry
            .and_then(|uri| uri.rsplit('/').next())
            .map(|file| file.rsplit_once('.').map_or(file, |(stem, _)| stem));
        stem.filter(|stem| !stem.is_empty())
            .or(self.timeline.application_name.as_deref())
    }

    /// An effective Spark property: from the event log, else from the record.
    pub(crate) fn property(&self, name: &str) -> Option<&str> {
        let submitted = || self.record.as_ref()?.submission.spark.get(name);
        self.timeline
            .properties
            .get(name)
            .or_else(submitted)
            .map(String::as_str)
    }

    /// An effective Spark property that is a number.
    pub(crate) fn number(&self, name: &str) -> Option<u32> {
        self.property(name)?.trim().parse().ok()
    }

    /// Zero of the run's times: the start of the application; without it, the first job or executor.
    pub(crate) fn zero(&self) -> Option<EpochMillis> {
        let joined = self.timeline.executors.iter().map(|e| e.added);
        let first = || self.timeline.first_job_start().into_iter().chain(joined);
        self.timeline.started.or_else(|| first().min())
    }

    /// An instant in seconds after the application's start. Negative before it.
    pub(crate) fn seconds(&self, at: EpochMillis) -> Option<f64> {
        Some((at.0 - self.zero()?.0) as f64 / 1000.0)
    }

    /// The same for an instant of the record.
    pub(crate) fn seconds_of(&self, at: Timestamp) -> Option<f64> {
        self.seconds(EpochMillis(at.as_millisecond()))
    }

    /// What may be missing of this run, in sentences.
    pub(crate) fn gaps(&self) -> Vec<String> {
        let log = self
            .timeline
            .gaps
            .iter()
            .map(|gap| format!("event log: {gap}"));
        let observed = self
            .record
            .iter()
            .flat_map(|record| record.observation.gaps.iter().cloned());
        let partial = self
            .record
            .iter()
            .filter_map(|record| record.partial.as_ref())
            .map(|why| format!("the run record is not whole: {why}"));
        let costs = self.cost.iter().flat_map(|cost| cost.notes.iter().cloned());
        log.chain(partial)
            .chain(observed)
            .chain(self.lasting_nodes())
            .chain(self.foreign_nodes())
            .chain(costs)
            .collect()
    }

    /// True when the record says that the cluster was emulated.
    pub(crate) fn is_emulated(&self) -> bool {
        self.record
            .as_ref()
            .is_some_and(|record| record.observation.emulated)
    }

    /// A metric of cost, rounded to a float for tables and statistics.
    pub(crate) fn dollars(&self, id: MetricId) -> Result<f64, String> {
        let cost = self.cost.as_ref().map_err(String::clone)?;
        let amount = cost.amount(id).map(Amount::get);
        Ok(amount
            .unwrap_or_else(|| Err("not measured".to_owned()))?
            .to_f64())
    }

    fn lasting_nodes(&self) -> Option<String> {
        let nodes = nodes(self.record.as_ref()?).ok()?;
        let lasting = nodes.iter().filter(|node| !node.gone).count();
        (lasting > 0).then(|| {
            let nodes = count(lasting, "node was", "nodes were");
            format!("{nodes} not seen to go: their time is counted to the end of watching")
        })
    }

    fn foreign_nodes(&self) -> Option<String> {
        let foreign = foreign(&self.record.as_ref()?.observation);
        (foreign > 0).then(|| {
            let nodes = count(foreign, "node is", "nodes are");
            format!("{nodes} left out: no pod of the job ran in the NodePool")
        })
    }

    /// The first reason why the log is not that of one whole run.
    pub(crate) fn unmeasurable(&self) -> Option<&Gap> {
        self.timeline
            .gaps
            .iter()
            .find(|gap| gap.forbids_a_verdict())
    }
}
