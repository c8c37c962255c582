//! How far a long upload is, said every few seconds.

use crate::names::Bytes;
use gha::Log;
use std::{
    convert::Infallible,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use tokio::time::Instant;

/// Between two lines.
const BETWEEN: Duration = Duration::from_secs(10);

/// What is to be sent and what was sent.
#[derive(Debug)]
pub(crate) struct Progress {
    files: u64,
    bytes: u64,
    files_sent: AtomicU64,
    bytes_sent: AtomicU64,
}

impl Progress {
    pub(crate) fn new(files: usize, bytes: u64) -> Self {
        Self {
            files: files as u64,
            bytes,
            files_sent: AtomicU64::new(0),
            bytes_sent: AtomicU64::new(0),
        }
    }

    /// So many bytes have arrived.
    pub(crate) fn bytes(&self, bytes: u64) {
        self.bytes_sent.fetch_add(bytes, Ordering::Relaxed);
    }

    /// A whole file has arrived.
    pub(crate) fn file(&self) {
        self.files_sent.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether anything has arrived.
    pub(crate) fn has_begun(&self) -> bool {
        self.files_sent() > 0 || self.bytes_sent.load(Ordering::Relaxed) > 0
    }

    /// How many files have arrived.
    fn files_sent(&self) -> u64 {
        self.files_sent.load(Ordering::Relaxed)
    }

    /// Says how far it is, again and again; never ends by itself.
    pub(crate) async fn tell(&self, log: &Log) -> Infallible {
        let started = Instant::now();
        loop {
            tokio::time::sleep(BETWEEN).await;
            log.info(&self.line(started.elapsed()));
        }
    }

    fn line(&self, elapsed: Duration) -> String {
        let (files, bytes) = (self.files_sent(), self.bytes_sent.load(Ordering::Relaxed));
        let rate = bytes as f64 / elapsed.as_secs_f64();
        let left = if rate > 0.0 {
            let seconds = self.bytes.saturating_sub(bytes) as f64 / rate;
            format!(", about {seconds:.0} s left")
        } else {
            String::new()
        };
        format!(
            "{:>4} s  {files} of {} files, {} of {}, {}/s{left}",
            elapsed.as_secs(),
            self.files,
            Bytes(bytes),
            Bytes(self.bytes),
            Bytes(rate as u64),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_and_how_long() {
        let progress = Progress::new(3, 3 << 20);
        progress.bytes(1 << 20);
        progress.file();
        assert_eq!(
            progress.line(Duration::from_secs(10)),
            "  10 s  1 of 3 files, 1.0 MiB of 3.0 MiB, 102.4 KiB/s, about 20 s left"
        );
        let nothing = Progress::new(1, 5).line(Duration::from_secs(10));
        assert_eq!(nothing, "  10 s  0 of 1 files, 0 B of 5 B, 0 B/s");
    }
}
