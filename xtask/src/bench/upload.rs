//! How quickly `upload-scripts` uploads, beside `aws s3 sync` and `s5cmd sync`: many small files, the same again when
//! nothing changed, and one large file. All of them talk to the local cloud's S3, a fresh one for each client and round,
//! and take turns, so that a machine that becomes slower is so for all of them.

mod clients;
mod endpoint;
mod files;
mod table;

use crate::demo::Desk;
use crate::environment::{Workshop, prepare_s3_clients};
use crate::images;
use crate::problem::{Problem, Result, WhileDoing as _};

use super::measure::{Taken, timed};
use super::release;
use clients::Client;
use endpoint::Endpoint;
use files::Files;
use table::{Row, Unit};

/// Ours is the program as it is in the image.
const ACTION: &str = "upload-scripts";

/// What is done with a folder.
struct Workload {
    title: &'static str,
    unit: Unit,
    files: usize,
    /// The best of each client, in the order of the clients.
    best: Vec<Option<Taken>>,
}

/// Builds the programs, makes the files, measures and prints.
pub(super) async fn run(runs: u32, round_trip_ms: u64, desk: &Desk) -> Result<()> {
    if runs == 0 {
        return Err(Problem::new("nothing was measured").help("give --runs at least 1"));
    }
    let workshop = Workshop::new(&desk.places.cache, &desk.terminal, &desk.interrupt)?;
    let python = prepare_s3_clients(&workshop).await?;
    images::stage(&[ACTION], desk).await?;
    let ours = images::staging::folder(&desk.places.repository, ACTION).join(ACTION);
    let built = release(&["local-cloud"], desk).await?;
    let folder = tempfile::tempdir().while_doing(|| "make a temporary folder".into())?;
    let clients = clients::all(ours, &python, folder.path())?;
    desk.terminal.line("making the files");
    let sources = [
        files::small(&folder.path().join("small"))?,
        files::large(&folder.path().join("large"))?,
    ];
    let [small, large] = &sources;
    let mut workloads = [
        Workload::new("10,000 files of 4 KB, first upload", small, clients.len()),
        Workload::new("the same again, nothing changed", small, clients.len()),
        Workload::new("one file of 1 GB, first upload", large, clients.len()),
    ];
    for round in 1..=runs {
        // Another one begins each round.
        for place in table::turns(clients.len(), round as usize - 1) {
            let client = &clients[place];
            desk.terminal
                .line(&format!("round {round} of {runs}: {}", client.name()));
            let endpoint = Endpoint::start(
                &built.join("local-cloud"),
                round_trip_ms,
                folder.path(),
                &desk.interrupt,
            )
            .await?;
            let steps = [(small, "small"), (small, "small"), (large, "large")];
            for (workload, (source, bucket)) in workloads.iter_mut().zip(steps) {
                desk.interrupt.check()?;
                let taken = timed(client.command(source, bucket, &endpoint))?;
                endpoint.holds(bucket, source, client)?;
                let best = &mut workload.best[place];
                *best = Some(best.map_or(taken, |best| best.and(taken)));
            }
            endpoint.end().await;
        }
    }
    desk.terminal.line(&table::about(round_trip_ms));
    for workload in &workloads {
        for line in workload.lines(&clients) {
            desk.terminal.line(&line);
        }
    }
    Ok(())
}

impl Workload {
    fn new(title: &'static str, source: &Files, clients: usize) -> Self {
        let unit = match source.count {
            0..=10 => Unit::Megabytes(source.bytes),
            _ => Unit::Files(source.count),
        };
        Self {
            title,
            unit,
            files: source.count,
            best: vec![None; clients],
        }
    }

    fn lines(&self, clients: &[Client]) -> Vec<String> {
        let rows: Vec<Row> = clients
            .iter()
            .zip(&self.best)
            .filter_map(|(client, best)| {
                Some(Row {
                    name: client.name(),
                    taken: (*best)?,
                })
            })
            .collect();
        let title = format!("{} ({} files in the folder)", self.title, self.files);
        table::block(&title, self.unit, &rows)
    }
}
