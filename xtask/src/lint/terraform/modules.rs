//! Modules of the registry: their versions are pinned, and what is passed to them are variables of just these versions.
//! The names stand in `fixtures/terraform-registry`, because there may be no network where this runs.

use std::collections::BTreeMap;

use hcl_edit::expr::Expression;
use serde::Deserialize;

use super::providers::keys;
use super::resources;
use crate::problem::{Problem, Result, WhileDoing as _};
use crate::root_module::{RootModule, WrittenBlock};
use crate::tidy::tracked::TrackedFile;

const FOLDER: &str = "fixtures/terraform-registry/";
/// What every module block may have.
const META_ARGUMENTS: [&str; 6] = [
    "source",
    "version",
    "count",
    "for_each",
    "providers",
    "depends_on",
];

/// The names of a module at one version.
#[derive(Debug, Deserialize)]
pub(super) struct Facts {
    pub(super) source: String,
    pub(super) version: String,
    /// Variables without a default.
    pub(super) required: Vec<String>,
    pub(super) optional: Vec<String>,
    pub(super) outputs: Vec<String>,
    /// The attributes of variables that are an object.
    #[serde(default)]
    pub(super) objects: BTreeMap<String, Vec<String>>,
    /// The attributes of the items of variables that are a map or list of objects.
    #[serde(default)]
    pub(super) collections: BTreeMap<String, Vec<String>>,
}

/// All that is known.
pub(super) fn facts(files: &[TrackedFile]) -> Result<Vec<Facts>> {
    let own = |file: &&TrackedFile| {
        file.path.starts_with(FOLDER)
            && file.path.ends_with(".json")
            && file.path != resources::FILE
    };
    let read = |file: &TrackedFile| {
        serde_json::from_str(&file.text).while_doing(|| format!("read `{}`", file.path))
    };
    let facts: Vec<Facts> = files.iter().filter(own).map(read).collect::<Result<_>>()?;
    if facts.is_empty() {
        return Err(Problem::new(format!(
            "there is nothing in {FOLDER}: no module would be checked"
        )));
    }
    Ok(facts)
}

/// What is known of the module that a block uses.
pub(super) fn of_block<'a>(block: &WrittenBlock, facts: &'a [Facts]) -> Option<&'a Facts> {
    let (source, version) = (block.text("source")?, block.text("version")?);
    facts
        .iter()
        .find(|known| known.source == source && known.version == version)
}

/// The faults of every module block.
pub(super) fn check(module: &RootModule, facts: &[Facts]) -> Vec<String> {
    module
        .of_kind("module")
        .flat_map(|block| check_block(block, facts))
        .collect()
}

fn check_block(block: &WrittenBlock, facts: &[Facts]) -> Vec<String> {
    let fault = |what: String| format!("{}: {}: {what}", block.place(), block.address());
    let version = block.text("version").unwrap_or_default();
    if !is_exact(version) {
        return vec![fault(format!(
            "version `{version}` is not one exact version"
        ))];
    }
    let Some(known) = of_block(block, facts) else {
        let source = block.text("source").unwrap_or_default();
        return vec![fault(format!(
            "the names of {source} {version} are not in {FOLDER}; add the version to make.py and run it"
        ))];
    };
    let given = || {
        block
            .body
            .attributes()
            .map(|attribute| attribute.key.as_str())
    };
    let unknown = given()
        .filter(|name| !META_ARGUMENTS.contains(name))
        .filter(|name| {
            !known
                .required
                .iter()
                .chain(&known.optional)
                .any(|known| known == name)
        })
        .map(|name| {
            fault(format!(
                "`{name}` is no variable of {} {version}",
                known.source
            ))
        });
    let missing = known
        .required
        .iter()
        .filter(|name| !given().any(|given| given == name.as_str()))
        .map(|name| fault(format!("{} {version} needs `{name}`", known.source)));
    let blocks = block
        .body
        .blocks()
        .map(|inner| fault(format!("a module has no block `{}`", inner.ident.as_str())));
    let dropped =
        dropped(block, known).map(|what| fault(format!("{what} in {} {version}", known.source)));
    unknown
        .chain(missing)
        .chain(blocks)
        .chain(dropped)
        .collect()
}

/// Attributes that the type of an input does not have. Terraform drops them without a word.
fn dropped(block: &WrittenBlock, known: &Facts) -> impl Iterator<Item = String> {
    block.body.attributes().flat_map(|attribute| {
        let name = attribute.key.as_str();
        let of_one = known
            .objects
            .get(name)
            .map(|allowed| (allowed, vec![&attribute.value]));
        let of_many = known
            .collections
            .get(name)
            .map(|allowed| (allowed, items(&attribute.value)));
        let objects = of_one.into_iter().chain(of_many);
        let found = objects.flat_map(move |(allowed, values)| {
            let keys = values
                .into_iter()
                .filter_map(Expression::as_object)
                .flat_map(keys);
            keys.filter(|key| !allowed.contains(key))
                .map(move |key| format!("`{name}` has no attribute `{key}`"))
        });
        found.collect::<Vec<_>>()
    })
}

/// What a map or list consists of, as far as it is written out.
fn items(value: &Expression) -> Vec<&Expression> {
    match value {
        Expression::Object(object) => object.iter().map(|(_, value)| value.expr()).collect(),
        Expression::Array(array) => array.iter().collect(),
        Expression::ForExpr(each) => vec![&each.value_expr],
        _ => Vec::new(),
    }
}

fn is_exact(version: &str) -> bool {
    let parts: Vec<&str> = version.split('.').collect();
    let number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.len() == 3 && parts.iter().all(number)
}

#[cfg(test)]
mod tests {
    use super::{Facts, check};
    use crate::root_module::RootModule;

    const GOOD: &str = "module \"m\" {\n  source = \"x/m/a\"\n  version = \"1.0.0\"\n  name = 1\n  size = 2\n  depends_on = []\n}\n";

    fn faults(text: &str) -> Vec<String> {
        let facts = [Facts {
            source: "x/m/a".into(),
            version: "1.0.0".into(),
            required: vec!["name".into()],
            optional: ["size", "one", "many"].map(Into::into).into(),
            outputs: vec![],
            objects: [("one".into(), vec!["a".into()])].into(),
            collections: [("many".into(), vec!["a".into()])].into(),
        }];
        check(&RootModule::of(text), &facts)
    }

    #[test]
    fn a_pinned_module_with_its_own_variables_passes() {
        assert_eq!(faults(GOOD), Vec::<String>::new());
    }

    #[test]
    fn attributes_that_would_be_dropped_are_found() {
        for (given, fault) in [
            ("one = { a = 1 }", None),
            ("one = { b = 1 }", Some("`one` has no attribute `b`")),
            ("many = { x = { a = 1 } }", None),
            (
                "many = { x = { b = 1 } }",
                Some("`many` has no attribute `b`"),
            ),
            (
                "many = [{ \"b\" = 1 }]",
                Some("`many` has no attribute `b`"),
            ),
            (
                "many = { for k, v in var.v : k => { b = 1 } }",
                Some("`many` has no attribute `b`"),
            ),
            ("many = local.elsewhere", None),
        ] {
            let faults = faults(&GOOD.replace("size = 2", given));
            assert_eq!(
                faults.len(),
                usize::from(fault.is_some()),
                "{given}: {faults:?}"
            );
            assert!(
                fault.is_none_or(|fault| faults[0].contains(fault)),
                "{faults:?}"
            );
        }
    }

    #[test]
    fn what_the_pinned_version_does_not_know_is_found() {
        for (right, wrong, said) in [
            (
                "size =",
                "cluster_size =",
                "`cluster_size` is no variable of x/m/a 1.0.0",
            ),
            ("  name = 1\n", "", "x/m/a 1.0.0 needs `name`"),
            (
                "\"1.0.0\"",
                "\"~> 1.0\"",
                "version `~> 1.0` is not one exact version",
            ),
            (
                "  version = \"1.0.0\"\n",
                "",
                "version `` is not one exact version",
            ),
            (
                "\"1.0.0\"",
                "\"1.0.1\"",
                "the names of x/m/a 1.0.1 are not in fixtures/terraform-registry/",
            ),
            (
                "  size = 2\n",
                "  size {}\n",
                "a module has no block `size`",
            ),
        ] {
            let faults = faults(&GOOD.replace(right, wrong));
            assert_eq!(faults.len(), 1, "{wrong}: {faults:?}");
            assert!(
                faults[0].starts_with(&format!("main.tf:1: module.m: {said}")),
                "{faults:?}"
            );
        }
    }
}
