//! Tables of a Terraform module's variables and outputs, from its own blocks.

use super::tables::cell;
use crate::root_module::{RootModule, WrittenBlock};

/// One row for each variable.
pub(super) fn variables(module: &RootModule) -> String {
    let rows = module.of_kind("variable").map(|block| {
        let default = block
            .argument("default")
            .map(|value| one_line(&value.to_string()));
        let default = default.map_or("**required**".into(), |default| match default.as_str() {
            "null" => String::new(),
            default => format!("`{}`", cell(default)),
        });
        let kind = block
            .argument("type")
            .map(|value| one_line(&value.to_string()));
        format!(
            "| `{}` | {} | {} | {} |\n",
            block.label(),
            cell(&kind.unwrap_or_default()),
            default,
            cell(description(block))
        )
    });
    let head = "| variable | type | default | meaning |\n|----------|------|---------|---------|\n";
    std::iter::once(head.to_owned()).chain(rows).collect()
}

/// One row for each output.
pub(super) fn outputs(module: &RootModule) -> String {
    let rows = module
        .of_kind("output")
        .map(|block| format!("| `{}` | {} |\n", block.label(), cell(description(block))));
    let head = "| output | meaning |\n|--------|---------|\n";
    std::iter::once(head.to_owned()).chain(rows).collect()
}

fn description(block: &WrittenBlock) -> &str {
    block.text("description").unwrap_or_default()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use crate::root_module::RootModule;

    #[test]
    fn a_row_says_name_type_default_and_meaning() {
        let module = RootModule::of(
            "variable \"a\" {\n  description = \"x | y\"\n  type = map(\n    string)\n  default = { k = \"v\" }\n}\n\
             variable \"b\" {\n  description = \"B\"\n  type = string\n}\n\
             variable \"c\" {\n  description = \"C\"\n  type = string\n  default = null\n}\n\
             output \"o\" {\n  description = \"O\"\n  value = var.a\n}\n",
        );
        let table = super::variables(&module);
        for row in [
            "| `a` | map( string) | `{ k = \"v\" }` | x \\| y |",
            "| `b` | string | **required** | B |",
            "| `c` | string |  | C |",
        ] {
            assert!(table.contains(row), "{table}");
        }
        assert!(super::outputs(&module).ends_with("|---------|\n| `o` | O |\n"));
    }
}
