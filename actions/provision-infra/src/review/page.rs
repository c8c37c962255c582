//! The review as Markdown, for the step summary and the pull request: the dangerous first.

use super::attributes::Attribute;
use super::{Action, Drift, Goal, Resource, Review};
use crate::changes::Changes;
use crate::markdown::{cell, code, escaped};
use std::fmt::Write as _;
use std::path::Path;

/// Most resources in one table; the JSON has all of them.
const ROWS: usize = 100;
/// Most attributes shown of one resource.
const ATTRIBUTES: usize = 12;

/// Most attributes named beside a resource.
const NAMED: usize = 3;

/// The whole review; `karpenter` are the objects that apply sets after Terraform, in words.
pub(crate) fn page(root: &Path, changes: Changes, review: &Review, karpenter: &[String]) -> String {
    let mut text = format!("## {}\n\n", heading(root, review));
    let _ = writeln!(text, "{}\n", verdict(changes, review));
    if !review.complete {
        text.push_str(
            "> [!WARNING]\n> Terraform says that this plan is not complete: more will follow once it is applied.\n\n",
        );
    }
    let (grave, rest): (Vec<&Resource>, Vec<&Resource>) = review
        .resources
        .iter()
        .partition(|resource| resource.action < Action::Import);
    if !grave.is_empty() {
        table(&mut text, &grave);
        details(&mut text, &grave);
    }
    if !rest.is_empty() {
        let _ = writeln!(
            text,
            "<details><summary>{} to create, import or read</summary>\n",
            counted(rest.len(), "resource")
        );
        table(&mut text, &rest);
        text.push_str("</details>\n\n");
    }
    outputs(&mut text, review);
    drift(&mut text, &review.drift);
    if !karpenter.is_empty() {
        let _ = writeln!(
            text,
            "After Terraform, `apply` sets {}.\n",
            karpenter.join(", ")
        );
    }
    let _ = writeln!(
        text,
        "To apply exactly this, and nothing if anything has moved by then: `expected-plan: {}`. Sensitive values are not held to \
         it; a `plan-file` holds them, too.",
        review.hash
    );
    text
}

fn heading(root: &Path, review: &Review) -> String {
    let root = code(&root.display().to_string());
    match (review.goal, review.is_empty()) {
        (Goal::Configuration, true) => format!("Plan of {root}: nothing to change"),
        (Goal::Configuration, false) => format!("Plan of {root}"),
        (Goal::Nothing, true) => format!("Plan to destroy {root}: nothing is there"),
        (Goal::Nothing, false) => format!("Plan to destroy {root}"),
    }
}

fn verdict(changes: Changes, review: &Review) -> String {
    if review.is_empty() {
        return "Nothing was changed, and applying this would change nothing.".to_owned();
    }
    let mut text = String::new();
    let ended = review.ended();
    if ended > 0 && review.goal == Goal::Configuration {
        let holders: Vec<String> = review
            .resources
            .iter()
            .filter(|resource| resource.holds_data && resource.action.ends_something())
            .map(|resource| code(&resource.address))
            .collect();
        let replaced = review
            .resources
            .iter()
            .filter(|resource| resource.action == Action::Replace)
            .count();
        let _ = write!(text, "> [!CAUTION]\n> **{} destroyed**", what_is(ended));
        match replaced {
            0 => {}
            _ if replaced == ended => text.push_str(" to be replaced"),
            _ => {
                let _ = write!(text, ", {replaced} of them to be replaced");
            }
        }
        if !holders.is_empty() {
            let _ = write!(
                text,
                "; data or running work ends with {}",
                holders.join(", ")
            );
        }
        text.push_str(".\n\n");
    }
    let _ = write!(text, "**{changes}**. Nothing was changed yet.");
    text
}

fn what_is(count: usize) -> String {
    match count {
        1 => "1 resource is".to_owned(),
        count => format!("{count} resources are"),
    }
}

fn counted(count: usize, thing: &str) -> String {
    match count {
        1 => format!("1 {thing}"),
        count => format!("{count} {thing}s"),
    }
}

fn table(text: &mut String, resources: &[&Resource]) {
    text.push_str("| What | Resource | Why |\n|:--|:--|:--|\n");
    for resource in resources.iter().take(ROWS) {
        let action = match resource.action {
            action if action.ends_something() => format!("**{action}**"),
            action => action.to_string(),
        };
        let _ = writeln!(
            text,
            "| {action} | {} | {} |",
            cell(&resource.address),
            why(resource)
        );
    }
    if resources.len() > ROWS {
        let _ = writeln!(text, "\nAnd {} more, in plan.json.", resources.len() - ROWS);
    }
    text.push('\n');
}

fn why(resource: &Resource) -> String {
    let forcing: Vec<String> = resource
        .attributes
        .iter()
        .filter(|attribute| attribute.forces_replacement)
        .map(|attribute| cell(&attribute.path))
        .collect();
    let mut reasons = Vec::new();
    if let Some(from) = &resource.previous_address {
        reasons.push(format!("was {}", cell(from)));
    }
    if resource.action == Action::Update {
        reasons.extend(inside(&resource.attributes));
    }
    if !forcing.is_empty() {
        reasons.push(format!("{} cannot be changed in place", forcing.join(", ")));
    } else if let Some(reason) = &resource.reason {
        reasons.push(in_words(reason));
    }
    if resource.holds_data && resource.action.ends_something() {
        reasons.push("holds data or running work".to_owned());
    }
    reasons.join("; ")
}

/// Which attributes differ, for a reader who does not unfold them.
fn inside(attributes: &[Attribute]) -> Option<String> {
    let named: Vec<String> = attributes
        .iter()
        .take(NAMED)
        .map(|attribute| cell(&attribute.path))
        .collect();
    match attributes.len() {
        0 => None,
        count if count <= NAMED => Some(format!("changes {}", named.join(", "))),
        count => Some(format!(
            "changes {} and {} more",
            named.join(", "),
            count - NAMED
        )),
    }
}

/// Terraform's words for its reasons (`action_reason` of its JSON output format).
fn in_words(reason: &str) -> String {
    match reason {
        "delete_because_no_resource_config" => "no longer in the configuration",
        "delete_because_no_module" => "its module is no longer in the configuration",
        "delete_because_wrong_repetition" => "its `count` or `for_each` has changed",
        "delete_because_count_index" => "`count` no longer reaches it",
        "delete_because_each_key" => "`for_each` no longer has its key",
        "replace_because_tainted" => "an earlier apply left it half made",
        "replace_because_cannot_update" => "cannot be changed in place",
        "replace_by_request" => "asked for",
        "replace_by_triggers" => "`replace_triggered_by`",
        "read_because_config_unknown" | "read_because_dependency_pending" => {
            "only known during the apply"
        }
        other => return escaped(other),
    }
    .to_owned()
}

fn details(text: &mut String, resources: &[&Resource]) {
    let changed: Vec<&&Resource> = resources
        .iter()
        .filter(|resource| !resource.attributes.is_empty())
        .take(ROWS)
        .collect();
    if changed.is_empty() {
        return;
    }
    text.push_str("<details><summary>What changes inside</summary>\n\n");
    for resource in changed {
        let _ = writeln!(text, "{}\n", code(&resource.address));
        attributes(text, &resource.attributes);
    }
    text.push_str("</details>\n\n");
}

fn attributes(text: &mut String, attributes: &[Attribute]) {
    text.push_str("| Attribute | Before | After |\n|:--|:--|:--|\n");
    let side = |side: &Option<String>| side.as_deref().map_or_else(|| "none".to_owned(), cell);
    for attribute in attributes.iter().take(ATTRIBUTES) {
        let _ = writeln!(
            text,
            "| {} | {} | {} |",
            cell(&attribute.path),
            side(&attribute.before),
            side(&attribute.after)
        );
    }
    if attributes.len() > ATTRIBUTES {
        let _ = writeln!(
            text,
            "\nAnd {} more, in plan.json.",
            attributes.len() - ATTRIBUTES
        );
    }
    text.push('\n');
}

fn outputs(text: &mut String, review: &Review) {
    if review.outputs.is_empty() {
        return;
    }
    let outputs: Vec<String> = review
        .outputs
        .iter()
        .map(|output| format!("{} {}", output.action, code(&output.name)))
        .collect();
    let _ = writeln!(text, "Outputs: {}.\n", outputs.join(", "));
}

fn drift(text: &mut String, drift: &[Drift]) {
    if drift.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "<details><summary>{} changed outside Terraform since the last apply</summary>\n",
        counted(drift.len(), "resource")
    );
    for resource in drift.iter().take(ROWS) {
        let what = if resource.gone {
            "is gone"
        } else {
            "was changed"
        };
        let _ = writeln!(text, "{} {what}\n", code(&resource.address));
        if !resource.attributes.is_empty() && !resource.gone {
            attributes(text, &resource.attributes);
        }
    }
    text.push_str("</details>\n\n");
}
