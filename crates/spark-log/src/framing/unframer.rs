//! From the first byte of a file to its last: finds the codec, passes the bytes to it, and knows at the end what
//! the file was.

use std::fmt;

use super::detect::{self, Found, detect};
use super::fault::Reason;
use super::format::{Format, Plain};
use super::walk::Walk;
use super::{Codec, Unframed, lz4, lzf, snappy, zstd};

/// Takes a file in pieces of any size and hands on the bytes of the log.
///
/// ```
/// let mut log = Vec::new();
/// let mut unframer = spark_log::Unframer::default();
/// for piece in [&b"{\"Event\":"[..], b"\"SparkListenerLogStart\"}\n"] {
///     unframer.push(piece, &mut |plain| log.extend_from_slice(plain));
/// }
/// let unframed = unframer.finish(&mut |plain| log.extend_from_slice(plain));
/// assert_eq!(unframed.codec, Some(spark_log::Codec::Plain));
/// assert_eq!(unframed.plain_bytes, 34);
/// assert_eq!(unframed.fault, None);
/// ```
#[derive(Default)]
pub struct Unframer {
    state: State,
    /// The beginning of a part, or of the file, that is not yet whole.
    held: Vec<u8>,
    /// Bytes handed to the state: all stored bytes except those held.
    passed: u64,
    plain: u64,
}

#[derive(Default)]
enum State {
    /// Too few bytes to know the codec.
    #[default]
    Unknown,
    Plain,
    Framed(Codec, Box<dyn Format>),
    /// Nothing is read any more. `at` is where the unreadable part begins.
    Stopped {
        codec: Codec,
        at: u64,
        reason: Reason,
    },
    Foreign(detect::Foreign),
}

impl fmt::Debug for Unframer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Unframer")
            .field("codec", &self.codec())
            .field("passed", &self.passed)
            .field("held", &self.held.len())
            .field("plain", &self.plain)
            .finish()
    }
}

impl Unframer {
    /// Takes the next stored bytes and hands on what they complete, in pieces of at most 32 MiB (the largest block)
    /// and usually 4 to 256 KiB. The bytes of a plain log are handed on as the very slices they came in.
    pub fn push(&mut self, stored: &[u8], plain: Plain<'_>) {
        let mut sum = 0;
        let mut counted = |bytes: &[u8]| {
            if !bytes.is_empty() {
                sum += bytes.len() as u64;
                plain(bytes);
            }
        };
        match self.state {
            State::Unknown => self.begin(stored, &mut counted),
            _ => self.advance(stored, &mut counted),
        }
        self.plain += sum;
    }

    /// Ends the file, and says what it was.
    pub fn finish(mut self, plain: Plain<'_>) -> Unframed {
        let stored = self.passed + self.held.len() as u64;
        let mut codec = self.codec();
        let fault = match self.state {
            State::Plain => None,
            State::Unknown => match detect::begun(&self.held) {
                _ if self.held.is_empty() => None,
                Some(begun) => {
                    codec = Some(begun);
                    Some(Reason::CutOff.fault(begun, 0, stored))
                }
                None => {
                    codec = Some(Codec::Plain);
                    self.plain = stored;
                    plain(&self.held);
                    None
                }
            },
            State::Framed(codec, format) => format
                .end(&self.held)
                .map(|reason| reason.fault(codec, self.passed, stored)),
            State::Stopped { codec, at, reason } => Some(reason.fault(codec, at, stored)),
            State::Foreign(foreign) => Some(foreign.into()),
        };
        Unframed {
            codec,
            stored_bytes: stored,
            plain_bytes: self.plain,
            fault,
        }
    }

    /// The codec, as soon as it is known.
    #[must_use]
    pub fn codec(&self) -> Option<Codec> {
        match self.state {
            State::Unknown | State::Foreign(_) => None,
            State::Plain => Some(Codec::Plain),
            State::Framed(codec, _) | State::Stopped { codec, .. } => Some(codec),
        }
    }

    fn begin(&mut self, stored: &[u8], plain: Plain<'_>) {
        let taken = if self.held.is_empty() {
            0
        } else {
            let taken = stored.len().min(detect::LONGEST - self.held.len());
            self.held.extend_from_slice(&stored[..taken]);
            taken
        };
        let first = if self.held.is_empty() {
            stored
        } else {
            &self.held
        };
        self.state = match detect(first) {
            Found::TooFew => {
                if self.held.is_empty() {
                    self.held.extend_from_slice(stored);
                }
                return;
            }
            Found::Foreign(foreign) => State::Foreign(foreign),
            Found::Codec(Codec::Plain) => State::Plain,
            Found::Codec(codec @ Codec::Zstd) => State::Framed(codec, Box::<zstd::Zstd>::default()),
            Found::Codec(codec @ Codec::Lz4) => State::Framed(codec, Box::<lz4::Lz4>::default()),
            Found::Codec(codec @ Codec::Snappy) => {
                State::Framed(codec, Box::<snappy::Snappy>::default())
            }
            Found::Codec(codec @ Codec::Lzf) => State::Framed(codec, Box::<lzf::Lzf>::default()),
        };
        let first = std::mem::take(&mut self.held);
        self.advance(&first, plain);
        self.advance(&stored[taken..], plain);
    }

    fn advance(&mut self, stored: &[u8], plain: Plain<'_>) {
        let State::Framed(codec, format) = &mut self.state else {
            self.passed += stored.len() as u64;
            if matches!(self.state, State::Plain) {
                plain(stored);
            }
            return;
        };
        let mut walk = Walk {
            held: &mut self.held,
            passed: &mut self.passed,
        };
        let result = walk.read(format.as_mut(), stored, plain);
        format.flush(plain);
        if let Err((rest, reason)) = result {
            let (codec, at) = (*codec, self.passed);
            self.passed += (self.held.len() + rest) as u64;
            self.held = Vec::new();
            self.state = State::Stopped { codec, at, reason };
        }
    }
}
