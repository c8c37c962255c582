//! Event logs, from where the user says they are to their timelines. The only part of this program that reads them.
//!
//! | module      | idea |
//! |-------------|------|
//! | `find`      | which logs a place names: a file, a directory of one or several, an object, a prefix |
//! | `stored`    | the bytes of one file or object, piece by piece |
//! | `part`      | these bytes to events |
//! | `ahead`     | unpacking on one thread while another decodes |
//! | `parallel`  | several parts of one log at once, their events in order |
//! | `whole`     | the parts of a log to one result |
//! | `not_a_log` | what a file is when it is no log |
//!
//! Nothing is held whole: memory is bounded by the buffers here and by what `spark_log` keeps of executors and
//! running tasks. What is wrong with one file becomes a [`Gap`] of the result.

mod ahead;
mod find;
mod not_a_log;
mod parallel;
mod part;
mod stored;
mod whole;

use std::{num::NonZero, sync::Arc, thread::available_parallelism};

use spark_log::{Codec, Gap, Timeline};
use tokio::runtime::Handle;

pub(crate) use not_a_log::NotALog;

use crate::{place::Place, s3::S3, unread::Unread};

/// More threads than this would not fit in memory with their buffers, whatever the number of cores.
const MOST_THREADS: usize = 8;

/// A log that was found and not yet read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Log {
    /// The file, or the directory of a rolled log.
    pub(crate) place: Place,
    /// The files with its events, in order.
    parts: Vec<Place>,
    /// What their names say is missing.
    gaps: Vec<Gap>,
}

/// A log that was read.
#[derive(Debug)]
pub(crate) struct ReadLog {
    /// With all gaps: of names, files and events.
    pub(crate) timeline: Timeline,
    /// The codecs of its files, in the order they were met.
    pub(crate) codecs: Vec<Codec>,
    /// Bytes read.
    pub(crate) stored_bytes: u64,
    /// Bytes of events in them.
    pub(crate) log_bytes: u64,
    /// What it is when there is not one event of Spark in it. The numbers are then unknown.
    pub(crate) not_a_log: Option<NotALog>,
}

/// Reads event logs from files and from S3.
#[derive(Debug, Clone)]
pub(crate) struct Logs {
    s3: Arc<S3>,
    /// For S3, whose client is asynchronous.
    runtime: Handle,
}

impl Logs {
    /// To be called on the runtime that S3 will be asked on.
    pub(crate) fn new(s3: Arc<S3>) -> Self {
        Self {
            s3,
            runtime: Handle::current(),
        }
    }

    /// Reads a log on at most so many threads, without holding up others on the runtime.
    pub(crate) async fn read(&self, log: Log, threads: usize) -> Result<ReadLog, Unread> {
        let logs = self.clone();
        let read = tokio::task::spawn_blocking(move || whole::read(&logs, &log, threads)).await;
        read.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
    }
}

/// How many threads may work.
pub(crate) fn threads() -> usize {
    available_parallelism()
        .map_or(1, NonZero::get)
        .min(MOST_THREADS)
}

#[cfg(test)]
mod tests;
