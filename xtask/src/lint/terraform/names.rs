//! Every name that a module uses exists in it, and every variable, local value and data source is used.

use super::modules::{self, Facts};
use crate::root_module::{Reference, RootModule, WrittenBlock};

/// What Terraform itself gives.
const BUILT_IN: [&str; 5] = ["each", "count", "self", "path", "terraform"];

/// The faults of a module, each with file and line.
pub(super) fn check(module: &RootModule, facts: &[Facts]) -> Vec<String> {
    let with_references = module.blocks.iter().flat_map(|block| {
        block
            .references
            .iter()
            .map(move |reference| (block, reference))
    });
    let unknown = with_references.filter_map(|(block, reference)| {
        let what = unknown(reference, module, facts)?;
        Some(format!("{}:{}: {what}", block.file, reference.line))
    });
    unknown.chain(twice(module)).chain(unused(module)).collect()
}

fn unknown(reference: &Reference, module: &RootModule, facts: &[Facts]) -> Option<String> {
    let (first, second, third) = (reference.part(0), reference.part(1), reference.part(2));
    let written = reference.written();
    let exists = match first {
        name if BUILT_IN.contains(&name) => true,
        "var" => module.has("variable", &[second]),
        "local" => module.has("local", &[second]),
        "data" | "ephemeral" => module.has(first, &[second, third]),
        "module" if third.is_empty() => module.has("module", &[second]),
        "module" => return unknown_output(second, third, module, facts),
        _ if second.is_empty() => {
            return Some(format!("`{written}` is no name that this expression binds"));
        }
        _ => module.has("resource", &[first, second]),
    };
    (!exists).then(|| format!("`{written}` refers to something that this module does not have"))
}

fn unknown_output(
    name: &str,
    output: &str,
    module: &RootModule,
    facts: &[Facts],
) -> Option<String> {
    let Some(block) = module.of_kind("module").find(|block| block.label() == name) else {
        return Some(format!("there is no module `{name}`"));
    };
    // A module without facts is a fault of its own.
    let known = modules::of_block(block, facts)?;
    (!known.outputs.iter().any(|known| known == output)).then(|| {
        format!(
            "`{output}` is no output of {} {}",
            known.source, known.version
        )
    })
}

fn twice(module: &RootModule) -> impl Iterator<Item = String> {
    let named = |block: &&WrittenBlock| !block.labels.is_empty() && block.kind != "provider";
    let blocks = module.blocks.iter().filter(named).enumerate();
    blocks.filter_map(move |(index, block)| {
        let mut before = module.blocks.iter().filter(named).take(index);
        let first =
            before.find(|other| other.kind == block.kind && other.labels == block.labels)?;
        Some(format!(
            "{}: `{}` is already at {}",
            block.place(),
            block.address(),
            first.place()
        ))
    })
}

/// A data source whose value nobody takes is asked for nothing.
fn unused(module: &RootModule) -> impl Iterator<Item = String> {
    let checked = |block: &&WrittenBlock| {
        ["variable", "local", "data", "ephemeral"].contains(&block.kind.as_str())
    };
    module.blocks.iter().filter(checked).filter_map(|block| {
        let address = block.address();
        let length = block.labels.len() + 1;
        let used = module.blocks.iter().any(|other| {
            // A variable's own validation is no use of it.
            let itself = std::ptr::eq(other, block);
            !itself
                && other
                    .references
                    .iter()
                    .any(|reference| reference.parts.iter().take(length).eq(address.split('.')))
        });
        (!used).then(|| format!("{}: `{address}` is used nowhere", block.place()))
    })
}

#[cfg(test)]
mod tests {
    use super::super::modules::Facts;
    use crate::root_module::RootModule;

    const GOOD: &str = r#"
variable "name" { default = "n" }
locals { both = "${var.name}-${data.a_region.here.id}" }
data "a_region" "here" {}
resource "a_thing" "it" { name = local.both }
module "m" {
  source  = "x/m/a"
  version = "1.0.0"
}
output "o" { value = [a_thing.it.arn, module.m.id] }
"#;

    fn check(text: &str) -> Vec<String> {
        let facts = [Facts {
            source: "x/m/a".into(),
            version: "1.0.0".into(),
            required: vec![],
            optional: vec![],
            outputs: vec!["id".into()],
            objects: [].into(),
            collections: [].into(),
        }];
        super::check(&RootModule::of(text), &facts)
    }

    #[test]
    fn a_module_whose_names_are_all_known_and_used_passes() {
        assert_eq!(check(GOOD), Vec::<String>::new());
    }

    #[test]
    fn every_kind_of_wrong_name_is_found_with_its_line() {
        for (right, wrong, said) in [
            ("var.name", "var.nmae", "main.tf:3: `var.nmae` refers to"),
            (
                "local.both",
                "local.bth",
                "main.tf:5: `local.bth` refers to",
            ),
            (
                "data.a_region.here.id",
                "data.a_region.there.id",
                "main.tf:3: `data.a_region.there.id` refers to",
            ),
            (
                "a_thing.it.arn",
                "a_thing.other.arn",
                "main.tf:10: `a_thing.other.arn` refers to",
            ),
            (
                "module.m.id",
                "module.n.id",
                "main.tf:10: there is no module `n`",
            ),
            (
                "module.m.id",
                "module.m.ids",
                "main.tf:10: `ids` is no output of x/m/a 1.0.0",
            ),
            ("local.both", "both", "main.tf:5: `both` is no name"),
            (
                "a_thing.it.arn",
                "ephemeral.a_token.it.arn",
                "main.tf:10: `ephemeral.a_token.it.arn` refers to",
            ),
        ] {
            let faults = check(&GOOD.replace(right, wrong));
            assert!(
                faults.iter().any(|fault| fault.starts_with(said)),
                "{wrong}: {faults:?}"
            );
        }
    }

    #[test]
    fn what_nobody_uses_is_found() {
        for (more, address) in [
            (
                "variable \"v\" {\n  validation { condition = var.v > 1 }\n}\n",
                "var.v",
            ),
            ("locals { l = 1 }\n", "local.l"),
            ("data \"a_b\" \"c\" {}\n", "data.a_b.c"),
        ] {
            let faults = check(&format!("{GOOD}{more}"));
            assert_eq!(faults, [format!("main.tf:11: `{address}` is used nowhere")]);
        }
    }

    #[test]
    fn the_same_name_twice_is_found() {
        let faults = check(&format!("{GOOD}output \"o\" {{ value = 1 }}\n"));
        assert_eq!(faults, ["main.tf:11: `output.o` is already at main.tf:10"]);
    }
}
