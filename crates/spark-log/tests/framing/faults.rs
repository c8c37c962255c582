//! Damage in snappy and lzf, and files of other kinds. Damage in lz4 and zstd is tested beside them.

use spark_log::{Codec, Damage, FramingFault};

use crate::encoders::{SNAPPY_HEADER, lzf, snappy};
use crate::reading::{read, read_by};

/// The codec, where, and what is wrong.
fn damage(stored: &[u8]) -> (Codec, u64, Damage) {
    let whole = read(stored);
    assert_eq!(whole, read_by(stored, 1));
    match whole.fault() {
        FramingFault::Damaged {
            codec,
            at,
            unread,
            damage,
        } => {
            assert_eq!(at + unread, stored.len() as u64);
            (codec, at, damage)
        }
        fault => panic!("{fault:?}"),
    }
}

#[test]
fn damaged_snappy_is_found() {
    let good = snappy(b"good", 100);
    let end = good.len() as u64;
    for (tail, at, found) in [
        (&b"\0\0\0\0"[..], end, Damage::Header),
        (b"\x80\0\0\x01", end, Damage::Header),
        (b"\xff\xff\xff\xff", end, Damage::Header),
        // Three bytes are announced, and two are there.
        (b"\0\0\0\x04\x03\x04ab", end + 4, Damage::Content),
        // A length that the bytes could never make.
        (b"\0\0\0\x04\xff\xff\xff\x07", end + 4, Damage::Content),
        (b"\0\0\0\x01\xff", end + 4, Damage::Content),
        // Another stream's header, of which the second half is wrong.
        (
            b"\x82SNAPPX\0\0\0\0\x01\0\0\0\x01",
            end + 4,
            Damage::NoBeginning,
        ),
        (
            b"\x82SNAPPY\0\0\0\0\x02\0\0\0\x02",
            end + 4,
            Damage::Version,
        ),
    ] {
        let stored = [&good, tail].concat();
        assert_eq!(damage(&stored), (Codec::Snappy, at, found), "{tail:x?}");
        assert_eq!(read(&stored).plain, b"good");
    }
}

#[test]
fn a_snappy_block_that_is_too_large_is_refused_before_room_is_made() {
    let length = |bytes: u32| [SNAPPY_HEADER, &bytes.to_be_bytes(), b"abc"].concat();
    for bytes in [20 << 20, i32::MAX.cast_unsigned()] {
        match read(&length(bytes)).fault() {
            FramingFault::TooLarge {
                wanted,
                limit,
                at: 16,
                unread: 7,
                ..
            } => {
                assert_eq!((wanted, limit), (bytes.into(), 16 << 20));
            }
            fault => panic!("{fault:?}"),
        }
    }
    // The compressed block is within the limit and the contents are not.
    let zeros = snap::raw::Encoder::new()
        .compress_vec(&vec![0; (16 << 20) + 1])
        .unwrap();
    let size = u32::try_from(zeros.len()).unwrap().to_be_bytes();
    match read(&[SNAPPY_HEADER, &size, &zeros].concat()).fault() {
        FramingFault::TooLarge { wanted, .. } => assert_eq!(wanted, (16 << 20) + 1),
        fault => panic!("{fault:?}"),
    }
}

#[test]
fn a_snappy_stream_of_another_compatible_version_is_read() {
    let mut stored = snappy(b"good", 100);
    stored[11] = 9;
    assert_eq!(read(&stored).whole(), b"good");
}

#[test]
fn damaged_lzf_is_found() {
    let good = lzf(b"good", 100);
    let end = good.len() as u64;
    for (tail, at, found) in [
        (&b"ZX\0\0\x01a"[..], end, Damage::NoBeginning),
        (b"\n", end, Damage::NoBeginning),
        (b"ZV\x02\0\x01a", end, Damage::Header),
        (b"ZV\x01\0\0\0\0", end, Damage::Header),
        (b"ZV\x01\0\x03\0\x01\x01ab", end + 5, Damage::Content),
        (b"ZV\x01\0\x02\0\x05\x20\x00", end + 5, Damage::Content),
    ] {
        let stored = [&good, tail].concat();
        assert_eq!(damage(&stored), (Codec::Lzf, at, found), "{tail:x?}");
        assert_eq!(read(&stored).plain, b"good");
    }
}

#[test]
fn empty_streams_and_blocks_are_no_fault() {
    assert_eq!(read(SNAPPY_HEADER).whole(), b"");
    assert_eq!(read(b"ZV\0\0\0").whole(), b"");
    assert_eq!(read(b"ZV\0\0\0ZV\0\0\x01a").whole(), b"a");
    let empty = read(b"");
    assert_eq!(empty.unframed.codec, None);
    assert_eq!(empty.whole(), b"");
}

#[test]
fn foreign_formats_are_named_and_not_read() {
    for (first, said) in [
        (&b"\x1f\x8b\x08\0"[..], "is gzip, which is not a codec"),
        (
            b"\x04\x22\x4d\x18rest",
            "is the LZ4 frame format, which is not",
        ),
        (
            b"\xff\x06\0\0sNaPpYrest",
            "is the standard snappy framing, which is not",
        ),
        (b"PK\x03\x04", "is a zip archive, which is not"),
        (b"BZh9", "is bzip2, which is not"),
        (b"PAR1\x15", "is a Parquet file, not a Spark event log"),
        (b"ORC\x0a", "is an ORC file, not a Spark event log"),
    ] {
        for size in [first.len(), 1] {
            let read = read_by(first, size);
            assert_eq!(read.plain, b"");
            assert_eq!(read.unframed.codec, None);
            assert_eq!(read.unframed.stored_bytes, first.len() as u64);
            let words = read.fault().to_string();
            assert!(words.starts_with(said), "{words}");
        }
    }
}

#[test]
fn what_begins_like_nothing_known_is_handed_on_as_it_is() {
    for stored in [
        &b"{\"Event\":1}\n"[..],
        b"\n\n {",
        b"\xef\xbb\xbf{",
        b"LZ4 is a codec",
        b"Zebra",
        b"\x28\xb5\x2f\xfe",
        b"\0\xff\x80",
    ] {
        for size in [stored.len(), 1] {
            let read = read_by(stored, size);
            assert_eq!(read.unframed.codec, Some(Codec::Plain), "{stored:x?}");
            assert_eq!(read.whole(), stored);
        }
    }
}

#[test]
fn a_file_that_ends_inside_a_magic_number_is_cut_off() {
    for (stored, codec) in [
        (&b"\x28\xb5"[..], Codec::Zstd),
        (b"\x5a\x2a\x4d", Codec::Zstd),
        (b"LZ4Bloc", Codec::Lz4),
        (b"\x82SNAP", Codec::Snappy),
        (b"ZV", Codec::Lzf),
    ] {
        let read = read_by(stored, 1);
        assert_eq!(read.plain, b"");
        assert_eq!(read.unframed.codec, Some(codec));
        let unread = stored.len() as u64;
        assert_eq!(
            read.fault(),
            FramingFault::CutOff {
                codec,
                at: 0,
                unread
            }
        );
    }
    let begun_as_gzip = read(b"\x1f");
    assert_eq!(begun_as_gzip.unframed.codec, Some(Codec::Plain));
    assert_eq!(begun_as_gzip.whole(), b"\x1f");
}
