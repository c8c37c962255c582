//! How failures are shown.

use crate::probe::Probe;

#[test]
fn by_hand_a_failure_says_what_and_how_to_fix_it() {
    let outcome = Probe::by_hand()
        .set("INPUT_DO", "fail")
        .set("INPUT_TEXT", "no such bucket")
        .run();
    assert_eq!(outcome.code, Some(3));
    assert_eq!(
        outcome.stderr,
        "error: Bucket refused: no such bucket\nhint: allow it\n"
    );
}

#[test]
fn under_actions_a_failure_is_one_annotation() {
    let outcome = Probe::in_actions()
        .set("INPUT_DO", "fail")
        .set("INPUT_TEXT", "100 %\n::error::no")
        .run();
    assert_eq!(
        outcome.stdout,
        "::error title=Bucket refused::100 %25%0A::error::no%0Ahint: allow it\n"
    );
}

#[test]
fn a_message_longer_than_an_annotation_is_also_shown_whole() {
    let outcome = Probe::in_actions()
        .set("INPUT_DO", "fail")
        .set("INPUT_TEXT", "x".repeat(5000))
        .run();
    assert!(outcome.stdout.starts_with(&"x".repeat(5000)));
    assert_eq!(outcome.commands()[0].data.chars().count(), 4096);
}

#[test]
fn a_panic_is_a_bug_and_its_text_is_inert() {
    let outcome = Probe::in_actions()
        .set("INPUT_DO", "panic")
        .set("INPUT_TEXT", "oops")
        .run();
    assert_eq!(outcome.code, Some(1));
    let [error] = &outcome.commands()[..] else {
        panic!("{}", outcome.stdout)
    };
    assert!(
        error.data.contains("oops") && error.data.contains("report it"),
        "{}",
        error.data
    );
}
