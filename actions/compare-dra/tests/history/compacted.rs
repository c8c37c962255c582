//! A rolled log whose first parts a History Server has put together, leaving out the tasks of jobs that had ended.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{group::poll, installation::Installation, server::HistoryServer};

const PATIENCE: Duration = Duration::from_secs(120);

/// The server compacts all parts but the last, however little it gains by it.
const SETTINGS: [&str; 2] = [
    "spark.history.fs.eventLog.rolling.maxFilesToRetain 1",
    "spark.history.fs.eventLog.rolling.compaction.score.threshold 0",
];

/// The log, and the server that compacted it.
pub(crate) struct Compacted {
    pub(crate) log: PathBuf,
    pub(crate) server: HistoryServer,
}

impl Compacted {
    /// Has a copy of a rolled log compacted.
    pub(crate) fn of(installation: &Installation, rolled: &Path, folder: &Path) -> Self {
        let folder = folder.join("compacted");
        let logs = folder.join("logs");
        let log = logs.join(rolled.file_name().unwrap());
        fs::create_dir_all(&log).unwrap();
        for name in names(rolled) {
            fs::copy(rolled.join(&name), log.join(&name)).unwrap();
        }
        let server = HistoryServer::start(installation, &logs, &folder, &SETTINGS);
        poll(PATIENCE, "the rolled log is compacted", || {
            // The server removes the parts when it has written what takes their place.
            let parts: Vec<String> = names(&log)
                .into_iter()
                .filter(|name| name.starts_with("events_"))
                .collect();
            let is_compact = |name: &String| name.ends_with(".compact");
            (parts.len() == 2 && parts.iter().any(is_compact)).then_some(())
        });
        Self { log, server }
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}
