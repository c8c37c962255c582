//! How sure a verdict is, in words. Pure.

use super::Axis;
use crate::{
    difference::{CHANCE, Change, ENOUGH_RUNS, NEGLIGIBLE},
    number::{number, percent, signed},
    statistics::CONFIDENCE,
};

/// More runs than this are not asked for by number.
const MOST_RUNS: usize = 30;

/// What the runs prove of both axes, and what more runs would.
pub(super) fn certainty(fixed: usize, dra: usize, axes: &[Axis; 2]) -> String {
    let said = if fixed.min(dra) == 1 {
        single(axes)
    } else {
        repeated(axes)
    };
    let runs = match (fixed, dra) {
        (1, 1) => "One run of each variant proves little: ".to_owned(),
        (f, d) if f == d => format!("Medians of {f} runs of each variant: "),
        (f, 1) => format!("{f} static runs and one DRA run: "),
        (1, d) => format!("One static run and {d} DRA runs: "),
        (f, d) => format!("Medians of {f} static and {d} DRA runs: "),
    };
    let advice = if fixed.min(dra) < ENOUGH_RUNS {
        " Three interleaved runs of each would tell more."
    } else {
        ""
    };
    format!("{runs}{}{advice}", sentences(said))
}

/// The first sentence goes on after a colon, the others begin anew.
fn sentences(said: Vec<String>) -> String {
    let begin = |(place, sentence): (usize, String)| {
        let mut letters = sentence.chars();
        match letters.next() {
            Some(first) if place > 0 => first.to_uppercase().chain(letters).collect(),
            _ => sentence,
        }
    };
    let all: Vec<String> = said.into_iter().enumerate().map(begin).collect();
    all.join(" ")
}

fn is_doubtful(axis: &Axis) -> bool {
    axis.difference.change == Change::Same || !axis.difference.clear
}

/// At least one side has a single run.
fn single(axes: &[Axis; 2]) -> Vec<String> {
    if !axes.iter().any(is_doubtful) {
        return vec!["the direction is clear, the size is not.".to_owned()];
    }
    let sure = axes.iter().filter(|axis| !is_doubtful(axis)).map(|axis| {
        let change = axis.change_in_words();
        format!(
            "the direction of the {} ({change}) is clear, the size is not.",
            axis.name
        )
    });
    let unsure = axes.iter().filter(|axis| is_doubtful(axis)).map(|axis| {
        let change = axis.change_in_words();
        match axis.difference.change {
            Change::Same => format!(
                "the difference in {} ({change}) cannot be told from chance (below {}).",
                axis.name,
                percent(CHANCE)
            ),
            _ => format!(
                "the difference in {} ({change}) may still be chance.",
                axis.name
            ),
        }
    });
    sure.chain(unsure).collect()
}

/// Both sides have repeats, so there are intervals.
fn repeated(axes: &[Axis; 2]) -> Vec<String> {
    let mut said: Vec<String> = axes.iter().map(of_interval).collect();
    let by_chance = axes.iter().filter_map(|axis| axis.by_chance);
    let share = by_chance.fold(0.0, f64::max);
    // The interval of few runs excludes zero by chance more often than its name says.
    if share > 1.0 - CONFIDENCE {
        said.push(format!(
            "with so few runs, variants that do not differ would look like this in one of {} comparisons.",
            number(1.0 / share, 0)
        ));
    }
    said
}

fn of_interval(axis: &Axis) -> String {
    let difference = &axis.difference;
    let change = axis.change_in_words();
    let Some(interval) = difference.interval else {
        return format!("the {} differ by {change}.", axis.name);
    };
    let part = |end: f64| {
        if difference.from > 0.0 {
            signed(end / difference.from * 100.0, 0)
        } else {
            signed(end, 0)
        }
    };
    let unit = if difference.from > 0.0 { " %" } else { "" };
    let between = format!(
        "{} interval {} to {}{unit}",
        percent(CONFIDENCE),
        part(interval.low),
        part(interval.high)
    );
    match difference.change {
        Change::Same => format!(
            "the difference in {} ({change}, {between}) {}.",
            axis.name,
            untold(axis)
        ),
        _ if difference.clear => format!(
            "the difference in {} ({change}, {between}) stands out from the scatter of the runs.",
            axis.name
        ),
        _ => format!(
            "the difference in {} ({change}, {between}) may still be chance.",
            axis.name
        ),
    }
}

/// Why a difference cannot be told, and what would tell it.
fn untold(axis: &Axis) -> String {
    let difference = &axis.difference;
    if difference.is_negligible() {
        return format!(
            "is below {}: too small to count, and more runs would not change that",
            percent(NEGLIGIBLE)
        );
    }
    match difference.runs_needed {
        Some(needed) if needed <= MOST_RUNS => format!(
            "cannot be told from chance: about {needed} runs of each variant would most likely tell, if they scatter as these do"
        ),
        Some(_) => format!(
            "cannot be told from chance: more than {MOST_RUNS} runs of each variant would be needed, as these scatter"
        ),
        None => "cannot be told from chance".to_owned(),
    }
}
