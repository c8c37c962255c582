//! What a codec's reader is to the [`Unframer`](super::Unframer): parts in, plain bytes out.

use super::fault::Reason;

/// Where plain bytes go.
pub(super) type Plain<'a> = &'a mut dyn FnMut(&[u8]);

/// The largest block, and the largest zstd window, that is read.
pub(super) const LIMIT: u64 = 32 << 20;

/// What a format wants to see next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// So many bytes in one piece: never 0, and never much more than [`LIMIT`].
    Part(usize),
    /// So many bytes do not matter. Never 0.
    Skip(u64),
}

/// One codec's frames or blocks.
pub(super) trait Format: Send {
    /// What comes next.
    fn next(&self) -> Next;

    /// Takes the part that [`Format::next`] asked for. After an error the format is not used again.
    fn read(&mut self, part: &[u8], plain: Plain<'_>) -> Result<(), Reason>;

    /// Hears that so many bytes of a [`Next::Skip`] have passed.
    fn skipped(&mut self, _bytes: u64) {}

    /// A short cut: takes as much from the beginning of `stored` as it can read faster than part by part, with the
    /// same result. Returns how many bytes it took; 0 if there is nothing to gain. Must never fail: what is
    /// damaged is left to [`Format::read`].
    fn read_ahead(&mut self, _stored: &[u8], _plain: Plain<'_>) -> usize {
        0
    }

    /// Hands on what was kept back to be handed on in larger pieces.
    fn flush(&mut self, _plain: Plain<'_>) {}

    /// Why the file may not end here, with `rest` as the beginning of a part that never became whole.
    fn end(&self, rest: &[u8]) -> Option<Reason>;
}

/// A buffer that grows to the largest block seen and is not cleared between blocks.
#[derive(Debug, Default)]
pub(super) struct Block(Vec<u8>);

impl Block {
    /// `size` bytes to write to, with whatever they held before.
    pub(super) fn of(&mut self, size: usize) -> &mut [u8] {
        if self.0.len() < size {
            self.0.resize(size, 0);
        }
        &mut self.0[..size]
    }
}
