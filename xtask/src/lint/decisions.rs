//! Tests of what the workflows' own scripts decide: they are run as the runner runs them, with a sample environment.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What a script wrote and how it ended.
struct Decided {
    code: i32,
    said: String,
    outputs: BTreeMap<String, String>,
}

/// Runs the script of the step with this id, with the variables that it declares, all empty but these.
fn decide(workflow: &str, job: &str, id: &str, variables: &[(&str, &str)]) -> Decided {
    let repository = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    let path = Path::new(&repository)
        .join("../.github/workflows")
        .join(workflow);
    let workflow: Value = serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let steps = workflow["jobs"][job]["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["id"] == id).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("output");
    std::fs::write(&output, "").unwrap();
    let mut command = Command::new("bash");
    command
        .args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c"])
        .arg(step["run"].as_str().unwrap())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("GITHUB_OUTPUT", &output)
        .current_dir(folder.path());
    for name in step["env"].as_object().unwrap().keys() {
        command.env(name, "");
    }
    for (name, value) in variables {
        assert!(
            step["env"].get(name).is_some(),
            "the step declares no {name}"
        );
        command.env(name, value);
    }
    let ended = command.output().unwrap();
    let text = std::fs::read_to_string(&output).unwrap();
    Decided {
        code: ended.status.code().unwrap(),
        said: String::from_utf8(ended.stdout).unwrap(),
        outputs: text
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    }
}

const GOOD: [(&str, &str); 4] = [
    ("REPOSITORY", "o/r"),
    ("REPEATS", "1"),
    ("INFRASTRUCTURE", "existing"),
    ("KEY", "default"),
];

fn settings(changed: &[(&str, &str)]) -> Decided {
    let variables = [GOOD.as_slice(), changed].concat();
    decide("benchmark.yml", "settings", "decide", &variables)
}

#[test]
fn nothing_is_benchmarked_for_forks_and_dependabot() {
    assert_eq!(settings(&[]).outputs["allowed"], "true");
    let own = [("NUMBER", "7"), ("HEAD_REPOSITORY", "o/r")];
    assert_eq!(settings(&own).outputs["allowed"], "true");
    for unwanted in [
        vec![("NUMBER", "7"), ("HEAD_REPOSITORY", "x/r")],
        // The fork was deleted.
        vec![("NUMBER", "7"), ("HEAD_REPOSITORY", "")],
        vec![("IS_FORK", "true")],
        [own.as_slice(), &[("ACTOR", "dependabot[bot]")]].concat(),
    ] {
        let decided = settings(&unwanted);
        assert_eq!(decided.outputs["allowed"], "false", "{unwanted:?}");
        assert!(decided.said.contains("::notice"), "{}", decided.said);
    }
}

#[test]
fn runs_take_turns_so_that_neither_variant_is_always_first() {
    let decided = settings(&[("REPEATS", "3")]);
    let matrix: Value = serde_json::from_str(&decided.outputs["matrix"]).unwrap();
    let runs = matrix["include"].as_array().unwrap();
    let order: Vec<String> = runs
        .iter()
        .map(|run| format!("{} {}", run["mode"].as_str().unwrap(), run["repeat"]))
        .collect();
    assert_eq!(
        order,
        [
            "static 1", "dra 1", "dra 2", "static 2", "static 3", "dra 3"
        ]
    );
}

#[test]
fn bad_inputs_of_a_benchmark_are_refused_before_anything_is_run() {
    for bad in [
        ("REPEATS", "0"),
        ("REPEATS", "11"),
        ("REPEATS", "1.5"),
        ("INFRASTRUCTURE", "destroy"),
        ("INFRASTRUCTURE", "apply"),
        ("KEY", "a/b"),
        ("KEY", "a.b"),
        ("KEY", ""),
    ] {
        let decided = settings(&[bad]);
        assert_eq!(decided.code, 2, "{bad:?}: {}", decided.said);
        assert!(decided.said.contains("::error title=Bad inputs::"));
    }
    let apply = [("INFRASTRUCTURE", "apply"), ("ROLE_INFRA", "arn")];
    assert_eq!(settings(&apply).code, 0);
}
