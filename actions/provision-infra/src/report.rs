//! The step summary, as Markdown. Pure: text in, text out; every value from outside is escaped.

pub(crate) mod files;

use crate::changes::Changes;
use crate::cluster::{Applied, Removal};
use crate::contract::Provisioned;
use crate::inputs::{Command, Hardware, NodePoolSettings};
use crate::manifest::{Kind, Manifest, NODE_POOLS};
use crate::markdown::{cell, code};
use std::fmt::Write as _;
use std::path::Path;

/// What Terraform was asked to do and what it counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TerraformPart<'a> {
    pub(crate) command: Command,
    pub(crate) root: &'a Path,
    /// Absent when nothing was planned.
    pub(crate) changes: Option<Changes>,
}

/// The heading and the sentence about Terraform.
pub(crate) fn terraform(part: TerraformPart<'_>) -> String {
    let root = code(&part.root.display().to_string());
    let heading = match part.command {
        Command::Apply => "applied",
        Command::Plan | Command::PlanDestroy => "planned",
        Command::Output => "read",
        Command::Destroy => "destroyed",
    };
    let sentence = match (part.command, part.changes) {
        (_, Some(changes)) if changes.is_empty() => {
            format!("Terraform found nothing to change in {root}.")
        }
        (_, Some(changes)) => format!("Terraform carried out its plan of {root}: **{changes}**."),
        (_, None) => format!("Outputs of {root}. Nothing was changed."),
    };
    format!("## Infrastructure {heading}\n\n{sentence}\n")
}

/// The table of the action's outputs.
pub(crate) fn outputs(provisioned: &Provisioned) -> String {
    let mut table = "\n| Output | Value |\n|---|---|\n".to_owned();
    for (name, value) in provisioned.pairs() {
        let _ = writeln!(table, "| {} | {} |", cell(name), cell(&value));
    }
    table
}

/// The table of the NodePools and what became of them.
pub(crate) fn node_pools(applied: &[(&Manifest, Applied)], settings: &NodePoolSettings) -> String {
    let mut table = "\n### Karpenter\n\n| Object | Result | Capacity | Instance families | Zones | Limit | Empty nodes go after |\n\
                     |---|---|---|---|---|---|---|\n"
        .to_owned();
    for (manifest, result) in applied {
        let object = format!("{} {}", manifest.kind, cell(&manifest.name));
        let details = match hardware_of(manifest, settings) {
            Some(hardware) => details(hardware, settings),
            None => "| | | |".to_owned(),
        };
        let _ = writeln!(table, "| {object} | {result}, ready | {details} |");
    }
    table
}

/// What was removed before Terraform destroyed the rest.
pub(crate) fn removal(removal: &Removal) -> String {
    let list = |items: &[String]| items.join(", ");
    let mut text = "## NodePools removed\n\n".to_owned();
    if removal.removed.is_empty() {
        text.push_str("There were no NodePools of this action.\n");
    } else {
        let _ = writeln!(
            text,
            "Removed, with their nodes: {}.",
            list(&removal.removed)
        );
    }
    if !removal.foreign.is_empty() {
        let _ = writeln!(
            text,
            "\nLeft alone, because this action did not make them for this cluster: {}.",
            list(&removal.foreign)
        );
    }
    text.push('\n');
    text
}

fn hardware_of<'a>(manifest: &Manifest, settings: &'a NodePoolSettings) -> Option<&'a Hardware> {
    match manifest.kind {
        Kind::Ec2NodeClass => None,
        Kind::NodePool if manifest.name == NODE_POOLS[0] => Some(&settings.driver),
        Kind::NodePool => Some(&settings.executor),
    }
}

fn details(hardware: &Hardware, settings: &NodePoolSettings) -> String {
    let zones = match &settings.zones {
        Some(zones) => zones.to_string(),
        None => "all of the subnets'".to_owned(),
    };
    format!(
        "{} | {} | {zones} | {} CPU, {} memory | {}",
        hardware.capacity,
        hardware.families,
        settings.cpu_limit,
        settings.memory_limit,
        settings.consolidate_after
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(command: Command, changes: Option<Changes>) -> TerraformPart<'static> {
        TerraformPart {
            command,
            root: Path::new("infra"),
            changes,
        }
    }

    #[test]
    fn what_terraform_did_is_said_with_its_counts() {
        let changes = Changes {
            add: 2,
            ..Changes::default()
        };
        assert_eq!(
            terraform(part(Command::Apply, Some(changes))),
            "## Infrastructure applied\n\nTerraform carried out its plan of `infra`: **2 to add, 0 to change, 0 to destroy**.\n"
        );
        let nothing = terraform(part(Command::Destroy, Some(Changes::default())));
        assert!(nothing.contains("found nothing to change"), "{nothing}");
        assert!(terraform(part(Command::Output, None)).contains("Nothing was changed"));
    }

    #[test]
    fn what_was_left_alone_is_named() {
        let text = removal(&Removal {
            removed: vec!["NodePool `spark-driver`".into()],
            foreign: vec!["NodePool `spark-executor`".into()],
        });
        assert!(
            text.contains("Removed, with their nodes: NodePool `spark-driver`."),
            "{text}"
        );
        assert!(text.contains("Left alone"), "{text}");
    }
}
