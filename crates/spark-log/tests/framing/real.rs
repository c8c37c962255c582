//! Streams that Spark's own classes wrote: they must give the plain log, to the byte, however they are cut.

use spark_log::{Codec, FramingFault};

use crate::reading::{Read, read, read_by, read_in_pieces};

struct Stream {
    codec: Codec,
    stored: Vec<u8>,
}

const CODECS: [Codec; 4] = [Codec::Zstd, Codec::Lz4, Codec::Snappy, Codec::Lzf];

fn fixture(path: &str) -> Vec<u8> {
    let package = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    let folder = format!("{package}/../../fixtures/event-logs");
    std::fs::read(format!("{folder}/{path}")).unwrap()
}

fn plain() -> Vec<u8> {
    fixture("threadsleep-dra")
}

fn stream(codec: Codec) -> Stream {
    let stored = fixture(&format!("codecs/threadsleep-dra.{codec}"));
    Stream { codec, stored }
}

fn streams() -> [Stream; 4] {
    CODECS.map(stream)
}

/// The lengths at which the file may be cut and nothing is missed, from the lengths in the format's own headers.
fn ends(stream: &Stream) -> Vec<usize> {
    let stored = &stream.stored;
    let big_endian = |at: usize, size: usize| {
        let bytes = &stored[at..at + size];
        bytes
            .iter()
            .fold(0, |number, &byte| number << 8 | usize::from(byte))
    };
    let mut ends = vec![0];
    let mut at = 0;
    if stream.codec == Codec::Snappy {
        at = 16;
        ends.push(at);
    }
    while at < stored.len() {
        at += match stream.codec {
            Codec::Zstd => zstd_safe::find_frame_compressed_size(&stored[at..]).unwrap(),
            // Only the empty block ends it.
            Codec::Lz4 => stored.len() - at,
            Codec::Snappy => 4 + big_endian(at, 4),
            Codec::Lzf if stored[at + 2] == 0 => 5 + big_endian(at + 3, 2),
            Codec::Lzf => 7 + big_endian(at + 3, 2),
            Codec::Plain => unreachable!("not stored in blocks"),
        };
        ends.push(at);
    }
    ends
}

#[test]
fn every_codec_gives_the_plain_log_in_pieces_of_any_size() {
    let plain = plain();
    for Stream { codec, stored } in streams() {
        for size in [1, 2, 3, 7, 64, 1000, 4096, stored.len()] {
            let Read {
                plain: read,
                unframed,
            } = read_by(&stored, size);
            assert_eq!(unframed.codec, Some(codec));
            assert_eq!(unframed.fault, None, "{codec} by {size}");
            assert_eq!(unframed.stored_bytes, stored.len() as u64);
            assert!(read == plain, "{codec} by {size}");
        }
    }
}

#[test]
fn a_plain_log_is_handed_on_without_a_copy() {
    let plain = plain();
    let mut unframer = spark_log::Unframer::default();
    let mut handed_on = Vec::new();
    for piece in plain.chunks(1000) {
        unframer.push(piece, &mut |bytes| handed_on.push(bytes.as_ptr_range()));
    }
    let unframed = unframer.finish(&mut |_| panic!("nothing was held back"));
    assert_eq!(unframed.codec, Some(Codec::Plain));
    assert_eq!(unframed.plain_bytes, plain.len() as u64);
    assert_eq!(unframed.stored_bytes, plain.len() as u64);
    let came_in: Vec<_> = plain.chunks(1000).map(<[u8]>::as_ptr_range).collect();
    assert_eq!(handed_on, came_in);
}

/// A file cut at every byte gives the beginning of the log, and says that it is cut where something is missing.
fn cut_anywhere(stream: &Stream) {
    let plain = plain();
    let codec = stream.codec;
    let ends = ends(stream);
    let mut longest = 0;
    for cut in 0..=stream.stored.len() {
        let Read {
            plain: read,
            unframed,
        } = read(&stream.stored[..cut]);
        assert!(plain.starts_with(&read), "cut at {cut}");
        assert!(read.len() >= longest, "cut at {cut}: less than before");
        longest = read.len();
        assert_eq!(unframed.codec, (cut > 0).then_some(codec));
        match unframed.fault {
            None => assert!(ends.contains(&cut), "cut at {cut} looks whole"),
            Some(FramingFault::CutOff { at, unread, .. }) => {
                assert!(!ends.contains(&cut), "cut at {cut} is whole");
                assert_eq!(at + unread, cut as u64);
            }
            Some(fault) => panic!("cut at {cut}: {fault}"),
        }
    }
    assert_eq!(longest, plain.len());
}

#[test]
fn zstd_cut_anywhere_is_read_as_far_as_it_goes() {
    cut_anywhere(&stream(Codec::Zstd));
}

#[test]
fn lz4_cut_anywhere_is_read_as_far_as_it_goes() {
    cut_anywhere(&stream(Codec::Lz4));
}

#[test]
fn snappy_cut_anywhere_is_read_as_far_as_it_goes() {
    cut_anywhere(&stream(Codec::Snappy));
}

#[test]
fn lzf_cut_anywhere_is_read_as_far_as_it_goes() {
    cut_anywhere(&stream(Codec::Lzf));
}

#[test]
fn streams_may_follow_one_another() {
    let plain = plain();
    for Stream { codec, stored } in streams() {
        let both = read_in_pieces([&stored[..], &stored[..]]);
        assert_eq!(both.unframed.codec, Some(codec));
        assert!(both.whole() == [&plain[..], &plain[..]].concat(), "{codec}");
    }
}

#[test]
fn a_changed_byte_has_the_same_result_however_the_file_is_cut() {
    for Stream { codec, stored } in streams() {
        for at in (0..stored.len()).step_by(41) {
            let mut damaged = stored.clone();
            damaged[at] ^= 1 << (at % 8);
            let whole = read(&damaged);
            assert!(whole == read_by(&damaged, 1), "{codec}, byte {at}");
            assert!(whole == read_by(&damaged, 97), "{codec}, byte {at}");
        }
    }
}

#[test]
fn a_changed_byte_in_a_block_with_a_checksum_is_never_handed_on() {
    let plain = plain();
    let Stream { stored, .. } = stream(Codec::Lz4);
    for at in (0..8).chain((8..stored.len()).step_by(7)) {
        let mut damaged = stored.clone();
        damaged[at] ^= 0x10;
        let read = read(&damaged);
        if read.unframed.codec == Some(Codec::Plain) {
            assert!(at < 8, "only a changed magic number hides the codec");
            continue;
        }
        // The level in the token may say more than the block needs.
        if read.unframed.fault.is_some() {
            assert!(plain.starts_with(&read.plain), "byte {at}");
        } else {
            assert!(read.plain == plain, "byte {at}");
        }
    }
}
