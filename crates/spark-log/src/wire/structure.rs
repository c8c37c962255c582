//! Whether the unread rest of a line looks whole: as many brackets close as are open, quotes come in pairs, and no
//! bracket opens right behind one that closes.
//!
//! It does not tell strings from what is between them, and so costs next to nothing. Text in strings can make a
//! whole line look broken; such a line is then read in the thorough way.

use wide::u8x16;

const LANES: usize = 16;
/// Blocks after which a lane, which counts in one byte, is added up.
const COUNTED: usize = 127;
/// `{` and `[`, and `}` and `]`, differ in this bit alone.
const FOLD: u8 = 0x20;

/// Whether `rest`, which follows `depth` open brackets, closes as many, and ends where the line's object ends.
pub(crate) fn looks_whole(rest: &[u8], depth: i64) -> bool {
    let Some((&b'}', before)) = rest.split_last() else {
        return false;
    };
    // Each byte with the one behind it, so that neighbours are seen across blocks.
    let (blocks, _) = before.as_chunks::<LANES>();
    let (behind, _) = rest[1..].as_chunks::<LANES>();
    let mut seen = Seen::default();
    for (blocks, behind) in blocks.chunks(COUNTED).zip(behind.chunks(COUNTED)) {
        seen.blocks(blocks, behind);
    }
    seen.bytes(&rest[blocks.len() * LANES..]);
    seen.depth == -depth && seen.quotes % 2 == 0 && !seen.broken
}

#[derive(Default)]
struct Seen {
    /// Opened less closed.
    depth: i64,
    quotes: u64,
    broken: bool,
}

impl Seen {
    fn blocks(&mut self, blocks: &[[u8; LANES]], behind: &[[u8; LANES]]) {
        let [mut depth, mut quotes, mut broken] = [u8x16::splat(0); 3];
        let [open, close] = [b'{', b'}'].map(u8x16::splat);
        let (quote, fold) = (u8x16::splat(b'"'), u8x16::splat(FOLD));
        for (block, behind) in blocks.iter().zip(behind) {
            let (bytes, behind) = (u8x16::from(*block), u8x16::from(*behind) | fold);
            let folded = bytes | fold;
            let closes = folded.simd_eq(close);
            // A mask is −1 in its lane.
            depth = depth - folded.simd_eq(open) + closes;
            quotes ^= bytes.simd_eq(quote);
            broken |= closes & behind.simd_eq(open);
        }
        let lanes = |of: u8x16| of.to_array().into_iter();
        self.depth += lanes(depth)
            .map(|n| i64::from(n.cast_signed()))
            .sum::<i64>();
        self.quotes += lanes(quotes).map(|n| u64::from(n & 1)).sum::<u64>();
        self.broken |= lanes(broken).any(|n| n != 0);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        let mut closed = false;
        for byte in bytes {
            let (opens, closes) = (byte | FOLD == b'{', byte | FOLD == b'}');
            self.broken |= closed && opens;
            closed = closes;
            self.depth += i64::from(opens) - i64::from(closes);
            self.quotes += u64::from(*byte == b'"');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::looks_whole;

    #[test]
    fn brackets_and_quotes_are_counted_across_blocks() {
        for filler in (0..130).chain([2030, 2031, 2032, 2033, 5000]) {
            let filler = "x".repeat(filler);
            for (text, whole) in [
                (format!(r#""{filler}":1}}"#), true),
                (format!(r#""{filler}":[{{"a":"b"}}]}}"#), true),
                (format!(r#""{filler}":"\\"}}"#), true),
                (format!(r#""{filler}":[1}}"#), false),
                (format!(r#""{filler}"#), false),
                (format!(r#""{filler}":"a}}"#), false),
                (format!(r#""{filler}":{{"a":1}}"#), false),
                (format!(r#""{filler}":1}}}}"#), false),
                (format!(r#""{filler}":1}},"#), false),
                (format!(r#""{filler}":1}}{{"a":1}}"#), false),
                (format!(r#"{filler}]}}[{{"a":[1]}}}}"#), false),
                // In doubt, not whole.
                (format!(r#""{filler}":"}}"}}"#), false),
            ] {
                assert_eq!(looks_whole(text.as_bytes(), 1), whole, "{text}");
            }
        }
        assert!(!looks_whole(b"", 0));
        assert!(looks_whole(b"]}}", 3));
    }

    #[test]
    fn long_rows_of_brackets_do_not_overflow() {
        let deep = 100_000;
        let text = "[".repeat(deep) + &"]".repeat(deep - 1) + "}";
        assert!(looks_whole(text.as_bytes(), 0));
        assert!(!looks_whole(&text.as_bytes()[1..], 0));
        let many = "[1],".repeat(100_000) + "}";
        assert!(looks_whole(many.as_bytes(), 1));
    }
}
