//! The earlier runs that this run may be held against, and what follows. Pure.

use std::collections::BTreeSet;

use super::{
    document::Document,
    drift::{FEWEST, Line, WATCHED, Word},
};

/// What the history says of a run.
#[derive(Debug, Clone)]
pub(crate) struct Trend {
    pub(crate) now: Document,
    /// Earlier runs with the same settings, oldest first.
    pub(crate) before: Vec<Document>,
    /// Two lines for each watched metric with a number: DRA and static.
    pub(crate) lines: Vec<Line>,
    pub(crate) state: State,
    /// The run since which the state is as it is, of those looked at.
    pub(crate) since: Option<Document>,
    /// What differs from the last run before, when that starts a new series.
    pub(crate) changes: Vec<String>,
    /// Earlier runs that were looked at and are no part of the series, by reason, in words.
    pub(crate) aside: Vec<String>,
    /// The last run was on other machines.
    pub(crate) machines: Option<String>,
}

/// The conclusion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    None,
    Drifted,
    Unknown,
}

impl State {
    /// The output's value.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Drifted => "drifted",
            Self::Unknown => "unknown",
        }
    }

    fn of(lines: &[Line]) -> Self {
        if lines.iter().any(|line| line.word.has_drifted()) {
            Self::Drifted
        } else if lines.iter().all(|line| line.word == Word::Unknown) {
            Self::Unknown
        } else {
            Self::None
        }
    }
}

impl Trend {
    /// Holds a run against earlier ones, newest first. `by` is the part of the median that counts as drift.
    pub(crate) fn of(now: Document, earlier: Vec<Document>, by: f64) -> Self {
        let last = earlier.iter().find(|run| run.left_out.is_none());
        let changes = last.map_or(Vec::new(), |last| now.settings.changes(&last.settings));
        let machines = last.and_then(|last| now.settings.other_machines(&last.settings));
        let (mut before, mut failed, mut other) = (Vec::new(), 0, 0);
        let mut seen = BTreeSet::new();
        // A run that does not tell its scripts had those of the run after it, as far as is known; this one those before.
        let counted = earlier.iter().filter(|run| run.left_out.is_none());
        let settings = counted.fold(now.settings.clone(), |told, run| {
            told.told_by(&run.settings)
        });
        let mut after = settings.clone();
        for run in earlier {
            // Two steps of one attempt are one run.
            let of_run = run.run.id.map(|id| (id, run.run.attempt));
            if of_run.is_some_and(|run| !seen.insert(run)) {
                continue;
            }
            if run.left_out.is_some() {
                failed += 1;
                continue;
            }
            after = run.settings.told_by(&after);
            if settings.changes(&after).is_empty() {
                before.push(run);
            } else {
                other += 1;
            }
        }
        before.reverse();
        let lines = if now.left_out.is_some() {
            Vec::new()
        } else {
            lines(&now, &before, by)
        };
        let state = State::of(&lines);
        let since = since(&now, &before, state, by);
        let aside = [
            (failed, "failed or not comparable"),
            (other, "with other settings"),
        ];
        Self {
            now,
            before,
            lines,
            state,
            since,
            changes,
            aside: aside
                .into_iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, why)| format!("{count} {why}"))
                .collect(),
            machines,
        }
    }

    /// The line the verdict is about: of those that drifted the one that moved furthest, DRA's before static's.
    pub(crate) fn first_drift(&self) -> Option<&Line> {
        let drifted = self.lines.iter().filter(|line| line.word.has_drifted());
        let far = |line: &Line| line.change().map_or(f64::INFINITY, f64::abs);
        drifted.max_by(|a, b| {
            (a.dra, far(a))
                .partial_cmp(&(b.dra, far(b)))
                .unwrap_or(std::cmp::Ordering::Equal)
        })
    }

    /// True when there are not enough earlier runs.
    pub(crate) fn is_short(&self) -> bool {
        self.before.len() < FEWEST
    }
}

fn lines(now: &Document, before: &[Document], by: f64) -> Vec<Line> {
    let line = |metric: crate::metric::MetricId, dra: bool| {
        let name = metric.metric().name;
        let value = |run: &Document| run.value(dra, name);
        let line = Line::of(
            metric,
            dra,
            value(now),
            before.iter().filter_map(value).collect(),
            by,
        );
        (line.now.is_some() || !line.before.is_empty()).then_some(line)
    };
    WATCHED
        .into_iter()
        .flat_map(|metric| [line(metric, true), line(metric, false)])
        .flatten()
        .collect()
}

/// Goes back as long as the state, as it would have been said then from the runs looked at, is the same.
fn since(now: &Document, before: &[Document], state: State, by: f64) -> Option<Document> {
    if state == State::Unknown {
        return None;
    }
    let mut since = now;
    for (place, run) in before.iter().enumerate().rev() {
        if State::of(&lines(run, &before[..place], by)) != state {
            break;
        }
        since = run;
    }
    Some(since.clone())
}
