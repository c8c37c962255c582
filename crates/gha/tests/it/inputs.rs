//! How inputs reach an action.

use crate::probe::Probe;

#[test]
fn hyphens_in_names_stay_in_the_variable() {
    let outcome = Probe::in_actions()
        .set("INPUT_DO", "inputs")
        .set("INPUT_VIRTUAL-CLUSTER-ID", " abc\n")
        .set("INPUT_NODE-POOLS", "FALSE")
        .run();
    assert_eq!(
        outcome.entries("output"),
        [("answer".to_owned(), "nothing abc 1 false".to_owned())]
    );
}

#[test]
fn empty_variables_count_as_unset() {
    let outcome = Probe::in_actions()
        .set("INPUT_DO", "inputs")
        .set("INPUT_TEXT", "")
        .set("INPUT_REPEAT", "")
        .set("INPUT_NODE-POOLS", "")
        .set("INPUT_VIRTUAL-CLUSTER-ID", "")
        .run();
    assert_eq!(
        outcome.entries("output"),
        [("answer".to_owned(), "nothing  1 true".to_owned())]
    );
}

#[test]
fn a_flag_wins_over_the_variable() {
    let probe = Probe::by_hand()
        .set("INPUT_DO", "panic")
        .set("INPUT_REPEAT", "2");
    let outcome = probe
        .argument("--do=inputs")
        .argument("--repeat")
        .argument("3")
        .run();
    assert_eq!(outcome.stdout, "answer=nothing  3 true\n");
}

#[test]
fn all_bad_inputs_are_reported_together() {
    let bad = |probe: Probe| {
        probe
            .set("INPUT_REPEAT", "many")
            .set("INPUT_NODE-POOLS", "yes")
            .run()
    };

    let outcome = bad(Probe::by_hand());
    assert_eq!(outcome.code, Some(2));
    assert_eq!(
        outcome.stderr,
        "error: Bad inputs: 3 inputs cannot be used\n\
        \x20 `do`: is required; pass `--do <VALUE>`\n\
        \x20 `repeat`: `many`: invalid digit found in string\n\
        \x20 `node-pools`: `yes`: expected `true` or `false`\n"
    );

    let outcome = bad(Probe::in_actions());
    assert_eq!(outcome.code, Some(2));
    let [error] = &outcome.commands()[..] else {
        panic!("{}", outcome.stdout)
    };
    assert_eq!(
        (error.name.as_str(), error.properties.as_str()),
        ("error", "title=Bad inputs")
    );
    assert_eq!(error.data.lines().count(), 4, "{}", error.data);
    assert!(
        error.data.contains("set it under `with:`"),
        "{}",
        error.data
    );
}

#[test]
fn an_unknown_flag_is_a_bad_input() {
    let outcome = Probe::by_hand().argument("--modus").argument("dra").run();
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("--modus"), "{}", outcome.stderr);
}

#[test]
fn help_and_version_need_no_inputs() {
    let help = Probe::by_hand()
        .argument("--help")
        .set("INPUT_TOKEN", "hunter2")
        .run();
    assert_eq!(help.code, Some(0));
    assert!(
        help.stdout.contains("--virtual-cluster-id <VALUE>"),
        "{}",
        help.stdout
    );
    assert!(
        !help.stdout.contains("describe") && !help.stdout.contains("hunter2"),
        "{}",
        help.stdout
    );

    let version = Probe::by_hand().argument("--version").run();
    assert_eq!(
        version.stdout,
        format!("probe {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn the_declaration_can_be_read_by_programs() {
    let outcome = Probe::by_hand().argument("--describe").run();
    assert_eq!(outcome.code, Some(0));
    let described: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(described["name"], "probe");
    assert_eq!(described["inputs"][0]["required"], true);
    assert_eq!(described["inputs"][3]["default"], "1");
    assert_eq!(described["inputs"][5]["secret"], true);
    assert_eq!(described["outputs"][1]["name"], "answer");
}

#[test]
fn the_event_is_read_from_its_file() {
    let probe = Probe::in_actions()
        .set("INPUT_DO", "context")
        .set("GITHUB_REPOSITORY", "o/r");
    let outcome = probe.file("GITHUB_EVENT_PATH", r#"{"number": 7}"#).run();
    assert_eq!(outcome.entries("output")[0].1, r#"Some("o/r") Some(7)"#);
}

#[test]
fn a_damaged_event_file_is_said_in_words() {
    let probe = Probe::in_actions().set("INPUT_DO", "context");
    let outcome = probe.file("GITHUB_EVENT_PATH", "{").run();
    assert_eq!(outcome.code, Some(0));
    let commands = outcome.commands();
    assert_eq!(commands[0].name, "warning");
    assert!(
        commands[0].data.contains("the event is unknown"),
        "{:?}",
        commands[0]
    );
}
