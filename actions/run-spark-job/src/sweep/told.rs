//! What the sweep did, for people: lines, a table in the summary, outputs, and a failure when something goes on.

use std::time::Duration;

use gha::{Failure, Runner};
use jiff::Timestamp;

use super::{found::Found, inputs::Inputs};

/// What was done with a job run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    Left,
    WouldEnd,
    Ended,
    /// It should have ended and has not.
    GoesOn,
}

/// One job run in the table.
#[derive(Debug)]
pub(crate) struct Row {
    found: Found,
    why: String,
    done: Done,
    words: String,
}

impl Row {
    pub(crate) fn left(found: Found, why: String) -> Self {
        Self::new(found, why, Done::Left, "left alone".into())
    }

    pub(crate) fn would_end(found: Found, why: String) -> Self {
        Self::new(found, why, Done::WouldEnd, "would be cancelled".into())
    }

    pub(crate) fn ended(found: Found, why: String, is_over: bool, words: String) -> Self {
        let done = if is_over { Done::Ended } else { Done::GoesOn };
        Self::new(found, why, done, words)
    }

    fn new(found: Found, why: String, done: Done, words: String) -> Self {
        Self {
            found,
            why,
            done,
            words,
        }
    }
}

/// The whole sweep.
pub(crate) struct Told {
    pub(crate) rows: Vec<Row>,
    /// Job runs without this project's tags, which nobody here may touch.
    pub(crate) not_ours: usize,
    clusters: usize,
    dry_run: bool,
}

impl Told {
    pub(crate) fn new(inputs: &Inputs, clusters: usize) -> Self {
        Self {
            rows: Vec::new(),
            not_ours: 0,
            clusters,
            dry_run: inputs.dry_run,
        }
    }

    /// Writes outputs and summary.
    ///
    /// # Errors
    /// A job run that should have ended has not.
    pub(crate) fn say(self, runner: &Runner) -> Result<(), Failure> {
        let count = |done: Done| self.rows.iter().filter(|row| row.done == done).count();
        for (name, value) in [
            ("found", self.rows.len()),
            ("cancelled", count(Done::Ended)),
            ("would-cancel", count(Done::WouldEnd)),
            ("still-running", count(Done::GoesOn)),
        ] {
            runner.outputs.set(name, value)?;
        }
        let sentence = self.sentence();
        runner.log.info(&sentence);
        runner.summary.append(&self.markdown(
            &sentence,
            &runner.context.server_url,
            Timestamp::now(),
        ))?;
        let on: Vec<String> = self
            .rows
            .iter()
            .filter(|row| row.done == Done::GoesOn)
            .map(|row| {
                format!(
                    "job run {} on virtual cluster {}: {}",
                    row.found.id, row.found.cluster, row.words
                )
            })
            .collect();
        if on.is_empty() {
            return Ok(());
        }
        Err(
            Failure::outside("Job runs not ended", on.join("\n")).help(
                "run the sweep again; `aws emr-containers cancel-job-run` ends one by hand, and needs emr-containers:CancelJobRun",
            ),
        )
    }

    fn sentence(&self) -> String {
        let count = |done: Done| self.rows.iter().filter(|row| row.done == done).count();
        let ended = match (self.dry_run, count(Done::Ended), count(Done::WouldEnd)) {
            (true, _, would) => format!("{would} would be cancelled"),
            (false, ended, _) => format!("{ended} cancelled"),
        };
        format!(
            "{} of this project had not ended: {ended}, {} left alone, {} still going on",
            job_runs(self.rows.len()),
            count(Done::Left),
            count(Done::GoesOn)
        )
    }

    fn markdown(&self, sentence: &str, server: &str, now: Timestamp) -> String {
        let mut text = format!("### Sweep\n\n**{sentence}.**\n\n");
        if !self.rows.is_empty() {
            text += "| job run | name | age | workflow run | why | what was done |\n";
            text += "|---------|------|----:|--------------|-----|---------------|\n";
        }
        for row in &self.rows {
            let found = &row.found;
            let age = found.created_at.map_or_else(
                || "unknown".into(),
                |at| hours(now.duration_since(at).unsigned_abs()),
            );
            let run = found
                .workflow_run()
                .map_or_else(String::new, |(repository, id)| {
                    format!("[{id}]({server}/{repository}/actions/runs/{id})")
                });
            text += &format!(
                "| `{}` | {} | {age} | {run} | {} | {} |\n",
                plain(&found.id),
                plain(found.name.as_deref().unwrap_or_default()),
                plain(&row.why),
                plain(&row.words)
            );
        }
        text += &format!(
            "\n{} looked at. {} without this project's tags: not touched.\n",
            match self.clusters {
                1 => "1 virtual cluster".to_owned(),
                count => format!("{count} virtual clusters"),
            },
            job_runs(self.not_ours)
        );
        text
    }
}

fn job_runs(count: usize) -> String {
    match count {
        1 => "1 job run".into(),
        count => format!("{count} job runs"),
    }
}

/// Hours and minutes, as much as it takes to judge an age.
pub(super) fn hours(length: Duration) -> String {
    let minutes = length.as_secs() / 60;
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{} s", length.as_secs()),
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// Text from outside as plain text in a cell.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '|' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '@' | '\\' | '!' | '~' => {
                format!("&#{};", u32::from(c))
            }
            c if c.is_control() => " ".to_owned(),
            c => c.to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{hours, plain};

    #[test]
    fn ages_are_in_hours_and_minutes() {
        let said = |seconds| hours(Duration::from_secs(seconds));
        assert_eq!(
            [said(0), said(59), said(61), said(3600), said(22_000)],
            ["0 s", "59 s", "1 min", "1 h", "6 h 6 min"]
        );
    }

    #[test]
    fn a_name_cannot_leave_its_cell() {
        assert_eq!(plain("a|b\n@c"), "a&#124;b &#64;c");
    }
}
