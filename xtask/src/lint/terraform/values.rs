//! What the modules compute by themselves, computed by a real Terraform: which values their variables take, and what the
//! bootstrap module makes of the policy files. Everything that needs a provider is left out or has a stand-in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::super::prepared;
use super::{BOOTSTRAP, BUNDLED};
use crate::environment::TERRAFORM;
use crate::root_module::RootModule;

fn repository() -> PathBuf {
    let package = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    Path::new(&package).parent().unwrap().to_owned()
}

/// A folder with the variables of a module and whatever else is written into it.
struct Stage {
    folder: tempfile::TempDir,
}

impl Stage {
    fn of(module: &str, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let variables = repository().join(module).join("variables.tf");
        std::fs::copy(variables, folder.path().join("variables.tf")).unwrap();
        std::fs::write(folder.path().join("more.tf"), more).unwrap();
        let stage = Self { folder };
        stage.terraform(&["init", "-input=false"]).unwrap();
        stage
    }

    /// What Terraform printed, as error when it failed.
    fn terraform(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = Command::new(prepared::path(TERRAFORM));
        command.current_dir(self.folder.path()).args(arguments);
        command.env("NO_COLOR", "1").env("TF_IN_AUTOMATION", "1");
        command
            .env("TF_CLI_ARGS", "-no-color")
            .env("CHECKPOINT_DISABLE", "1");
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() {
            Ok(text(&output.stdout))
        } else {
            Err(text(&output.stdout) + &text(&output.stderr))
        }
    }

    fn with(&self, command: &[&str], values: &Value) -> Result<String, String> {
        let file = self.folder.path().join("values.tfvars.json");
        std::fs::write(&file, values.to_string()).unwrap();
        let mut arguments = command.to_vec();
        arguments.extend(["-input=false", "-var-file=values.tfvars.json"]);
        self.terraform(&arguments)
    }
}

const ROLE: &str = "arn:aws:iam::123456789012:role/one";

#[test]
fn the_bundled_module_takes_its_defaults_and_refuses_what_would_fail_later() {
    let stage = Stage::of(BUNDLED, "");
    let good = [
        json!({}),
        json!({"cluster_name": "a-cluster-with-24-letter", "endpoint_public_access_cidrs": [], "addon_versions": {"coredns": "v1"}}),
        json!({"administrators": [ROLE], "planners": ["arn:aws-cn:iam::123456789012:role/two"], "vpc_cidr": "172.16.0.0/20"}),
        json!({"availability_zones": ["a", "b", "c"], "expire_after_days": 0, "control_plane_logs": ["audit"], "bucket": "b.c-d"}),
    ];
    for values in good {
        stage.with(&["plan"], &values).unwrap();
    }
    for (name, bad) in [
        ("cluster_name", json!("Benchmark")),
        ("cluster_name", json!("benchmark-")),
        ("cluster_name", json!("a-cluster-with-25-letters")),
        ("tags", json!({"aws:x": "y"})),
        ("tags", json!({"emr-eks-actions/cluster": "y"})),
        ("vpc_cidr", json!("10.0.0.0")),
        ("vpc_cidr", json!("10.0.0.0/24")),
        ("vpc_cidr", json!("10.0.0.0/8")),
        ("availability_zones", json!(["a", "b"])),
        ("availability_zones", json!(["a", "a", "b"])),
        ("kubernetes_version", json!("1.35.2")),
        ("endpoint_public_access_cidrs", json!(["203.0.113.7"])),
        ("control_plane_logs", json!(["all"])),
        ("log_retention_days", json!(8)),
        ("addon_versions", json!({"core-dns": "v1"})),
        ("system_instance_types", json!([])),
        ("system_node_count", json!(1)),
        ("system_node_count", json!(2.5)),
        ("karpenter_version", json!("v1.14.1")),
        ("namespace", json!("kube-system")),
        ("namespace", json!("default")),
        ("namespace", json!("An_alytics")),
        ("bucket", json!("My_bucket")),
        ("expire_after_days", json!(-1)),
        (
            "administrators",
            json!(["arn:aws:sts::123456789012:assumed-role/one/session"]),
        ),
        ("planners", json!(["one"])),
        ("viewers", json!(["one"])),
    ] {
        refused(&stage, &json!({ name: bad }), name);
    }
    refused(
        &stage,
        &json!({"administrators": [ROLE], "planners": [ROLE]}),
        "planners",
    );
    refused(
        &stage,
        &json!({"administrators": [ROLE], "viewers": [ROLE]}),
        "viewers",
    );
    refused(
        &stage,
        &json!({"planners": [ROLE], "viewers": [ROLE]}),
        "viewers",
    );
}

/// The variable that is at fault is the one that is named.
fn refused(stage: &Stage, values: &Value, name: &str) {
    let said = stage.with(&["plan"], values).unwrap_err();
    assert!(
        said.contains("Invalid value for variable"),
        "{values}: {said}"
    );
    assert!(
        said.contains(&format!("var.{name} is ")),
        "{values}: {said}"
    );
}

const OWNER: &str = r#"{"github_owner": "my-org", "github_owner_id": 12, "github_repository": "r", "github_repository_id": 34}"#;

fn owner(more: Value) -> Value {
    let mut values: Value = serde_json::from_str(OWNER).unwrap();
    let (Value::Object(all), Value::Object(more)) = (&mut values, more) else {
        panic!("not objects");
    };
    all.extend(more);
    values
}

/// The named local values of the bootstrap module, with stand-ins for what AWS would say.
fn bootstrap() -> Stage {
    let root = repository();
    let module = RootModule::in_folder(&root, BOOTSTRAP).unwrap();
    let names = [
        "state_bucket",
        "actions",
        "roles",
        "files",
        "bucket",
        "policies",
        "repository",
        "subjects",
    ];
    let locals = module
        .of_kind("local")
        .filter(|block| names.contains(&block.label()));
    let locals: String = locals
        .map(|block| {
            format!(
                "{} = {}\n",
                block.label(),
                block.argument(block.label()).unwrap()
            )
        })
        .collect();
    let mut locals = locals.replace("${path.module}", root.join(BOOTSTRAP).to_str().unwrap());
    for (reference, stand_in) in [
        (
            "data.aws_caller_identity.current.account_id",
            "\"999988887777\"",
        ),
        ("data.aws_partition.current.partition", "\"aws-us-gov\""),
        // As long as a region's name can be.
        ("data.aws_region.current.region", "\"ap-southeast-9\""),
    ] {
        assert!(locals.contains(reference), "{reference}");
        locals = locals.replace(reference, stand_in);
    }
    let outputs: String = ["policies", "roles", "subjects"]
        .iter()
        .map(|name| format!("output \"{name}\" {{\n  value = local.{name}\n}}\n"))
        .collect();
    Stage::of(BOOTSTRAP, &format!("locals {{\n{locals}}}\n{outputs}"))
}

fn outputs(stage: &Stage, values: &Value) -> BTreeMap<String, Value> {
    stage.with(&["apply", "-auto-approve"], values).unwrap();
    let all = stage.terraform(&["output", "-json"]).unwrap();
    let all: BTreeMap<String, Value> = serde_json::from_str(&all).unwrap();
    all.into_iter()
        .map(|(name, output)| (name, output["value"].clone()))
        .collect()
}

#[test]
fn the_policies_of_the_roles_name_the_users_own_and_fit_with_the_longest_names() {
    let stage = bootstrap();
    let long = json!({
        "name": "sixteen-letters-", "cluster_name": "a-cluster-with-24-letter", "bucket": "b".repeat(63),
        "state_key": "k".repeat(60), "virtual_cluster_id": "v".repeat(25),
    });
    let mut long = owner(long);
    long["name"] = json!("sixteen-letters1");
    let made = outputs(&stage, &long);
    assert_eq!(made["roles"].as_object().unwrap().len(), 5);
    let policies = made["policies"].as_object().unwrap();
    assert_eq!(policies.len(), 10);
    for (name, policy) in policies {
        let text = policy.as_str().unwrap();
        let _: Value =
            serde_json::from_str(text).unwrap_or_else(|cause| panic!("{name}: {cause}: {text}"));
        let size = text
            .chars()
            .filter(|character| !character.is_whitespace())
            .count();
        assert!(
            size <= super::policies::MOST,
            "{name} has {size} characters"
        );
        for placeholder in [
            "123456789012",
            "eu-west-1",
            "my-",
            "virtualclusters/abc",
            "emr-eks/terraform",
            "arn:aws:",
        ] {
            assert!(
                !text.contains(placeholder),
                "{name} still has `{placeholder}`: {text}"
            );
        }
    }
    let run = policies["run-run"].as_str().unwrap();
    let own = format!(
        "arn:aws-us-gov:emr-containers:ap-southeast-9:999988887777:/virtualclusters/{}",
        "v".repeat(25)
    );
    assert!(run.contains(&own), "{run}");
}

#[test]
fn roles_are_trusted_by_number_and_the_one_that_applies_by_its_environment_alone() {
    let stage = bootstrap();
    let made = outputs(&stage, &owner(json!({})));
    let repository = "repo:my-org@12/r@34";
    let expected = json!({
        "anybody": [format!("{repository}:pull_request"), format!("{repository}:ref:refs/heads/main")],
        "approved": [format!("{repository}:environment:benchmark-infrastructure")],
    });
    assert_eq!(made["subjects"], expected);
    for (role, settings) in made["roles"].as_object().unwrap() {
        let trust = if role == "infra" {
            "approved"
        } else {
            "anybody"
        };
        assert_eq!(settings["trust"], trust, "{role}");
    }
    let older =
        owner(json!({"github_owner_id": null, "github_repository_id": null, "branch": "trunk"}));
    let made = outputs(&stage, &older);
    assert_eq!(
        made["subjects"]["anybody"][1],
        "repo:my-org/r:ref:refs/heads/trunk"
    );
}

#[test]
fn the_bootstrap_module_refuses_names_that_would_give_too_much() {
    let stage = Stage::of(BOOTSTRAP, "");
    stage.with(&["plan"], &owner(json!({}))).unwrap();
    for (name, more) in [
        // The role that applies may change every role that begins like the cluster.
        ("cluster_name", json!({"cluster_name": "emr-eks"})),
        ("cluster_name", json!({"cluster_name": "emr"})),
        ("branch", json!({"branch": "*"})),
        ("environment", json!({"environment": "*"})),
        (
            "github_repository",
            json!({"github_repository": "my-org/r"}),
        ),
        ("github_owner", json!({"github_owner": "*"})),
        ("github_owner_id", json!({"github_repository_id": null})),
        ("virtual_cluster_id", json!({"virtual_cluster_id": "a*"})),
        ("name", json!({"name": "Emr"})),
    ] {
        refused(&stage, &owner(more), name);
    }
}
