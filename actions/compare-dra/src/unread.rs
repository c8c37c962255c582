//! What could not be read: collected for all runs, so that one attempt shows every problem with its own hint. Pure.

use gha::{Exit, Failure};

use crate::{logs::NotALog, place::Place};

/// What can be compared.
pub(crate) const READABLE: &str =
    "name a run-record.json as run-spark-job writes it, a directory with one, or a Spark event log";
/// What can be measured by itself.
pub(crate) const READABLE_LOGS: &str =
    "name an event log, the directory of a rolled one, or a directory with several";
const UNWRITTEN: &str = "look whether the job ended by itself, and run it again: a driver that is lost does not write its event log to the end";

/// What a reader says before it is known which input asked.
#[derive(Debug)]
pub(crate) struct Unread {
    pub(crate) what: String,
    pub(crate) help: &'static str,
    /// Not the user's mistake: an outside system refused or could not be reached.
    pub(crate) outside: bool,
}

impl Unread {
    /// The user named something that cannot be used.
    pub(crate) fn bad(what: impl Into<String>, help: &'static str) -> Self {
        Self {
            what: what.into(),
            help,
            outside: false,
        }
    }

    /// Bytes that are no event log.
    pub(crate) fn not_a_log(found: NotALog) -> Self {
        let (help, outside) = match &found {
            NotALog::Empty => (UNWRITTEN, false),
            NotALog::NoEvents(_) => (READABLE, false),
            NotALog::Unreadable { outside: true, .. } => ("run again", true),
            NotALog::Unreadable { .. } => (READABLE, false),
        };
        Self {
            outside,
            ..Self::bad(found.to_string(), help)
        }
    }

    /// With a hint for someone who asked for logs only.
    pub(crate) fn of_logs(self) -> Self {
        let help = match self.help {
            READABLE => READABLE_LOGS,
            help => help,
        };
        Self { help, ..self }
    }

    /// Says what was named.
    pub(crate) fn of(self, place: &Place) -> Problem {
        Problem {
            said: format!("`{place}`: {}", self.what),
            help: self.help,
            outside: self.outside,
        }
    }

    /// Says which input asked for it.
    pub(crate) fn at(self, input: &'static str, place: &Place) -> Problem {
        let problem = self.of(place);
        Problem {
            said: format!("input `{input}`, {}", problem.said),
            ..problem
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

/// One failure for all problems with what is called `one` or `many`. A hint that is the same for all is given once.
pub(crate) fn failure(problems: &[Problem], (one, many): (&str, &str)) -> Failure {
    let same = problems
        .first()
        .map(|first| first.help)
        .filter(|help| problems.iter().all(|problem| problem.help == *help));
    let line = |problem: &Problem| match same {
        Some(_) => format!("- {}", problem.said),
        None => format!("- {}\n  hint: {}", problem.said, problem.help),
    };
    let mut failure = match problems {
        [problem] => Failure::outside(format!("Cannot read a {one}"), problem.said.clone()),
        all => {
            let lines: Vec<String> = all.iter().map(line).collect();
            let lines = lines.join("\n");
            let said = format!("{} {many} could not be read:\n{lines}", all.len());
            Failure::outside(format!("Cannot read the {many}"), said)
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
        let page = || Unread::not_a_log(NotALog::NoEvents(2)).at("dra", &place);
        let said = failure(&[empty(), page()], ("run", "runs")).what;
        let lines: Vec<&str> = said.lines().collect();
        assert!(
            lines[1].contains("is empty") && lines[2].contains("ended by itself"),
            "{said}"
        );
        assert!(
            lines[3].contains("2 lines") && lines[4].contains("a Spark event log"),
            "{said}"
        );
        assert_eq!(lines.len(), 5);

        let alike = failure(&[page(), page()], ("run", "runs"));
        assert!(!alike.what.contains("hint") && alike.help.is_some());
    }
}
