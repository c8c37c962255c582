//! The executors of the shown runs as bars of a mermaid gantt chart; what is alike shares a bar. Pure.

use std::{collections::BTreeMap, fmt::Write};

use run_record::Variant;

use crate::{
    metric::MetricId,
    number::{count, percent},
    report::{ExecutorReport, Report, RunReport},
};

/// Bars of one run: more are not readable on a phone.
const MOST_BARS: usize = 25;
/// Three years, in seconds: keeps what a file may say drawable.
const LONGEST: f64 = 1e8;

/// A chart, and whether bars stand for several executors.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Gantt {
    pub(crate) mermaid: String,
    pub(crate) merged: bool,
}

struct Bar<'a> {
    from: f64,
    to: f64,
    executors: Vec<&'a ExecutorReport>,
}

impl Gantt {
    /// Draws both shown runs; nothing without an executor.
    pub(crate) fn of(report: &Report) -> Option<Self> {
        // Milliseconds, as mermaid takes `x` for them in all its versions; the axis counts seconds in any time zone.
        let mut mermaid = "gantt\n  title Executors, seconds since the application started\n  \
                           dateFormat x\n  axisFormat %s\n"
            .to_owned();
        let (mut merged, mut any) = (false, false);
        for (variant, name) in [(Variant::Static, "static"), (Variant::Dra, "DRA")] {
            let bars = bars(report.shown_run(variant));
            if !bars.is_empty() {
                let _ = writeln!(mermaid, "  section {name}");
            }
            for bar in &bars {
                any = true;
                merged |= bar.executors.len() > 1;
                let _ = writeln!(mermaid, "  {}", bar.line());
            }
        }
        mermaid.truncate(mermaid.trim_end().len());
        any.then_some(Self { mermaid, merged })
    }
}

impl Bar<'_> {
    fn line(&self) -> String {
        let tasks = self
            .executors
            .iter()
            .map(|e| e.tasks)
            .fold(0, u64::saturating_add);
        let sum = |of: &dyn Fn(&ExecutorReport) -> f64| -> f64 {
            self.executors.iter().map(|executor| of(executor)).sum()
        };
        let name = match self.executors[..] {
            [one] if is_number(&one.id) => format!("executor {}", one.id),
            [_] => "1 executor".to_owned(),
            ref several => count(several.len(), "executor", "executors"),
        };
        let (tag, words) = if tasks == 0 {
            ("crit", "never used".to_owned())
        } else {
            let share = sum(&|e| e.busy_seconds) / sum(&|e| e.life_seconds);
            let share = if share.is_finite() {
                share.clamp(0.0, 1.0)
            } else {
                0.0
            };
            ("active", format!("busy {}", percent(share)))
        };
        let from = (self.from * 1000.0).round() as i64;
        let seconds = (self.to - self.from).round().max(1.0) as i64;
        format!("{name}, {words} :{tag}, {from}, {seconds}s")
    }
}

/// Spark's own ids; any other is foreign text that mermaid could take for its own words.
fn is_number(id: &str) -> bool {
    (1..=9).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// At most [`MOST_BARS`], in the order of joining: executors that joined and left at about the same time share one.
fn bars(run: &RunReport) -> Vec<Bar<'_>> {
    let times = run
        .executors
        .iter()
        .flat_map(|e| [Some(e.joined), e.last_task, e.removed]);
    let seen = times.flatten().fold(0.0, f64::max);
    let end = run
        .metrics
        .get(&MetricId::ApplicationDuration)
        .copied()
        .flatten()
        .unwrap_or(seen);
    let mut apart = 1.0;
    loop {
        let mut groups: BTreeMap<(i64, i64, bool), Bar<'_>> = BTreeMap::new();
        for executor in &run.executors {
            let from = executor.joined.clamp(0.0, LONGEST);
            let to = executor.removed.unwrap_or(end).clamp(from, LONGEST);
            let place = |at: f64| (at / apart).floor() as i64;
            let bar = groups
                .entry((place(from), place(to), executor.tasks == 0))
                .or_insert(Bar {
                    from,
                    to,
                    executors: Vec::new(),
                });
            (bar.from, bar.to) = (bar.from.min(from), bar.to.max(to));
            bar.executors.push(executor);
        }
        if groups.len() <= MOST_BARS || apart > LONGEST {
            return groups.into_values().collect();
        }
        apart *= 2.0;
    }
}
