//! The codec of a file from its first bytes. It does not check more than the magic number.

use super::Codec;

/// No magic number is longer.
pub(super) const LONGEST: usize = 16;

/// What the first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// They begin a magic number, which is not yet whole.
    TooFew,
    Codec(Codec),
    Foreign(Foreign),
}

/// A format that Spark does not write event logs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Foreign {
    /// Something packed, in which there may be a log.
    Packed(&'static str),
    /// Something else altogether.
    Other(&'static str),
}

/// zstd's skippable frames have sixteen magic numbers, 0x184D2A50 to 0x184D2A5F.
const SKIPPABLE_TAIL: &[u8] = b"\x2a\x4d\x18";

const MAGICS: [(&[u8], Found); 19] = [
    (b"\x28\xb5\x2f\xfd", Found::Codec(Codec::Zstd)),
    (b"LZ4Block", Found::Codec(Codec::Lz4)),
    (b"\x82SNAPPY\0", Found::Codec(Codec::Snappy)),
    (b"ZV\0", Found::Codec(Codec::Lzf)),
    (b"ZV\x01", Found::Codec(Codec::Lzf)),
    (b"\x1f\x8b", packed("gzip")),
    (b"\x04\x22\x4d\x18", packed("the LZ4 frame format")),
    (b"\x02\x21\x4c\x18", packed("the legacy LZ4 frame format")),
    (b"\xff\x06\0\0sNaPpY", packed("the standard snappy framing")),
    (b"BZh", packed("bzip2")),
    (b"\xfd7zXZ\0", packed("xz")),
    (b"\x89LZO\0", packed("lzop")),
    (b"7z\xbc\xaf\x27\x1c", packed("a 7-Zip archive")),
    (b"PK\x03\x04", packed("a zip archive")),
    (b"PK\x05\x06", packed("a zip archive")),
    (b"PAR1", Found::Foreign(Foreign::Other("a Parquet file"))),
    (b"ORC", Found::Foreign(Foreign::Other("an ORC file"))),
    (b"Obj\x01", Found::Foreign(Foreign::Other("an Avro file"))),
    (
        b"SEQ\x06",
        Found::Foreign(Foreign::Other("a Hadoop sequence file")),
    ),
];

const fn packed(format: &'static str) -> Found {
    Found::Foreign(Foreign::Packed(format))
}

/// Decides as soon as `first` can be decided. What begins like nothing known is a plain log: the decoder counts
/// the lines it cannot read.
pub(super) fn detect(first: &[u8]) -> Found {
    if let Some((_, found)) = MAGICS.iter().find(|(magic, _)| first.starts_with(magic)) {
        return *found;
    }
    match is_skippable(first) {
        Some(true) => return Found::Codec(Codec::Zstd),
        Some(false) => {}
        None => return Found::TooFew,
    }
    if MAGICS.iter().any(|(magic, _)| magic.starts_with(first)) {
        return Found::TooFew;
    }
    Found::Codec(Codec::Plain)
}

/// The codec whose magic number begins with `first`, which is all the file holds.
pub(super) fn begun(first: &[u8]) -> Option<Codec> {
    let codec = MAGICS.iter().find_map(|(magic, found)| match found {
        Found::Codec(codec) if magic.starts_with(first) => Some(*codec),
        _ => None,
    });
    codec.or_else(|| is_skippable(first).is_none().then_some(Codec::Zstd))
}

/// Whether a zstd skippable frame begins here; `None` if there are too few bytes to say.
pub(super) fn is_skippable(first: &[u8]) -> Option<bool> {
    let (head, tail) = first.split_first()?;
    let tail = &tail[..tail.len().min(SKIPPABLE_TAIL.len())];
    if !(0x50..=0x5f).contains(head) || !SKIPPABLE_TAIL.starts_with(tail) {
        return Some(false);
    }
    (tail.len() == SKIPPABLE_TAIL.len()).then_some(true)
}

#[cfg(test)]
mod tests {
    use super::{Codec, Found, LONGEST, MAGICS, detect};

    #[test]
    fn a_magic_number_is_known_when_it_is_whole_and_not_before() {
        for (magic, found) in MAGICS {
            assert!(magic.len() <= LONGEST);
            assert_eq!(detect(magic), found);
            for cut in 0..magic.len() {
                assert_eq!(
                    detect(&magic[..cut]),
                    Found::TooFew,
                    "{magic:x?} cut at {cut}"
                );
            }
        }
    }

    #[test]
    fn plain_logs_and_whatever_is_unknown_are_plain_at_once() {
        for first in [
            "{",
            " {",
            "\n",
            "\u{feff}{",
            "LZ4blok",
            "ZVx",
            "Zebra",
            "\0\0",
        ] {
            assert_eq!(
                detect(first.as_bytes()),
                Found::Codec(Codec::Plain),
                "{first:?}"
            );
        }
    }

    #[test]
    fn skippable_frames_of_every_number_are_zstd() {
        for number in 0x50..=0x5f_u8 {
            let magic = [number, 0x2a, 0x4d, 0x18];
            assert_eq!(detect(&magic), Found::Codec(Codec::Zstd));
            assert_eq!(detect(&magic[..3]), Found::TooFew);
        }
        assert_eq!(detect(b"\x60\x2a\x4d\x18"), Found::Codec(Codec::Plain));
    }
}
