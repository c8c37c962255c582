//! The comparability gate: what makes the two sides unlike, and what forbids a verdict. Pure.

mod input;
mod machines;
mod work;

#[cfg(test)]
pub(crate) use {
    input::OTHER_INPUT,
    work::{NOT_THE_SAME, OTHER_WORK},
};

use std::collections::BTreeSet;

use run_record::{RunRecord, Variant};
use serde::{Deserialize, Serialize};
use spark_log::Gap;

use crate::{prose::Prose, run::Run};

/// Spark's own default is one task for each core it has at that moment.
const PARALLELISM: &str = " Where the number of tasks follows the number of cores, set spark.default.parallelism on both sides.";

/// What the reader should know of the checksum of a whole set.
const SCRIPTS: &str = " A module that the entry point imports may be another; so may the pod templates, which name the NodePools.";

/// Something that makes the sides unlike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Concern {
    /// True when no verdict can be given because of it.
    pub(crate) blocks: bool,
    /// What it is.
    pub(crate) text: Prose,
}

impl Concern {
    fn and(mut self, more: &str) -> Self {
        self.text = self.text.text(more);
        self
    }
}

/// Looks for everything that makes the sides unlike; the blocking ones come first.
pub(crate) fn concerns(fixed: &[Run], dra: &[Run]) -> Vec<Concern> {
    let mut found: Vec<Concern> = fixed.iter().chain(dra).filter_map(broken).collect();
    found.extend(fixed.iter().chain(dra).filter_map(wrong_variant));
    let sides = Sides { fixed, dra };
    found.extend(
        sides
            .unlike(Prose::new("The number of planned tasks"), true, |run| {
                Some(run.timeline.stage_counts.planned_tasks.to_string())
            })
            .map(|concern| concern.and(PARALLELISM)),
    );
    found.extend(
        sides.unlike(Prose::new("The number of stages"), true, |run| {
            Some(run.timeline.stage_counts.planned.to_string())
        }),
    );
    found.extend(input::unlike(fixed, dra));
    found.extend(work::unlike(fixed, dra));
    found.extend(sides.unlike(
        Prose::new("The entry point's content (SHA-256)"),
        false,
        |run| submitted(run, |r| r.submission.entry_point.sha256.clone()),
    ));
    found.extend(
        sides
            .unlike(
                Prose::new("The content of the scripts and pod templates (SHA-256)"),
                false,
                |run| submitted(run, |r| r.submission.scripts_sha256.clone()),
            )
            .map(|concern| concern.and(SCRIPTS)),
    );
    found.extend(
        sides.unlike(Prose::new("The list of arguments"), false, |run| {
            submitted(run, |r| serde_json::to_string(&r.submission.arguments).ok())
        }),
    );
    found.extend(sides.unlike(Prose::new("The release"), false, |run| {
        submitted(run, |r| Some(r.submission.release_label.clone()))
    }));
    found.extend(sides.unlike(Prose::new("The Spark version"), false, |run| {
        run.timeline.spark_version.clone()
    }));
    for size in ["spark.executor.cores", "spark.executor.memory"] {
        found.extend(
            sides.unlike(Prose::new("The setting ").code(size), false, |run| {
                run.property(size).map(str::to_owned)
            }),
        );
    }
    found.extend(machines::unlike(fixed, dra));
    found.extend(sides.unchecked());
    found.sort_by_key(|concern| !concern.blocks);
    found
}

fn submitted(run: &Run, of: impl Fn(&RunRecord) -> Option<String>) -> Option<String> {
    run.record.as_ref().and_then(of)
}

/// A run that failed, that had no executors, or whose log is not that of one whole run.
fn broken(run: &Run) -> Option<Concern> {
    let subject = Prose::new(format!("The {} run ", side(run.variant))).code(run.name());
    let text = match (&run.record, run.unmeasurable()) {
        (Some(record), _) if !is_over(record) => {
            let text = subject
                .text(" is not known to have ended, it was ")
                .code(&record.job_run.state);
            match &record.partial {
                Some(why) => text.text(": ").code(why).text("."),
                None => text.text("."),
            }
        }
        (Some(record), _) if record.job_run.state != "COMPLETED" => {
            let text = subject.text(" ended ").code(&record.job_run.state);
            match record
                .job_run
                .failure_reason
                .as_ref()
                .or(record.job_run.state_details.as_ref())
            {
                Some(reason) => text.text(": ").code(reason).text("."),
                None => text.text("."),
            }
        }
        _ if run.timeline.local_mode => subject
            .text(" ran in local mode: the driver ran the tasks itself, there are no executors."),
        (_, Some(Gap::Unreadable { file, why })) => subject
            .text(" cannot be measured: ")
            .code(file)
            .text(format!(" {why}.")),
        (_, Some(gap)) => subject.text(format!(" cannot be measured: {gap}.")),
        _ if run.timeline.job_counts.failed > 0 => subject.text(" has a Spark job that failed."),
        _ => return None,
    };
    Some(Concern { blocks: true, text })
}

fn is_over(record: &RunRecord) -> bool {
    ["COMPLETED", "FAILED", "CANCELLED"].contains(&record.job_run.state.as_str())
}

/// A run with DRA on the fixed side, or without on the DRA side, by the configuration Spark really had.
fn wrong_variant(run: &Run) -> Option<Concern> {
    if run.timeline.properties.is_empty() {
        return None;
    }
    let on = run
        .timeline
        .properties
        .get("spark.dynamicAllocation.enabled")
        .is_some_and(|on| on.trim().eq_ignore_ascii_case("true"));
    let text = match (run.variant, on) {
        (Variant::Static, true) => " ran with Dynamic Resource Allocation on.",
        (Variant::Dra, false) => " ran with Dynamic Resource Allocation off.",
        _ => return None,
    };
    let text = Prose::new(format!("The {} run ", side(run.variant)))
        .code(run.name())
        .text(text);
    Some(Concern { blocks: true, text })
}

struct Sides<'a> {
    fixed: &'a [Run],
    dra: &'a [Run],
}

impl Sides<'_> {
    /// A concern when the values known of the sides are not one and the same.
    fn unlike(
        &self,
        what: Prose,
        blocks: bool,
        of: impl Fn(&Run) -> Option<String>,
    ) -> Option<Concern> {
        let values = |runs: &[Run]| runs.iter().filter_map(&of).collect::<BTreeSet<String>>();
        let (fixed, dra) = (values(self.fixed), values(self.dra));
        if fixed.is_empty() || dra.is_empty() || fixed.union(&dra).count() == 1 {
            return None;
        }
        let text = listed(what.text(" differs: static "), &fixed);
        let text = listed(text.text(", DRA "), &dra).text(".");
        Some(Concern { blocks, text })
    }

    /// Says what could not be checked because a bare event log was given.
    fn unchecked(&self) -> Option<Concern> {
        let bare = self
            .fixed
            .iter()
            .chain(self.dra)
            .any(|run| run.record.is_none());
        bare.then(|| Concern {
            blocks: false,
            text: Prose::new(
                "Not checked, because at least one run came without its run record: whether both sides ran the same \
                 entry point with the same arguments on the same release.",
            ),
        })
    }
}

fn listed(mut text: Prose, values: &BTreeSet<String>) -> Prose {
    for (place, value) in values.iter().enumerate() {
        let comma = if place == 0 { "" } else { " and " };
        text = text.text(comma).code(value);
    }
    text
}

/// What a side is called inside a sentence.
pub(crate) fn side(variant: Variant) -> &'static str {
    match variant {
        Variant::Static => "static",
        Variant::Dra => "DRA",
    }
}
