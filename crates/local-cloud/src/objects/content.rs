//! What an object holds: one run of bytes, or the parts of an upload, joined without being copied.

use bytes::{Bytes, BytesMut};
use std::ops::Range;
use std::sync::Arc;

/// The bytes of an object. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Content {
    pieces: Arc<[Bytes]>,
    length: usize,
}

impl Content {
    /// These pieces one after the other.
    pub(crate) fn joined(pieces: impl IntoIterator<Item = Bytes>) -> Self {
        let pieces: Arc<[Bytes]> = pieces.into_iter().collect();
        let length = pieces.iter().map(Bytes::len).sum();
        Self { pieces, length }
    }

    /// How many bytes there are.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// The pieces in order.
    pub(crate) fn pieces(&self) -> &[Bytes] {
        &self.pieces
    }

    /// The bytes of a range, which has to lie within.
    pub(crate) fn range(&self, wanted: &Range<usize>) -> Self {
        let mut start = 0;
        let pieces = self.pieces.iter().filter_map(|piece| {
            let at = start;
            start += piece.len();
            let (from, to) = (wanted.start.max(at), wanted.end.min(start));
            (from < to).then(|| piece.slice(from - at..to - at))
        });
        Self::joined(pieces)
    }

    /// All of it in one run, which copies what is in several pieces.
    pub(crate) fn to_bytes(&self) -> Bytes {
        if let [piece] = &*self.pieces {
            return piece.clone();
        }
        let mut whole = BytesMut::with_capacity(self.length);
        for piece in self.pieces.iter() {
            whole.extend_from_slice(piece);
        }
        whole.freeze()
    }
}

impl From<Bytes> for Content {
    fn from(piece: Bytes) -> Self {
        Self::joined([piece])
    }
}

#[cfg(test)]
mod tests {
    use super::Content;
    use bytes::Bytes;

    #[test]
    fn every_range_of_joined_pieces_is_that_of_the_whole() {
        let pieces = ["ab", "", "cde", "f"].map(|piece| Bytes::from_static(piece.as_bytes()));
        let content = Content::joined(pieces);
        assert_eq!(content.len(), 6);
        assert_eq!(content.to_bytes(), "abcdef");
        for start in 0..=6 {
            for end in start..=6 {
                let part = content.range(&(start..end));
                assert_eq!(part.to_bytes(), &"abcdef"[start..end], "{start}..{end}");
                assert_eq!(part.len(), end - start);
            }
        }
    }
}
