//! What a program does by hand besides its action.

use crate::probe::Probe;
use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

fn print() -> Probe {
    Probe::by_hand().argument("print")
}

#[test]
fn a_command_prints_documents_and_nothing_else_on_standard_output() {
    let outcome = print().argument("a").argument("b").run();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(outcome.stdout, "plain: a\nplain: b\n");
    assert_eq!(outcome.stderr, "warning: Printing: this is no document\n");
}

#[test]
fn in_a_workflow_the_log_of_a_command_leaves_standard_output_to_the_documents() {
    let probe = Probe::in_actions().argument("print");
    let outcome = probe.argument("a").run();
    assert_eq!(outcome.stdout, "plain: a\n");
    assert_eq!(
        outcome.stderr,
        "::warning title=Printing::this is no document\n"
    );
}

#[test]
fn inputs_of_a_step_are_nothing_to_a_command() {
    let probe = Probe::in_actions()
        .set("INPUT_FORMAT", "shiny")
        .set("INPUT_REPEAT", "many");
    let outcome = probe.argument("print").argument("a").run();
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (Some(0), "plain: a\n")
    );
}

#[test]
fn bad_flags_and_missing_arguments_are_bad_inputs() {
    let outcome = print().argument("a").argument("--repeat=many").run();
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome.stderr.contains("`repeat`: `many`"),
        "{}",
        outcome.stderr
    );
    let outcome = print().run();
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("<TEXT>..."), "{}", outcome.stderr);
}

#[test]
fn a_reader_that_has_read_enough_ends_a_command_quietly() {
    let mut probe = print().argument("--repeat=1000000").argument("a");
    let command = probe.command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut first = String::new();
    let stdout = child.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut first).unwrap();
    assert_eq!(first, "plain: a\n");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, "warning: Printing: this is no document\n");
}
