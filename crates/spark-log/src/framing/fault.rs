//! Why a file could not be read to its end, in words for the person who has the file.

use std::fmt;

use super::Codec;
use super::detect::Foreign;

/// Why the log in a file is not whole. Positions count stored bytes from 0; `unread` is how many stored bytes,
/// from there to the end of the file, were not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FramingFault {
    /// The file ends inside a frame, a block or a stream: it is still being written, or its end is lost.
    CutOff {
        /// The codec.
        codec: Codec,
        /// Where the part begins that is not whole. The file's length, if only the mark of the end is missing.
        at: u64,
        /// Stored bytes not read.
        unread: u64,
    },
    /// What stands in the file is not what the codec writes.
    Damaged {
        /// The codec.
        codec: Codec,
        /// Where the damaged part begins: a header, or the contents of a block.
        at: u64,
        /// Stored bytes not read.
        unread: u64,
        /// What is wrong there.
        damage: Damage,
    },
    /// A block or a zstd window is larger than is read, so that no file can take all memory.
    TooLarge {
        /// The codec.
        codec: Codec,
        /// Where the header begins that says so.
        at: u64,
        /// Stored bytes not read.
        unread: u64,
        /// What the header asks for, in bytes.
        wanted: u64,
        /// What is allowed, in bytes.
        limit: u64,
    },
    /// Another format, which may hold a log. Nothing was read.
    Packed {
        /// Its name in a sentence: "gzip", "a zip archive".
        format: &'static str,
    },
    /// Another kind of file, which is no log. Nothing was read.
    NoLog {
        /// Its name in a sentence: "a Parquet file".
        format: &'static str,
    },
}

/// What is wrong with a damaged part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// No frame, block or chunk begins where one must.
    NoBeginning,
    /// A header's fields contradict each other, or the format.
    Header,
    /// The compressed bytes do not make sense.
    Content,
    /// The bytes are not those that the checksum was made of.
    Checksum,
    /// It was compressed with a dictionary, which is not in the file.
    Dictionary,
    /// It says that it was made by a later version of the format.
    Version,
}

/// A fault before it is known how much of the file it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    CutOff,
    Damaged(Damage),
    TooLarge { wanted: u64, limit: u64 },
}

impl From<Damage> for Reason {
    fn from(damage: Damage) -> Self {
        Self::Damaged(damage)
    }
}

impl Reason {
    /// The fault of a file of `stored` bytes whose part at `at` could not be read.
    pub(super) fn fault(self, codec: Codec, at: u64, stored: u64) -> FramingFault {
        let unread = stored - at;
        match self {
            Self::CutOff => FramingFault::CutOff { codec, at, unread },
            Self::Damaged(damage) => FramingFault::Damaged {
                codec,
                at,
                unread,
                damage,
            },
            Self::TooLarge { wanted, limit } => FramingFault::TooLarge {
                codec,
                at,
                unread,
                wanted,
                limit,
            },
        }
    }
}

impl From<Foreign> for FramingFault {
    fn from(foreign: Foreign) -> Self {
        match foreign {
            Foreign::Packed(format) => Self::Packed { format },
            Foreign::Other(format) => Self::NoLog { format },
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NoBeginning => "nothing of this format begins there",
            Self::Header => "the header there is not possible",
            Self::Content => "the compressed bytes there make no sense",
            Self::Checksum => "the checksum there does not fit the bytes",
            Self::Dictionary => {
                "what begins there needs a dictionary, which the file does not hold"
            }
            Self::Version => "what begins there was made by a later version of the format",
        })
    }
}

impl fmt::Display for FramingFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutOff {
                codec, unread: 0, ..
            } => write!(
                formatter,
                "cut off: the file ends before its {codec} data does; all that is there was read"
            ),
            Self::CutOff { codec, at, unread } => write!(
                formatter,
                "cut off: the file ends before its {codec} data does; read up to stored byte {at}, not the last {}",
                Bytes(*unread)
            ),
            Self::Damaged {
                codec,
                at,
                unread,
                damage,
            } => write!(
                formatter,
                "damaged {codec} data at stored byte {at}: {damage}; {} from there on not read",
                Bytes(*unread)
            ),
            Self::TooLarge {
                codec,
                at,
                unread,
                wanted,
                limit,
            } => {
                let (noun, setting) = setting_for_size(*codec);
                write!(
                    formatter,
                    "a {codec} {noun} of {} at stored byte {at} is more than the {} that are read; {} from there on \
                     not read. {setting}, or unpack the log first",
                    Bytes(*wanted),
                    Bytes(*limit),
                    Bytes(*unread)
                )
            }
            Self::Packed { format } => write!(
                formatter,
                "is {format}, which is not a codec of Spark's event logs; unpack it first"
            ),
            Self::NoLog { format } => write!(formatter, "is {format}, not a Spark event log"),
        }
    }
}

/// What is too large, and the Spark setting that makes it smaller.
fn setting_for_size(codec: Codec) -> (&'static str, &'static str) {
    match codec {
        Codec::Zstd => (
            "window",
            "Set spark.io.compression.zstd.level to 20 or less",
        ),
        Codec::Snappy => (
            "block",
            "Set spark.io.compression.snappy.blockSize to less (Spark's default is 32k)",
        ),
        // The lengths of these two formats, and of plain, cannot say more than is read.
        Codec::Lz4 | Codec::Lzf | Codec::Plain => ("block", "Write smaller blocks"),
    }
}

/// A size for reading: in MiB when it is a whole number of them.
struct Bytes(u64);

impl fmt::Display for Bytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => formatter.write_str("1 byte"),
            bytes if bytes >= 1 << 20 && bytes.is_multiple_of(1 << 20) => {
                write!(formatter, "{} MiB", bytes >> 20)
            }
            bytes => write!(formatter, "{bytes} bytes"),
        }
    }
}
