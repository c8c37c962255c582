//! What to change before the next run, each with the line to change, as far as the runs prove it. Pure.
//!
//! | module       | idea |
//! |--------------|------|
//! | `allocation` | how many executors are asked for, and when |
//! | `idle`       | executors that are kept although they have nothing to do |
//! | `nodes`      | what Karpenter does with the nodes of the job |
//! | `settings`   | settings that Spark ignores, or that do not do what one expects |

mod allocation;
mod idle;
mod nodes;
mod settings;

use serde::{Deserialize, Serialize};

use crate::{prose::Prose, why::Pair};

pub(crate) use idle::{KeptIdle, kept_idle};

/// One thing to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Advice {
    /// What was seen, and why it matters.
    pub(crate) text: Prose,
    /// The lines to write. Empty when only a person can tell.
    pub(crate) changes: Vec<Change>,
}

/// A line to write, or to leave out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Change {
    pub(crate) place: ChangePlace,
    /// As it stands there; `# ` before a line that goes.
    pub(crate) line: String,
}

/// Where a line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ChangePlace {
    /// Spark properties of the static run.
    StaticProperties,
    /// Spark properties of the DRA run.
    DraProperties,
    /// The driver's pod template.
    DriverPodTemplate,
    /// The NodePool of the executors.
    NodePool,
}

impl Advice {
    fn new(text: Prose) -> Self {
        Self {
            text,
            changes: Vec::new(),
        }
    }

    fn change(mut self, place: ChangePlace, line: impl Into<String>) -> Self {
        self.changes.push(Change {
            place,
            line: line.into(),
        });
        self
    }

    /// Sets a Spark property.
    fn set(self, place: ChangePlace, key: &str, value: impl std::fmt::Display) -> Self {
        self.change(place, format!("{key}={value}"))
    }

    /// Leaves a Spark property out.
    fn unset(self, place: ChangePlace, key: &str, value: &str) -> Self {
        self.change(place, format!("# {key}={value}"))
    }
}

/// What is wrong with the settings alone: all that can be said when the runs cannot be compared, and at times why.
pub(crate) fn of_settings(pair: &Pair<'_>) -> Vec<Advice> {
    settings::advice(pair)
}

/// What to change before the next run, as far as the runs prove it.
pub(crate) fn advice(pair: &Pair<'_>) -> Vec<Advice> {
    let mut all = allocation::advice(pair);
    all.extend(idle::advice(pair.dra));
    all.extend(nodes::advice(pair));
    all.extend(settings::advice(pair));
    all
}
