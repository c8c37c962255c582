//! The bytes of a file to the bytes of the log in it: which codec it has, and out of its frames or blocks.
//!
//! [`Unframer`] knows every codec Spark writes event logs with. It holds one frame part or block at a time, never
//! the file. It opens no file and knows no names: the codec is found from the first bytes. It does not look for
//! readable bytes behind damaged ones.
//!
//! Each codec is a `Format`: it says how many bytes it wants next, and gets them in one piece. So no codec sees how
//! the file was cut into pieces, and damage has the same result however it was cut.

mod detect;
mod fault;
mod format;
mod lz4;
mod lzf;
mod snappy;
mod unframer;
mod walk;
mod zstd;

use std::fmt;

pub use fault::{Damage, FramingFault};
pub use unframer::Unframer;

/// How the bytes of a log are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// As they are.
    Plain,
    /// Zstandard frames (RFC 8878).
    Zstd,
    /// The `LZ4Block` blocks of lz4-java. Not the LZ4 frame format.
    Lz4,
    /// The blocks of snappy-java's `SnappyOutputStream`. Not the standard snappy framing.
    Snappy,
    /// The `ZV` chunks of compress-lzf.
    Lzf,
}

impl fmt::Display for Codec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Plain => "plain",
            Self::Zstd => "zstd",
            Self::Lz4 => "lz4",
            Self::Snappy => "snappy",
            Self::Lzf => "lzf",
        })
    }
}

/// What is known of a file after its last byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unframed {
    /// The codec found. `None` for an empty file and for one of a foreign format.
    pub codec: Option<Codec>,
    /// Bytes of the file.
    pub stored_bytes: u64,
    /// Bytes of the log, as far as it could be read.
    pub plain_bytes: u64,
    /// Why the log is not whole. The bytes handed on before are good.
    pub fault: Option<FramingFault>,
}
