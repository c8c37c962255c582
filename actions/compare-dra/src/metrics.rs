//! `compare-dra metrics LOG...`: the numbers of event logs by themselves, without a comparison.
//!
//! | module     | idea |
//! |------------|------|
//! | `document` | the fields of the JSON, described in `schemas/metrics.schema.json` |
//! | `measured` | a log that was read, as that document |
//! | `table`    | the same for a person |
//! | `curves`   | executors over time in block characters, for the table |
//! | `longest_idle` | executors in the table |
//! | `amount`   | durations and shares in words, for the table |

mod amount;
mod curves;
mod document;
mod longest_idle;
mod measured;
mod table;

use std::{ops::ControlFlow, str::FromStr, sync::Arc};

use aws_setup::Region;
use futures::{StreamExt as _, stream};
use gha::{Command, Failure, Input, Runner};
use tokio::sync::Semaphore;

use self::{document::Document, table::Table};
use crate::{
    logs::{self, Log, Logs, NotALog, ReadLog},
    place::Place,
    s3::S3,
    unread::{Problem, READABLE_LOGS, Unread, failure},
};

/// How the command is called.
pub(crate) const COMMAND: Command = Command {
    name: "metrics",
    about: "Print the numbers of event logs: executors, busy and idle time, tasks, stages, jobs. Reads no run records and compares nothing.",
    argument: "LOG",
    arguments: "Event log, directory of a rolled one, directory of several, or s3:// URI of any of them. Compressed logs are read as they are.",
    flags: &[
        Input::new(
            "format",
            "json (one object a line) or table. Default: table on a terminal, else json.",
        ),
        Input::new(
            "region",
            "AWS region of the bucket, when logs are read from S3.",
        ),
    ],
};

/// The width of a table when it is not known for whom it is.
const WIDTH: usize = 80;
/// How many logs may be read ahead of the one that is printed next, for each that is being read.
const AHEAD: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Table,
}

impl FromStr for Format {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "json" => Ok(Self::Json),
            "table" => Ok(Self::Table),
            _ => Err("expected `json` or `table`"),
        }
    }
}

/// Runs the command.
pub(crate) async fn run(mut runner: Runner, arguments: &[String]) -> Result<(), Failure> {
    let mut fields = runner.fields.take();
    let format = fields.optional::<Format>("format");
    let region = fields.optional::<Region>("region");
    fields.finish()?;
    let format = format.unwrap_or(match runner.standard_output.is_terminal {
        true => Format::Table,
        false => Format::Json,
    });
    let logs = Logs::new(Arc::new(S3::new(region, &runner.context)));
    let cancel = runner.cancel.clone();
    tokio::select! {
        () = cancel.cancelled() => Err(Failure::cancelled("Cancelled", "not all logs were read")),
        done = print(&runner, format, &logs, arguments) => done,
    }
}

/// Prints the logs in the order they were named, then fails with everything that could not be read.
async fn print(
    runner: &Runner,
    format: Format,
    logs: &Logs,
    arguments: &[String],
) -> Result<(), Failure> {
    let mut problems = Vec::new();
    let found = find(logs, arguments, &mut problems).await;
    let alone = found.len() == 1;
    let at_once = logs::threads().min(found.len()).max(1);
    let permits = Arc::new(Semaphore::new(at_once));
    let threads = logs::threads() / at_once;
    let mut read = stream::iter(found)
        .map(|found| {
            let permits = permits.clone();
            async move {
                let _permit = permits.acquire().await;
                let read = logs.read(found.log, threads).await;
                (found.place, found.named, read)
            }
        })
        .buffered(at_once * AHEAD);
    let (mut first, mut left_out) = (true, false);
    while let Some((place, named, read)) = read.next().await {
        let read = match read {
            Ok(read) => read,
            Err(unread) => {
                problems.push(unread.of_logs().of(&place));
                continue;
            }
        };
        if let Some(found) = read.not_a_log.clone() {
            let other = matches!(found, NotALog::Empty | NotALog::NoEvents(_));
            if other && !named {
                let said = format!("`{place}` {found}");
                runner.log.warning("Left out", &said);
                left_out = true;
                continue;
            }
            problems.push(Unread::not_a_log(found).of_logs().of(&place));
        }
        // To a program even a file without an event is an answer; a person is told in words at the end.
        if read.not_a_log.is_some() && format == Format::Table {
            continue;
        }
        let text = text(runner, format, &place, &read, first, alone)?;
        first = false;
        if let ControlFlow::Break(()) = runner.standard_output.print(&text)? {
            return Ok(());
        }
    }
    if first && left_out && problems.is_empty() {
        let bad = Unread::bad("none of the files here is an event log", READABLE_LOGS);
        let named = arguments.first().cloned().unwrap_or_default();
        problems.push(bad.of(&Place::Local(named.into())));
    }
    match problems.is_empty() {
        true => Ok(()),
        false => Err(failure(&problems, ("log", "logs"))),
    }
}

/// A log, and whether the user named it or only the directory it lies in.
struct Found {
    place: Place,
    named: bool,
    log: Log,
}

async fn find(logs: &Logs, arguments: &[String], problems: &mut Vec<Problem>) -> Vec<Found> {
    let mut all = Vec::new();
    for argument in arguments {
        let place = match argument.parse::<Place>() {
            Ok(place) => place,
            Err(error) => {
                let bad = Unread::bad(error, READABLE_LOGS);
                problems.push(bad.of(&Place::Local(argument.into())));
                continue;
            }
        };
        match logs.find(&place).await {
            Ok(found) if found.is_empty() => {
                let bad = Unread::bad("there is no event log here", READABLE_LOGS);
                problems.push(bad.of(&place));
            }
            Ok(found) => {
                let named = found.iter().all(|log| log.place == place);
                all.extend(found.into_iter().map(|log| Found {
                    place: log.place.clone(),
                    named,
                    log,
                }));
            }
            Err(unread) => problems.push(unread.of_logs().of(&place)),
        }
    }
    all
}

fn text(
    runner: &Runner,
    format: Format,
    place: &Place,
    read: &ReadLog,
    first: bool,
    alone: bool,
) -> Result<String, Failure> {
    match format {
        Format::Json => {
            let json = serde_json::to_string(&Document::of(&place.to_string(), read))
                .map_err(|error| Failure::bug("the metrics are not JSON").because(&error))?;
            // Such a mark inside a text would command the runner of a workflow. To JSON it is the same.
            Ok(json.replace("##[", "#\\u0023[") + "\n")
        }
        Format::Table => {
            let width = runner.standard_output.width.unwrap_or(WIDTH);
            let source = (!alone).then(|| place.to_string());
            let gap = if first { "" } else { "\n" };
            Ok(format!(
                "{gap}{}",
                Table::of(read, source.as_deref()).text(width)
            ))
        }
    }
}
