//! Which logs a place names.

use std::{io, path::Path};

use aws_setup::S3Uri;
use spark_log::LogFiles;

use super::{Log, Logs};
use crate::{
    place::Place,
    s3::Listing,
    unread::{READABLE, Unread},
};

/// How the directory of a rolled log is called, before the application.
const ROLLED: &str = "eventlog_v2_";

impl Logs {
    /// The logs that a place names: a file or an object is one, whatever it is called; a directory or a prefix may be
    /// a rolled log or hold several logs. Empty when there is none in it.
    pub(crate) async fn find(&self, place: &Place) -> Result<Vec<Log>, Unread> {
        match place {
            Place::S3(uri) => {
                let listing = self.s3.list(uri).await?;
                Ok(Self::listed(uri, &listing))
            }
            Place::Local(path) => {
                let path = path.clone();
                let found = tokio::task::spawn_blocking(move || local(&path)).await;
                found.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
            }
        }
    }

    /// The same for a place in S3 that was listed before.
    pub(crate) fn listed(uri: &S3Uri, listing: &Listing) -> Vec<Log> {
        let place = Place::S3(uri.clone());
        if listing.itself {
            return vec![Log::single(place)];
        }
        let names = listing.names.iter().map(String::as_str);
        among(names, place, |name| Place::S3(uri.join(name)))
    }
}

impl Log {
    /// The log in one file or object.
    fn single(place: Place) -> Self {
        Self {
            gaps: LogFiles::single(&place.name()).gaps,
            parts: vec![place.clone()],
            place,
        }
    }

    /// Its parts.
    pub(super) fn parts(&self) -> &[Place] {
        &self.parts
    }
}

fn local(path: &Path) -> Result<Vec<Log>, Unread> {
    let unusable = |error: io::Error, what: &str| Unread::bad(format!("{what}: {error}"), READABLE);
    let about = std::fs::metadata(path).map_err(|error| unusable(error, "cannot be opened"))?;
    let place = Place::Local(path.to_owned());
    if !about.is_dir() {
        return Ok(vec![Log::single(place)]);
    }
    let mut names = Vec::new();
    names_in(path, "", &mut names).map_err(|error| unusable(error, "cannot be listed"))?;
    let names = names.iter().map(String::as_str);
    Ok(among(names, place, |name| Place::Local(path.join(name))))
}

/// The names of files in a directory, and of those in the directories of rolled logs in it.
fn names_in(directory: &Path, before: &str, names: &mut Vec<String>) -> io::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        // Spark's names are plain letters, digits and a few signs.
        let Some(name) = name.to_str() else { continue };
        // A link that leads nowhere is a file that cannot be opened, and so is told. Pipes and devices may have no end:
        // they are read only when they are named.
        let about = std::fs::metadata(entry.path());
        let is_directory = about.as_ref().is_ok_and(std::fs::Metadata::is_dir);
        if about.as_ref().map_or(true, std::fs::Metadata::is_file) {
            names.push(format!("{before}{name}"));
        } else if is_directory && before.is_empty() && name.starts_with(ROLLED) {
            names_in(&entry.path(), &format!("{name}/"), names)?;
        }
    }
    Ok(())
}

fn among<'a>(
    names: impl Iterator<Item = &'a str>,
    place: Place,
    below: impl Fn(&str) -> Place,
) -> Vec<Log> {
    let found = LogFiles::among(names).into_iter();
    let log = |files: LogFiles| Log {
        place: match files.name.as_str() {
            "" => place.clone(),
            name => below(name),
        },
        parts: files.parts.iter().map(|part| below(part)).collect(),
        gaps: files.gaps,
    };
    found.map(log).collect()
}
