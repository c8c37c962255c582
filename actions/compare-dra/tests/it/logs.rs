//! Event logs in every form Spark leaves them in, made from one plain fixture.

use std::path::{Path, PathBuf};

use crate::bench::fixture;

/// The plain log the codec fixtures were made from.
pub(crate) const LOG: &str = "threadsleep-dra";
pub(crate) const CODECS: [&str; 4] = ["zstd", "lz4", "snappy", "lzf"];

/// The bytes of a fixture.
pub(crate) fn log(name: &str) -> Vec<u8> {
    std::fs::read(fixture(&format!("event-logs/{name}"))).unwrap()
}

/// The log as a codec stores it.
pub(crate) fn compressed(codec: &str) -> PathBuf {
    fixture(&format!("event-logs/codecs/{LOG}.{codec}"))
}

/// The log in so many pieces, each of whole lines. All but the last one lie before the application's end.
pub(crate) fn pieces(count: usize) -> Vec<Vec<u8>> {
    let bytes = log(LOG);
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let from = |piece: usize| lines.len() * piece / count;
    let piece = |piece: usize| lines[from(piece)..from(piece + 1)].concat();
    let pieces: Vec<Vec<u8>> = (0..count).map(piece).collect();
    assert!(
        pieces.iter().all(|piece| !piece.is_empty()),
        "{} lines",
        lines.len()
    );
    pieces
}

/// The names and bytes of a rolled log's files: so many parts, and closed.
pub(crate) fn rolled(count: usize) -> Vec<(String, Vec<u8>)> {
    let parts = (1..).zip(pieces(count));
    let mut files: Vec<(String, Vec<u8>)> = parts
        .map(|(number, bytes)| (format!("events_{number}_app-1"), bytes))
        .collect();
    files.push(("appstatus_app-1".to_owned(), Vec::new()));
    files
}

/// Writes files into a directory.
pub(crate) fn write(directory: &Path, files: &[(String, Vec<u8>)]) {
    std::fs::create_dir_all(directory).unwrap();
    for (name, bytes) in files {
        std::fs::write(directory.join(name), bytes).unwrap();
    }
}
