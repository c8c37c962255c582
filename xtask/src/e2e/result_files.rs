//! The demo's result files, read again without the project's own types.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use serde_json::Value;

use crate::problem::{Problem, Result, WhileDoing as _};

/// What the demo wrote.
#[derive(Debug)]
pub(crate) struct ResultFiles {
    pub(crate) report: Value,
    dra_record: Value,
    pub(crate) static_nodes: Vec<Node>,
    pub(crate) dra_nodes: Vec<Node>,
    pub(crate) static_log: EventLog,
    pub(crate) dra_log: EventLog,
}

/// The few facts of a Spark event log that the checks are about. Times in milliseconds since 1970.
#[derive(Debug, Default)]
pub(crate) struct EventLog {
    /// By executor id: added, and removed if it was.
    pub(crate) executors: BTreeMap<String, (u64, Option<u64>)>,
    used: BTreeSet<String>,
    pub(crate) tasks: usize,
    ended: Option<u64>,
}

/// A NodeClaim as the run record holds it.
#[derive(Debug)]
pub(crate) struct Node {
    created: Option<Timestamp>,
    initialized: Option<Timestamp>,
    pub(crate) terminated: Option<Timestamp>,
}

impl Node {
    /// Seconds from the order to a node that takes pods.
    pub(crate) fn ready_after(&self) -> Option<f64> {
        Some(
            self.initialized?
                .duration_since(self.created?)
                .as_secs_f64(),
        )
    }
}

/// The NodeClaims of a run record.
fn nodes(record: &Value) -> Vec<Node> {
    let time = |claim: &Value, name: &str| claim[name].as_str().and_then(|time| time.parse().ok());
    let claims = record["observation"]["node_claims"]
        .as_array()
        .into_iter()
        .flatten();
    let node = |claim: &Value| Node {
        created: time(claim, "created"),
        initialized: time(claim, "initialized"),
        terminated: time(claim, "terminated"),
    };
    claims.map(node).collect()
}

impl ResultFiles {
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let json = |name: &str| -> Result<Value> {
            let path = folder.join(name);
            let text = std::fs::read_to_string(&path)
                .while_doing(|| format!("read `{}`", path.display()))?;
            serde_json::from_str(&text).while_doing(|| format!("understand `{}`", path.display()))
        };
        let (fixed, dra) = (folder.join("runs/static"), folder.join("runs/dra"));
        let static_record = json("runs/static/run-record.json")?;
        let dra_record = json("runs/dra/run-record.json")?;
        Ok(Self {
            report: json("report.json")?,
            static_log: EventLog::read(&fixed, &static_record)?,
            dra_log: EventLog::read(&dra, &dra_record)?,
            static_nodes: nodes(&static_record),
            dra_nodes: nodes(&dra_record),
            dra_record,
        })
    }

    /// A number of the report: the metric of that name, for `static` or `dra`.
    pub(crate) fn metric(&self, name: &str, variant: &str) -> Option<f64> {
        let metrics = self.report["metrics"].as_array()?;
        metrics.iter().find(|metric| metric["name"] == name)?[variant].as_f64()
    }

    /// The wanted executors of the DRA run, from the first to the largest number.
    pub(crate) fn dra_wanted_ramp(&self) -> Vec<u64> {
        let targets = self.dra_record["dynamic_allocation"].as_array();
        let wanted = targets
            .into_iter()
            .flatten()
            .filter_map(|target| target["wanted"].as_u64());
        let mut ramp: Vec<u64> = Vec::new();
        for wanted in wanted {
            if ramp.last().is_none_or(|last| wanted > *last) {
                ramp.push(wanted);
            }
        }
        ramp
    }
}

impl EventLog {
    /// The event log that a run record names, beside the record.
    fn read(folder: &Path, record: &Value) -> Result<Self> {
        let missing = || {
            let why = record["event_log"]["missing"]
                .as_str()
                .unwrap_or("the record does not say why");
            Problem::new(format!("`{}` has no event log: {why}", folder.display()))
        };
        let path = folder.join(record["event_log"]["file"].as_str().ok_or_else(missing)?);
        let text =
            std::fs::read_to_string(&path).while_doing(|| format!("read `{}`", path.display()))?;
        Ok(Self::parse(&text))
    }

    fn parse(text: &str) -> Self {
        let mut log = Self::default();
        for event in text
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        {
            let time = event["Timestamp"].as_u64();
            let executor = event["Executor ID"].as_str().unwrap_or_default().to_owned();
            match event["Event"].as_str().unwrap_or_default() {
                "SparkListenerExecutorAdded" => {
                    log.executors
                        .insert(executor, (time.unwrap_or_default(), None));
                }
                "SparkListenerExecutorRemoved" => {
                    if let Some(known) = log.executors.get_mut(&executor) {
                        known.1 = time;
                    }
                }
                "SparkListenerTaskEnd" => {
                    log.tasks += 1;
                    log.used.extend(
                        event["Task Info"]["Executor ID"]
                            .as_str()
                            .map(str::to_owned),
                    );
                }
                "SparkListenerApplicationEnd" => log.ended = time,
                _ => {}
            }
        }
        log
    }

    pub(crate) fn never_used(&self) -> usize {
        self.executors
            .keys()
            .filter(|executor| !self.used.contains(*executor))
            .count()
    }

    /// Executors that were removed before the application's end.
    pub(crate) fn released_before_end(&self) -> usize {
        let ended = self.ended.unwrap_or(u64::MAX);
        self.executors
            .values()
            .filter(|(_, removed)| removed.is_some_and(|removed| removed < ended))
            .count()
    }

    /// The time executors existed, in seconds; one that was never removed lived until the application's end.
    pub(crate) fn executor_seconds(&self) -> u64 {
        let ended = self.ended.unwrap_or_default();
        let lived =
            |(added, removed): &(u64, Option<u64>)| removed.unwrap_or(ended).saturating_sub(*added);
        self.executors.values().map(lived).sum::<u64>() / 1000
    }
}

#[cfg(test)]
mod tests {
    use super::EventLog;

    #[test]
    fn the_facts_are_read_from_the_events() {
        let log = EventLog::parse(concat!(
            "{\"Event\":\"SparkListenerExecutorAdded\",\"Timestamp\":1000,\"Executor ID\":\"1\"}\n",
            "{\"Event\":\"SparkListenerExecutorAdded\",\"Timestamp\":1000,\"Executor ID\":\"2\"}\n",
            "{\"Event\":\"SparkListenerTaskEnd\",\"Task Info\":{\"Executor ID\":\"1\"}}\n",
            "{\"Event\":\"SparkListenerExecutorRemoved\",\"Timestamp\":3000,\"Executor ID\":\"1\"}\n",
            "{\"Event\":\"SparkListenerApplicationEnd\",\"Timestamp\":9000}\n",
        ));
        assert_eq!(
            (
                log.tasks,
                log.never_used(),
                log.released_before_end(),
                log.executor_seconds()
            ),
            (1, 1, 1, 10)
        );
    }
}
