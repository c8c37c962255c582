//! The numbers of one log for a person at a terminal: a sentence, aligned numbers, curves, the executors that idled
//! longest. Plain text without colours. Pure.

use std::iter::repeat;

use spark_log::{Metrics, Timeline};

use super::{
    amount::{Scale, bytes, duration, foreign, share, wrapped},
    curves, longest_idle, measured,
};
use crate::{
    logs::ReadLog,
    number::{count, number},
};

/// No line is made longer than this, however wide the terminal is.
const WIDEST: usize = 160;
const NARROWEST: usize = 40;
/// What a number means has at least so much room, however narrow the terminal is.
const MEANING: usize = 24;

/// What is shown.
#[derive(Debug)]
pub(super) struct Table<'a> {
    read: &'a ReadLog,
    timeline: &'a Timeline,
    metrics: Metrics,
    /// What the log is called, when there are several.
    source: Option<&'a str>,
}

/// A name, a value, and what it means.
struct Row(&'static str, String, String);

impl<'a> Table<'a> {
    pub(super) fn of(read: &'a ReadLog, source: Option<&'a str>) -> Self {
        Self {
            read,
            timeline: &read.timeline,
            metrics: Metrics::of(&read.timeline),
            source,
        }
    }

    /// The whole text, for a terminal of so many characters.
    pub(super) fn text(&self, width: usize) -> String {
        let width = width.clamp(NARROWEST, WIDEST);
        let blocks = [
            self.head(width),
            self.numbers(width),
            curves::rows(self.timeline, width),
            longest_idle::rows(self.timeline, width),
        ];
        let blocks = blocks.iter().filter(|lines| !lines.is_empty());
        let blocks: Vec<String> = blocks.map(|lines| lines.join("\n") + "\n").collect();
        blocks.join("\n")
    }

    /// What the run was, whether the log is whole, and what it came to.
    fn head(&self, width: usize) -> Vec<String> {
        let timeline = self.timeline;
        let name = timeline.application_name.as_deref().map(foreign);
        let id = timeline.application_id.as_deref().map(foreign);
        let attempt = timeline.application_attempt.as_deref().map(foreign);
        let mut title = name.unwrap_or_else(|| "An application without a name".to_owned());
        if let Some(id) = id {
            let attempt =
                attempt.map_or_else(String::new, |attempt| format!(", attempt {attempt}"));
            title = format!("{title} ({id}{attempt})");
        }
        if let Some(version) = timeline.spark_version.as_deref() {
            title = format!("{title}, Spark {}", foreign(version));
        }
        let complete = if timeline.gaps.is_empty() {
            "complete"
        } else {
            "INCOMPLETE"
        };
        let mut lines: Vec<String> = Vec::new();
        lines.extend(self.source.map(|source| format!("{}:", foreign(source))));
        lines.push(format!("{title}: {complete}."));
        let gaps = timeline.gaps.iter().map(|gap| foreign(&gap.to_string()));
        lines.extend(gaps.map(|gap| format!("! {gap}")));
        let notes = measured::notes(self.read).into_iter();
        lines.extend(notes.map(|note| format!("Note: {note}")));
        lines.push(self.sentence());
        let wrapped = lines.iter().flat_map(|line| wrapped(line, width, 2));
        wrapped.collect()
    }

    fn sentence(&self) -> String {
        let m = &self.metrics;
        let (Some(total), Some(busy), Some(executors)) =
            (m.executor_seconds, m.busy_share, m.executors)
        else {
            return "No executor joined.".to_owned();
        };
        format!(
            "{} lived {} in all and had a task in {} of it.",
            count(executors as usize, "executor", "executors"),
            duration(total),
            share(busy, 1.0)
        )
    }

    fn numbers(&self, width: usize) -> Vec<String> {
        let mut rows = self.durations();
        if !self.timeline.local_mode {
            rows.extend(self.executor_time());
        }
        rows.extend(self.work());
        let name = rows.iter().map(|row| row.0.len()).max().unwrap_or(0);
        let value = rows
            .iter()
            .map(|row| row.1.chars().count())
            .max()
            .unwrap_or(0);
        let before = 2 + name + 2 + value + 2;
        let room = width.saturating_sub(before).max(MEANING);
        let lines = |Row(title, amount, meaning): Row| {
            let line = format!("  {title:<name$}  {amount:>value$}  ");
            let further = " ".repeat(before);
            let meaning = wrapped(&meaning, room, 0)
                .into_iter()
                .zip([line].into_iter().chain(repeat(further)));
            meaning.map(|(meaning, before)| (before + &meaning).trim_end().to_owned())
        };
        rows.into_iter().flat_map(lines).collect()
    }

    fn durations(&self) -> Vec<Row> {
        let (t, m) = (self.timeline, &self.metrics);
        let seconds = |d: Option<std::time::Duration>| {
            d.map_or_else(|| "not known".to_owned(), |d| duration(d.as_secs_f64()))
        };
        let mut rows = vec![
            Row(
                "application",
                seconds(m.application_duration),
                "from its start to its end".into(),
            ),
            Row(
                "jobs",
                seconds(m.job_duration),
                "from the first one's start to the last one's end".into(),
            ),
        ];
        if !t.local_mode {
            let meaning = "after the first job's start; 0 if there before it";
            rows.push(Row(
                "first executor",
                seconds(m.first_executor_after_job),
                meaning.into(),
            ));
        }
        rows
    }

    fn executor_time(&self) -> Vec<Row> {
        let m = &self.metrics;
        let (Some(executors), Some(peak), Some(never)) =
            (m.executors, m.peak_executors, m.never_used_executors)
        else {
            return Vec::new();
        };
        let whole = m.executor_seconds.unwrap_or(0.0);
        let scale = Scale::of(whole);
        let part = |name, seconds: Option<f64>, meaning: &str| {
            let seconds = seconds.unwrap_or(0.0);
            let share = share(seconds, whole);
            Row(
                name,
                scale.amount(seconds),
                format!("{share:>6}  {meaning}").trim_end().to_owned(),
            )
        };
        let counts = format!(
            "at most {} at once; {} never ran a task",
            number(f64::from(peak), 0),
            number(f64::from(never), 0)
        );
        let mut rows = vec![Row("executors", number(f64::from(executors), 0), counts)];
        if whole > 0.0 {
            rows.extend([
                part(
                    "executor time",
                    m.executor_seconds,
                    "from joining to removal, of all executors",
                ),
                part("  with a task", m.busy_executor_seconds, ""),
                part(
                    "  idle before",
                    m.idle_head_seconds,
                    "until the first task, or all if there is none",
                ),
                part(
                    "  idle between",
                    m.idle_between_seconds,
                    "between two tasks",
                ),
                part("  idle after", m.idle_tail_seconds, "since the last task"),
            ]);
        }
        if let Some(share_of_cores) = m.core_utilisation {
            let meaning = "of the executors' core time";
            rows.push(Row(
                "cores in use",
                share(share_of_cores, 1.0),
                meaning.into(),
            ));
        }
        rows
    }

    fn work(&self) -> Vec<Row> {
        let t = self.timeline;
        let counts = |all: &[(u64, &str)]| {
            let told = all.iter().filter(|(count, _)| *count > 0);
            let told: Vec<String> = told
                .map(|(count, word)| format!("{} {word}", number(*count as f64, 0)))
                .collect();
            told.join(", ")
        };
        let total = |all: u64| number(all as f64, 0);
        let (jobs, stages, tasks) = (t.job_counts, t.stage_counts, t.task_counts);
        let mut rows = vec![
            Row(
                "jobs run",
                total(jobs.succeeded + jobs.failed + jobs.open),
                counts(&[
                    (jobs.succeeded, "succeeded"),
                    (jobs.failed, "failed"),
                    (jobs.open, "without an end"),
                ]),
            ),
            Row(
                "stages run",
                total(stages.completed + stages.failed + stages.open),
                counts(&[
                    (stages.completed, "completed"),
                    (stages.failed, "failed"),
                    (stages.open, "without an end"),
                ]),
            ),
            Row(
                "tasks run",
                total(tasks.total),
                counts(&[
                    (tasks.succeeded, "succeeded"),
                    (tasks.failed, "failed"),
                    (tasks.killed, "killed"),
                    (tasks.open, "without an end"),
                    (tasks.speculative, "second copies of slow ones"),
                    (tasks.resubmitted, "run again because their output was lost"),
                ]),
            ),
            Row(
                "task time",
                duration(t.task_time.as_secs_f64()),
                "from launch to end, of all tasks".into(),
            ),
        ];
        if let Some(demand) = t.demand {
            let waited = duration(demand.backlog_ms as f64 / 1000.0);
            rows.push(Row(
                "waiting",
                waited,
                "from a stage's start to a task's launch, of all tasks".into(),
            ));
        }
        let read = format!(
            "{} events, {} stored as {}",
            number(t.counts.events as f64, 0),
            bytes(self.read.stored_bytes),
            self.read
                .codecs
                .first()
                .map_or_else(|| "nothing".to_owned(), ToString::to_string)
        );
        rows.push(Row("log", bytes(self.read.log_bytes), read));
        rows
    }
}
