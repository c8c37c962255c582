//! Why a timeline may be incomplete, in words a report can print.

use std::fmt;

/// One reason why a timeline may not tell the whole run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
    OpenJobs(usize),
    /// Tasks without TaskEnd.
    OpenTasks(usize),
    /// Executors that were removed and never added.
    UnseenExecutors(usize),
    /// Unreadable lines.
    DamagedLines(u64),
    /// The last line is not whole.
    CutLastLine,
    /// Events of several applications in one log. What follows the start of the second one is left out.
    SeveralApplications(usize),
    /// Times that contradict each other: so many intervals would be negative.
    BackwardTimes(usize),
}

impl Gap {
    /// True when durations and executor-seconds are not those of one whole run: its end is missing, or the log is
    /// that of more than one run.
    #[must_use]
    pub fn forbids_a_verdict(self) -> bool {
        matches!(
            self,
            Self::NoEvents
                | Self::NoApplicationEnd
                | Self::NoJobs
                | Self::OpenJobs(_)
                | Self::SeveralApplications(_)
                | Self::BackwardTimes(_)
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
            Self::OpenTasks(n) => write!(
                f,
                "{n} {} no end",
                one_or_many(*n, "task has", "tasks have")
            ),
            Self::UnseenExecutors(n) => {
                write!(
                    f,
                    "{n} {} removed without ever joining",
                    one_or_many(*n, "executor was", "executors were")
                )
            }
            Self::DamagedLines(n) => {
                write!(
                    f,
                    "{n} {} be read",
                    one_or_many(
                        usize::try_from(*n).unwrap_or(2),
                        "line could not",
                        "lines could not"
                    )
                )
            }
            Self::CutLastLine => write!(f, "the last line is cut off"),
            Self::SeveralApplications(n) => {
                write!(f, "the log holds events of {n} applications instead of one")
            }
            Self::BackwardTimes(n) => write!(
                f,
                "the times contradict each other: {n} {} be negative",
                one_or_many(*n, "interval would", "intervals would")
            ),
        }
    }
}

fn one_or_many<'a>(count: usize, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}
