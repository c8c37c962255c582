//! Zstandard frames (RFC 8878), as many as follow one another, decompressed by the C library.
//!
//! Spark closes the frame at every flush, so a log is thousands of small frames, and the last one may be open. The
//! frames and blocks are walked here and the library gets them whole: frames in one call where that is possible,
//! otherwise block by block. The library alone would hand on more or less of a damaged frame, depending on how
//! the file was cut into pieces.

mod header;

use zstd_safe::{DCtx, DParameter, InBuffer, OutBuffer, ResetDirective};

use super::detect::is_skippable;
use super::fault::{Damage, Reason};
use super::format::{Format, Next, Plain};
use header::{BLOCK_HEADER, BlockHeader, FrameHeader, LARGEST_BLOCK, MAGIC, Start};

/// The largest window, as its binary logarithm: 32 MiB. Level 20, of 22, needs that much.
const WINDOW_LOG: u32 = super::format::LIMIT.ilog2();
/// Frames are often smaller than a block; their bytes are handed on together.
const OUT: usize = 2 * LARGEST_BLOCK;
const CHECKSUM: usize = 4;

/// Reads frames.
pub(super) struct Zstd {
    context: DCtx<'static>,
    stage: Stage,
    out: Box<[u8]>,
    /// So much of `out` is to be handed on.
    filled: usize,
}

#[derive(Debug, Clone, Copy)]
enum Stage {
    /// Between frames.
    Start,
    /// The beginning of a frame's header was seen.
    Header(Start),
    BlockHeader(FrameHeader),
    Block(FrameHeader, BlockHeader),
    Checksum,
    /// The rest of the length of a skippable frame, whose first byte was this.
    SkippableLength(u8),
    Skippable(u64),
}

impl Default for Zstd {
    fn default() -> Self {
        let mut context = DCtx::create();
        // Wider windows are refused before the library sees them; a library that refused this limit would keep its
        // own, of 128 MiB.
        let _ = context.set_parameter(DParameter::WindowLogMax(WINDOW_LOG));
        Self {
            context,
            stage: Stage::Start,
            out: vec![0; OUT].into_boxed_slice(),
            filled: 0,
        }
    }
}

impl Format for Zstd {
    fn next(&self) -> Next {
        Next::Part(match self.stage {
            Stage::Start => Start::SIZE,
            Stage::Header(start) => start.rest(),
            Stage::BlockHeader(_) => BLOCK_HEADER,
            Stage::Block(_, block) => block.stored(),
            Stage::Checksum => CHECKSUM,
            Stage::SkippableLength(_) => 3,
            Stage::Skippable(bytes) => return Next::Skip(bytes),
        })
    }

    fn read(&mut self, part: &[u8], plain: Plain<'_>) -> Result<(), Reason> {
        self.stage = match self.stage {
            Stage::Start => begin(part)?,
            Stage::Header(start) => {
                let (header, bytes) = FrameHeader::read(start, part)?;
                self.feed(&bytes, plain).ok_or(Damage::Header)?;
                Stage::BlockHeader(header)
            }
            Stage::BlockHeader(frame) => {
                let block = BlockHeader::read(part, frame)?;
                self.feed(part, plain).ok_or(Damage::Header)?;
                if block.stored() == 0 {
                    after(frame, block)
                } else {
                    Stage::Block(frame, block)
                }
            }
            Stage::Block(frame, block) => {
                self.feed(part, plain).ok_or(Damage::Content)?;
                after(frame, block)
            }
            Stage::Checksum => {
                self.feed(part, plain).ok_or(Damage::Checksum)?;
                Stage::Start
            }
            Stage::SkippableLength(first) => {
                let rest: [u8; 3] = part.try_into().map_err(|_| Damage::Header)?;
                skippable(u32::from_le_bytes([first, rest[0], rest[1], rest[2]]))
            }
            Stage::Skippable(_) => self.stage,
        };
        Ok(())
    }

    fn skipped(&mut self, bytes: u64) {
        if let Stage::Skippable(left) = self.stage {
            self.stage = if left > bytes {
                Stage::Skippable(left - bytes)
            } else {
                Stage::Start
            };
        }
    }

    /// Whole small frames, straight into `out`: the library then needs no window of its own to copy from.
    fn read_ahead(&mut self, stored: &[u8], plain: Plain<'_>) -> usize {
        let mut taken = 0;
        while let Stage::Start = self.stage {
            let Some(frame) = header::small_frame(&stored[taken..], OUT) else {
                break;
            };
            if OUT - self.filled < frame.most {
                self.flush(plain);
            }
            let bytes = &stored[taken..taken + frame.stored];
            match self.context.decompress(&mut self.out[self.filled..], bytes) {
                Ok(written) => {
                    self.filled += written;
                    taken += frame.stored;
                }
                Err(_) => {
                    // Block by block it will be seen how far the frame can be read.
                    let _ = self.context.reset(ResetDirective::SessionOnly);
                    break;
                }
            }
        }
        taken
    }

    fn flush(&mut self, plain: Plain<'_>) {
        if self.filled > 0 {
            plain(&self.out[..self.filled]);
            self.filled = 0;
        }
    }

    fn end(&self, rest: &[u8]) -> Option<Reason> {
        match self.stage {
            Stage::Start if rest.is_empty() => None,
            Stage::Start
                if !MAGIC.starts_with(&rest[..rest.len().min(MAGIC.len())])
                    && is_skippable(rest) == Some(false) =>
            {
                Some(Damage::NoBeginning.into())
            }
            _ => Some(Reason::CutOff),
        }
    }
}

impl Zstd {
    /// Gives the library a part of a frame that it can use up at once. `None` if it will not have it.
    fn feed(&mut self, part: &[u8], plain: Plain<'_>) -> Option<()> {
        if OUT - self.filled < LARGEST_BLOCK {
            self.flush(plain);
        }
        let mut input = InBuffer::around(part);
        let mut output = OutBuffer::around_pos(&mut self.out[..], self.filled);
        let result = self.context.decompress_stream(&mut output, &mut input);
        self.filled = output.pos();
        (result.is_ok() && input.pos() == part.len()).then_some(())
    }
}

fn begin(part: &[u8]) -> Result<Stage, Reason> {
    if is_skippable(part) == Some(true) {
        return Ok(Stage::SkippableLength(part[Start::SIZE - 1]));
    }
    Ok(Stage::Header(Start::read(part)?))
}

fn skippable(length: u32) -> Stage {
    match length {
        0 => Stage::Start,
        length => Stage::Skippable(length.into()),
    }
}

fn after(frame: FrameHeader, block: BlockHeader) -> Stage {
    match (block.is_last, frame.has_checksum) {
        (false, _) => Stage::BlockHeader(frame),
        (true, true) => Stage::Checksum,
        (true, false) => Stage::Start,
    }
}
