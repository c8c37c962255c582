//! The history in a bucket, or in a directory: written once, listed newest first, read within bounds.

use std::{io, path::Path};

use aws_setup::S3Uri;
use futures::StreamExt;
use gha::Failure;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{document::MOST_BYTES, name::Name};
use crate::{
    place::Place,
    s3::{Below, Put, S3, S3Error},
};

/// So many documents are read at a time.
const AT_A_TIME: usize = 8;

/// One workload's history.
pub(crate) struct Store {
    pub(crate) s3: S3,
    /// The history's prefix with the workload.
    pub(crate) folder: Place,
}

/// A document's bytes, or why there are none.
pub(crate) type Bytes = Result<Vec<u8>, String>;

impl Store {
    /// One workload's part of a history.
    pub(crate) fn of(history: &Place, workload: &str, s3: S3) -> Self {
        let folder = match history {
            Place::Local(path) => Place::Local(path.join(workload)),
            Place::S3(uri) => Place::S3(uri.join(workload)),
        };
        Self { s3, folder }
    }

    /// Where a document is, for people.
    pub(crate) fn shown(&self, name: &Name) -> String {
        match &self.folder {
            Place::Local(path) => path.join(name.path()).display().to_string(),
            Place::S3(uri) => uri.join(&name.path()).to_string(),
        }
    }

    /// Writes a document unless it is there.
    pub(crate) async fn put(&self, name: &Name, text: &str) -> Result<Put, Failure> {
        match &self.folder {
            Place::Local(path) => put_file(&path.join(name.path()), text)
                .await
                .map_err(|error| local(&path.join(name.path()), "cannot write", &error)),
            Place::S3(uri) => {
                let uri = uri.join(&name.path());
                let put = self.s3.put_new(&uri, text).await;
                put.map_err(|error| outside("Cannot keep the run", &uri, error))
            }
        }
    }

    /// The newest documents' names, newest first: as many as wanted, and all of the newest month with one.
    pub(crate) async fn newest(&self, wanted: usize) -> Result<Vec<Name>, Failure> {
        let mut names = Vec::new();
        for year in self.below(&[]).await?.folders.iter().rev() {
            for month in self.below(&[year]).await?.folders.iter().rev() {
                let below = self.below(&[year, month]).await?;
                let files = below.files.iter().rev();
                names.extend(files.filter_map(|file| Name::read(year, month, file)));
                if names.len() >= wanted {
                    return Ok(names);
                }
            }
        }
        Ok(names)
    }

    /// The documents of these names, in their order.
    pub(crate) async fn read(&self, names: &[Name]) -> Result<Vec<Bytes>, Failure> {
        let read = futures::stream::iter(names)
            .map(|name| self.read_one(name))
            .buffered(AT_A_TIME);
        let read: Vec<_> = read.collect().await;
        read.into_iter().collect()
    }

    async fn read_one(&self, name: &Name) -> Result<Bytes, Failure> {
        const LONG: &str = "is longer than 256 KiB";
        match &self.folder {
            Place::Local(path) => {
                let path = path.join(name.path());
                let read = read_file(&path).await;
                let bytes = read.map_err(|error| local(&path, "cannot read", &error))?;
                Ok(bytes.ok_or_else(|| LONG.to_owned()))
            }
            Place::S3(uri) => {
                let uri = uri.join(&name.path());
                match self.s3.read_short(&uri, MOST_BYTES).await {
                    Ok(bytes) => Ok(bytes.ok_or_else(|| LONG.to_owned())),
                    Err(error) if error.is_missing_object() => {
                        Ok(Err("was deleted meanwhile".to_owned()))
                    }
                    Err(error) => Err(outside("Cannot read the history", &uri, error)),
                }
            }
        }
    }

    async fn below(&self, folders: &[&String]) -> Result<Below, Failure> {
        let folders: Vec<&str> = folders.iter().map(|name| name.as_str()).collect();
        let folders = folders.join("/");
        match &self.folder {
            Place::Local(path) => {
                let path = path.join(folders);
                let below = files_below(&path).await;
                below.map_err(|error| local(&path, "cannot list", &error))
            }
            Place::S3(uri) => {
                let uri = uri.join(&folders).as_prefix();
                let below = self.s3.below(&uri).await;
                below.map_err(|error| outside("Cannot read the history", &uri, error))
            }
        }
    }
}

async fn put_file(path: &Path, text: &str) -> io::Result<Put> {
    if let Some(folder) = path.parent() {
        tokio::fs::create_dir_all(folder).await?;
    }
    let new = tokio::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .await;
    match new {
        Ok(mut file) => {
            file.write_all(text.as_bytes()).await?;
            file.flush().await?;
            Ok(Put::Created)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Put::Kept),
        Err(error) => Err(error),
    }
}

async fn read_file(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let file = tokio::fs::File::open(path).await?;
    let limit = MOST_BYTES as u64 + 1;
    file.take(limit).read_to_end(&mut bytes).await?;
    Ok((bytes.len() <= MOST_BYTES).then_some(bytes))
}

async fn files_below(path: &Path) -> io::Result<Below> {
    let mut below = Below::default();
    let mut entries = match tokio::fs::read_dir(path).await {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(below),
        Err(error) => return Err(error),
    };
    while let Some(entry) = entries.next_entry().await? {
        // Links are not followed.
        let kind = entry.file_type().await?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if kind.is_dir() {
            below.folders.push(name);
        } else if kind.is_file() {
            below.files.push(name);
        }
    }
    below.folders.sort();
    below.files.sort();
    Ok(below)
}

fn local(path: &Path, what: &str, error: &io::Error) -> Failure {
    Failure::bad_input("history", format!("{what} `{}`: {error}", path.display()))
        .help("name a directory that can be written to, or an `s3://` prefix")
}

fn outside(title: &str, uri: &S3Uri, error: S3Error) -> Failure {
    const GENERAL: &str = "check the input `history` and the region, and that the role allows `s3:PutObject` and `s3:GetObject` below the prefix and `s3:ListBucket` on the bucket";
    let help = error.problem.help().unwrap_or(GENERAL);
    Failure::outside(title, format!("`{uri}`: {}: {}", error.call, error.problem)).help(help)
}
