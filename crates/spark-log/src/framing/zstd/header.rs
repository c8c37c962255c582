//! The headers of zstd frames and blocks (RFC 8878, 3.1.1), as far as they say where things end and how large
//! they are.

use super::super::fault::{Damage, Reason};
use super::super::format::LIMIT;
use super::CHECKSUM;

pub(super) const MAGIC: &[u8] = b"\x28\xb5\x2f\xfd";
/// Bytes of a block's header.
pub(super) const BLOCK_HEADER: usize = 3;
/// No block is larger, decompressed or compressed.
pub(super) const LARGEST_BLOCK: usize = 128 << 10;
/// The longest frame header: magic number, descriptor, window, dictionary id, content size.
const LONGEST: usize = 18;

/// The magic number of a frame and the byte that says how long its header is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    descriptor: u8,
}

impl Start {
    pub(super) const SIZE: usize = 5;

    pub(super) fn read(part: &[u8]) -> Result<Self, Damage> {
        let &[descriptor] = part.strip_prefix(MAGIC).ok_or(Damage::NoBeginning)? else {
            return Err(Damage::Header);
        };
        match descriptor & 0b1000 {
            0 => Ok(Self { descriptor }),
            _ => Err(Damage::Header),
        }
    }

    /// How many bytes of the header are still to come: never 0.
    pub(super) fn rest(self) -> usize {
        usize::from(!self.is_single_segment()) + self.dictionary_size() + self.content_size_size()
    }

    fn is_single_segment(self) -> bool {
        self.descriptor & 0b10_0000 != 0
    }

    fn dictionary_size(self) -> usize {
        [0, 1, 2, 4][usize::from(self.descriptor & 0b11)]
    }

    fn content_size_size(self) -> usize {
        match self.descriptor >> 6 {
            0 => usize::from(self.is_single_segment()),
            1 => 2,
            2 => 4,
            _ => 8,
        }
    }
}

/// What matters of a frame's header.
#[derive(Debug, Clone, Copy)]
pub(super) struct FrameHeader {
    pub(super) has_checksum: bool,
    /// Bytes, at most [`LIMIT`].
    window: u64,
}

/// A whole frame header, as the library is to see it.
pub(super) struct HeaderBytes([u8; LONGEST], usize);

impl std::ops::Deref for HeaderBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0[..self.1]
    }
}

impl FrameHeader {
    /// `rest` has the length that `start` says.
    pub(super) fn read(start: Start, rest: &[u8]) -> Result<(Self, HeaderBytes), Reason> {
        let header = Self::parse(start, rest)?;
        let mut bytes = [0; LONGEST];
        let length = Start::SIZE + rest.len();
        bytes[..MAGIC.len()].copy_from_slice(MAGIC);
        bytes[MAGIC.len()] = start.descriptor;
        bytes[Start::SIZE..length].copy_from_slice(rest);
        Ok((header, HeaderBytes(bytes, length)))
    }

    fn parse(start: Start, rest: &[u8]) -> Result<Self, Reason> {
        let (window, rest) = rest.split_at(usize::from(!start.is_single_segment()));
        let (dictionary, content_size) = rest.split_at(start.dictionary_size());
        if dictionary.iter().any(|&byte| byte != 0) {
            return Err(Damage::Dictionary.into());
        }
        let window = match window {
            [byte] => {
                let base = 1 << (10 + (byte >> 3));
                base + base / 8 * u64::from(byte & 7)
            }
            // The frame is one segment: its content is its window.
            _ => content_bytes(content_size),
        };
        if window > LIMIT {
            return Err(Reason::TooLarge {
                wanted: window,
                limit: LIMIT,
            });
        }
        Ok(Self {
            has_checksum: start.descriptor & 0b100 != 0,
            window,
        })
    }

    /// No block of the frame is larger.
    fn largest_block(self) -> usize {
        usize::try_from(self.window).map_or(LARGEST_BLOCK, |window| window.min(LARGEST_BLOCK))
    }
}

fn content_bytes(field: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    bytes[..field.len()].copy_from_slice(field);
    let size = u64::from_le_bytes(bytes);
    // The two-byte form starts where the one-byte form ends.
    if field.len() == 2 { size + 256 } else { size }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockKind {
    Raw,
    Repeated,
    Compressed,
}

/// A block's header.
#[derive(Debug, Clone, Copy)]
pub(super) struct BlockHeader {
    pub(super) is_last: bool,
    kind: BlockKind,
    size: usize,
}

impl BlockHeader {
    pub(super) fn read(part: &[u8], frame: FrameHeader) -> Result<Self, Damage> {
        let &[low, middle, high] = part else {
            return Err(Damage::Header);
        };
        let bits = u32::from_le_bytes([low, middle, high, 0]);
        let kind = match bits >> 1 & 3 {
            0 => BlockKind::Raw,
            1 => BlockKind::Repeated,
            2 => BlockKind::Compressed,
            _ => return Err(Damage::Header),
        };
        let size = usize::try_from(bits >> 3).map_err(|_| Damage::Header)?;
        let block = Self {
            is_last: bits & 1 != 0,
            kind,
            size,
        };
        // The library's streaming call wants room for the one byte of a repeated block, even if it is repeated 0
        // times; its one-shot call does not.
        if size.max(block.stored()) > frame.largest_block() {
            return Err(Damage::Header);
        }
        Ok(block)
    }

    /// Bytes between this header and the next.
    pub(super) fn stored(self) -> usize {
        match self.kind {
            BlockKind::Repeated => 1,
            BlockKind::Raw | BlockKind::Compressed => self.size,
        }
    }
}

/// A frame that may be decompressed in one call.
#[derive(Debug, Clone, Copy)]
pub(super) struct SmallFrame {
    /// Its length as it is stored.
    pub(super) stored: usize,
    /// It decompresses to no more than this.
    pub(super) most: usize,
}

/// The frame that `stored` begins with, if it is all there, well-formed as far as headers go, and cannot decompress
/// to more than `room`.
///
/// Nor to more than its window: then every byte that a copy can name is still there, in one call as in many.
pub(super) fn small_frame(stored: &[u8], room: usize) -> Option<SmallFrame> {
    let (start, rest) = stored.split_at_checked(Start::SIZE)?;
    let start = Start::read(start).ok()?;
    let (header, mut blocks) = rest.split_at_checked(start.rest())?;
    let frame = FrameHeader::parse(start, header).ok()?;
    let room = room.min(usize::try_from(frame.window).ok()?);
    let mut most = 0;
    loop {
        let (header, rest) = blocks.split_at_checked(BLOCK_HEADER)?;
        let block = BlockHeader::read(header, frame).ok()?;
        most += match block.kind {
            BlockKind::Compressed => frame.largest_block(),
            BlockKind::Raw | BlockKind::Repeated => block.size,
        };
        if most > room {
            return None;
        }
        blocks = rest.get(block.stored()..)?;
        if block.is_last {
            let end = if frame.has_checksum { CHECKSUM } else { 0 };
            let stored = stored.len() - blocks.get(end..)?.len();
            return Some(SmallFrame { stored, most });
        }
    }
}
