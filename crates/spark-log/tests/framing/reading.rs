//! Runs an unframer over stored bytes that come in pieces.

use spark_log::{FramingFault, Unframed, Unframer};

/// What came out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) plain: Vec<u8>,
    pub(crate) unframed: Unframed,
}

impl Read {
    /// The fault that there must be.
    pub(crate) fn fault(self) -> FramingFault {
        self.unframed.fault.expect("a fault")
    }

    /// The bytes, which must be all there are.
    pub(crate) fn whole(self) -> Vec<u8> {
        assert_eq!(self.unframed.fault, None);
        self.plain
    }
}

/// All stored bytes as one piece.
pub(crate) fn read(stored: &[u8]) -> Read {
    read_in_pieces([stored])
}

/// Pieces of `size` bytes.
pub(crate) fn read_by(stored: &[u8], size: usize) -> Read {
    read_in_pieces(stored.chunks(size))
}

pub(crate) fn read_in_pieces<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Read {
    let mut plain = Vec::new();
    let mut unframer = Unframer::default();
    for piece in pieces {
        unframer.push(piece, &mut |bytes| {
            assert!(!bytes.is_empty(), "nothing is handed on for nothing");
            plain.extend_from_slice(bytes);
        });
    }
    let unframed = unframer.finish(&mut |bytes| plain.extend_from_slice(bytes));
    assert_eq!(unframed.plain_bytes, plain.len() as u64);
    Read { plain, unframed }
}
