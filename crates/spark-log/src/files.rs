//! Names of files to logs: which names in a listing are event logs, which belong together, in which order, and what
//! is missing. Pure: names in, a plan out. It opens nothing; what is in a file is for [`crate::Unframer`] to find.
//!
//! A log is one file `<application>[_<attempt>][.<codec>][.inprogress]`, or a directory
//! `eventlog_v2_<application>[_<attempt>]` with files `events_<number>_<application>[_<attempt>][.<codec>][.compact]`
//! and an empty file `appstatus_<application>[_<attempt>][.inprogress]`.

use std::collections::BTreeMap;

use crate::Gap;

mod name;

use name::{Name, PART_DIRECTORY, Part};

/// How many missing parts are listed, at most: a wrong number in a name must not take all memory.
const MOST_MISSING: u64 = 100_000;

/// One log of a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogFiles {
    /// The file, or the directory of a rolled log; empty when the listing itself is that directory.
    pub name: String,
    /// The files with its events, as they are called in the listing, in the order in which they are read.
    pub parts: Vec<String>,
    /// What the names say is missing.
    pub gaps: Vec<Gap>,
}

impl LogFiles {
    /// The log in a single file that was named by itself. It may be called anything.
    #[must_use]
    pub fn single(name: &str) -> Self {
        let mut files = match Name::of(name) {
            Name::Part(part) => rolled("", vec![part], Status::default()),
            Name::Log { open: true, .. } => Self {
                gaps: vec![Gap::StillOpen],
                ..Self::default()
            },
            _ => Self::default(),
        };
        files.name = name.to_owned();
        files.parts = vec![name.to_owned()];
        files
    }

    /// The logs among the names of a listing, in the order of their names. The name of a file in a directory has the
    /// directory before it: `eventlog_v2_app-1/events_1_app-1`. Whatever has another name than Spark's logs is left
    /// out: checksums and markers of Hadoop, hidden files, files in other directories.
    ///
    /// When the listing itself is that of a rolled log's directory, there is one log, without a name.
    #[must_use]
    pub fn among<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<Self> {
        let mut directories: BTreeMap<&str, (Vec<Part<'a>>, Status)> = BTreeMap::new();
        let mut singles: BTreeMap<&str, (&str, bool)> = BTreeMap::new();
        for name in names {
            let (directory, file) = name.rsplit_once('/').unwrap_or(("", name));
            if directory.contains('/')
                || !(directory.is_empty() || directory.starts_with(PART_DIRECTORY))
            {
                continue;
            }
            match Name::of(file) {
                Name::Part(part) => {
                    directories.entry(directory).or_default().0.push(part);
                }
                Name::Status { open } => directories.entry(directory).or_default().1.saw(open),
                // A closed copy has everything that the open one has.
                Name::Log { closed_name, open } if directory.is_empty() => {
                    let log = singles.entry(closed_name).or_insert((file, open));
                    if !open {
                        *log = (file, open);
                    }
                }
                Name::Log { .. } | Name::Other => {}
            }
        }
        let rolled = directories
            .into_iter()
            .filter(|(_, (parts, _))| !parts.is_empty())
            .map(|(directory, (parts, status))| rolled(directory, parts, status));
        let singles = singles.into_values().map(|(name, open)| Self {
            name: name.to_owned(),
            parts: vec![name.to_owned()],
            gaps: if open { vec![Gap::StillOpen] } else { vec![] },
        });
        let mut logs: Vec<Self> = rolled.chain(singles).collect();
        if let Some(itself) = logs.iter().position(|log| log.name.is_empty()) {
            return vec![logs.swap_remove(itself)];
        }
        logs.sort_by(|a, b| a.name.cmp(&b.name));
        logs
    }
}

/// What the status files of a rolled log say.
#[derive(Debug, Default)]
struct Status {
    open: bool,
    closed: bool,
}

impl Status {
    fn saw(&mut self, open: bool) {
        match open {
            true => self.open = true,
            false => self.closed = true,
        }
    }
}

/// Puts the parts of a rolled log in order: the newest compact file, then every part with a higher number.
fn rolled(directory: &str, mut parts: Vec<Part<'_>>, status: Status) -> LogFiles {
    let own = directory.strip_prefix(PART_DIRECTORY).unwrap_or_default();
    parts.sort_by_key(|part| (part.number, part.of != own, part.file));
    let compacted = parts
        .iter()
        .filter(|part| part.compact)
        .map(|part| part.number)
        .max();
    parts.retain(|part| match compacted {
        None => true,
        Some(compacted) => part.number > compacted || (part.number == compacted && part.compact),
    });
    let mut gaps = Vec::new();
    if status.open && !status.closed {
        gaps.push(Gap::StillOpen);
    }
    gaps.extend(compacted.map(Gap::Compacted));
    let mut missing = Vec::new();
    let mut next = compacted.unwrap_or(1);
    let mut taken: Vec<Part<'_>> = Vec::new();
    for part in parts {
        match taken.last() {
            Some(before) if before.number == part.number => gaps.push(Gap::Unreadable {
                file: part.file.to_owned(),
                why: format!(
                    "is part {} like `{}`; it was not read",
                    part.number, before.file
                ),
            }),
            _ => {
                let room = MOST_MISSING.saturating_sub(missing.len() as u64);
                missing.extend(next..part.number.min(next.saturating_add(room)));
                next = part.number.saturating_add(1);
                taken.push(part);
            }
        }
    }
    if !missing.is_empty() {
        gaps.push(Gap::MissingParts(missing));
    }
    let path = |file: &str| match directory {
        "" => file.to_owned(),
        directory => format!("{directory}/{file}"),
    };
    LogFiles {
        name: directory.to_owned(),
        parts: taken.iter().map(|part| path(part.file)).collect(),
        gaps,
    }
}

#[cfg(test)]
mod tests;
