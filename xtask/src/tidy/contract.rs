//! action.yml against what the binary says of itself, and the README's tables against both.

use std::path::Path;

use indexmap::IndexMap;
use serde::Deserialize;
use tokio::process::Command;

use super::{Finding, layout};
use crate::children;
use crate::interrupt::Interrupt;
use crate::places::Places;
use crate::problem::{Result, WhileDoing as _};
use crate::runner::metadata::ActionMetadata;

/// What `<binary> --describe` prints.
#[derive(Debug, Deserialize)]
struct Description {
    name: String,
    inputs: Vec<Input>,
    outputs: Vec<Output>,
}

#[derive(Debug, Deserialize)]
struct Input {
    name: String,
    default: Option<String>,
    #[serde(default)]
    required: bool,
}

#[derive(Debug, Deserialize)]
struct Output {
    name: String,
}

/// Asks every action's binary, which must be built, and compares.
pub(crate) async fn check(places: &Places, interrupt: &Interrupt) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for (name, path) in entries(&places.repository) {
        let folder = places.repository.join("actions").join(&path);
        // A missing or unreadable action.yml is the layout check's finding.
        let Ok(action) = ActionMetadata::read(&folder) else {
            continue;
        };
        match describe(&places.binaries.join(&name), interrupt).await {
            Ok(described) => {
                findings.extend(compare(&name, &path, &action, &described));
                findings.extend(undocumented(&places.repository, &path, &described));
            }
            Err(problem) if problem.is_interrupt() => return Err(problem),
            Err(problem) => findings.push(Finding::new(
                format!("actions/{path}"),
                format!("the binary does not describe itself: {problem}"),
                "`main` calls `gha::run`, which answers `--describe`",
            )),
        }
    }
    Ok(findings)
}

/// Every program by its name, with its folder below `actions/`.
fn entries(repository: &Path) -> Vec<(String, String)> {
    let with_second = |name: String| {
        let second = layout::second_entries(repository, &name).into_iter();
        let second: Vec<_> = second
            .map(|second| (format!("{name}-{second}"), format!("{name}/{second}")))
            .collect();
        std::iter::once((name.clone(), name)).chain(second)
    };
    let folders = layout::action_folders(repository).into_iter();
    folders.flat_map(with_second).collect()
}

async fn describe(binary: &Path, interrupt: &Interrupt) -> Result<Description> {
    let mut command = Command::new(binary);
    command.arg("--describe").env_clear();
    let text = children::succeed(command, interrupt).await?;
    serde_json::from_str(&text).while_doing(|| "understand it".into())
}

fn compare(
    name: &str,
    path: &str,
    action: &ActionMetadata,
    described: &Description,
) -> Vec<Finding> {
    let place = format!("actions/{path}/action.yml");
    let finding = |what: String, mend: &str| Finding::new(place.clone(), what, mend);
    let mut findings = Vec::new();
    if described.name != name {
        findings.push(finding(
            format!("the binary calls itself `{}`", described.name),
            "name ACTION after its folder",
        ));
    }
    let known: IndexMap<&str, &Input> = described
        .inputs
        .iter()
        .map(|input| (input.name.as_str(), input))
        .collect();
    for input in action
        .inputs
        .keys()
        .filter(|input| !known.contains_key(input.as_str()))
    {
        findings.push(finding(
            format!("the binary has no input `{input}`"),
            "remove it here, or add it to ACTION.inputs",
        ));
    }
    for (input, known) in known {
        let Some(declared) = action.inputs.get(input) else {
            findings.push(finding(
                format!("the input `{input}` is missing"),
                "add it, or remove it from ACTION.inputs",
            ));
            continue;
        };
        if declared.description.trim().is_empty() {
            findings.push(finding(
                format!("the input `{input}` has no description"),
                "describe it as ACTION.inputs does",
            ));
        }
        if declared.required != known.required {
            let required = known.required;
            findings.push(finding(
                format!("`required` of input `{input}` differs"),
                &format!("write `required: {required}`"),
            ));
        }
        if !same_default(declared.default.as_deref(), known.default.as_deref()) {
            let (here, there) = (&declared.default, &known.default);
            let what = format!(
                "the default of input `{input}` is {here:?} here and {there:?} in the binary"
            );
            findings.push(finding(what, "give both the same default"));
        }
    }
    let outputs: Vec<&str> = described
        .outputs
        .iter()
        .map(|output| output.name.as_str())
        .collect();
    for output in action
        .outputs
        .keys()
        .filter(|output| !outputs.contains(&output.as_str()))
    {
        findings.push(finding(
            format!("the binary has no output `{output}`"),
            "remove it here, or add it to ACTION.outputs",
        ));
    }
    for output in outputs {
        match action.outputs.get(output) {
            None => findings.push(finding(
                format!("the output `{output}` is missing"),
                "add it",
            )),
            Some(declared) if declared.description.trim().is_empty() => {
                findings.push(finding(
                    format!("the output `{output}` has no description"),
                    "describe it",
                ));
            }
            Some(_) => {}
        }
    }
    findings
}

/// A default that only the runner knows (`${{ github.token }}`) has no counterpart in the binary; no default
/// and an empty one are the same to an action.
fn same_default(declared: Option<&str>, known: Option<&str>) -> bool {
    let declared = declared.filter(|text| !text.is_empty() && !text.contains("${{"));
    declared == known.filter(|text| !text.is_empty())
}

/// The README of an action speaks of the actions in its folders, too.
fn undocumented(repository: &Path, path: &str, described: &Description) -> Vec<Finding> {
    let name = path.split('/').next().unwrap_or(path);
    let readme = repository.join("actions").join(name).join("README.md");
    let readme = std::fs::read_to_string(readme).unwrap_or_default();
    let rows: Vec<&str> = readme
        .lines()
        .filter(|line| line.trim_start().starts_with('|'))
        .collect();
    let inputs = described.inputs.iter().map(|input| ("input", &input.name));
    let outputs = described
        .outputs
        .iter()
        .map(|output| ("output", &output.name));
    inputs
        .chain(outputs)
        .filter(|(_, word)| !rows.iter().any(|row| row.contains(&format!("`{word}`"))))
        .map(|(kind, word)| {
            Finding::new(
                format!("actions/{name}/README.md"),
                format!("no table row mentions the {kind} `{word}`"),
                format!("add a row for it to the table of {kind}s"),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{ActionMetadata, Description, compare, same_default};

    const ACTION: &str = "name: a\ninputs:\n  mode: { description: Mode, required: true }\n  wait: { description: Wait, default: 2h }\noutputs:\n  state: { description: State }\nruns: { using: docker, image: Dockerfile, entrypoint: /a }\n";
    const BINARY: &str = r#"{"name": "a", "about": "", "version": "0", "inputs": [
        {"name": "mode", "help": "", "default": null, "required": true, "secret": false},
        {"name": "wait", "help": "", "default": "2h", "required": false, "secret": false}],
        "outputs": [{"name": "state", "help": ""}]}"#;

    fn check(action: &str, binary: &str) -> Vec<String> {
        let described: Description = serde_json::from_str(binary).unwrap();
        let findings = compare(
            "a",
            "a",
            &ActionMetadata::parse(action).unwrap(),
            &described,
        );
        findings.into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn an_action_that_says_what_its_binary_says_is_tidy() {
        assert_eq!(check(ACTION, BINARY), [""; 0]);
    }

    #[test]
    fn each_difference_is_found() {
        for (from, to, said) in [
            ("mode:", "mood:", "no input `mood`"),
            ("wait:", "weight:", "`wait` is missing"),
            (", required: true", "", "`required` of input `mode`"),
            ("default: 2h", "default: 3h", "default of input `wait`"),
            ("state:", "status:", "no output `status`"),
            ("description: Wait", "description: ''", "has no description"),
        ] {
            let found = check(&ACTION.replace(from, to), BINARY);
            assert!(
                found.iter().any(|what| what.contains(said)),
                "{from} -> {to}: {found:?}"
            );
        }
    }

    #[test]
    fn defaults_of_the_runner_have_no_counterpart() {
        assert!(same_default(Some("${{ github.token }}"), None));
        assert!(same_default(Some(""), None));
        assert!(!same_default(Some("x"), None));
        assert!(!same_default(None, Some("x")));
    }
}
