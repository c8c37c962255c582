//! Policies against the origin's comparison.

use crate::{
    policy::{Checked, Outcome, check},
    tests::{compared, origin},
};

fn checked(conditions: &[&str]) -> Vec<Checked> {
    let (fixed, dra) = origin();
    let conditions: Vec<_> = conditions
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
    check(&conditions, &compared(fixed, dra))
}

#[test]
fn origin_breaks_what_it_exceeds() {
    for (condition, outcome, because) in [
        (
            "dra slower than 20 %",
            Outcome::Broken,
            "▲ 55 s slower (+31 %)",
        ),
        (
            "dra slower than 40 %",
            Outcome::Kept,
            "▲ 55 s slower (+31 %)",
        ),
        (
            "dra slower than 60 s",
            Outcome::Kept,
            "job duration 175 s with static, 230 s with DRA",
        ),
        ("dra slower", Outcome::Broken, "slower"),
        ("executor-seconds more", Outcome::Kept, "fewer"),
        ("peak-executors less than 10", Outcome::Broken, "▼ 11 fewer"),
        // +5 % of single runs is no difference.
        ("node-seconds more", Outcome::Kept, "which may be chance"),
        ("mixed", Outcome::Broken, "the verdict is mixed"),
        ("worse", Outcome::Kept, "the verdict is mixed"),
        (
            "dra costs more",
            Outcome::Unknown,
            "cannot be checked: the cost is not known",
        ),
    ] {
        let checked = checked(&[condition]).remove(0);
        assert_eq!(checked.outcome, outcome, "{checked:?}");
        assert!(
            checked.because.contains(because),
            "{because} in {checked:?}"
        );
    }
}

#[test]
fn runs_that_cannot_be_compared_do_not_keep_a_policy() {
    let (fixed, mut dra) = origin();
    dra.record.as_mut().unwrap().job_run.state = "FAILED".to_owned();
    let report = compared(fixed, dra);
    for condition in ["dra slower than 20 %", "worse", "mixed", "cannot tell"] {
        let checked = check(&[condition.parse().unwrap()], &report).remove(0);
        assert_eq!(checked.outcome, Outcome::Unknown, "{checked:?}");
        assert_eq!(
            checked.because,
            "cannot be checked: the runs cannot be compared"
        );
    }
    let checked = check(&["not comparable".parse().unwrap()], &report).remove(0);
    assert_eq!(checked.outcome, Outcome::Broken);
}
