//! Cuts bytes into pieces of many sizes.

/// Pieces of many sizes, which follow from `seed`.
pub(crate) fn pieces(mut stored: &[u8], seed: u8) -> Vec<&[u8]> {
    let mut state = u32::from(seed);
    let mut pieces = Vec::new();
    while !stored.is_empty() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // Small ones are the interesting ones: up to 2, 4, ... or 4096 bytes.
        let range = 2 << ((state >> 16) % 12);
        let size = usize::try_from((state >> 24) % range + 1).unwrap_or(1);
        let (piece, rest) = stored.split_at(size.min(stored.len()));
        pieces.push(piece);
        stored = rest;
    }
    pieces
}
