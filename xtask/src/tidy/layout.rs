//! Folder = crate = binary = action = image: every folder of actions/ is all five, under one name.

use std::path::Path;

use serde_json::Value;

use super::Finding;
use crate::runner::metadata::ActionMetadata;

const REQUIRED: [&str; 4] = ["Cargo.toml", "action.yml", "Dockerfile", "README.md"];

/// Checks every folder of `actions/`.
pub(crate) fn check(repository: &Path, metadata: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    for folder in action_folders(repository) {
        let path = repository.join("actions").join(&folder);
        for file in REQUIRED.iter().filter(|file| !path.join(file).is_file()) {
            let place = format!("actions/{folder}/{file}");
            findings.push(Finding::new(
                place,
                "does not exist",
                "an action has it; copy the form of another action's",
            ));
        }
        if !is_package_with_binary(metadata, &folder) {
            findings.push(Finding::new(
                format!("actions/{folder}/Cargo.toml"),
                format!("no package and binary are called `{folder}`"),
                "name the package after its folder",
            ));
        }
        for second in second_entries(repository, &folder) {
            findings.extend(check_second(repository, &folder, &second));
        }
        match ActionMetadata::read(&path) {
            Ok(action) => {
                let place = format!("actions/{folder}/action.yml");
                if action.description.trim().is_empty() {
                    findings.push(Finding::new(
                        &place,
                        "has no description",
                        "say in one sentence what the action does",
                    ));
                }
                for what in undescribed(&action) {
                    findings.push(Finding::new(
                        &place,
                        what,
                        "describe it in ACTION, then run `cargo xtask docs`",
                    ));
                }
                if action.runs.image != "Dockerfile" && !action.runs.image.starts_with("docker://")
                {
                    let what = format!(
                        "the image `{}` is neither built here nor published",
                        action.runs.image
                    );
                    findings.push(Finding::new(&place, what, "write `image: Dockerfile`"));
                }
                let entrypoint = format!("/{folder}");
                if action.runs.entrypoint.as_ref() != Some(&entrypoint) {
                    findings.push(Finding::new(
                        place,
                        "the entry point is not the binary of this folder",
                        format!("write `entrypoint: {entrypoint}`; without one, callers can choose another"),
                    ));
                }
            }
            Err(problem) if path.join("action.yml").is_file() => {
                let place = format!("actions/{folder}/action.yml");
                findings.push(Finding::new(
                    place,
                    problem.to_string(),
                    "see the metadata syntax of container actions",
                ));
            }
            Err(_) => {}
        }
    }
    findings
}

fn undescribed(action: &ActionMetadata) -> Vec<String> {
    let inputs = action
        .inputs
        .iter()
        .map(|(name, input)| ("input", name, &input.description));
    let outputs = action
        .outputs
        .iter()
        .map(|(name, output)| ("output", name, &output.description));
    inputs
        .chain(outputs)
        .filter(|(_, _, description)| description.trim().is_empty())
        .map(|(kind, name, _)| format!("the {kind} `{name}` has no description"))
        .collect()
}

/// An action in a folder of another one is that one's program under a name of its own.
fn check_second(repository: &Path, folder: &str, second: &str) -> Option<Finding> {
    let place = format!("actions/{folder}/{second}/action.yml");
    let runs = match ActionMetadata::read(&repository.join("actions").join(folder).join(second)) {
        Ok(action) => action.runs,
        Err(problem) => {
            let mend = "see the metadata syntax of container actions";
            return Some(Finding::new(place, problem.to_string(), mend));
        }
    };
    let entrypoint = format!("/{folder}-{second}");
    let right = runs.entrypoint.as_ref() == Some(&entrypoint)
        && (runs.image == "../Dockerfile" || runs.image.starts_with("docker://"));
    (!right).then(|| {
        Finding::new(
            place,
            "is not the image of the action it lies in, under a name of its own",
            format!("write `image: ../Dockerfile` and `entrypoint: {entrypoint}`"),
        )
    })
}

/// The folders with an action.yml in an action's folder, sorted: further names of its program.
pub(crate) fn second_entries(repository: &Path, action: &str) -> Vec<String> {
    let entries = std::fs::read_dir(repository.join("actions").join(action));
    let mut folders: Vec<String> = entries
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().join("action.yml").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    folders.sort();
    folders
}

/// The folders of `actions/`, sorted.
pub(crate) fn action_folders(repository: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(repository.join("actions"))
        .into_iter()
        .flatten()
        .flatten();
    let mut folders: Vec<String> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    folders.sort();
    folders
}

fn is_package_with_binary(metadata: &Value, name: &str) -> bool {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    packages
        .into_iter()
        .filter(|package| package["name"] == name)
        .any(|package| {
            let targets = package["targets"].as_array().into_iter().flatten();
            targets
                .into_iter()
                .any(|target| target["name"] == name && target["kind"][0] == "bin")
        })
}
