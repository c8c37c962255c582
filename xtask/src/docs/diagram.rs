//! A picture of what a Terraform module creates: its modules and resources by file, and an arrow from each thing to what
//! is created after it because it needs it. On destroy the arrows are followed backwards.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::root_module::{Reference, RootModule, WrittenBlock};

/// Blocks that create nothing by themselves: what they need is needed by whoever refers to them.
const PASSED_THROUGH: [&str; 3] = ["local", "data", "ephemeral"];
/// Resources that only order others.
const ORDER_ONLY: [&str; 2] = ["terraform_data", "time_sleep"];

/// The module as a Mermaid flowchart.
pub(super) fn draw(module: &RootModule) -> String {
    let nodes = nodes(module);
    let mut files: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, node) in nodes.iter().enumerate() {
        let name = Path::new(&node.block.file)
            .file_name()
            .and_then(|name| name.to_str());
        files
            .entry(name.unwrap_or_default())
            .or_default()
            .push(index);
    }
    let mut text = String::from("```mermaid\nflowchart LR\n");
    for (number, (file, own)) in files.iter().enumerate() {
        text.push_str(&format!("  subgraph f{number}[\"{file}\"]\n"));
        for index in own {
            text.push_str(&format!("    n{index}[\"{}\"]\n", nodes[*index].label()));
        }
        text.push_str("  end\n");
    }
    let needs = direct(&needs(module, &nodes));
    for (node, needed) in needs.iter().enumerate() {
        for before in needed {
            text.push_str(&format!("  n{before} --> n{node}\n"));
        }
    }
    text.push_str("```\n");
    text
}

/// Something that is created, and what merely adds to it.
struct Node<'a> {
    block: &'a WrittenBlock,
    /// Settings of it that are resources of their own, such as the policy of a bucket.
    parts: Vec<&'a WrittenBlock>,
}

impl Node<'_> {
    fn label(&self) -> String {
        let block = self.block;
        if block.kind == "module" {
            let text = |argument| block.text(argument).unwrap_or_default();
            return format!(
                "<b>{}</b><br/>{} {}",
                block.address(),
                text("source"),
                text("version")
            );
        }
        let own = stem(block);
        let parts = self.parts.iter().map(|part| {
            stem(part)
                .trim_start_matches(own)
                .trim_start_matches('_')
                .replace('_', " ")
        });
        let parts: BTreeSet<String> = parts.filter(|part| !part.is_empty()).collect();
        let more: String = parts.iter().map(|part| format!("<br/>{part}")).collect();
        format!("<b>{}</b>{more}", block.address())
    }

    fn is(&self, block: &WrittenBlock) -> bool {
        std::ptr::eq(self.block, block) || self.parts.iter().any(|part| std::ptr::eq(*part, block))
    }
}

/// The type without the version of the Kubernetes API.
fn stem(block: &WrittenBlock) -> &str {
    block.label().trim_end_matches("_v1")
}

fn nodes(module: &RootModule) -> Vec<Node<'_>> {
    let created = |block: &&WrittenBlock| {
        block.kind == "module" || block.kind == "resource" && !ORDER_ONLY.contains(&block.label())
    };
    let created: Vec<&WrittenBlock> = module.blocks.iter().filter(created).collect();
    let whole = |part: &&WrittenBlock| created.iter().copied().find(|whole| adds_to(part, whole));
    let (parts, wholes): (Vec<&WrittenBlock>, Vec<&WrittenBlock>) =
        created.iter().partition(|block| whole(block).is_some());
    let own = |block: &WrittenBlock| {
        parts
            .iter()
            .copied()
            .filter(|part| adds_to(part, block))
            .collect()
    };
    wholes
        .iter()
        .map(|block| Node {
            block,
            parts: own(block),
        })
        .collect()
}

/// Whether it is a setting of the other: in the same file, its type goes on where the other's ends, and it refers to it.
fn adds_to(part: &WrittenBlock, whole: &WrittenBlock) -> bool {
    let goes_on = stem(part)
        .strip_prefix(stem(whole))
        .is_some_and(|rest| rest.starts_with('_'));
    let same = part.kind == "resource" && whole.kind == "resource" && part.file == whole.file;
    same && goes_on
        && part
            .references
            .iter()
            .any(|reference| refers_to(reference, whole))
}

fn refers_to(reference: &Reference, block: &WrittenBlock) -> bool {
    let address = block.address();
    let mut parts = reference.parts.iter().map(String::as_str);
    address.split('.').all(|part| parts.next() == Some(part))
}

/// For each node the others that it needs.
fn needs(module: &RootModule, nodes: &[Node<'_>]) -> Vec<BTreeSet<usize>> {
    let of = |(index, node): (usize, &Node<'_>)| {
        let mut seen = BTreeSet::new();
        let mut waiting: Vec<&WrittenBlock> =
            node.parts.iter().copied().chain([node.block]).collect();
        let mut found = BTreeSet::new();
        while let Some(block) = waiting.pop() {
            if !seen.insert(block.address()) {
                continue;
            }
            for target in targets(module, block) {
                match nodes.iter().position(|node| node.is(target)) {
                    Some(other) => {
                        found.insert(other);
                    }
                    None => waiting.push(target),
                }
            }
        }
        found.remove(&index);
        found
    };
    nodes.iter().enumerate().map(of).collect()
}

/// The blocks that a block refers to and that matter here.
fn targets<'a>(
    module: &'a RootModule,
    block: &'a WrittenBlock,
) -> impl Iterator<Item = &'a WrittenBlock> {
    let matters = |block: &&WrittenBlock| {
        ["resource", "module"].contains(&block.kind.as_str())
            || PASSED_THROUGH.contains(&block.kind.as_str())
    };
    let references = block.references.iter();
    references.filter_map(move |reference| {
        module
            .blocks
            .iter()
            .filter(matters)
            .find(|block| refers_to(reference, block))
    })
}

/// Without the arrows that follow from others.
fn direct(needs: &[BTreeSet<usize>]) -> Vec<BTreeSet<usize>> {
    let follows = |node: &BTreeSet<usize>, before: usize| {
        node.iter()
            .any(|other| *other != before && reaches(needs, *other, before, 0))
    };
    needs
        .iter()
        .map(|node| {
            node.iter()
                .copied()
                .filter(|before| !follows(node, *before))
                .collect()
        })
        .collect()
}

fn reaches(needs: &[BTreeSet<usize>], from: usize, to: usize, depth: usize) -> bool {
    // Terraform refuses circles; a module that is wrong must not hang this.
    depth <= needs.len()
        && needs[from]
            .iter()
            .any(|next| *next == to || reaches(needs, *next, to, depth + 1))
}

#[cfg(test)]
mod tests {
    use super::draw;
    use crate::root_module::RootModule;

    #[test]
    fn arrows_lead_from_what_is_first_through_what_creates_nothing_itself() {
        let module = RootModule::of(
            "module \"net\" {\n  source = \"s\"\n  version = \"1\"\n}\n\
             locals {\n  id = module.net.id\n}\n\
             resource \"time_sleep\" \"w\" {\n  triggers = { id = local.id }\n}\n\
             resource \"a_bucket\" \"b\" {}\n\
             resource \"a_bucket_policy\" \"b\" {\n  bucket = a_bucket.b.id\n}\n\
             module \"app\" {\n  source = \"s\"\n  version = \"2\"\n  id = time_sleep.w.triggers\n  b = a_bucket_policy.b.id\n}\n\
             resource \"an_end\" \"e\" {\n  x = [module.app.y, module.net.z]\n}\n",
        );
        let expected = "```mermaid\nflowchart LR\n  subgraph f0[\"main.tf\"]\n    n0[\"<b>module.net</b><br/>s 1\"]\n    \
                        n1[\"<b>a_bucket.b</b><br/>policy\"]\n    n2[\"<b>module.app</b><br/>s 2\"]\n    \
                        n3[\"<b>an_end.e</b>\"]\n  end\n  n0 --> n2\n  n1 --> n2\n  n2 --> n3\n```\n";
        assert_eq!(draw(&module), expected);
    }
}
