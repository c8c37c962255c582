//! A difference as a part of the verdict's sentence. Pure.

use super::Verdict;
use crate::{
    difference::{Change, Difference},
    metric::MetricId,
    number::{number, percent, seconds},
};

/// What DRA used, in executor-seconds.
pub(super) fn used(difference: &Difference) -> String {
    let Difference { from, to, .. } = *difference;
    match difference.change {
        Change::Same => "used about as many executor-seconds".to_owned(),
        Change::Less => format!("used {} fewer executor-seconds", percent(1.0 - to / from)),
        Change::More if to < 2.0 * from => {
            format!("used {} more executor-seconds", percent(to / from - 1.0))
        }
        Change::More if from <= 0.0 => format!(
            "used {} executor-seconds where static used none",
            number(to, 0)
        ),
        Change::More => format!(
            "used {} times as many executor-seconds",
            number(to / from, 1)
        ),
    }
}

/// How long DRA took.
pub(super) fn took(difference: &Difference, duration: MetricId) -> String {
    let whose = match duration {
        MetricId::ApplicationDuration => "its application ",
        _ => "",
    };
    format!("{whose}{}", took_by(difference))
}

fn took_by(difference: &Difference) -> String {
    let Difference { from, to, .. } = *difference;
    match difference.change {
        Change::Same => "took about as long".to_owned(),
        Change::Less => format!("took {} less time", percent(1.0 - to / from)),
        Change::More if to < 2.0 * from => {
            format!("took {} longer", percent(to / from - 1.0))
        }
        Change::More if from <= 0.0 => {
            format!("took {} where static took no time", seconds(to))
        }
        Change::More => format!("took {} times as long", number(to / from, 1)),
    }
}

/// What DRA cost, to stand between what it used and how long it took. Empty without a difference.
pub(super) fn cost(difference: &Difference) -> String {
    let Difference { from, to, .. } = *difference;
    match difference.change {
        Change::Less => format!(", cost {} less", percent(1.0 - to / from)),
        Change::More if from > 0.0 && to < 2.0 * from => {
            format!(", cost {} more", percent(to / from - 1.0))
        }
        Change::More if from > 0.0 => format!(", cost {} times as much", number(to / from, 1)),
        Change::More | Change::Same => String::new(),
    }
}

/// Which variant to take.
pub(super) fn recommendation(verdict: Verdict, used: Change) -> &'static str {
    match (verdict, used) {
        (Verdict::Better, _) => "Better: take DRA.",
        (Verdict::Worse, _) => "Worse: stay with static.",
        (Verdict::Mixed, Change::Less) => {
            "Mixed: take DRA where what a run uses matters more than its time, static where the time does."
        }
        (Verdict::Mixed, _) => {
            "Mixed: take DRA where the time matters more than what a run uses, static where that does."
        }
        (Verdict::CannotTell, _) => "Cannot tell: these runs give no reason to change.",
        (Verdict::NotComparable, _) => "",
    }
}
