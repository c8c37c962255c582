//! The environment of one step: inputs, `GITHUB_*`, `RUNNER_*`, what earlier steps and the workflow set.
//! Builds a map; reads nothing from this machine's environment.

use std::path::Path;

use indexmap::IndexMap;

use super::expression;
use super::github::GitHub;
use super::metadata::ActionMetadata;
use crate::problem::{Problem, Result};

/// The `env:` of workflow, job and step, and what steps wrote to `GITHUB_ENV`.
pub(crate) type Environment = IndexMap<String, String>;

/// The inputs of a step: given values, else evaluated defaults, else empty; and the names that do not exist.
#[derive(Debug)]
pub(crate) struct Inputs {
    pub(crate) values: IndexMap<String, String>,
    pub(crate) unexpected: Vec<String>,
    /// What to say about the deprecated inputs that were given.
    pub(crate) deprecated: Vec<String>,
}

impl Inputs {
    pub(crate) fn resolve(
        action: &ActionMetadata,
        with: &IndexMap<String, String>,
        github: &GitHub,
    ) -> Result<Self> {
        let lookup = |context: &str, name: &str| match context {
            "github" => github.value(name),
            "runner" => runner_value(name).map(str::to_owned),
            _ => None,
        };
        let mut values = IndexMap::new();
        for (name, input) in &action.inputs {
            let value = match (given(with, name), &input.default) {
                (Some(value), _) => value.clone(),
                (None, Some(default)) => {
                    expression::evaluate(default, lookup).map_err(|problem| {
                        Problem::new(format!("the default of input `{name}`: {problem}"))
                    })?
                }
                (None, None) => String::new(),
            };
            values.insert(name.clone(), value);
        }
        let deprecated = action
            .inputs
            .iter()
            .filter(|(name, _)| given(with, name).is_some());
        let deprecated = deprecated.filter_map(|(name, input)| {
            let message = input.deprecation_message.as_deref()?;
            Some(format!(
                "Input '{name}' has been deprecated with message: {message}"
            ))
        });
        let deprecated = deprecated.collect();
        let known = |name: &str| {
            ["entrypoint", "args"].contains(&name)
                || action
                    .inputs
                    .keys()
                    .any(|known| known.eq_ignore_ascii_case(name))
        };
        let unexpected = with.keys().filter(|name| !known(name)).cloned().collect();
        Ok(Self {
            values,
            unexpected,
            deprecated,
        })
    }

    /// `runs.args` and `runs.env` may use inputs and nothing else.
    pub(crate) fn evaluate(&self, text: &str) -> Result<String> {
        expression::evaluate(text, |context, name| {
            (context == "inputs").then(|| self.values.get(name).cloned().unwrap_or_default())
        })
    }

    /// The variable of an input: spaces become `_`, hyphens stay.
    pub(crate) fn variable(name: &str) -> String {
        format!("INPUT_{}", name.replace(' ', "_").to_uppercase())
    }
}

/// Input names are compared without looking at their case.
fn given<'a>(with: &'a IndexMap<String, String>, name: &str) -> Option<&'a String> {
    with.iter()
        .find(|(given, _)| given.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// A value of the `runner` context that does not depend on the job.
pub(crate) fn runner_value(name: &str) -> Option<&'static str> {
    match name {
        "os" => Some("Linux"),
        "arch" => Some(if cfg!(target_arch = "aarch64") {
            "ARM64"
        } else {
            "X64"
        }),
        "name" => Some("emulator"),
        "environment" => Some("self-hosted"),
        _ => None,
    }
}

/// The folders and files a step is told about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StepFiles<'a> {
    pub(crate) home: &'a Path,
    pub(crate) temp: &'a Path,
    pub(crate) event: &'a Path,
    pub(crate) commands: &'a Path,
    pub(crate) workspace: &'a Path,
    pub(crate) action: &'a Path,
}

/// The file commands: the variable `GITHUB_<NAME>` names the file `<name>` of the step.
pub(crate) const FILE_COMMANDS: [&str; 5] = ["output", "env", "state", "step_summary", "path"];

/// Everything the runner sets for a step by itself; it wins over what a workflow sets under these names.
pub(crate) fn runner_variables(step: &str, github: &GitHub, files: StepFiles<'_>) -> Environment {
    let shown = |path: &Path| path.display().to_string();
    let mut variables = Environment::new();
    for (name, value) in github.variables() {
        variables.insert(format!("GITHUB_{}", name.to_uppercase()), value);
    }
    for name in FILE_COMMANDS {
        variables.insert(
            format!("GITHUB_{}", name.to_uppercase()),
            shown(&files.commands.join(name)),
        );
    }
    for name in ["os", "arch", "name", "environment"] {
        let value = runner_value(name).unwrap_or_default();
        variables.insert(format!("RUNNER_{}", name.to_uppercase()), value.to_owned());
    }
    for (name, value) in [
        ("GITHUB_ACTION", step.to_owned()),
        ("GITHUB_ACTION_PATH", shown(files.action)),
        ("GITHUB_ACTION_REF", String::new()),
        ("GITHUB_ACTION_REPOSITORY", String::new()),
        ("GITHUB_EVENT_PATH", shown(files.event)),
        ("GITHUB_WORKSPACE", shown(files.workspace)),
        ("RUNNER_TEMP", shown(files.temp)),
        ("RUNNER_WORKSPACE", shown(files.workspace)),
        ("HOME", shown(files.home)),
        ("GITHUB_ACTIONS", "true".into()),
        ("CI", "true".into()),
    ] {
        variables.insert(name.to_owned(), value);
    }
    variables
}
