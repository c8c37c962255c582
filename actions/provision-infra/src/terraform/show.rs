//! What Terraform prints as one JSON document: outputs, a plan, the state. Never relayed: all of them hold secrets.

use super::{Terraform, process};
use crate::contract::TerraformOutputs;
use crate::review::{self, Goal, Reviewed};
use gha::Failure;
use process::Source;
use serde::Deserialize;
use serde_json::Value;
use std::ffi::OsString;
use std::path::Path;

/// What the state says is there, as far as it matters for taking it away.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// Name of the EKS cluster, when the state has exactly one.
    pub(crate) cluster: Option<String>,
    /// Region of that cluster, from its ARN.
    pub(crate) region: Option<String>,
    /// Id of the EMR virtual cluster, when the state has exactly one.
    pub(crate) virtual_cluster: Option<String>,
}

impl Terraform {
    /// The root module's outputs. Sensitive values are masked before they are returned.
    ///
    /// # Errors
    /// When Terraform refuses or prints something else, or when cancelled.
    pub(crate) async fn outputs(&self) -> Result<TerraformOutputs, Failure> {
        let printed = self
            .document("output", vec!["output".into(), "-json".into()])
            .await?;
        let outputs = TerraformOutputs::parse(&printed)
            .map_err(|error| self.unreadable("output -json", "no outputs", &error))?;
        for secret in outputs.secrets() {
            self.log.mask(secret);
        }
        Ok(outputs)
    }

    /// What a plan file says.
    ///
    /// # Errors
    /// When it is no plan file of this root module, or when cancelled.
    pub(crate) async fn review(&self, goal: Goal, file: &Path) -> Result<Reviewed, Failure> {
        let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
        let arguments = vec!["show".into(), "-json".into(), file.into_os_string()];
        let printed = self.document("show", arguments).await?;
        let node_pools = self
            .node_pools
            .as_deref()
            .filter(|_| goal == Goal::Configuration);
        review::read(goal, &printed, node_pools)
            .map_err(|error| self.unreadable("show -json", "no plan", &error))
    }

    /// What the state says is there.
    ///
    /// # Errors
    /// When Terraform refuses or prints something else, or when cancelled.
    pub(crate) async fn state(&self) -> Result<State, Failure> {
        let printed = self
            .document("show", vec!["show".into(), "-json".into()])
            .await?;
        State::read(&printed).map_err(|error| self.unreadable("show -json", "no state", &error))
    }

    async fn document(
        &self,
        step: &'static str,
        arguments: Vec<OsString>,
    ) -> Result<String, Failure> {
        self.go_on(step)?;
        let mut printed = String::new();
        let invocation = self.invocation(arguments);
        let finished = process::run(invocation, &self.cancel, |source, line| {
            if source == Source::Output {
                printed.push_str(line);
                printed.push('\n');
            }
        })
        .await;
        self.check(step, finished, &super::Told::default())?;
        Ok(printed)
    }

    fn unreadable(&self, command: &str, what: &str, error: &serde_json::Error) -> Failure {
        // Only the place: the words around it could be a secret's.
        let place = format!("line {}, column {}", error.line(), error.column());
        Failure::outside(
            "Terraform's answer cannot be read",
            format!(
                "`terraform {command}` in `{}` printed {what} that this version can read ({place})",
                self.root.display()
            ),
        )
        .help("use a released Terraform or OpenTofu")
    }
}

#[derive(Deserialize)]
struct StateJson {
    #[serde(default)]
    values: Option<Values>,
}

#[derive(Deserialize)]
struct Values {
    root_module: Module,
}

#[derive(Deserialize)]
struct Module {
    #[serde(default)]
    resources: Vec<StateResource>,
    #[serde(default)]
    child_modules: Vec<Module>,
}

#[derive(Deserialize)]
struct StateResource {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    mode: String,
    #[serde(default)]
    values: Value,
}

impl State {
    fn read(json: &str) -> Result<Self, serde_json::Error> {
        let state: StateJson = serde_json::from_str(json)?;
        let mut resources = Vec::new();
        if let Some(values) = &state.values {
            gather(&values.root_module, &mut resources);
        }
        let only = |kind: &str, field: &str| {
            let mut found = resources
                .iter()
                .filter(|resource| resource.kind == kind)
                .filter_map(|resource| resource.values[field].as_str());
            let first = found.next()?;
            found.next().is_none().then(|| first.to_owned())
        };
        let arn = only("aws_eks_cluster", "arn");
        Ok(Self {
            cluster: only("aws_eks_cluster", "name"),
            region: arn.and_then(|arn| arn.split(':').nth(3).map(str::to_owned)),
            virtual_cluster: only("aws_emrcontainers_virtual_cluster", "id"),
        })
    }
}

fn gather<'a>(module: &'a Module, resources: &mut Vec<&'a StateResource>) {
    let managed = module.resources.iter();
    resources.extend(managed.filter(|resource| resource.mode == "managed"));
    for child in &module.child_modules {
        gather(child, resources);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cluster_is_found_in_whatever_module_it_is() {
        let json = serde_json::json!({"format_version": "1.0", "values": {"root_module": {
            "resources": [{"mode": "data", "type": "aws_eks_cluster", "values": {"name": "other"}}],
            "child_modules": [{"child_modules": [{"resources": [
                {"mode": "managed", "type": "aws_eks_cluster",
                 "values": {"name": "spark", "arn": "arn:aws:eks:eu-west-1:123456789012:cluster/spark"}},
                {"mode": "managed", "type": "aws_emrcontainers_virtual_cluster", "values": {"id": "abc"}}]}]}]}}});
        assert_eq!(
            State::read(&json.to_string()).unwrap(),
            State {
                cluster: Some("spark".to_owned()),
                region: Some("eu-west-1".to_owned()),
                virtual_cluster: Some("abc".to_owned()),
            }
        );
    }

    #[test]
    fn an_empty_state_and_one_with_two_clusters_name_none() {
        assert_eq!(
            State::read(r#"{"format_version":"1.0"}"#).unwrap(),
            State::default()
        );
        let cluster = |name: &str| serde_json::json!({"mode": "managed", "type": "aws_eks_cluster", "values": {"name": name}});
        let json = serde_json::json!({"values": {"root_module": {"resources": [cluster("a"), cluster("b")]}}});
        assert_eq!(State::read(&json.to_string()).unwrap(), State::default());
    }
}
