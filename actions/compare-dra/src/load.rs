//! Runs from the places the user named. Every problem is collected, so that one attempt shows them all.

use std::{collections::BTreeMap, io::ErrorKind};

use gha::{Context, Failure};
use run_record::{ReadError, RunRecord, Variant};
use spark_log::Timeline;

use crate::{
    files,
    inputs::Inputs,
    place::Place,
    run::Run,
    s3::{S3, S3Error},
    unread::{Problem, READABLE, Unread, failure},
};

/// The runs of both sides.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) fixed: Vec<Run>,
    pub(crate) dra: Vec<Run>,
}

/// Reads every run, or fails with all problems.
pub(crate) async fn load(inputs: &Inputs, context: &Context) -> Result<Loaded, Failure> {
    let reader = Reader {
        s3: S3::new(inputs.region.clone(), context),
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
                    problems.push(unread.at(input, place));
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
                    Err(unread) => problems.push(unread.at(input, &place)),
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
                .await?
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
        if found.is_empty() && place.is_rolled() {
            Err(Unread::rolled())
        } else if found.is_empty() {
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
                // What the log is says more than where it is not.
                Err(unread) if unread.settled => {
                    tried = vec![(log, unread)];
                    break;
                }
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
            outside,
            ..Unread::bad(what, help)
        })
    }

    async fn log(&self, place: &Place) -> Result<Timeline, Unread> {
        let unreadable = |error| Unread::bad(format!("cannot be read: {error}"), "check the path");
        let read = match place {
            Place::S3(uri) if uri.is_prefix() => return Err(Unread::rolled()),
            Place::S3(uri) => {
                let rolled = |error: &S3Error| error.is_missing_object() && place.is_rolled();
                match self.s3.read_log(uri).await {
                    Err(error) if rolled(&error) => return Err(Unread::rolled()),
                    read => read?,
                }
            }
            Place::Local(path) => match files::read_log(path).await {
                Err(error) if error.kind() == ErrorKind::IsADirectory => {
                    return Err(Unread::rolled());
                }
                read => read.map_err(unreadable)?,
            },
        };
        read.map_err(Unread::not_a_log)
    }

    async fn bytes(&self, place: &Place) -> Result<Vec<u8>, Unread> {
        match place {
            Place::S3(uri) => Ok(self.s3.read(uri).await?),
            Place::Local(path) => {
                let read = tokio::fs::read(path).await;
                read.map_err(|error| {
                    Unread::bad(format!("cannot be read: {error}"), "check the path")
                })
            }
        }
    }
}

fn record(bytes: &[u8]) -> Result<RunRecord, Unread> {
    RunRecord::from_json(bytes).map_err(|error| match error {
        ReadError::TooNew { .. } => Unread::bad(error.to_string(), "use the release of compare-dra that belongs to the run-spark-job that wrote it, or a newer one"),
        ReadError::Shape(_) => Unread::bad(error.to_string(), "name a run-record.json as run-spark-job writes it"),
    })
}
