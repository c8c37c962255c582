//! The executors that idled longest, as aligned lines. Pure.

use std::cmp::Reverse;

use spark_log::{EpochMillis, Executor, Timeline};

use super::amount::{Scale, cut, duration, foreign, share};
use crate::number::number;

/// How many are listed.
const LISTED: usize = 10;
/// Columns of the list.
const COLUMNS: usize = 9;
const LONGEST_ID: usize = 10;
const LONGEST_HOST: usize = 24;

/// The lines, at most `width` characters wide. Empty without executors.
pub(super) fn rows(timeline: &Timeline, width: usize) -> Vec<String> {
    let mut all: Vec<&Executor> = timeline.executors.iter().collect();
    if all.is_empty() {
        return Vec::new();
    }
    all.sort_by_key(|executor| Reverse(executor.life().saturating_sub(executor.busy)));
    let title = match all.len() {
        1 => "The executor".to_owned(),
        few if few <= LISTED => "Executors, the longest idle first".to_owned(),
        many => format!(
            "The {LISTED} longest idle of {} executors",
            number(many as f64, 0)
        ),
    };
    let head = [
        "id", "host", "cores", "joined", "lived", "idle", "", "tasks", "end",
    ];
    let listed = all.iter().take(LISTED);
    let cells = listed.map(|executor| cells(executor, timeline.started));
    let rows: Vec<_> = [head.map(str::to_owned)].into_iter().chain(cells).collect();
    let width_of = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..COLUMNS).map(width_of).collect();
    let line = |row: &[String; COLUMNS]| {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(column, (cell, width))| match column {
            0 | 1 | 8 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        let line = format!("  {}", cells.collect::<Vec<_>>().join("  "));
        cut(line.trim_end(), width)
    };
    [title].into_iter().chain(rows.iter().map(line)).collect()
}

fn cells(executor: &Executor, zero: Option<EpochMillis>) -> [String; COLUMNS] {
    let life = executor.life().as_secs_f64();
    let idle = executor.life().saturating_sub(executor.busy).as_secs_f64();
    let scale = Scale::of(life);
    let joined = zero.map(|zero| duration(executor.added.since(zero).as_secs_f64()));
    let end = match &executor.reason {
        Some(reason) => foreign(reason),
        None => "lived to the end".to_owned(),
    };
    [
        cut(&foreign(&executor.id), LONGEST_ID),
        cut(&foreign(&executor.host), LONGEST_HOST),
        executor.cores.to_string(),
        joined.unwrap_or_else(|| "not known".to_owned()),
        scale.amount(life),
        scale.amount(idle),
        share(idle, life),
        number(executor.tasks as f64, 0),
        end,
    ]
}
