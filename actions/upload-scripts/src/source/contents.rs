//! The checksums of the files, and what in them looks like a secret. Reads every file once, on all cores.

use super::{
    secrets::{SEARCHED, Search},
    tree::{LocalFile, TreeError},
};
use crate::checksum::{Checksum, PART, Sum, part_count, part_of};
use std::{
    fs::File,
    io::{self, Read},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    /// In bytes, as read.
    pub(crate) size: u64,
    /// Of each part, in order.
    pub(crate) parts: Vec<Sum>,
    /// What it holds that looks like a secret, with the line.
    pub(crate) secret: Option<(&'static str, usize)>,
}

impl Contents {
    /// The checksum of the whole.
    pub(crate) fn checksum(&self) -> Checksum {
        Checksum::of_file(&self.parts)
    }
}

/// Reads the files; the answers are in their order.
pub(crate) fn read(files: &[LocalFile]) -> Result<Vec<Contents>, TreeError> {
    let jobs = jobs(files);
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(jobs.len()));
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let search = Search::new();
    thread::scope(|scope| {
        for _ in 0..workers.min(jobs.len()) {
            scope.spawn(|| {
                let mut buffer = Vec::new();
                let mut mine = Vec::new();
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let file = &files[job.file];
                    let result = job.read(file, &search, &mut buffer);
                    let broken = result.is_err();
                    mine.push((job, result));
                    if broken {
                        // Nobody needs the others then.
                        next.store(jobs.len(), Ordering::Relaxed);
                    }
                }
                done.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .append(&mut mine);
            });
        }
    });
    let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    joined(files, done)
}

/// One part of one file.
#[derive(Clone, Copy, Debug)]
struct Job {
    file: usize,
    part: u64,
}

/// What was read of a part: its checksum, its size, and what in it looks like a secret.
type Part = (Sum, u64, Option<(&'static str, usize)>);

fn jobs(files: &[LocalFile]) -> Vec<Job> {
    let of = |(file, local): (usize, &LocalFile)| {
        (0..part_count(local.size)).map(move |part| Job { file, part })
    };
    files.iter().enumerate().flat_map(of).collect()
}

impl Job {
    fn read(self, file: &LocalFile, search: &Search, buffer: &mut Vec<u8>) -> io::Result<Part> {
        let mut opened = File::open(&file.path)?;
        if file.size > PART {
            let sum = part_of(&opened, file.size, self.part, buffer)?;
            return Ok((sum, file.size, None));
        }
        buffer.clear();
        opened.read_to_end(buffer)?;
        let size = buffer.len() as u64;
        if size > PART {
            return Err(io::Error::other("it grew while it was read"));
        }
        let secret = (!file.may_be_secret && size <= SEARCHED)
            .then(|| search.content(buffer))
            .flatten();
        Ok((crate::checksum::sum(buffer), size, secret))
    }
}

fn joined(
    files: &[LocalFile],
    mut done: Vec<(&Job, io::Result<Part>)>,
) -> Result<Vec<Contents>, TreeError> {
    done.sort_unstable_by_key(|(job, _)| (job.file, job.part));
    let mut contents: Vec<Contents> = Vec::with_capacity(files.len());
    let mut broken = None;
    for (job, result) in done {
        match result {
            Ok((sum, size, secret)) if job.part == 0 => contents.push(Contents {
                size,
                parts: vec![sum],
                secret,
            }),
            Ok((sum, ..)) => {
                if let Some(last) = contents.last_mut() {
                    last.parts.push(sum);
                }
            }
            Err(error) => {
                let path = files[job.file].path.clone();
                broken.get_or_insert(TreeError { path, error });
            }
        }
    }
    match broken {
        Some(error) => Err(error),
        None => Ok(contents),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use std::path::{Path, PathBuf};

    fn local(folder: &Path, name: &str, bytes: &[u8]) -> LocalFile {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        LocalFile {
            relative: name.to_owned(),
            path,
            size: bytes.len() as u64,
            may_be_secret: false,
        }
    }

    #[test]
    fn files_are_summed_in_their_order_and_long_ones_by_their_parts() {
        let folder = tempfile::tempdir().unwrap();
        let length = usize::try_from(PART).unwrap();
        let long: Vec<u8> = (0..2 * length + 3).map(|at| (at % 251) as u8).collect();
        let files = [
            local(folder.path(), "a", b"abc"),
            local(folder.path(), "empty", b""),
            local(folder.path(), "long", &long),
            local(
                folder.path(),
                "z",
                b"x = 'github_pat_aaaaaaaaaabbbbbbbbbbcccccccccc'",
            ),
        ];
        let read = read(&files).unwrap();
        assert_eq!(read[0].checksum(), Checksum::of(b"abc"));
        assert_eq!(read[1].checksum(), Checksum::of(b""));
        let parts: Vec<Sum> = long.chunks(length).map(crate::checksum::sum).collect();
        assert_eq!(read[2].parts, parts);
        assert_eq!(read[2].size, long.len() as u64);
        assert_eq!(read[3].secret, Some(("a GitHub token", 1)));
        assert_eq!(read[0].secret, None);
    }

    #[test]
    fn a_file_that_has_gone_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let mut files: Vec<LocalFile> = (0..50)
            .map(|n| local(folder.path(), &format!("f{n}"), b"x"))
            .collect();
        files[20].path = PathBuf::from("/does/not/exist");
        assert_eq!(read(&files).unwrap_err().path, Path::new("/does/not/exist"));
        assert_eq!(read(&[]).unwrap(), []);
    }
}
