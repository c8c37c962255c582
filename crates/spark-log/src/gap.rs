//! Why a timeline may be incomplete, in words a report can print.

use std::fmt;

/// One reason why a timeline may not tell the whole run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Gap {
    /// Not one usable event: not an event log, or compressed.
    NoEvents,
    /// No ApplicationStart.
    NoApplicationStart,
    /// No ApplicationEnd: the driver was lost or the log was cut.
    NoApplicationEnd,
    /// No JobStart.
    NoJobs,
    /// Jobs without JobEnd.
    OpenJobs(u64),
    /// Stages without StageCompleted.
    OpenStages(u64),
    /// Tasks without TaskEnd.
    OpenTasks(u64),
    /// Executors that ran tasks or were removed, and were never added.
    UnseenExecutors(usize),
    /// Stages that completed and were never submitted: nobody knows how long their tasks waited.
    UntoldStages(usize),
    /// Unreadable lines.
    DamagedLines {
        /// How many.
        lines: u64,
        /// The first of them, from 1, empty lines not counted.
        first: u64,
        /// Those among them that were longer than [`crate::MAX_LINE_BYTES`].
        overlong: u64,
    },
    /// The last line is not whole.
    CutLastLine,
    /// Events of several applications in one log. What follows the start of the second one is left out.
    SeveralApplications(usize),
    /// Times that contradict each other: so many intervals would be negative.
    BackwardTimes(usize),
    /// Parts of a rolled log that are not there, by their numbers.
    MissingParts(Vec<u64>),
    /// Parts up to this number were compacted by the Spark History Server, which drops the tasks of finished jobs.
    Compacted(u64),
    /// The name of the log says that it is still being written, or that the driver was lost.
    StillOpen,
    /// The stored bytes of a file could not be unpacked or read to their end.
    Unreadable {
        /// Which file.
        file: String,
        /// What was wrong with it.
        why: String,
    },
}

impl Gap {
    /// True when durations and executor-seconds are not those of one whole run: its end is missing, or the log is
    /// that of more than one run.
    #[must_use]
    pub fn forbids_a_verdict(&self) -> bool {
        matches!(
            self,
            Self::NoEvents
                | Self::NoApplicationEnd
                | Self::NoJobs
                | Self::OpenJobs(_)
                | Self::SeveralApplications(_)
                | Self::BackwardTimes(_)
                | Self::UnseenExecutors(_)
                | Self::MissingParts(_)
                | Self::Compacted(_)
                | Self::Unreadable { .. }
        )
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoEvents => write!(f, "the log has no event that could be read"),
            Self::NoApplicationStart => write!(f, "the start of the application is missing"),
            Self::NoApplicationEnd => {
                write!(
                    f,
                    "the end of the application is missing: times run to the last event that was logged"
                )
            }
            Self::NoJobs => write!(f, "no Spark job was started"),
            Self::OpenJobs(n) => {
                write!(f, "{n} {} no end", one_or_many(*n, "job has", "jobs have"))
            }
            Self::OpenStages(n) => write!(
                f,
                "{n} {} no end",
                one_or_many(*n, "stage has", "stages have")
            ),
            Self::OpenTasks(n) => write!(
                f,
                "{n} {} no end",
                one_or_many(*n, "task has", "tasks have")
            ),
            Self::UnseenExecutors(n) => {
                write!(
                    f,
                    "the joining of {n} {} missing: they ran tasks or were removed, and their time is not counted",
                    one_or_many(*n as u64, "executor is", "executors is")
                )
            }
            Self::UntoldStages(n) => write!(
                f,
                "the submission of {n} {} missing: how long tasks waited is not known",
                one_or_many(*n as u64, "stage is", "stages is")
            ),
            Self::DamagedLines {
                lines,
                first,
                overlong,
            } => {
                match lines {
                    1 => write!(f, "line {first} could not be read")?,
                    _ => write!(
                        f,
                        "{lines} lines could not be read, the first is line {first}"
                    )?,
                }
                let limit = crate::MAX_LINE_BYTES >> 20;
                match (overlong, lines) {
                    (0, _) => Ok(()),
                    (1, 1) => write!(f, ": it is longer than {limit} MiB"),
                    _ => write!(f, ": {overlong} of them longer than {limit} MiB"),
                }
            }
            Self::CutLastLine => write!(f, "the last line is cut off"),
            Self::SeveralApplications(n) => {
                write!(f, "the log holds events of {n} applications instead of one")
            }
            Self::BackwardTimes(n) => write!(
                f,
                "the times contradict each other: {n} {} be negative",
                one_or_many(*n as u64, "interval would", "intervals would")
            ),
            Self::MissingParts(parts) => {
                let (word, be) = match parts.len() {
                    1 => ("part", "is"),
                    _ => ("parts", "are"),
                };
                write!(f, "{word} {} of the log {be} missing", numbers(parts))
            }
            Self::Compacted(part) => write!(
                f,
                "the Spark History Server compacted parts 1 to {part}: tasks of jobs that had ended are left out"
            ),
            Self::StillOpen => write!(
                f,
                "the log is still marked as in progress: the application runs, or its driver was lost"
            ),
            Self::Unreadable { file, why } => write!(f, "`{file}` {why}"),
        }
    }
}

/// `1, 2 and 7`; a long list is cut.
fn numbers(parts: &[u64]) -> String {
    const SHOWN: usize = 10;
    let mut words: Vec<String> = parts.iter().take(SHOWN).map(u64::to_string).collect();
    let more = parts.len().saturating_sub(SHOWN);
    let last = match more {
        0 => words.pop(),
        more => Some(format!("{more} more")),
    };
    match (words.is_empty(), last) {
        (false, Some(last)) => format!("{} and {last}", words.join(", ")),
        (_, last) => last.unwrap_or_default(),
    }
}

fn one_or_many<'a>(count: u64, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}
