//! What was run, and how it differs from what was run before. Pure.
//!
//! Another script, release or setting starts a new series: its numbers are no drift of the old one.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::report::{Report, RunReport};

/// What must be the same in all runs of a series, and the instance types, which only are named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// Machines or prices were emulated.
    pub(crate) emulated: bool,
    #[serde(rename = "static")]
    pub(crate) fixed: OfVariant,
    pub(crate) dra: OfVariant,
}

/// The settings of a variant, from its first run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OfVariant {
    /// SHA-256 of the entry point, or of its URI when its content was not read.
    pub(crate) entry_point: Option<String>,
    /// SHA-256 of all scripts and pod templates, when it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scripts: Option<String>,
    /// SHA-256 of the arguments.
    pub(crate) arguments: String,
    pub(crate) release_label: Option<String>,
    pub(crate) spark_version: Option<String>,
    /// SHA-256 of the Spark properties that a report keeps.
    pub(crate) properties: String,
    /// Karpenter may choose others in each run, so these start no new series.
    pub(crate) instance_types: BTreeSet<String>,
}

impl Settings {
    /// The settings of a comparison.
    pub(crate) fn of(report: &Report) -> Self {
        let made_up = report.prices.lists.iter().any(|list| list.emulated);
        Self {
            emulated: report.prices.emulated_nodes || made_up,
            fixed: OfVariant::of(&report.fixed),
            dra: OfVariant::of(&report.dra),
        }
    }

    /// What differs, in words; empty when both are of one series.
    pub(crate) fn changes(&self, before: &Self) -> Vec<String> {
        let mut changes = Vec::new();
        if self.emulated != before.emulated {
            changes.push("emulated and real machines or prices".to_owned());
        }
        for (variant, now, before) in [
            ("static", &self.fixed, &before.fixed),
            ("DRA", &self.dra, &before.dra),
        ] {
            let what = now.changes(before);
            changes.extend(what.into_iter().map(|what| format!("{what} ({variant})")));
        }
        changes
    }

    /// The same, with the scripts of another run where this one does not tell its own.
    pub(crate) fn told_by(&self, other: &Self) -> Self {
        let mut told = self.clone();
        for (variant, other) in [(&mut told.fixed, &other.fixed), (&mut told.dra, &other.dra)] {
            variant.scripts = variant.scripts.take().or_else(|| other.scripts.clone());
        }
        told
    }

    /// Instance types that are other than before, in words.
    pub(crate) fn other_machines(&self, before: &Self) -> Option<String> {
        let all = |settings: &Self| {
            let fixed = settings.fixed.instance_types.iter();
            let all: BTreeSet<&str> = fixed
                .chain(&settings.dra.instance_types)
                .map(String::as_str)
                .collect();
            all.into_iter().collect::<Vec<_>>().join(", ")
        };
        let (now, before) = (all(self), all(before));
        (now != before && !now.is_empty() && !before.is_empty())
            .then(|| format!("{now} instead of {before}"))
    }
}

impl OfVariant {
    fn of(runs: &[RunReport]) -> Self {
        let first = runs.first();
        let node_types = runs
            .iter()
            .flat_map(|run| &run.nodes)
            .filter_map(|node| node.instance_type.clone());
        let entry_point = first.and_then(|run| {
            let of_uri = || run.entry_point.as_ref().map(|uri| hash([uri]));
            run.entry_point_sha256.clone().or_else(of_uri)
        });
        let none = BTreeMap::new();
        let properties = first.map_or(&none, |run| &run.properties);
        Self {
            entry_point,
            scripts: first.and_then(|run| run.scripts_sha256.clone()),
            arguments: hash(first.iter().flat_map(|run| &run.arguments)),
            release_label: first.and_then(|run| run.release_label.clone()),
            spark_version: first.and_then(|run| run.spark_version.clone()),
            properties: hash(properties.iter().flat_map(|(name, value)| [name, value])),
            instance_types: node_types.collect(),
        }
    }

    fn changes(&self, before: &Self) -> Vec<String> {
        let mut changes = Vec::new();
        if self.entry_point != before.entry_point {
            changes.push("the entry point's content".to_owned());
        }
        // Runs of before this was recorded do not tell.
        let scripts = self.scripts.as_ref().zip(before.scripts.as_ref());
        if scripts.is_some_and(|(now, before)| now != before)
            && self.entry_point == before.entry_point
        {
            changes.push("the content of the other scripts or the pod templates".to_owned());
        }
        if self.arguments != before.arguments {
            changes.push("the arguments".to_owned());
        }
        for (name, now, before) in [
            ("release", &self.release_label, &before.release_label),
            ("Spark", &self.spark_version, &before.spark_version),
        ] {
            if now != before {
                let shown = |text: &Option<String>| {
                    let text = text.as_deref().unwrap_or("unknown");
                    text.chars().take(60).collect::<String>()
                };
                changes.push(format!(
                    "{name} {} instead of {}",
                    shown(now),
                    shown(before)
                ));
            }
        }
        if self.properties != before.properties {
            changes.push("Spark properties".to_owned());
        }
        changes
    }
}

/// SHA-256 of the texts with their lengths, so that no two lists have the same.
fn hash<'a>(texts: impl IntoIterator<Item = &'a String>) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
