//! What people and the other actions rely on: variables with types and descriptions, and the outputs of the contract.

use super::BUNDLED;
use crate::root_module::{RootModule, WrittenBlock};

/// The outputs that provision-infra asks of a root module; its README lists them.
const OUTPUTS: [&str; 7] = [
    "bucket",
    "cluster_name",
    "job_execution_role_arn",
    "namespace",
    "node_role_name",
    "region",
    "virtual_cluster_id",
];

/// The faults of the module in `folder`.
pub(super) fn check(module: &RootModule, folder: &str) -> Vec<String> {
    let undescribed = |block: &WrittenBlock| {
        let described = block
            .text("description")
            .is_some_and(|text| text.trim().ends_with(['.', '`']));
        (!described).then(|| {
            format!(
                "{}: `{}` has no description that is a sentence",
                block.place(),
                block.address()
            )
        })
    };
    let untyped = |block: &WrittenBlock| {
        let typed = block.body.has_attribute("type");
        (!typed).then(|| format!("{}: `{}` has no type", block.place(), block.address()))
    };
    let variables = module
        .of_kind("variable")
        .flat_map(|block| undescribed(block).into_iter().chain(untyped(block)));
    let outputs = module.of_kind("output").filter_map(undescribed);
    let sensitive = module
        .of_kind("output")
        .filter(|block| block.body.has_attribute("sensitive"));
    let sensitive = sensitive.map(|block| {
        format!(
            "{}: an output of the contract cannot be sensitive",
            block.place()
        )
    });
    let asked = OUTPUTS.iter().filter(|_| folder == BUNDLED);
    let missing = asked.filter(|name| !module.has("output", &[name]));
    let missing = missing.map(|name| format!("{folder}: has no output `{name}`"));
    variables
        .chain(outputs)
        .chain(sensitive)
        .chain(missing)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{BUNDLED, OUTPUTS, check};
    use crate::root_module::RootModule;

    fn good() -> String {
        let outputs = OUTPUTS
            .map(|name| format!("output \"{name}\" {{\n  description = \"D.\"\n  value = 1\n}}\n"));
        format!(
            "variable \"v\" {{\n  description = \"A v.\"\n  type = string\n}}\n{}",
            outputs.concat()
        )
    }

    #[test]
    fn a_module_with_all_outputs_and_descriptions_passes() {
        assert_eq!(
            check(&RootModule::of(&good()), BUNDLED),
            Vec::<String>::new()
        );
    }

    #[test]
    fn what_is_missing_is_found() {
        for (right, wrong, fault) in [
            ("\"bucket\"", "\"bukket\"", "has no output `bucket`"),
            (
                "  description = \"A v.\"\n",
                "",
                "`var.v` has no description",
            ),
            ("\"A v.\"", "\"\"", "`var.v` has no description"),
            ("  type = string\n", "", "`var.v` has no type"),
            ("\"D.\"", "\"D\"", "`output.bucket` has no description"),
            (
                "  value = 1\n",
                "  value = 1\n  sensitive = true\n",
                "cannot be sensitive",
            ),
        ] {
            let faults = check(&RootModule::of(&good().replacen(right, wrong, 1)), BUNDLED);
            assert_eq!(faults.len(), 1, "{wrong}: {faults:?}");
            assert!(faults[0].contains(fault), "{faults:?}");
        }
        // Another module has no contract.
        let other = RootModule::of("output \"o\" {\n  description = \"O.\"\n}\n");
        assert_eq!(check(&other, "elsewhere"), Vec::<String>::new());
    }
}
