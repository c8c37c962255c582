//! Runs from the places the user named. Every problem is collected, so that one attempt shows them all.

use std::{collections::BTreeMap, sync::Arc};

use gha::{Context, Failure};
use run_record::{ReadError, RunRecord, Variant};
use spark_log::Timeline;

use crate::{
    files,
    inputs::Inputs,
    logs::{self, Log, Logs},
    place::Place,
    run::{NO_PRICES, NO_RECORD, Run},
    s3::S3,
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
    let s3 = Arc::new(S3::new(inputs.region.clone(), context));
    let reader = Reader {
        logs: Logs::new(s3.clone()),
        s3,
    };
    let (mut problems, mut of_dra) = (Vec::new(), Vec::new());
    // Both sides at once: a plain log keeps one core busy.
    let (fixed, dra) = tokio::join!(
        reader.side("static", Variant::Static, &inputs.fixed, &mut problems),
        reader.side("dra", Variant::Dra, &inputs.dra, &mut of_dra),
    );
    problems.append(&mut of_dra);
    if problems.is_empty() {
        Ok(Loaded { fixed, dra })
    } else {
        Err(failure(&problems, ("run", "runs")))
    }
}

struct Reader {
    s3: Arc<S3>,
    logs: Logs,
}

/// One run of those that a place names.
enum Found {
    Record(Place),
    Log(Log),
}

impl Found {
    fn place(&self) -> &Place {
        match self {
            Self::Record(place) => place,
            Self::Log(log) => &log.place,
        }
    }
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
            for found in found {
                let place = found.place().clone();
                let run = self.run(variant, found).await.and_then(|run| {
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

    /// The records at a place, else the event logs.
    async fn find(&self, place: &Place) -> Result<Vec<Found>, Unread> {
        let records = |places: Vec<Place>| Ok(places.into_iter().map(Found::Record).collect());
        let logs = match place {
            Place::S3(uri) => {
                let listing = self.s3.list(uri).await?;
                if listing.itself && place.is_json() {
                    return records(vec![place.clone()]);
                }
                if !listing.itself && !listing.records.is_empty() {
                    return records(listing.records.into_iter().map(Place::S3).collect());
                }
                Logs::listed(uri, &listing)
            }
            Place::Local(path) => {
                let about = tokio::fs::metadata(path).await;
                if place.is_json() && about.is_ok_and(|about| about.is_file()) {
                    return records(vec![place.clone()]);
                }
                // What cannot be listed is told when it is looked for logs.
                let below = files::records_below(path).await.unwrap_or_default();
                if !below.is_empty() {
                    return records(below.into_iter().map(Place::Local).collect());
                }
                self.logs.find(place).await?
            }
        };
        if logs.is_empty() {
            return Err(Unread::bad(
                "there is no run-record.json and no event log here",
                READABLE,
            ));
        }
        Ok(logs.into_iter().map(Found::Log).collect())
    }

    async fn run(&self, variant: Variant, found: Found) -> Result<Run, Unread> {
        let place = &match found {
            Found::Record(place) => place,
            Found::Log(log) => {
                let place = log.place.to_string();
                return Ok(Run {
                    variant,
                    log_place: place.clone(),
                    place,
                    record: None,
                    timeline: self.timeline(log).await?,
                    cost: Err(NO_RECORD.to_owned()),
                });
            }
        };
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
            cost: Err(NO_PRICES.to_owned()),
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
            outside,
            ..Unread::bad(what, help)
        })
    }

    /// The log of a record: a file or a rolled log's directory.
    async fn log(&self, place: &Place) -> Result<Timeline, Unread> {
        let mut logs = self.logs.find(place).await?;
        match (logs.pop(), logs.is_empty()) {
            (Some(log), true) => self.timeline(log).await,
            (None, _) => Err(Unread::bad("there is no event log here", "check the path")),
            (Some(_), false) => Err(Unread::bad("holds several event logs", "check the path")),
        }
    }

    async fn timeline(&self, log: Log) -> Result<Timeline, Unread> {
        let read = self.logs.read(log, logs::threads()).await?;
        if let Some(found) = read.not_a_log {
            return Err(Unread::not_a_log(found));
        }
        Ok(read.timeline)
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
