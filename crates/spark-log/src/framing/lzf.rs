//! compress-lzf's chunks: `ZV`, a type, and one or two lengths of 16 bits. There is no checksum and no mark of the
//! end: a file cut between two chunks looks whole.
//!
//! The decompressor is our own: it is twenty lines, and the `lzf` crate is deprecated by its author.

use super::fault::{Damage, Reason};
use super::format::{Block, Format, Next, Plain};

/// `Z`, `V`, type, length.
const HEADER: usize = 5;

/// Reads chunks.
#[derive(Debug, Default)]
pub(super) struct Lzf {
    body: Option<Body>,
    block: Block,
}

#[derive(Debug, Clone, Copy)]
enum Body {
    Raw(usize),
    /// The length to come includes the two bytes of the raw length.
    Compressed(usize),
}

impl Format for Lzf {
    fn next(&self) -> Next {
        Next::Part(match self.body {
            None => HEADER,
            Some(Body::Raw(length) | Body::Compressed(length)) => length,
        })
    }

    fn read(&mut self, part: &[u8], plain: Plain<'_>) -> Result<(), Reason> {
        match self.body.take() {
            None => {
                self.body = header(part)?;
                Ok(())
            }
            Some(Body::Raw(_)) => {
                plain(part);
                Ok(())
            }
            Some(Body::Compressed(_)) => {
                let &[high, low, ref compressed @ ..] = part else {
                    return Err(Damage::Header.into());
                };
                let raw = self.block.of(u16::from_be_bytes([high, low]).into());
                decompress(compressed, raw).ok_or(Damage::Content)?;
                plain(raw);
                Ok(())
            }
        }
    }

    fn end(&self, rest: &[u8]) -> Option<Reason> {
        match self.body {
            None if rest.is_empty() => None,
            None if !b"ZV".starts_with(&rest[..rest.len().min(2)]) => {
                Some(Damage::NoBeginning.into())
            }
            _ => Some(Reason::CutOff),
        }
    }
}

fn header(part: &[u8]) -> Result<Option<Body>, Reason> {
    let &[b'Z', b'V', kind, high, low] = part else {
        return Err(Damage::NoBeginning.into());
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    match (kind, length) {
        (0, 0) => Ok(None),
        (0, _) => Ok(Some(Body::Raw(length))),
        (1, 1..) => Ok(Some(Body::Compressed(length + 2))),
        _ => Err(Damage::Header.into()),
    }
}

/// Fills `raw` exactly, or says that the compressed bytes do not do that.
///
/// A control byte below 32 is followed by that many literal bytes and one. Any other has the length of a copy in its
/// upper three bits (7: the next byte is added) and the upper bits of its distance in the lower five.
fn decompress(mut compressed: &[u8], raw: &mut [u8]) -> Option<()> {
    let mut filled = 0;
    while let Some((&control, rest)) = compressed.split_first() {
        compressed = rest;
        let control = usize::from(control);
        if control < 32 {
            let (literal, rest) = compressed.split_at_checked(control + 1)?;
            raw.get_mut(filled..filled + literal.len())?
                .copy_from_slice(literal);
            filled += literal.len();
            compressed = rest;
            continue;
        }
        let mut length = (control >> 5) + 2;
        if length == 9 {
            length += usize::from(*compressed.split_off_first()?);
        }
        let low = usize::from(*compressed.split_off_first()?);
        let from = filled.checked_sub(((control & 31) << 8 | low) + 1)?;
        copy(raw, from, filled, length)?;
        filled += length;
    }
    (filled == raw.len()).then_some(())
}

/// Copies `length` bytes from `from` to `to`, which is behind it. A copy may reach into what it writes itself, and
/// then repeats.
fn copy(raw: &mut [u8], from: usize, to: usize, length: usize) -> Option<()> {
    if to + length > raw.len() {
        return None;
    }
    let mut done = 0;
    while done < length {
        // Everything from `from` on is there up to `to + done`.
        let step = (to - from + done).min(length - done);
        raw.copy_within(from..from + step, to + done);
        done += step;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::decompress;

    fn decompressed(compressed: &[u8], length: usize) -> Option<Vec<u8>> {
        let mut raw = vec![0; length];
        decompress(compressed, &mut raw).map(|()| raw)
    }

    #[test]
    fn literals_and_copies_are_put_together() {
        assert_eq!(decompressed(b"\x02abc", 3), Some(b"abc".to_vec()));
        // Length 1 + 2 from 3 bytes back.
        assert_eq!(
            decompressed(b"\x02abc\x20\x02", 6),
            Some(b"abcabc".to_vec())
        );
        // Length 3 + 2 from 2 bytes back reaches into itself.
        assert_eq!(
            decompressed(b"\x01ab\x60\x01", 7),
            Some(b"abababa".to_vec())
        );
        // Length 7 + 2 + 3.
        assert_eq!(decompressed(b"\x00x\xe0\x03\x00", 13), Some(vec![b'x'; 13]));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (compressed, length) in [
            (&b"\x02ab"[..], 3),        // A literal that is cut off.
            (b"\x02abc", 2),            // More than was announced.
            (b"\x02abc", 4),            // Less than was announced.
            (b"\x00a\x20\x01", 4),      // A copy from before the beginning.
            (b"\x00a\x20", 4),          // A copy without its distance.
            (b"\x00a\xe0", 40),         // A copy without its length.
            (b"\x00a\xe0\xff\x00", 20), // A copy over the end.
        ] {
            assert_eq!(decompressed(compressed, length), None, "{compressed:x?}");
        }
    }
}
