//! Who may import whom, from `cargo metadata`; and that every dependency's version is stated once.

use serde_json::Value;

use super::Finding;

/// What a crate of the workspace may import from the workspace, beside dev-dependencies on `local-cloud`.
fn allowed(package: &str) -> &'static [&'static str] {
    match package {
        "compare-dra" => &[
            "gha",
            "aws-setup",
            "run-record",
            "spark-log",
            "spark-settings",
            "ec2-query",
            "price-list",
            "sticky-comment",
        ],
        "provision-infra" => &[
            "gha",
            "aws-setup",
            "run-record",
            "yaml-fault",
            "eks-access",
            "ec2-query",
            "price-list",
            "sticky-comment",
        ],
        "upload-scripts" => &["gha", "aws-setup", "pod-template"],
        "run-spark-job" => &[
            "gha",
            "aws-setup",
            "run-record",
            "yaml-fault",
            "eks-access",
            "pod-template",
            "spark-settings",
        ],
        "eks-access" | "ec2-query" | "price-list" => &["aws-setup"],
        "sticky-comment" => &["gha"],
        "pod-template" => &["yaml-fault"],
        _ => &[],
    }
}

/// Only these may test against the local cloud.
const TESTED_ON_THE_LOCAL_CLOUD: [&str; 6] = [
    "aws-setup",
    "gha",
    "provision-infra",
    "upload-scripts",
    "run-spark-job",
    "compare-dra",
];

/// Checks the dependencies between crates of the workspace and the form of all others.
pub(crate) fn check(metadata: &Value) -> Vec<Finding> {
    let packages: Vec<&Value> = metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .collect();
    let members: Vec<&str> = packages
        .iter()
        .filter_map(|package| package["name"].as_str())
        .collect();
    let mut findings = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let imported = dependency["name"].as_str().unwrap_or_default();
            if members.contains(&imported)
                && !may_import(name, imported, dependency["kind"].as_str())
            {
                findings.push(Finding::new(
                    format!("{name}/Cargo.toml"),
                    format!("`{name}` may not import `{imported}`"),
                    "see \"Who may import whom\" in ARCHITECTURE.md; share a file format, not a type",
                ));
            }
        }
        findings.extend(
            manifest_path(package)
                .and_then(|path| std::fs::read_to_string(path).ok())
                .into_iter()
                .flat_map(|manifest| own_versions(name, &manifest)),
        );
    }
    findings
}

/// `kind` is absent for a normal dependency.
fn may_import(package: &str, imported: &str, kind: Option<&str>) -> bool {
    let in_tests = kind == Some("dev")
        && imported == "local-cloud"
        && TESTED_ON_THE_LOCAL_CLOUD.contains(&package);
    in_tests || allowed(package).contains(&imported)
}

fn manifest_path(package: &Value) -> Option<&str> {
    package["manifest_path"].as_str()
}

/// Dependencies whose version is not taken from the workspace.
fn own_versions(package: &str, manifest: &str) -> Vec<Finding> {
    let mut in_dependencies = false;
    let mut findings = Vec::new();
    for (number, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            in_dependencies = line.trim_matches(['[', ']']).ends_with("dependencies");
        } else if in_dependencies
            && line.contains('=')
            && !line.starts_with('#')
            && !is_from_workspace(line)
        {
            findings.push(Finding::new(
                format!("{package}/Cargo.toml:{}", number + 1),
                format!("`{line}` states a version of its own"),
                "put the version under [workspace.dependencies] and write `<name>.workspace = true` here",
            ));
        }
    }
    findings
}

fn is_from_workspace(line: &str) -> bool {
    let squeezed: String = line
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect();
    squeezed.contains("workspace=true")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{check, own_versions};

    fn findings(package: &str, imported: &str, kind: Option<&str>) -> usize {
        let metadata = json!({"packages": [
            {"name": package, "dependencies": [{"name": imported, "kind": kind}]},
            {"name": imported, "dependencies": []},
        ]});
        check(&metadata).len()
    }

    #[test]
    fn the_rules_of_the_architecture_hold() {
        for (package, imported, kind, broken) in [
            ("compare-dra", "spark-log", None, 0),
            ("run-spark-job", "spark-log", None, 1),
            ("run-spark-job", "run-record", None, 0),
            ("run-spark-job", "compare-dra", None, 1),
            ("run-spark-job", "local-cloud", Some("dev"), 0),
            ("run-spark-job", "local-cloud", None, 1),
            ("local-cloud", "run-record", None, 1),
            ("local-cloud", "gha", Some("dev"), 1),
            ("xtask", "gha", None, 1),
            ("gha", "aws-setup", None, 1),
        ] {
            assert_eq!(
                findings(package, imported, kind),
                broken,
                "{package} -> {imported} {kind:?}"
            );
        }
    }

    #[test]
    fn versions_belong_to_the_workspace() {
        let manifest = "[dependencies]\na.workspace = true\nb = { workspace = true, features = [] }\nc = \"1\"\n[lints]\nd = 1\n";
        let findings = own_versions("x", manifest);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].place, "x/Cargo.toml:4");
    }
}
