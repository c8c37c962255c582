//! The step summary, as Markdown. Pure: text in, text out; every value from outside is escaped.

pub(crate) mod files;

use crate::changes::Changes;
use crate::cluster::{Applied, Removal};
use crate::contract::Provisioned;
use crate::inputs::Command;
use crate::manifest::{Kind, Manifest};
use crate::markdown::{cell, code, escaped};
use serde_json::Value;
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
pub(crate) fn node_pools(applied: &[(&Manifest, Applied)]) -> String {
    let mut table = "\n### Karpenter\n\n| Object | Result | Capacity | Instance families | Zones | Limit | Empty nodes go after |\n\
                     |---|---|---|---|---|---|---|\n"
        .to_owned();
    for (manifest, result) in applied {
        let object = format!("{} {}", manifest.kind, cell(&manifest.name));
        let details = match manifest.kind {
            Kind::Ec2NodeClass => "| | | |".to_owned(),
            Kind::NodePool => details(&manifest.object["spec"]),
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

/// What a NodePool's spec says about its nodes.
fn details(spec: &Value) -> String {
    let requirements = spec["template"]["spec"]["requirements"].as_array();
    let required = |key: &str, otherwise: &str| {
        let of_key = requirements
            .into_iter()
            .flatten()
            .find(|requirement| requirement["key"] == key);
        let Some(requirement) = of_key else {
            return otherwise.to_owned();
        };
        let values = requirement["values"].as_array().into_iter().flatten();
        let values: Vec<&str> = values.filter_map(Value::as_str).collect();
        let text = match requirement["operator"].as_str() {
            Some("In") | None => values.join(", "),
            Some(operator) => format!("{operator} {}", values.join(", ")),
        };
        escaped(&text)
    };
    let limits = spec["limits"].as_object().into_iter().flatten();
    let limits: Vec<String> = limits
        .map(|(name, value)| {
            format!(
                "{} {name}",
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            )
        })
        .collect();
    let limits = match limits.as_slice() {
        [] => "none".to_owned(),
        limits => escaped(&limits.join(", ")),
    };
    format!(
        "{} | {} | {} | {limits} | {}",
        required("karpenter.sh/capacity-type", "any"),
        required("karpenter.k8s.aws/instance-family", "any"),
        required("topology.kubernetes.io/zone", "all of the subnets'"),
        escaped(
            spec["disruption"]["consolidateAfter"]
                .as_str()
                .unwrap_or("not given")
        )
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
