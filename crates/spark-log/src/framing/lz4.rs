//! lz4-java's `LZ4BlockOutputStream`: blocks with a header of 21 bytes, ended by an empty block.
//!
//! One stream may follow another. A file without the empty block at its end was not closed, and is called cut off
//! even if every block in it is whole.

use lz4_flex::block::decompress_into;
use twox_hash::XxHash32;

use super::fault::{Damage, Reason};
use super::format::{Block, Format, Next, Plain};

const MAGIC: &[u8] = b"LZ4Block";
/// Magic, token, compressed length, raw length, checksum.
const HEADER: usize = 21;
/// The lower half of the token is the binary logarithm of the largest block, less this.
const LEVEL_BASE: u32 = 10;
const SEED: u32 = 0x9747_b28c;
/// lz4-java keeps 28 bits of the checksum.
const CHECKSUM_BITS: u32 = 0x0fff_ffff;

/// Reads blocks.
#[derive(Debug, Default)]
pub(super) struct Lz4 {
    body: Option<Header>,
    /// A block was seen, and no empty one after it.
    open: bool,
    block: Block,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Header {
    is_compressed: bool,
    stored: usize,
    raw: usize,
    checksum: u32,
}

impl Format for Lz4 {
    fn next(&self) -> Next {
        Next::Part(self.body.map_or(HEADER, |header| header.stored))
    }

    fn read(&mut self, part: &[u8], plain: Plain<'_>) -> Result<(), Reason> {
        let Some(body) = self.body.take() else {
            let header = Header::read(part)?;
            self.open = header.raw > 0;
            self.body = self.open.then_some(header);
            return Ok(());
        };
        let raw = if body.is_compressed {
            let raw = self.block.of(body.raw);
            match decompress_into(part, raw) {
                Ok(written) if written == body.raw => raw,
                _ => return Err(Damage::Content.into()),
            }
        } else {
            part
        };
        if XxHash32::oneshot(SEED, raw) & CHECKSUM_BITS != body.checksum {
            return Err(Damage::Checksum.into());
        }
        plain(raw);
        Ok(())
    }

    fn end(&self, rest: &[u8]) -> Option<Reason> {
        if rest.is_empty() {
            return self.open.then_some(Reason::CutOff);
        }
        let begins = MAGIC.starts_with(&rest[..rest.len().min(MAGIC.len())]);
        Some(if self.body.is_some() || begins {
            Reason::CutOff
        } else {
            Damage::NoBeginning.into()
        })
    }
}

impl Header {
    /// The checks are lz4-java's, and that the block cannot be larger than its bytes could ever make it.
    fn read(part: &[u8]) -> Result<Self, Damage> {
        let fields = part.strip_prefix(MAGIC).ok_or(Damage::NoBeginning)?;
        let (&token, fields) = fields.split_first().ok_or(Damage::Header)?;
        let (&[stored, raw, checksum], []) = fields.as_chunks::<4>() else {
            return Err(Damage::Header);
        };
        let [stored, raw, checksum] = [stored, raw, checksum].map(u32::from_le_bytes);
        let is_compressed = match token >> 4 {
            1 => false,
            2 => true,
            _ => return Err(Damage::Header),
        };
        if raw > 1 << (LEVEL_BASE + u32::from(token & 15)) {
            return Err(Damage::Header);
        }
        let possible = match (is_compressed, raw) {
            (_, 0) => stored == 0 && checksum == 0,
            (false, _) => stored == raw,
            // A sequence of lz4 makes at most 255 bytes of one; compressing never adds more than 1/255 and 16 bytes.
            (true, _) => stored > 0 && raw / 255 <= stored && stored <= raw + raw / 255 + 16,
        };
        if !possible {
            return Err(Damage::Header);
        }
        let size = |length: u32| usize::try_from(length).map_err(|_| Damage::Header);
        Ok(Self {
            is_compressed,
            stored: size(stored)?,
            raw: size(raw)?,
            checksum,
        })
    }
}
