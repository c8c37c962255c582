//! What an action.yml says. Reads and checks its form; evaluates nothing.

use std::path::Path;

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer};

use crate::problem::{Problem, Result, WhileDoing as _};

/// An action.yml of a container action.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ActionMetadata {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) inputs: IndexMap<String, InputMetadata>,
    #[serde(default)]
    pub(crate) outputs: IndexMap<String, OutputMetadata>,
    pub(crate) runs: Runs,
}

/// One entry of `inputs`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct InputMetadata {
    #[serde(default)]
    pub(crate) description: String,
    /// The runner does not look at it either: it says nothing about a required input that is not given.
    #[serde(default, rename = "required")]
    pub(crate) _required: bool,
    #[serde(default, deserialize_with = "scalar")]
    pub(crate) default: Option<String>,
    pub(crate) deprecation_message: Option<String>,
}

/// One entry of `outputs`; a container action's outputs have nothing but a description.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OutputMetadata {
    #[serde(default)]
    pub(crate) description: String,
}

/// The keys that the runner allows for a container action, and no other.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Runs {
    pub(crate) using: String,
    pub(crate) image: String,
    pub(crate) entrypoint: Option<String>,
    #[serde(default)]
    pub(crate) args: Vec<String>,
    #[serde(default)]
    pub(crate) env: IndexMap<String, String>,
    pub(crate) pre_entrypoint: Option<String>,
    pub(crate) pre_if: Option<String>,
    pub(crate) post_entrypoint: Option<String>,
    pub(crate) post_if: Option<String>,
}

impl ActionMetadata {
    /// Reads the action.yml in an action's folder.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let path = folder.join("action.yml");
        let text = std::fs::read_to_string(&path)
            .while_doing(|| format!("read `{}`", path.display()))
            .map_err(|problem| problem.help("an action is a folder with an action.yml"))?;
        Self::parse(&text).map_err(|problem| Problem::new(format!("{}: {problem}", path.display())))
    }

    pub(crate) fn parse(text: &str) -> Result<Self> {
        let metadata: Self = serde_saphyr::from_str(text).while_doing(|| "understand it".into())?;
        if metadata.runs.using != "docker" {
            let using = &metadata.runs.using;
            return Err(Problem::new(format!(
                "`runs.using` is `{using}`, and only `docker` is emulated"
            )));
        }
        for (key, value) in [
            ("pre-entrypoint", &metadata.runs.pre_entrypoint),
            ("pre-if", &metadata.runs.pre_if),
        ] {
            if value.is_some() {
                let what = format!(
                    "`runs.{key}` is not emulated: the runner ignores it for an action of the same repository"
                );
                return Err(Problem::new(what));
            }
        }
        if metadata
            .runs
            .post_if
            .as_deref()
            .is_some_and(|condition| condition.trim() != "always()")
        {
            return Err(Problem::new(
                "only `always()`, the default, is emulated for `runs.post-if`",
            ));
        }
        Ok(metadata)
    }

    /// The name of the binary that stands for the image's entry point.
    pub(crate) fn binary(&self) -> Result<&str> {
        self.entrypoint().map(binary_of)
    }

    /// What the image runs; without one, callers could choose.
    pub(crate) fn entrypoint(&self) -> Result<&str> {
        self.runs.entrypoint.as_deref().ok_or_else(|| {
            Problem::new(format!(
                "the action `{}` has no `runs.entrypoint`",
                self.name
            ))
        })
    }

    /// The binary that runs when the job ends, if there is one.
    pub(crate) fn post_binary(&self) -> Option<&str> {
        self.runs.post_entrypoint.as_deref().map(binary_of)
    }
}

fn binary_of(entrypoint: &str) -> &str {
    entrypoint.rsplit('/').next().unwrap_or(entrypoint)
}

/// The runner turns any YAML scalar into a string where it wants a string.
fn scalar<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Scalar {
        Boolean(bool),
        Integer(i64),
        Number(f64),
        Text(String),
    }
    let value = Option::<Scalar>::deserialize(deserializer)?;
    Ok(value.map(|value| match value {
        Scalar::Boolean(value) => value.to_string(),
        Scalar::Integer(value) => value.to_string(),
        Scalar::Number(value) => value.to_string(),
        Scalar::Text(value) => value,
    }))
}

#[cfg(test)]
mod tests {
    use super::ActionMetadata;

    const ACTION: &str = r"
name: sample
description: An action
inputs:
  unit-seconds: { description: Seconds, default: 4 }
  wait: { description: Wait, default: true }
  token: { description: Token, default: '${{ github.token }}' }
  mode: { description: Mode, required: true }
outputs:
  state: { description: State }
runs:
  using: docker
  image: Dockerfile
  entrypoint: /sample
";

    #[test]
    fn scalar_defaults_become_text() {
        let action = ActionMetadata::parse(ACTION).unwrap();
        let default = |name: &str| action.inputs[name].default.clone();
        assert_eq!(default("unit-seconds").as_deref(), Some("4"));
        assert_eq!(default("wait").as_deref(), Some("true"));
        assert_eq!(default("mode"), None);
        assert_eq!(action.binary().unwrap(), "sample");
    }

    #[test]
    fn misspelt_keys_under_runs_are_refused() {
        let text = ACTION.replace("entrypoint:", "entry-point:");
        let problem = ActionMetadata::parse(&text).unwrap_err().to_string();
        assert!(problem.contains("entry-point"), "{problem}");
    }

    #[test]
    fn only_container_actions_are_emulated() {
        let text = ACTION.replace("docker", "node24");
        assert!(
            ActionMetadata::parse(&text)
                .unwrap_err()
                .to_string()
                .contains("node24")
        );
    }
}
