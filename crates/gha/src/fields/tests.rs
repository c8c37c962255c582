//! How inputs are merged and parsed.

use super::*;
use crate::failure::Exit;

const INPUTS: &[Input] = &[
    Input::new("mode", "").required(),
    Input::new("virtual-cluster-id", ""),
    Input::new("repeat", "").default("1"),
    Input::new("node-pools", ""),
    Input::new("properties", "").lines(),
    Input::new("token", "").secret(),
];

fn fields<const N: usize, const M: usize>(
    flags: [(&'static str, &str); N],
    variables: [(&str, &str); M],
) -> Fields {
    let flags = flags
        .into_iter()
        .map(|(name, value)| (name, value.to_owned()))
        .collect();
    Fields::merge(INPUTS, flags, &Environment::from(variables))
}

fn problems(fields: Fields) -> Vec<String> {
    fields
        .finish()
        .err()
        .map(|failure| failure.causes)
        .unwrap_or_default()
}

#[test]
fn a_flag_wins_over_the_variable_and_the_variable_over_the_default() {
    let both = [("INPUT_REPEAT", "2")];
    assert_eq!(
        fields([("repeat", "3")], both).optional::<u32>("repeat"),
        Some(3)
    );
    assert_eq!(fields([], both).optional::<u32>("repeat"), Some(2));
    assert_eq!(fields([], []).optional::<u32>("repeat"), Some(1));
}

#[test]
fn variable_names_keep_their_hyphens() {
    assert_eq!(
        fields([], [("INPUT_VIRTUAL-CLUSTER-ID", " abc ")])
            .text("virtual-cluster-id")
            .as_deref(),
        Some("abc")
    );
    assert_eq!(
        fields([], [("INPUT_VIRTUAL_CLUSTER_ID", "abc")]).text("virtual-cluster-id"),
        None
    );
}

#[test]
fn empty_means_unset() {
    assert_eq!(
        fields([("repeat", "")], [("INPUT_REPEAT", "  \n")]).optional::<u32>("repeat"),
        Some(1)
    );
    assert_eq!(
        fields([], [("INPUT_NODE-POOLS", "")]).boolean("node-pools"),
        None
    );
}

#[test]
fn booleans_are_those_of_yaml() {
    for (text, expected) in [
        ("true", Some(true)),
        ("True", Some(true)),
        ("TRUE", Some(true)),
        ("false", Some(false)),
        ("False", Some(false)),
        ("FALSE", Some(false)),
        ("yes", None),
        ("1", None),
        ("tRue", None),
    ] {
        let mut fields = fields([("node-pools", text)], []);
        assert_eq!(fields.boolean("node-pools"), expected, "{text}");
        assert_eq!(
            problems(fields).len(),
            usize::from(expected.is_none()),
            "{text}"
        );
    }
}

#[test]
fn lines_and_pairs_skip_empty_lines_and_name_bad_ones() {
    let mut fields = fields([("properties", "a=1\n\n  b = x=y \nnonsense\n=1")], []);
    assert_eq!(fields.lines("properties").len(), 4);
    let pairs = fields.pairs("properties");
    assert_eq!(
        pairs,
        [
            ("a".to_owned(), "1".to_owned()),
            ("b".to_owned(), "x=y".to_owned())
        ]
    );
    assert_eq!(problems(fields).len(), 2);
}

#[test]
fn all_problems_are_reported_together() {
    let mut fields = fields([("repeat", "many"), ("node-pools", "maybe")], []);
    assert_eq!(fields.required::<String>("mode"), None);
    assert_eq!(fields.optional::<u32>("repeat"), None);
    assert_eq!(fields.boolean("node-pools"), None);
    fields.problem("token", "needs `virtual-cluster-id` as well");
    let Err(failure) = fields.finish() else {
        panic!("four problems, but no failure")
    };
    assert_eq!(failure.exit, Exit::BadInputs);
    assert_eq!(
        failure.causes,
        [
            "`mode`: is required; pass `--mode <VALUE>`",
            "`repeat`: `many`: invalid digit found in string",
            "`node-pools`: `maybe`: expected `true` or `false`",
            "`token`: needs `virtual-cluster-id` as well",
        ]
    );
}

#[test]
fn a_bad_secret_is_not_quoted() {
    let mut fields = fields([("token", "hunter2")], []);
    assert_eq!(fields.optional::<u32>("token"), None);
    assert!(!format!("{fields:?}").contains("hunter2"));
    assert!(!problems(fields).concat().contains("hunter2"));
}

#[test]
fn reading_an_undeclared_input_is_a_bug() {
    let mut fields = fields([], []);
    assert_eq!(fields.required::<String>("modus"), None);
    assert_eq!(
        fields.finish().map_err(|failure| failure.exit),
        Err(Exit::Bug)
    );
}

#[test]
fn a_long_value_is_cut_in_messages() {
    let long = "x".repeat(5000);
    let mut fields = fields([("repeat", long.as_str())], []);
    assert_eq!(fields.optional::<u32>("repeat"), None);
    assert!(problems(fields).concat().len() < 400);
}
