//! The blocks of lz4-java: the published test vector, and each way a header can be wrong.

use spark_log::{Codec, Damage, FramingFault};

use crate::encoders::{LZ4_COMPRESSED, LZ4_RAW, lz4, lz4_checksum, lz4_header};
use crate::reading::{read, read_by};

/// Thirteen bytes in a raw block of level 6, and the empty block.
const VECTOR: &[u8] = b"LZ4Block\x16\x0d\0\0\0\x0d\0\0\0\xbf\x7f\x20\x02ahbicjdkelfmgLZ4Block\x16\0\0\0\0\0\0\0\0\0\0\0\0";

#[test]
fn the_published_vector_is_read() {
    assert_eq!(read(VECTOR).whole(), b"ahbicjdkelfmg");
    assert_eq!(read_by(VECTOR, 1).whole(), b"ahbicjdkelfmg");
}

#[test]
fn our_writer_writes_the_published_vector() {
    assert_eq!(lz4(b"ahbicjdkelfmg", 13), VECTOR);
}

#[test]
fn a_file_without_the_empty_block_was_not_closed() {
    let stored = &VECTOR[..VECTOR.len() - 21];
    let read = read(stored);
    assert_eq!(read.plain, b"ahbicjdkelfmg");
    assert_eq!(
        read.fault(),
        FramingFault::CutOff {
            codec: Codec::Lz4,
            at: 34,
            unread: 0
        }
    );
}

#[test]
fn a_header_that_cannot_be_is_damage_where_it_stands() {
    for (what, header) in [
        ("no such method", lz4_header(0x30, 13, 13, 0)),
        ("raw lengths that differ", lz4_header(LZ4_RAW, 12, 13, 0)),
        (
            "more than the level allows",
            lz4_header(LZ4_COMPRESSED, 300, 65_537, 0),
        ),
        ("bytes for nothing", lz4_header(LZ4_COMPRESSED, 5, 0, 0)),
        ("nothing for bytes", lz4_header(LZ4_COMPRESSED, 0, 5, 0)),
        (
            "an empty block with a checksum",
            lz4_header(LZ4_RAW, 0, 0, 1),
        ),
        (
            "denser than lz4 can be",
            lz4_header(LZ4_COMPRESSED, 100, 30_000, 0),
        ),
        (
            "longer than lz4 can be",
            lz4_header(LZ4_COMPRESSED, 31, 13, 0),
        ),
        (
            "the largest lengths",
            lz4_header(LZ4_COMPRESSED, u32::MAX, u32::MAX, 0),
        ),
    ] {
        let stored = [&VECTOR[..34], &header, b"abc"].concat();
        let read = read(&stored);
        assert_eq!(read.plain, b"ahbicjdkelfmg", "{what}");
        let damaged = FramingFault::Damaged {
            codec: Codec::Lz4,
            at: 34,
            unread: 24,
            damage: Damage::Header,
        };
        assert_eq!(read.fault(), damaged, "{what}");
    }
}

#[test]
fn contents_that_do_not_fit_are_damage() {
    let twice = lz4_flex::block::compress(b"abcabcabcabcabcabcabc");
    let length = u32::try_from(twice.len()).unwrap();
    let sum = lz4_checksum(b"abcabcabcabcabcabcabc");
    for (raw, sum, body, damage) in [
        (21, sum ^ 1, &twice[..], Damage::Checksum),
        (20, sum, &twice[..], Damage::Content),
        (22, sum, &twice[..], Damage::Content),
        (21, sum, &[0xff; 64][..twice.len()], Damage::Content),
    ] {
        let header = lz4_header(LZ4_COMPRESSED, length, raw, sum);
        let read = read(&[&header, body].concat());
        assert_eq!(read.plain, b"");
        match read.fault() {
            FramingFault::Damaged {
                at: 21,
                damage: found,
                ..
            } => assert_eq!(found, damage),
            fault => panic!("{fault:?}"),
        }
    }
}
