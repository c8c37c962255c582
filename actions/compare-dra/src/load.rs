//! Runs from the places the user named. Every problem is collected, so that one attempt shows them all.

use std::collections::BTreeMap;

use gha::{Exit, Failure};
use run_record::{ReadError, RunRecord, Variant};
use spark_log::{Gap, Timeline};

use crate::{
    files,
    inputs::Inputs,
    place::Place,
    run::Run,
    s3::{S3, S3Error},
};

/// Something that could not be read.
#[derive(Debug)]
struct Problem {
    input: &'static str,
    place: String,
    what: String,
    help: &'static str,
    /// Not the user's mistake: an outside system refused or could not be reached.
    outside: bool,
}

/// What a reader says before it is known which input asked.
struct Unread {
    what: String,
    help: &'static str,
    outside: bool,
}

impl Unread {
    fn bad(what: impl Into<String>, help: &'static str) -> Self {
        Self {
            what: what.into(),
            help,
            outside: false,
        }
    }
}

/// The runs of both sides.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) fixed: Vec<Run>,
    pub(crate) dra: Vec<Run>,
}

/// Reads every run, or fails with all problems.
pub(crate) async fn load(inputs: &Inputs) -> Result<Loaded, Failure> {
    let reader = Reader {
        s3: S3::new(inputs.region.clone()),
    };
    let mut problems = Vec::new();
    let fixed = reader
        .side("static", Variant::Static, &inputs.fixed, &mut problems)
        .await;
    let dra = reader
        .side("dra", Variant::Dra, &inputs.dra, &mut problems)
        .await;
    if problems.is_empty() {
        Ok(Loaded { fixed, dra })
    } else {
        Err(failure(&problems))
    }
}

fn failure(problems: &[Problem]) -> Failure {
    let outside = problems.iter().all(|problem| problem.outside);
    let mut failure = match problems {
        [one] => Failure::outside("Cannot read a run", said(one)),
        many => {
            let all: Vec<String> = many
                .iter()
                .map(|problem| format!("- {}", said(problem)))
                .collect();
            Failure::outside(
                "Cannot read the runs",
                format!("{} runs could not be read:\n{}", many.len(), all.join("\n")),
            )
        }
    };
    failure.exit = if outside {
        Exit::Outside
    } else {
        Exit::BadInputs
    };
    let mut helps: Vec<&str> = problems.iter().map(|problem| problem.help).collect();
    helps.sort_unstable();
    helps.dedup();
    failure.help(helps.join("; "))
}

fn said(problem: &Problem) -> String {
    format!(
        "input `{}`, `{}`: {}",
        problem.input, problem.place, problem.what
    )
}

/// What can be compared.
const READABLE: &str = "name a run-record.json as run-spark-job writes it, a directory with one, or a plain Spark event log";

struct Reader {
    s3: S3,
}

impl Reader {
    async fn side(
        &self,
        input: &'static str,
        variant: Variant,
        places: &[Place],
        problems: &mut Vec<Problem>,
    ) -> Vec<Run> {
        let mut runs = Vec::new();
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        for place in places {
            let found = match self.find(place).await {
                Ok(found) => found,
                Err(unread) => {
                    problems.push(at(input, place, unread));
                    continue;
                }
            };
            for place in found {
                let run = self.run(variant, &place).await.and_then(|run| {
                    match seen.insert(run.name().to_owned(), run.place.clone()) {
                        Some(before) => Err(Unread::bad(
                            format!("is the same run as `{before}`: {}", run.name()),
                            "list every run once",
                        )),
                        None => Ok(run),
                    }
                });
                match run {
                    Ok(run) => runs.push(run),
                    Err(unread) => problems.push(at(input, &place, unread)),
                }
            }
        }
        // Interleaved repeats read best in the order they were run.
        runs.sort_by_key(|run| {
            run.record
                .as_ref()
                .map(|record| (record.job_run.created_at, record.repeat))
        });
        runs
    }

    async fn find(&self, place: &Place) -> Result<Vec<Place>, Unread> {
        let found: Vec<Place> = match place {
            Place::S3(uri) => self
                .s3
                .find(uri)
                .await
                .map_err(refused)?
                .into_iter()
                .map(Place::S3)
                .collect(),
            Place::Local(path) => match tokio::fs::metadata(path).await {
                Err(error) => {
                    return Err(Unread::bad(format!("cannot be opened: {error}"), READABLE));
                }
                Ok(about) if about.is_file() => vec![place.clone()],
                Ok(_) => {
                    let below = files::records_below(path).await;
                    let below = below.map_err(|error| {
                        Unread::bad(format!("cannot be listed: {error}"), READABLE)
                    })?;
                    below.into_iter().map(Place::Local).collect()
                }
            },
        };
        if found.is_empty() {
            Err(Unread::bad("there is no run-record.json here", READABLE))
        } else {
            Ok(found)
        }
    }

    async fn run(&self, variant: Variant, place: &Place) -> Result<Run, Unread> {
        if !place.is_json() {
            let timeline = self.log(place).await?;
            return Ok(Run {
                variant,
                place: place.to_string(),
                log_place: place.to_string(),
                record: None,
                timeline,
            });
        }
        let record = record(&self.bytes(place).await?)?;
        if record.variant != variant {
            return Err(Unread::bad(
                format!("is a run of the {} variant", record.variant),
                "list runs of the static variant under `static` and runs of the dra variant under `dra`",
            ));
        }
        let (log, timeline) = self.log_of(place, &record).await?;
        Ok(Run {
            variant,
            place: place.to_string(),
            log_place: log.to_string(),
            record: Some(record),
            timeline,
        })
    }

    /// The event log of a record: the copy beside it, else the original.
    async fn log_of(&self, place: &Place, record: &RunRecord) -> Result<(Place, Timeline), Unread> {
        const AGAIN: &str = "keep the event log beside its run record, or run the job again with `event-log-uri`: without an event log there is nothing to compare";
        let named = &record.event_log;
        let copy = named.file.as_deref().and_then(|file| place.beside(file));
        let original = named
            .uri
            .as_deref()
            .and_then(|uri| uri.parse::<Place>().ok())
            .filter(|place| matches!(place, Place::S3(_)));
        let mut tried = Vec::new();
        for log in copy.into_iter().chain(original) {
            match self.log(&log).await {
                Ok(timeline) => return Ok((log, timeline)),
                Err(unread) => tried.push((log, unread)),
            }
        }
        let outside = !tried.is_empty() && tried.iter().all(|(_, unread)| unread.outside);
        let said: Vec<String> = tried
            .iter()
            .map(|(log, unread)| format!("`{log}` {}", unread.what))
            .collect();
        let what = match (&named.missing, said.is_empty()) {
            (_, false) => format!("its event log could not be read: {}", said.join("; ")),
            (Some(missing), true) => format!("the record says that it has no event log: {missing}"),
            (None, true) => "the record names no event log that could be read".to_owned(),
        };
        let help = tried
            .into_iter()
            .next()
            .map_or(AGAIN, |(_, unread)| unread.help);
        Err(Unread {
            what,
            help,
            outside,
        })
    }

    async fn log(&self, place: &Place) -> Result<Timeline, Unread> {
        const PLAIN: &str = "give a single plain event log: `spark.eventLog.compress=false` and `spark.eventLog.rolling.enabled=false`";
        let timeline = match place {
            Place::S3(uri) => self.s3.read_log(uri).await.map_err(refused)?,
            Place::Local(path) => {
                let read = files::read_log(path).await;
                read.map_err(|error| {
                    Unread::bad(format!("cannot be read: {error}"), "check the path")
                })?
            }
        };
        if timeline.gaps.contains(&Gap::NoEvents) {
            return Err(Unread::bad("is not a plain Spark event log", PLAIN));
        }
        Ok(timeline)
    }

    async fn bytes(&self, place: &Place) -> Result<Vec<u8>, Unread> {
        match place {
            Place::S3(uri) => self.s3.read(uri).await.map_err(refused),
            Place::Local(path) => {
                let read = tokio::fs::read(path).await;
                read.map_err(|error| {
                    Unread::bad(format!("cannot be read: {error}"), "check the path")
                })
            }
        }
    }
}

fn at(input: &'static str, place: &Place, unread: Unread) -> Problem {
    Problem {
        input,
        place: place.to_string(),
        what: unread.what,
        help: unread.help,
        outside: unread.outside,
    }
}

fn record(bytes: &[u8]) -> Result<RunRecord, Unread> {
    RunRecord::from_json(bytes).map_err(|error| match error {
        ReadError::TooNew { .. } => Unread::bad(error.to_string(), "use the release of compare-dra that belongs to the run-spark-job that wrote it, or a newer one"),
        ReadError::Shape(_) => Unread::bad(error.to_string(), "name a run-record.json as run-spark-job writes it"),
    })
}

fn refused(error: S3Error) -> Unread {
    let general = "check the location, the region, and that the role allows `s3:GetObject` and `s3:ListBucket` on the bucket";
    Unread {
        what: format!("{}: {}", error.call, error.problem),
        help: error.problem.help().unwrap_or(general),
        outside: !error.is_missing(),
    }
}
