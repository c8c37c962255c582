//! Providers: each is declared and bounded, and its block is in the syntax of the version that is asked for.

use hcl_edit::expr::{Expression, Object, ObjectKey};

use crate::root_module::{RootModule, WrittenBlock};

/// A provider that is part of Terraform itself.
const BUILT_IN: &str = "terraform";

/// What the block of a provider may have, from one major version on.
struct Syntax {
    provider: &'static str,
    major: u64,
    arguments: &'static [&'static str],
    blocks: &'static [&'static str],
}

/// How to reach a cluster, as both providers have it.
/// Source: docs/index.md of hashicorp/terraform-provider-helm v3.1.2 and hashicorp/terraform-provider-kubernetes v3.2.1.
const CONNECTION: [&str; 16] = [
    "client_certificate",
    "client_key",
    "cluster_ca_certificate",
    "config_context",
    "config_context_auth_info",
    "config_context_cluster",
    "config_path",
    "config_paths",
    "exec",
    "host",
    "insecure",
    "password",
    "proxy_url",
    "tls_server_name",
    "token",
    "username",
];

const KNOWN: [Syntax; 2] = [
    // Since 3.0 what was a block `kubernetes` is an attribute.
    Syntax {
        provider: "helm",
        major: 3,
        arguments: &[
            "burst_limit",
            "debug",
            "experiments",
            "helm_driver",
            "kubernetes",
            "plugins_path",
            "qps",
            "registries",
            "registry_config_path",
            "repository_cache",
            "repository_config_path",
        ],
        blocks: &[],
    },
    Syntax {
        provider: "kubernetes",
        major: 3,
        arguments: &[
            "client_certificate",
            "client_key",
            "cluster_ca_certificate",
            "config_context",
            "config_context_auth_info",
            "config_context_cluster",
            "config_path",
            "config_paths",
            "host",
            "ignore_annotations",
            "ignore_labels",
            "insecure",
            "password",
            "proxy_url",
            "tls_server_name",
            "token",
            "username",
        ],
        blocks: &["exec", "experiments"],
    },
];

/// The faults of a module's providers.
pub(super) fn check(module: &RootModule) -> Vec<String> {
    let mut faults = Vec::new();
    let mut declared = Vec::new();
    for terraform in module.of_kind("terraform") {
        if !terraform.body.has_attribute("required_version") {
            faults.push(format!("{}: has no required_version", terraform.place()));
        }
        for required in terraform.body.get_blocks("required_providers") {
            for provider in required.body.attributes() {
                let name = provider.key.as_str();
                let version = member(&provider.value, "version")
                    .and_then(Expression::as_str)
                    .unwrap_or_default();
                if !is_bounded(version) {
                    faults.push(format!("{}: provider `{name}`: version `{version}` is neither exact nor bounded by ~>", terraform.place()));
                }
                if member(&provider.value, "source").is_none() {
                    faults.push(format!(
                        "{}: provider `{name}` has no source",
                        terraform.place()
                    ));
                }
                declared.push((name.to_owned(), major(version)));
            }
        }
    }
    faults.extend(undeclared(module, &declared));
    for block in module.of_kind("provider") {
        let version = declared
            .iter()
            .find(|(name, _)| name == block.label())
            .and_then(|(_, major)| *major);
        faults.extend(syntax(block, version));
    }
    faults.extend(tokens(module));
    faults
}

/// A resource's type begins with the name of its provider.
fn undeclared<'a>(
    module: &'a RootModule,
    declared: &'a [(String, Option<u64>)],
) -> impl Iterator<Item = String> + 'a {
    let of_type = module
        .blocks
        .iter()
        .filter(|block| ["resource", "data", "ephemeral"].contains(&block.kind.as_str()));
    of_type
        .chain(module.of_kind("provider"))
        .filter_map(|block| {
            let name = block.label().split('_').next().unwrap_or_default();
            let known = name == BUILT_IN || declared.iter().any(|(declared, _)| declared == name);
            (!known).then(|| {
                format!(
                    "{}: provider `{name}` of `{}` is not in required_providers",
                    block.place(),
                    block.address()
                )
            })
        })
}

fn syntax(block: &WrittenBlock, version: Option<u64>) -> Vec<String> {
    let Some(known) = KNOWN.iter().find(|known| known.provider == block.label()) else {
        return Vec::new();
    };
    let fault = |what: String| format!("{}: provider `{}`: {what}", block.place(), known.provider);
    if version != Some(known.major) {
        return vec![fault(format!(
            "its syntax is known for version {}, not for the one that is asked for",
            known.major
        ))];
    }
    let arguments = block
        .body
        .attributes()
        .map(|attribute| attribute.key.as_str());
    let arguments = arguments
        .filter(|name| !known.arguments.contains(name))
        .map(|name| fault(format!("version {} has no argument `{name}`", known.major)));
    let blocks = block.body.blocks().map(|inner| inner.ident.as_str());
    let blocks = blocks
        .filter(|name| !known.blocks.contains(name))
        .map(|name| fault(format!("version {} has no block `{name}`", known.major)));
    let connection = block.argument("kubernetes").and_then(Expression::as_object);
    let connection = connection.into_iter().flat_map(keys);
    let connection = connection
        .filter(|name| !CONNECTION.contains(&name.as_str()))
        .map(|name| fault(format!("`kubernetes` has no `{name}`")));
    arguments.chain(blocks).chain(connection).collect()
}

/// A token that a data source reads stands in the plan file, and is too old when the plan is applied later.
fn tokens(module: &RootModule) -> impl Iterator<Item = String> {
    let data = module
        .of_kind("data")
        .filter(|block| block.label() == "aws_eks_cluster_auth");
    data.map(|block| {
        format!(
            "{}: `{}` puts a token into the plan; use the ephemeral resource",
            block.place(),
            block.address()
        )
    })
}

fn member<'a>(value: &'a Expression, name: &str) -> Option<&'a Expression> {
    let found = value
        .as_object()?
        .iter()
        .find(|(key, _)| named(key).as_deref() == Some(name));
    found.map(|(_, value)| value.expr())
}

pub(super) fn keys(object: &Object) -> impl Iterator<Item = String> {
    object.iter().filter_map(|(key, _)| named(key))
}

/// A key that is a word, with or without quotes.
pub(super) fn named(key: &ObjectKey) -> Option<String> {
    match key {
        ObjectKey::Ident(name) => Some(name.as_str().to_owned()),
        ObjectKey::Expression(Expression::Variable(name)) => Some(name.as_str().to_owned()),
        ObjectKey::Expression(other) => other.as_str().map(str::to_owned),
    }
}

/// `~> 6.28` or one exact version.
fn is_bounded(version: &str) -> bool {
    let bounded = version
        .strip_prefix("~> ")
        .is_some_and(|rest| rest.contains('.'));
    bounded || version.split('.').count() == 3 && major(version).is_some() && !version.contains(' ')
}

fn major(version: &str) -> Option<u64> {
    let digits = version.strip_prefix("~> ").unwrap_or(version);
    digits.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::root_module::RootModule;

    const GOOD: &str = r#"
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws  = { source = "hashicorp/aws", version = "~> 6.28" }
    helm = { source = "hashicorp/helm", version = "3.1.2" }
  }
}
provider "aws" {}
provider "helm" {
  kubernetes = { host = "h", token = "t" }
}
ephemeral "aws_eks_cluster_auth" "it" {}
resource "terraform_data" "it" {}
"#;

    #[test]
    fn bounded_providers_in_their_own_syntax_pass() {
        assert_eq!(check(&RootModule::of(GOOD)), Vec::<String>::new());
    }

    #[test]
    fn every_kind_of_wrong_provider_is_found() {
        for (right, wrong, said) in [
            (
                "  required_version = \">= 1.11\"\n",
                "",
                "has no required_version",
            ),
            (
                "\"~> 6.28\"",
                "\">= 6.28\"",
                "version `>= 6.28` is neither exact nor bounded",
            ),
            (
                "\"~> 6.28\"",
                "\"~> 6\"",
                "version `~> 6` is neither exact nor bounded",
            ),
            (
                ", version = \"~> 6.28\"",
                "",
                "version `` is neither exact nor bounded",
            ),
            (
                "source = \"hashicorp/aws\", ",
                "",
                "provider `aws` has no source",
            ),
            ("kubernetes = {", "kubernetes {", ""),
            (
                "token = \"t\"",
                "tokn = \"t\"",
                "`kubernetes` has no `tokn`",
            ),
            ("kubernetes =", "kube =", "version 3 has no argument `kube`"),
            (
                "\"3.1.2\"",
                "\"~> 2.17\"",
                "its syntax is known for version 3",
            ),
            (
                "terraform_data",
                "time_sleep",
                "provider `time` of `time_sleep.it` is not in required_providers",
            ),
            ("ephemeral", "data", "puts a token into the plan"),
        ] {
            let text = match wrong {
                "kubernetes {" => GOOD.replace(
                    "  kubernetes = { host = \"h\", token = \"t\" }",
                    "  kubernetes {\n    host = \"h\"\n  }",
                ),
                wrong => GOOD.replacen(right, wrong, 1),
            };
            let said = if said.is_empty() {
                "version 3 has no block `kubernetes`"
            } else {
                said
            };
            let faults = check(&RootModule::of(&text));
            assert_eq!(faults.len(), 1, "{wrong}: {faults:?}");
            assert!(faults[0].contains(said), "{wrong}: {faults:?}");
        }
    }
}
