//! The trend in words: verdict first, then the table, then the curves. Pure.

use jiff::Timestamp;

use super::{
    document::Document,
    drift::{FEWEST, Line, Word},
    series::{State, Trend},
};
use crate::{
    escape,
    metric::MetricId,
    number::{amount, count, percent},
};

/// The metrics that are drawn.
const DRAWN: [MetricId; 2] = [MetricId::ExecutorSeconds, MetricId::JobDuration];
const STEPS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// What the page is made from.
pub(crate) struct Page<'a> {
    pub(crate) trend: &'a Trend,
    pub(crate) server_url: &'a str,
    /// Documents that could not be read, with why.
    pub(crate) unread: &'a [String],
    /// How many earlier runs are looked at.
    pub(crate) window: usize,
}

/// The conclusion in one sentence, without a final stop.
pub(crate) fn sentence(trend: &Trend) -> String {
    if let Some(why) = &trend.now.left_out {
        return format!("This run is kept and not part of the trend: {why}");
    }
    let runs = count(trend.before.len(), "run", "runs");
    if let Some(line) = trend.first_drift() {
        let metric = line.metric.metric();
        let variant = if line.dra { "DRA's" } else { "Static's" };
        let verb = if metric.title.ends_with('s') {
            "are"
        } else {
            "is"
        };
        return format!(
            "{variant} {} {verb} {} the median of the last {runs}",
            metric.title.to_lowercase(),
            moved(line)
        );
    }
    if trend.is_short() {
        let changed = if trend.changes.is_empty() {
            ""
        } else {
            ", as settings have changed"
        };
        return format!(
            "Not enough history yet: {} of {FEWEST} earlier runs{changed}",
            trend.before.len()
        );
    }
    match trend.state {
        State::None => format!("Nothing has drifted: all numbers are as usual in the last {runs}"),
        _ => "Not known: the earlier runs lack the numbers".to_owned(),
    }
}

fn moved(line: &Line) -> String {
    let above = line
        .usual
        .zip(line.now)
        .is_some_and(|(usual, now)| now > usual.median);
    let way = if above { "above" } else { "below" };
    line.change().map_or_else(
        || way.to_owned(),
        |change| format!("{} {way}", percent(change.abs())),
    )
}

impl Page<'_> {
    /// Markdown without a marker.
    pub(crate) fn markdown(&self) -> String {
        let trend = self.trend;
        let mut parts = vec![format!("### {}", escape::text(&sentence(trend)))];
        if trend.now.settings.emulated {
            parts.push("> **Emulated**: machines or prices were made up. The numbers compare runs of this emulation only.".to_owned());
        }
        parts.push(self.about());
        if !trend.lines.is_empty() {
            parts.push(table(&trend.lines));
            parts.push("*Usual*: median and spread of the earlier runs. A number has drifted when it is outside of the usual range and far enough from the median.".to_owned());
        }
        parts.extend(DRAWN.iter().filter_map(|metric| chart(trend, *metric)));
        let notes = self.notes();
        if !notes.is_empty() {
            parts.push(
                notes
                    .iter()
                    .map(|note| format!("- {note}"))
                    .collect::<Vec<_>>()
                    .join("\n"),
            );
        }
        parts.join("\n\n") + "\n"
    }

    fn about(&self) -> String {
        let trend = self.trend;
        let mut said = vec![format!(
            "Workload {}, {}.",
            escape::code(&trend.now.workload),
            self.run(&trend.now)
        )];
        if let Some(since) = &trend.since {
            let word = if trend.state == State::Drifted {
                "Drifted"
            } else {
                "As usual"
            };
            said.push(format!("{word} since {}.", self.run(since)));
        }
        if let (Some(first), Some(last)) = (trend.before.first(), trend.before.last()) {
            let runs = count(trend.before.len(), "earlier run", "earlier runs");
            said.push(format!(
                "Held against {runs} with the same settings, from {} to {}.",
                self.run(first),
                self.run(last)
            ));
        }
        said.join(" ")
    }

    fn notes(&self) -> Vec<String> {
        let trend = self.trend;
        let mut notes = Vec::new();
        if !trend.changes.is_empty() {
            let changes: Vec<String> = trend
                .changes
                .iter()
                .map(|change| escape::text(change))
                .collect();
            notes.push(format!(
                "Changed since the last run, so this run is not held against it: {}.",
                changes.join("; ")
            ));
        }
        if let Some(machines) = &trend.machines {
            notes.push(format!(
                "The last run was on other machines: {}.",
                escape::text(machines)
            ));
        }
        if !trend.aside.is_empty() {
            notes.push(format!(
                "Of the last {} runs not in the trend: {}.",
                self.window,
                trend.aside.join(", ")
            ));
        }
        notes.extend(
            self.unread
                .iter()
                .map(|unread| format!("Left aside: {}.", escape::text(unread))),
        );
        notes
    }

    /// The day of a run, with a link when it has one.
    fn run(&self, run: &Document) -> String {
        let day = day(run.time);
        match run.link(self.server_url) {
            Some(link) => format!("[run of {day}]({link})"),
            None => format!("run of {day}"),
        }
    }
}

fn day(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M").to_string()
}

fn table(lines: &[Line]) -> String {
    let mut rows = vec![
        "| Metric | Now | Median before | Usual | Change | | Trend |".to_owned(),
        "|---|--:|--:|--:|--:|---|---|".to_owned(),
    ];
    rows.extend(lines.iter().map(row));
    rows.join("\n")
}

fn row(line: &Line) -> String {
    const NONE: &str = "–";
    let metric = line.metric.metric();
    let beside = line.usual.map(|usual| usual.median);
    let show = |value: f64| amount(metric, value, beside);
    let or_none = |text: Option<String>| text.unwrap_or_else(|| NONE.to_owned());
    let change = line.change().map(|change| {
        let sign = if change > 0.0 { "+" } else { "" };
        format!("{sign}{}", percent(change))
    });
    let word = match line.word {
        Word::Usual => "as usual",
        Word::Better => "▲ drifted, better",
        Word::Worse => "▼ drifted, worse",
        Word::Unknown if line.now.is_none() => "not known",
        Word::Unknown => "too few runs",
    };
    format!(
        "| {}, {} | {} | {} | {} | {} | {word} | {} |",
        metric.title,
        if line.dra { "DRA" } else { "static" },
        line.now.map_or_else(|| "not known".to_owned(), show),
        or_none(beside.map(show)),
        or_none(line.usual.map(|usual| format!(
            "{} to {}",
            show(usual.low.max(0.0)),
            show(usual.high)
        ))),
        or_none(change),
        sparkline(line),
    )
}

/// Earlier numbers and this one, lowest to highest.
fn sparkline(line: &Line) -> String {
    let values = || line.before.iter().copied().chain(line.now);
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(f64::NEG_INFINITY, f64::max);
    let step = |value: f64| {
        let part = if high > low {
            (value - low) / (high - low)
        } else {
            0.0
        };
        STEPS[((part * 7.0).round() as usize).min(7)]
    };
    values().map(step).collect()
}

/// Both variants over the runs that have the number of both; at least two.
fn chart(trend: &Trend, id: MetricId) -> Option<String> {
    let metric = id.metric();
    let runs = trend.before.iter().chain([&trend.now]);
    let points: Vec<(f64, f64)> = runs
        .filter_map(|run| {
            run.value(false, metric.name)
                .zip(run.value(true, metric.name))
        })
        .collect();
    if points.len() < 2 || trend.now.left_out.is_some() {
        return None;
    }
    let list = |value: fn(&(f64, f64)) -> f64| {
        points
            .iter()
            .map(|point| format!("{:.2}", value(point)))
            .collect::<Vec<_>>()
            .join(", ")
    };
    Some(format!(
        "**{}** over the runs, oldest first: static is the first line, DRA the second.\n\n```mermaid\nxychart-beta\n    x-axis \"Run\" 1 --> {}\n    y-axis \"{}\"\n    line [{}]\n    line [{}]\n```",
        metric.title,
        points.len(),
        metric.title,
        list(|point| point.0),
        list(|point| point.1),
    ))
}
