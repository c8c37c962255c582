//! What could not be read: collected for all runs, so that one attempt shows every problem with its own hint. Pure.

use gha::{Exit, Failure};

use crate::{event_log::NotALog, place::Place};

/// What can be compared.
pub(crate) const READABLE: &str = "name a run-record.json as run-spark-job writes it, a directory with one, or a plain Spark event log";
/// How a job writes an event log that can be read.
const PLAIN: &str = "run the job again with the properties `spark.eventLog.rolling.enabled=false` and `spark.eventLog.compress=false`";
const UNWRITTEN: &str = "look whether the job ended by itself, and run it again: a driver that is lost does not write its event log to the end";

/// What a reader says before it is known which input asked.
#[derive(Debug)]
pub(crate) struct Unread {
    pub(crate) what: String,
    pub(crate) help: &'static str,
    /// Not the user's mistake: an outside system refused or could not be reached.
    pub(crate) outside: bool,
    /// The log was found, and no other copy of it can be read either.
    pub(crate) settled: bool,
}

impl Unread {
    /// The user named something that cannot be used.
    pub(crate) fn bad(what: impl Into<String>, help: &'static str) -> Self {
        Self {
            what: what.into(),
            help,
            outside: false,
            settled: false,
        }
    }

    /// A directory `eventlog_v2_…` with the parts of one log.
    pub(crate) fn rolled() -> Self {
        Self {
            settled: true,
            ..Self::bad("is a rolled event log: a directory of parts", PLAIN)
        }
    }

    /// Bytes that are no event log.
    pub(crate) fn not_a_log(found: NotALog) -> Self {
        let help = match found {
            NotALog::Empty => UNWRITTEN,
            NotALog::Compressed(_) => PLAIN,
            NotALog::NoEvents(_) => READABLE,
        };
        Self {
            settled: matches!(found, NotALog::Compressed(_)),
            ..Self::bad(found.to_string(), help)
        }
    }

    /// Says which input asked for it.
    pub(crate) fn at(self, input: &'static str, place: &Place) -> Problem {
        Problem {
            said: format!("input `{input}`, `{place}`: {}", self.what),
            help: self.help,
            outside: self.outside,
        }
    }
}

/// Something that an input names and that could not be read.
#[derive(Debug)]
pub(crate) struct Problem {
    said: String,
    help: &'static str,
    outside: bool,
}

/// One failure for all problems. A hint that is the same for all of them is given once.
pub(crate) fn failure(problems: &[Problem]) -> Failure {
    let same = problems
        .first()
        .map(|first| first.help)
        .filter(|help| problems.iter().all(|problem| problem.help == *help));
    let line = |problem: &Problem| match same {
        Some(_) => format!("- {}", problem.said),
        None => format!("- {}\n  hint: {}", problem.said, problem.help),
    };
    let mut failure = match problems {
        [one] => Failure::outside("Cannot read a run", one.said.clone()),
        many => {
            let lines: Vec<String> = many.iter().map(line).collect();
            let said = format!(
                "{} runs could not be read:\n{}",
                many.len(),
                lines.join("\n")
            );
            Failure::outside("Cannot read the runs", said)
        }
    };
    if !problems.iter().all(|problem| problem.outside) {
        failure.exit = Exit::BadInputs;
    }
    match same {
        Some(help) => failure.help(help),
        None => failure,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::{NotALog, Unread, failure};

    #[test]
    fn every_problem_keeps_its_own_hint() {
        let place = "a".parse().unwrap();
        let empty = || Unread::not_a_log(NotALog::Empty).at("static", &place);
        let rolled = || Unread::rolled().at("dra", &place);
        let said = failure(&[empty(), rolled()]).what;
        let lines: Vec<&str> = said.lines().collect();
        assert!(
            lines[1].contains("is empty") && lines[2].contains("ended by itself"),
            "{said}"
        );
        assert!(
            lines[3].contains("rolled") && lines[4].contains("rolling.enabled=false"),
            "{said}"
        );
        assert_eq!(lines.len(), 5);

        let alike = failure(&[rolled(), rolled()]);
        assert!(!alike.what.contains("hint") && alike.help.is_some());
    }
}
