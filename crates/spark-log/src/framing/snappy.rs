//! snappy-java's `SnappyOutputStream`: a header, then blocks, each behind its length. A header may come again where
//! one stream follows another. There is no checksum and no mark of the end: a file cut between two blocks looks
//! whole.

use snap::raw::{Decoder, decompress_len};

use super::fault::{Damage, Reason};
use super::format::{Block, Format, Next, Plain};

const MAGIC: &[u8] = b"\x82SNAPPY\0";
/// Version and least compatible version, behind the magic number.
const VERSIONS: usize = 8;
/// The version this reader knows.
const VERSION: u32 = 1;
/// The largest block that is read. Spark's default is 32 KiB; the format knows no limit but 2 GiB.
const LARGEST: usize = 16 << 20;

/// Reads headers and blocks.
#[derive(Debug, Default)]
pub(super) struct Snappy {
    stage: Stage,
    decoder: Decoder,
    block: Block,
}

#[derive(Debug, Default, Clone, Copy)]
enum Stage {
    /// The length of a block, or the first half of the magic number.
    #[default]
    Length,
    /// What follows that first half.
    Header,
    Block(usize),
}

impl Format for Snappy {
    fn next(&self) -> Next {
        Next::Part(match self.stage {
            Stage::Length => 4,
            Stage::Header => MAGIC.len() - 4 + VERSIONS,
            Stage::Block(length) => length,
        })
    }

    fn read(&mut self, part: &[u8], plain: Plain<'_>) -> Result<(), Reason> {
        self.stage = match self.stage {
            Stage::Length if MAGIC.starts_with(part) => Stage::Header,
            Stage::Length => Stage::Block(length(part)?),
            Stage::Header => {
                header(part)?;
                Stage::Length
            }
            Stage::Block(_) => {
                let raw = self.block.of(raw_length(part)?);
                self.decoder
                    .decompress(part, raw)
                    .map_err(|_| Damage::Content)?;
                plain(raw);
                Stage::Length
            }
        };
        Ok(())
    }

    fn end(&self, rest: &[u8]) -> Option<Reason> {
        (!rest.is_empty() || !matches!(self.stage, Stage::Length)).then_some(Reason::CutOff)
    }
}

fn number(part: &[u8]) -> Option<u32> {
    part.try_into().ok().map(u32::from_be_bytes)
}

fn header(part: &[u8]) -> Result<(), Damage> {
    let versions = part.strip_prefix(&MAGIC[4..]).ok_or(Damage::NoBeginning)?;
    let (_version, compatible) = versions.split_at(VERSIONS / 2);
    match number(compatible) {
        Some(0..=VERSION) => Ok(()),
        _ => Err(Damage::Version),
    }
}

/// The length of a block as it is stored.
fn length(part: &[u8]) -> Result<usize, Reason> {
    let length = number(part).ok_or(Damage::Header)?;
    // The length is a signed number in Java.
    if length == 0 || length > i32::MAX.cast_unsigned() {
        return Err(Damage::Header.into());
    }
    within_limit(length.into(), snap::raw::max_compress_len(LARGEST))
}

/// The length that a block says it has when it is decompressed.
fn raw_length(part: &[u8]) -> Result<usize, Reason> {
    let raw = decompress_len(part).map_err(|_| Damage::Content)?;
    // The densest that snappy can be is 64 bytes in 3.
    if raw / 22 > part.len() {
        return Err(Damage::Content.into());
    }
    within_limit(raw as u64, LARGEST)
}

fn within_limit(wanted: u64, limit: usize) -> Result<usize, Reason> {
    match usize::try_from(wanted) {
        Ok(wanted) if wanted <= limit => Ok(wanted),
        _ => Err(Reason::TooLarge {
            wanted,
            limit: LARGEST as u64,
        }),
    }
}
