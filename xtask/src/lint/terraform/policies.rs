//! IAM policies: every right is named. No action has a wildcard, in HCL or in the files that READMEs show and the
//! bootstrap module attaches, and each of these files fits a managed policy.

use std::collections::BTreeSet;

use hcl_edit::expr::{Expression, Object};
use hcl_edit::structure::{Attribute, Block};
use hcl_edit::visit::{Visit, visit_attr, visit_block, visit_object};
use serde_json::Value;

use super::BOOTSTRAP;
use super::providers::named;
use crate::problem::{Problem, Result};
use crate::root_module::RootModule;
use crate::tidy::tracked::TrackedFile;

/// Characters of a managed policy, not counting white space.
/// Source: IAM User Guide, "IAM and AWS STS quotas".
pub(super) const MOST: usize = 6144;

/// Checks `actions/<action>/iam-policy*.json`.
pub(super) fn check_files(files: &[TrackedFile]) -> Result<String> {
    let policies: Vec<_> = files
        .iter()
        .filter(|file| of_action(&file.path).is_some())
        .collect();
    if policies.is_empty() {
        return Err(Problem::new(
            "there is no actions/*/iam-policy*.json: nothing would be checked",
        ));
    }
    let mut faults = Vec::new();
    for policy in &policies {
        let of_text = in_json(&policy.text)
            .into_iter()
            .chain(unused(policy, files));
        faults.extend(of_text.map(|fault| format!("{}: {fault}", policy.path)));
    }
    super::verdict(
        faults,
        &format!(
            "{} files, every right by its name, all attached and shown",
            policies.len()
        ),
    )
}

/// Every right that one of the files, or a module itself, names.
pub(super) fn rights(files: &[TrackedFile], modules: &[RootModule]) -> BTreeSet<String> {
    let of_files = files.iter().filter(|file| of_action(&file.path).is_some());
    let of_files = of_files.flat_map(|file| {
        let policy: Value = serde_json::from_str(&file.text).unwrap_or_default();
        let statements = policy["Statement"].as_array().cloned().unwrap_or_default();
        let named = |statement: &Value| {
            strings(&statement["Action"])
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        statements.iter().flat_map(named).collect::<Vec<_>>()
    });
    let blocks = modules.iter().flat_map(|module| &module.blocks);
    let of_modules = blocks.flat_map(|block| {
        let mut found = Actions::default();
        found.visit_body(&block.body);
        found.named
    });
    of_files.chain(of_modules).collect()
}

/// The action and the file's own name.
fn of_action(path: &str) -> Option<(&str, &str)> {
    let (action, file) = path.strip_prefix("actions/")?.split_once('/')?;
    (file.starts_with("iam-policy") && file.ends_with(".json")).then_some((action, file))
}

fn in_json(text: &str) -> Vec<String> {
    let policy: Value = match serde_json::from_str(text) {
        Ok(policy) => policy,
        Err(cause) => return vec![format!("is not JSON: {cause}")],
    };
    let mut faults = Vec::new();
    let size = text
        .chars()
        .filter(|character| !character.is_whitespace())
        .count();
    if size > MOST {
        faults.push(format!(
            "has {size} characters without white space; a managed policy may have {MOST}"
        ));
    }
    let statements = policy["Statement"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    if statements.is_empty() {
        faults.push("has no list of statements".into());
    }
    for statement in statements {
        let sid = statement["Sid"]
            .as_str()
            .unwrap_or("a statement without Sid");
        for (what, refused) in [
            ("NotAction", true),
            ("NotResource", true),
            ("Action", false),
            ("Resource", false),
        ] {
            if statement.get(what).is_some() == refused {
                faults.push(format!(
                    "{sid}: {} `{what}`",
                    if refused { "must not have" } else { "has no" }
                ));
            }
        }
        let wild = strings(&statement["Action"])
            .into_iter()
            .filter(|action| is_wild(action));
        faults.extend(wild.map(|action| format!("{sid}: `{action}` has a wildcard")));
    }
    faults
}

/// A text or a list of them.
fn strings(value: &Value) -> Vec<&str> {
    let list = value.as_array().into_iter().flatten();
    list.chain([value]).filter_map(Value::as_str).collect()
}

/// A file that no role gets, or that nobody can read, is no reviewed policy.
fn unused(policy: &TrackedFile, files: &[TrackedFile]) -> Vec<String> {
    let Some((action, name)) = of_action(&policy.path) else {
        return Vec::new();
    };
    let text_of = |wanted: &dyn Fn(&str) -> bool| {
        let found = files.iter().filter(move |file| wanted(&file.path));
        found.map(|file| file.text.as_str()).collect::<String>()
    };
    let module = text_of(&|path: &str| path.starts_with(BOOTSTRAP) && path.ends_with(".tf"));
    let readme = text_of(&|path: &str| path == format!("actions/{action}/README.md"));
    let mut faults = Vec::new();
    if !module.contains(&format!("/{action}/{name}\"")) {
        faults.push(format!("no role of {BOOTSTRAP} has it"));
    }
    if !readme.contains(&format!("<!-- made: file {name} -->")) {
        faults.push(format!("actions/{action}/README.md does not show it"));
    }
    faults
}

fn is_wild(action: &str) -> bool {
    action.contains(['*', '?'])
}

/// The faults of every policy that a module itself writes: `aws_iam_policy_document` and objects with `Action`.
pub(super) fn check_module(module: &RootModule) -> Vec<String> {
    module
        .blocks
        .iter()
        .flat_map(|block| {
            let mut found = Actions::default();
            found.visit_body(&block.body);
            let fault = |fault| format!("{}: {}: {fault}", block.place(), block.address());
            found.faults.into_iter().map(fault).collect::<Vec<_>>()
        })
        .collect()
}

#[derive(Default)]
struct Actions {
    in_statement: bool,
    named: Vec<String>,
    faults: Vec<String>,
}

impl Actions {
    fn note(&mut self, name: &str, value: &Expression) {
        if ["not_actions", "NotAction"].contains(&name) {
            self.faults
                .push(format!("`{name}` allows everything that is not named"));
            return;
        }
        let items: Vec<&Expression> = match value {
            Expression::Array(items) => items.iter().collect(),
            single => vec![single],
        };
        for item in items {
            match item.as_str() {
                None => self.faults.push(format!(
                    "`{name}` has something else than plain names, which nobody can check"
                )),
                Some(action) if is_wild(action) => {
                    self.faults.push(format!("`{action}` has a wildcard"))
                }
                Some(action) => self.named.push(action.to_owned()),
            }
        }
    }
}

impl Visit for Actions {
    fn visit_block(&mut self, block: &Block) {
        let before = self.in_statement;
        self.in_statement = before || block.has_ident("statement");
        visit_block(self, block);
        self.in_statement = before;
    }

    fn visit_attr(&mut self, attribute: &Attribute) {
        let name = attribute.key.as_str();
        if self.in_statement && ["actions", "not_actions"].contains(&name) {
            self.note(name, &attribute.value);
        }
        visit_attr(self, attribute);
    }

    fn visit_object(&mut self, object: &Object) {
        for (key, value) in object {
            if let Some(name) = named(key)
                && ["Action", "NotAction"].contains(&name.as_str())
            {
                self.note(&name, value.expr());
            }
        }
        visit_object(self, object);
    }
}

#[cfg(test)]
mod tests {
    use super::{check_files, check_module};
    use crate::root_module::RootModule;
    use crate::tidy::tracked::TrackedFile;

    const POLICY: &str = r#"{"Statement": [{"Sid": "S", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "*"}]}"#;
    const ROLES: &str = "x = \"${local.actions}/run/iam-policy.json\"\n";
    const README: &str = "<!-- made: file iam-policy.json -->\n";

    fn files(policy: &str, roles: &str, readme: &str) -> Vec<TrackedFile> {
        let file = |path: &str, text: &str| TrackedFile {
            path: path.into(),
            text: text.into(),
        };
        vec![
            file("actions/run/iam-policy.json", policy),
            file("actions/run/README.md", readme),
            file(
                "actions/provision-infra/terraform-bootstrap/roles.tf",
                roles,
            ),
        ]
    }

    #[test]
    fn a_policy_of_named_rights_that_is_attached_and_shown_passes() {
        let said = check_files(&files(POLICY, ROLES, README)).unwrap();
        assert!(said.starts_with("1 files"), "{said}");
    }

    #[test]
    fn every_kind_of_wrong_file_is_found() {
        let long = POLICY.replace("\"*\"", &format!("\"{}\"", "x".repeat(6144)));
        for (policy, roles, readme, said) in [
            (
                POLICY.replace("s3:GetObject", "s3:*"),
                ROLES,
                README,
                "S: `s3:*` has a wildcard",
            ),
            (
                POLICY.replace("[\"s3:GetObject\"]", "\"s3:Get?bject\""),
                ROLES,
                README,
                "S: `s3:Get?bject` has a wildcard",
            ),
            (
                POLICY.replace("\"Action\"", "\"NotAction\""),
                ROLES,
                README,
                "S: must not have `NotAction`",
            ),
            (
                POLICY.replace("\"Resource\"", "\"NotResource\""),
                ROLES,
                README,
                "S: must not have `NotResource`",
            ),
            (long, ROLES, README, "a managed policy may have 6144"),
            (
                "{\"Statement\": []}".into(),
                ROLES,
                README,
                "has no list of statements",
            ),
            ("{".into(), ROLES, README, "is not JSON"),
            (
                POLICY.into(),
                "",
                README,
                "no role of actions/provision-infra/terraform-bootstrap has it",
            ),
            (
                POLICY.into(),
                ROLES,
                "",
                "actions/run/README.md does not show it",
            ),
        ] {
            let problem = check_files(&files(&policy, roles, readme))
                .unwrap_err()
                .to_string();
            assert!(
                problem.starts_with("actions/run/iam-policy.json: ") && problem.contains(said),
                "{problem}"
            );
        }
        assert!(check_files(&[]).is_err());
    }

    #[test]
    fn wildcards_in_hcl_are_found_in_both_forms() {
        let document = |actions: &str| {
            format!(
                "data \"aws_iam_policy_document\" \"d\" {{\n  statement {{\n    {actions}\n  }}\n}}\n"
            )
        };
        let object = |action: &str| {
            format!(
                "resource \"r\" \"d\" {{\n  policy = jsonencode({{ Statement = [{{ {action} }}] }})\n}}\n"
            )
        };
        for (text, said) in [
            (document("actions = [\"s3:GetObject\"]"), None),
            (
                document("actions = [\"s3:*\"]"),
                Some("`s3:*` has a wildcard"),
            ),
            (
                document("actions = var.actions"),
                Some("`actions` has something else than plain names"),
            ),
            (
                document("not_actions = [\"s3:GetObject\"]"),
                Some("`not_actions` allows everything"),
            ),
            (object("Action = \"s3:GetObject\""), None),
            (
                object("Action = [\"s3:Get*\"]"),
                Some("`s3:Get*` has a wildcard"),
            ),
            (
                object("\"NotAction\" = \"s3:GetObject\""),
                Some("`NotAction` allows everything"),
            ),
        ] {
            let faults = check_module(&RootModule::of(&text));
            assert_eq!(
                faults.len(),
                usize::from(said.is_some()),
                "{text}: {faults:?}"
            );
            assert!(
                said.is_none_or(|said| faults[0].contains(said)),
                "{faults:?}"
            );
        }
    }
}
