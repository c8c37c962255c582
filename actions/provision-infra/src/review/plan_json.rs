//! The parts in use of what `terraform show -json` prints of a plan (format version 1).
//! Source: Terraform's documentation, "JSON output format"; OpenTofu kept it.

use super::Action;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Types that hold data or running work, so that ending one ends more than a setting.
const HOLDERS: [&str; 14] = [
    "aws_cloudwatch_log_group",
    "aws_db_instance",
    "aws_dynamodb_table",
    "aws_ebs_volume",
    "aws_ecr_repository",
    "aws_efs_file_system",
    "aws_eks_cluster",
    "aws_eks_node_group",
    "aws_emrcontainers_virtual_cluster",
    "aws_instance",
    "aws_kms_key",
    "aws_s3_bucket",
    "aws_s3_object",
    "kubernetes_namespace_v1",
];

#[derive(Deserialize)]
pub(super) struct PlanJson {
    #[serde(default, deserialize_with = "null_is_empty")]
    pub(super) variables: BTreeMap<String, Variable>,
    #[serde(default, deserialize_with = "null_is_empty")]
    pub(super) resource_changes: Vec<ResourceChange>,
    #[serde(default, deserialize_with = "null_is_empty")]
    pub(super) resource_drift: Vec<ResourceChange>,
    #[serde(default, deserialize_with = "null_is_empty")]
    pub(super) output_changes: BTreeMap<String, Change>,
    #[serde(default)]
    pub(super) configuration: Value,
    /// Programs that do not know the word plan everything at once.
    #[serde(default = "yes")]
    pub(super) complete: bool,
}

#[derive(Deserialize)]
pub(super) struct Variable {
    #[serde(default)]
    pub(super) value: Value,
}

#[derive(Deserialize)]
pub(super) struct ResourceChange {
    pub(super) address: String,
    #[serde(default)]
    pub(super) previous_address: Option<String>,
    #[serde(rename = "type", default)]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) action_reason: Option<String>,
    pub(super) change: Change,
}

/// Before and after, with what is not known yet and what is sensitive. The same for resources and outputs.
#[derive(Deserialize, Serialize)]
pub(super) struct Change {
    pub(super) actions: Vec<String>,
    #[serde(default)]
    pub(super) before: Value,
    #[serde(default)]
    pub(super) after: Value,
    #[serde(default)]
    pub(super) after_unknown: Value,
    #[serde(default)]
    pub(super) before_sensitive: Value,
    #[serde(default)]
    pub(super) after_sensitive: Value,
    #[serde(default)]
    pub(super) replace_paths: Vec<Value>,
    #[serde(default)]
    pub(super) importing: Option<Value>,
}

impl Change {
    /// What it does; none for what stays as it is.
    pub(super) fn action(&self) -> Option<Action> {
        let actions: Vec<&str> = self.actions.iter().map(String::as_str).collect();
        let has = |action| actions.contains(&action);
        match actions.as_slice() {
            _ if has("delete") && has("create") => Some(Action::Replace),
            _ if has("forget") => Some(Action::Forget),
            _ if has("delete") => Some(Action::Destroy),
            _ if has("update") => Some(Action::Update),
            _ if has("create") => Some(Action::Create),
            _ if self.importing.is_some() => Some(Action::Import),
            _ if has("read") => Some(Action::Read),
            _ => None,
        }
    }
}

impl PlanJson {
    /// Whether a variable of the root module is declared sensitive.
    pub(super) fn is_sensitive(&self, variable: &str) -> bool {
        self.configuration["root_module"]["variables"][variable]["sensitive"] == true
    }

    /// The EKS clusters that go, of whatever provider; none for one without a name.
    pub(super) fn clusters_destroyed(&self) -> Vec<Option<String>> {
        let destroyed = self.resource_changes.iter().filter(|resource| {
            resource.kind.ends_with("eks_cluster")
                && resource.change.action().is_some_and(Action::ends_something)
        });
        destroyed
            .map(|resource| resource.change.before["name"].as_str().map(str::to_owned))
            .collect()
    }
}

pub(super) fn holds_data(kind: &str) -> bool {
    HOLDERS.contains(&kind)
}

fn yes() -> bool {
    true
}

/// Terraform writes `null` for a list of nothing.
fn null_is_empty<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
