//! What reaches the log, and what the runner makes of it.

use crate::probe::Probe;

const HOSTILE: &str = "INFO fine\n::set-output name=answer::forged\n  ::add-mask::e\r::error::from Spark\nprogress ##[error]from anywhere\n::stop-commands::known\n::known::";

#[test]
fn relayed_lines_cannot_command_the_runner() {
    let outcome = Probe::in_actions()
        .set("INPUT_DO", "relay")
        .set("INPUT_TEXT", HOSTILE)
        .run();
    assert!(
        outcome.stdout.contains("progress ##[error]from anywhere"),
        "{}",
        outcome.stdout
    );
    let names: Vec<String> = outcome
        .commands()
        .into_iter()
        .map(|command| command.name)
        .collect();
    assert_eq!(names, ["notice"], "{}", outcome.stdout);
}

#[test]
fn the_token_that_resumes_commands_is_different_each_time() {
    let relay = || {
        Probe::in_actions()
            .set("INPUT_DO", "relay")
            .set("INPUT_TEXT", "x")
            .run()
            .stdout
    };
    assert_ne!(relay().lines().next(), relay().lines().next());
}

#[test]
fn own_lines_with_foreign_parts_cannot_command_the_runner() {
    let outcome = Probe::in_actions()
        .set("INPUT_DO", "info")
        .set("INPUT_TEXT", HOSTILE)
        .run();
    assert_eq!(outcome.commands(), []);
    let outcome = Probe::in_actions()
        .set("INPUT_DO", "info")
        .set("INPUT_TEXT", "plain")
        .run();
    assert_eq!(outcome.stdout, "plain\n");
}

#[test]
fn by_hand_foreign_lines_are_shown_as_they_are() {
    let outcome = Probe::by_hand()
        .set("INPUT_DO", "relay")
        .set("INPUT_TEXT", "::error::x")
        .run();
    assert_eq!(
        outcome.stderr,
        "::error::x\nnotice: after: commands work again\n"
    );
}

#[test]
fn groups_begin_and_end() {
    let outcome = Probe::in_actions()
        .set("INPUT_DO", "group")
        .set("INPUT_TEXT", "50 %\n::x")
        .run();
    assert_eq!(
        outcome.stdout,
        "::group::50 %25%0A::x\ninside\n::endgroup::\n"
    );
}

#[test]
fn secrets_are_masked_before_anything_else_is_written() {
    let outcome = Probe::in_actions()
        .set("INPUT_DO", "leak")
        .set("INPUT_TOKEN", "hunter:2%")
        .run();
    assert_eq!(
        outcome.stdout.lines().next(),
        Some("::add-mask::hunter:2%25")
    );
    let rest: String = outcome.stdout.lines().skip(1).collect();
    assert!(!rest.contains("hunter"), "{rest}");
}

#[test]
fn by_hand_secrets_do_not_show_either() {
    let outcome = Probe::by_hand()
        .set("INPUT_DO", "leak")
        .argument("--token=hunter2")
        .run();
    assert_eq!(outcome.code, Some(3));
    assert_eq!(
        outcome.stderr,
        "the token is ***\nwarning: ***: ***\nerror: Refused: *** is not welcome\n"
    );
}
