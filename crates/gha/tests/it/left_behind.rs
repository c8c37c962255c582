//! What a step leaves for later steps: outputs, state, summary.

use crate::probe::Probe;

const HOSTILE: &str = "first\nanswer=forged\nPATH<<X\n/evil\nX\n\nghadelimiter_\nlast";

#[test]
fn a_multi_line_output_arrives_whole_and_forges_nothing() {
    let outcome = Probe::in_actions()
        .set("INPUT_DO", "outputs")
        .set("INPUT_TEXT", HOSTILE)
        .run();
    assert_eq!(outcome.code, Some(0));
    let expected = [("text", HOSTILE), ("answer", "42")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(outcome.entries("output"), expected);
    assert_eq!(outcome.stdout, "");
}

#[test]
fn by_hand_outputs_are_printed_at_the_end() {
    let outcome = Probe::by_hand()
        .set("INPUT_DO", "outputs")
        .set("INPUT_TEXT", "hello")
        .run();
    assert_eq!(outcome.stdout, "text=hello\nanswer=42\n");
    assert_eq!(outcome.stderr, "");
}

#[test]
fn outputs_written_before_a_failure_count() {
    let outcome = Probe::in_actions().set("INPUT_DO", "fail").run();
    assert_eq!(outcome.code, Some(3));
    assert_eq!(outcome.entries("output")[0].1, "written before the failure");
    let outcome = Probe::by_hand().set("INPUT_DO", "fail").run();
    assert_eq!(outcome.stdout, "answer=written before the failure\n");
}

#[test]
fn an_undeclared_output_is_a_bug() {
    let outcome = Probe::by_hand().set("INPUT_DO", "undeclared").run();
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.stderr.contains("output `else`"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn an_output_file_that_cannot_be_written_fails_the_step() {
    let outcome = Probe::in_actions()
        .set("INPUT_DO", "outputs")
        .set("GITHUB_OUTPUT", "/does/not/exist")
        .run();
    assert_eq!(outcome.code, Some(3));
    assert!(
        outcome.stdout.contains("/does/not/exist"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn state_is_saved_for_and_read_by_the_post_part() {
    let outcome = Probe::in_actions()
        .set("INPUT_DO", "state")
        .set("INPUT_TEXT", "a\nb=c")
        .run();
    assert_eq!(
        outcome.entries("state"),
        [("jobRun".to_owned(), "a\nb=c".to_owned())]
    );
    assert_eq!(outcome.entries("output")[0].1, "");

    let outcome = Probe::in_actions()
        .set("INPUT_DO", "state")
        .set("STATE_jobRun", "0001")
        .run();
    assert_eq!(outcome.entries("output")[0].1, "0001");
}

#[test]
fn the_summary_is_appended_to() {
    let probe = Probe::in_actions()
        .set("INPUT_DO", "summary")
        .set("INPUT_TEXT", "second");
    let outcome = probe.file("GITHUB_STEP_SUMMARY", "first\n").run();
    assert_eq!(outcome.code, Some(0));
    assert_eq!(outcome.text("GITHUB_STEP_SUMMARY"), "first\nsecond\n");
}

#[test]
fn a_summary_that_is_too_long_says_so() {
    let probe = Probe::in_actions()
        .set("INPUT_DO", "summary")
        .set("INPUT_TEXT", "second");
    let outcome = probe
        .file("GITHUB_STEP_SUMMARY", &"x".repeat(1024 * 1024 - 300))
        .run();
    assert_eq!(outcome.code, Some(0));
    assert!(outcome.text("GITHUB_STEP_SUMMARY").contains("left out"));
    assert_eq!(outcome.commands()[0].name, "warning");
}
