//! The bytes of one file or object as they are stored, piece by piece. Blocking: for threads of their own.

use std::{
    fs::File,
    io::{ErrorKind, Read as _},
};

use bytes::Bytes;
use tokio::runtime::Handle;

use super::Logs;
use crate::{
    place::Place,
    s3::Object,
    unread::{READABLE, Unread},
};

/// How much of a file is read at once: small enough to stay in the cache of a core until it is decoded.
const PIECE: usize = 256 << 10;

/// Something that is open for reading.
#[derive(Debug)]
pub(super) struct Stored {
    from: From,
    /// The first piece, when it was looked at before its time.
    peeked: Option<Result<usize, String>>,
}

#[derive(Debug)]
enum From {
    File {
        file: File,
        buffer: Vec<u8>,
    },
    Object {
        object: Box<Object>,
        runtime: Handle,
        piece: Bytes,
    },
}

impl Stored {
    pub(super) fn open(logs: &Logs, place: &Place) -> Result<Self, Unread> {
        let from = match place {
            Place::Local(path) => {
                let file = File::open(path)
                    .map_err(|error| Unread::bad(format!("cannot be opened: {error}"), READABLE))?;
                let buffer = vec![0; PIECE];
                From::File { file, buffer }
            }
            Place::S3(uri) => {
                let open = Object::open(logs.s3.clone(), uri.clone());
                From::Object {
                    object: Box::new(logs.runtime.block_on(open)?),
                    runtime: logs.runtime.clone(),
                    piece: Bytes::new(),
                }
            }
        };
        Ok(Self { from, peeked: None })
    }

    /// The first piece, which [`Stored::next`] gives again. Empty when there is none.
    pub(super) fn peek(&mut self) -> &[u8] {
        let read = self.from.read();
        match self.peeked.insert(read) {
            Ok(length) => self.from.piece(*length),
            Err(_) => &[],
        }
    }

    /// The next piece; empty at the end. An error is told in words that go on after the file's name.
    pub(super) fn next(&mut self) -> Result<&[u8], String> {
        let length = match self.peeked.take() {
            Some(read) => read?,
            None => self.from.read()?,
        };
        Ok(self.from.piece(length))
    }
}

impl From {
    /// Gets the next piece; gives its length.
    fn read(&mut self) -> Result<usize, String> {
        match self {
            Self::File { file, buffer } => loop {
                match file.read(buffer) {
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    read => {
                        return read.map_err(|error| format!("cannot be read further: {error}"));
                    }
                }
            },
            Self::Object {
                object,
                runtime,
                piece,
            } => {
                *piece = runtime.block_on(object.next())?;
                Ok(piece.len())
            }
        }
    }

    fn piece(&self, length: usize) -> &[u8] {
        match self {
            Self::File { buffer, .. } => &buffer[..length],
            Self::Object { piece, .. } => piece,
        }
    }
}
