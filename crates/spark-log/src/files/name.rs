//! One file's name: a log, a part of a rolled log, its status, or something else. Pure.

/// How the directory of a rolled log is called, before the application.
pub(super) const PART_DIRECTORY: &str = "eventlog_v2_";
/// What Spark appends to names of logs by codec.
const CODECS: [&str; 4] = ["zstd", "lz4", "snappy", "lzf"];
const OPEN: &str = ".inprogress";
const COMPACT: &str = ".compact";

/// What a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name<'a> {
    /// A log in one file.
    Log {
        /// How it is called once it is closed.
        closed_name: &'a str,
        /// It is called as one that is still being written.
        open: bool,
    },
    /// A part of a rolled log.
    Part(Part<'a>),
    /// Tells whether a rolled log is still being written.
    Status { open: bool },
    /// Not a log's.
    Other,
}

/// A part of a rolled log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part<'a> {
    /// Its whole name.
    pub(super) file: &'a str,
    /// From 1.
    pub(super) number: u64,
    /// It replaces all parts up to its number.
    pub(super) compact: bool,
    /// Application and attempt.
    pub(super) of: &'a str,
}

impl<'a> Name<'a> {
    /// Reads the name of a file, without its directory.
    pub(super) fn of(file: &'a str) -> Self {
        // Hidden files (the checksums of Hadoop's local file system are such) and Hadoop's markers.
        if file.starts_with(['.', '_']) {
            return Self::Other;
        }
        if let Some(rest) = file.strip_prefix("appstatus_") {
            let open = rest.ends_with(OPEN);
            return Self::Status { open };
        }
        if let Some(part) = part(file) {
            return Self::Part(part);
        }
        let closed_name = file.strip_suffix(OPEN).unwrap_or(file);
        let stem = without_codec(closed_name);
        // Spark replaces dots in the names of applications.
        if stem.is_empty() || stem.contains('.') {
            return Self::Other;
        }
        Self::Log {
            closed_name,
            open: closed_name != file,
        }
    }
}

fn part(file: &str) -> Option<Part<'_>> {
    let (number, rest) = file.strip_prefix("events_")?.split_once('_')?;
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = number.parse().ok()?;
    let rest = rest.strip_suffix(OPEN).unwrap_or(rest);
    let kept = rest.strip_suffix(COMPACT);
    Some(Part {
        file,
        number,
        compact: kept.is_some(),
        of: without_codec(kept.unwrap_or(rest)),
    })
}

fn without_codec(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, codec)) if CODECS.contains(&codec) => stem,
        _ => name,
    }
}
