//! Resources, data sources and ephemeral resources that the modules write themselves: their arguments and blocks are in the
//! providers' schemas, nothing that is required is missing, and attributes that are referred to exist.

use std::collections::BTreeMap;

use hcl_edit::structure::{Block, Body};
use serde::Deserialize;

use crate::problem::{Problem, Result, WhileDoing as _};
use crate::root_module::{RootModule, WrittenBlock};
use crate::tidy::tracked::TrackedFile;

/// Made from the providers' schemas by the script beside it.
pub(super) const FILE: &str = "fixtures/terraform-registry/resources.json";

/// What every block of these kinds may have.
const META_ARGUMENTS: [&str; 4] = ["count", "depends_on", "for_each", "provider"];
const META_BLOCKS: [&str; 3] = ["connection", "lifecycle", "provisioner"];
/// A resource that is part of Terraform itself.
const BUILT_IN: &str = "terraform_data";

/// Names by kind and type.
#[derive(Debug, Deserialize)]
pub(super) struct Schemas {
    resource: BTreeMap<String, Schema>,
    data: BTreeMap<String, Schema>,
    ephemeral: BTreeMap<String, Schema>,
}

#[derive(Debug, Deserialize)]
struct Schema {
    #[serde(flatten)]
    body: BodySchema,
    attributes: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct BodySchema {
    arguments: BTreeMap<String, Need>,
    blocks: BTreeMap<String, BlockSchema>,
}

#[derive(Debug, Deserialize)]
struct BlockSchema {
    need: Need,
    #[serde(flatten)]
    body: BodySchema,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Need {
    Required,
    Optional,
}

/// What is known.
pub(super) fn schemas(files: &[TrackedFile]) -> Result<Schemas> {
    let file = files.iter().find(|file| file.path == FILE);
    let file = file.ok_or_else(|| {
        Problem::new(format!("{FILE} is not there: no resource would be checked"))
    })?;
    serde_json::from_str(&file.text).while_doing(|| format!("read `{FILE}`"))
}

impl Schemas {
    fn of(&self, kind: &str, name: &str) -> Option<&Schema> {
        match kind {
            "resource" => self.resource.get(name),
            "data" => self.data.get(name),
            "ephemeral" => self.ephemeral.get(name),
            _ => None,
        }
    }
}

/// The faults of every such block, and of every reference to one.
pub(super) fn check(module: &RootModule, schemas: &Schemas) -> Vec<String> {
    let kinds = ["resource", "data", "ephemeral"];
    let written = module
        .blocks
        .iter()
        .filter(|block| kinds.contains(&block.kind.as_str()) && block.label() != BUILT_IN);
    let faults = written.flat_map(|block| match schemas.of(&block.kind, block.label()) {
        Some(schema) => check_body(&block.body, &schema.body, true)
            .into_iter()
            .map(|fault| format!("{}: {}: {fault}", block.place(), block.address()))
            .collect(),
        None => vec![format!(
            "{}: the names of `{}` are not in {FILE}; run make_resources.py",
            block.place(),
            block.label()
        )],
    });
    let references = module
        .blocks
        .iter()
        .flat_map(|block| attributes(block, schemas));
    faults.chain(references).collect()
}

fn check_body(body: &Body, schema: &BodySchema, outermost: bool) -> Vec<String> {
    let mut faults = Vec::new();
    for attribute in body.attributes() {
        let name = attribute.key.as_str();
        let meta = outermost && META_ARGUMENTS.contains(&name);
        if schema.blocks.contains_key(name) {
            faults.push(format!("`{name}` is a block, not an argument"));
        } else if !meta && !schema.arguments.contains_key(name) {
            faults.push(format!("has no argument `{name}`"));
        }
    }
    let mut blocks = Vec::new();
    for block in body.blocks() {
        let (name, inner) = of_dynamic(block);
        blocks.push(name);
        match schema.blocks.get(name) {
            Some(known) => {
                let within = check_body(inner, &known.body, false).into_iter();
                faults.extend(within.map(|fault| format!("{name}: {fault}")));
            }
            None if outermost && META_BLOCKS.contains(&name) => {}
            None if schema.arguments.contains_key(name) => {
                faults.push(format!("`{name}` is an argument, not a block"))
            }
            None => faults.push(format!("has no block `{name}`")),
        }
    }
    let arguments = schema
        .arguments
        .iter()
        .filter(|(name, need)| **need == Need::Required && !body.has_attribute(name));
    faults.extend(arguments.map(|(name, _)| format!("needs `{name}`")));
    let missing = schema
        .blocks
        .iter()
        .filter(|(name, block)| block.need == Need::Required && !blocks.contains(&name.as_str()));
    faults.extend(missing.map(|(name, _)| format!("needs a block `{name}`")));
    faults
}

/// The name and content of a block, as it is there when a `dynamic` one is resolved.
fn of_dynamic(block: &Block) -> (&str, &Body) {
    let label = block.labels.first().map(|label| label.as_str());
    let content = block.body.get_blocks("content").next();
    match (block.has_ident("dynamic"), label, content) {
        (true, Some(label), Some(content)) => (label, &content.body),
        _ => (block.ident.as_str(), &block.body),
    }
}

/// Attributes that a block takes of others and that these do not have.
fn attributes(block: &WrittenBlock, schemas: &Schemas) -> Vec<String> {
    let unknown = block.references.iter().filter_map(|reference| {
        let (kind, first) = match reference.part(0) {
            kind @ ("data" | "ephemeral") => (kind, 1),
            _ => ("resource", 0),
        };
        let attribute = reference.part(first + 2);
        let schema = schemas.of(kind, reference.part(first))?;
        let known =
            attribute.is_empty() || schema.attributes.iter().any(|known| known == attribute);
        (!known).then(|| {
            let written = reference.written();
            format!(
                "{}:{}: `{written}`: there is no attribute `{attribute}`",
                block.file, reference.line
            )
        })
    });
    unknown.collect()
}

#[cfg(test)]
mod tests {
    use super::{Schemas, check};
    use crate::root_module::RootModule;

    const SCHEMAS: &str = r#"{"resource": {"a_thing": {
        "arguments": {"name": "required", "size": "optional"}, "attributes": ["arn", "name", "size"],
        "blocks": {"rule": {"need": "required", "arguments": {"key": "required"}, "blocks": {}}}}},
        "data": {"a_region": {"arguments": {}, "attributes": ["id"], "blocks": {}}}, "ephemeral": {}}"#;

    const GOOD: &str = r#"
data "a_region" "here" {}
resource "terraform_data" "t" { input = a_thing.it.arn }
resource "a_thing" "it" {
  count = 1
  name  = data.a_region.here.id
  dynamic "rule" {
    for_each = [1]
    content {
      key = 1
    }
  }
  lifecycle {}
}
output "o" { value = a_thing.it[0].arn }
"#;

    fn faults(text: &str) -> Vec<String> {
        let schemas: Schemas = serde_json::from_str(SCHEMAS).unwrap();
        check(&RootModule::of(text), &schemas)
    }

    #[test]
    fn blocks_as_the_schema_has_them_pass() {
        assert_eq!(faults(GOOD), Vec::<String>::new());
    }

    #[test]
    fn what_the_schema_does_not_have_is_found() {
        for (right, wrong, fault) in [
            (
                "  count = 1\n",
                "  cout = 1\n",
                "main.tf:4: a_thing.it: has no argument `cout`",
            ),
            (
                "  lifecycle {}\n",
                "  lifecycl {}\n",
                "main.tf:4: a_thing.it: has no block `lifecycl`",
            ),
            (
                "  lifecycle {}\n",
                "  size {}\n",
                "main.tf:4: a_thing.it: `size` is an argument, not a block",
            ),
            (
                "  name  = data.a_region.here.id\n",
                "",
                "main.tf:4: a_thing.it: needs `name`",
            ),
            (
                "      key = 1\n",
                "      key = 1\n      kee = 1\n",
                "main.tf:4: a_thing.it: rule: has no argument `kee`",
            ),
            (
                "      key = 1\n",
                "",
                "main.tf:4: a_thing.it: rule: needs `key`",
            ),
            (
                "here.id",
                "here.name",
                "main.tf:6: `data.a_region.here.name`: there is no attribute `name`",
            ),
            (
                "it.arn",
                "it.url",
                "main.tf:3: `a_thing.it.url`: there is no attribute `url`",
            ),
            (
                "\"a_region\" \"here\"",
                "\"a_zone\" \"here\"",
                "main.tf:2: the names of `a_zone` are not in",
            ),
        ] {
            let faults = faults(&GOOD.replace(right, wrong));
            assert_eq!(faults.len(), 1, "{wrong}: {faults:?}");
            assert!(faults[0].starts_with(fault), "{faults:?}");
        }
        let without = faults("resource \"a_thing\" \"it\" {\n  name = 1\n}\n");
        assert_eq!(without, ["main.tf:1: a_thing.it: needs a block `rule`"]);
        let wrong_form =
            faults("resource \"a_thing\" \"it\" {\n  name = 1\n  rule = { key = 1 }\n}\n");
        assert!(
            wrong_form
                .contains(&"main.tf:1: a_thing.it: `rule` is a block, not an argument".to_owned())
        );
    }
}
