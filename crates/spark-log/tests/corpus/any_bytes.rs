//! What must hold when any bytes at all are taken for a file, however they are cut. Shared by the property tests, the
//! replayed corpus and the fuzz targets.

use std::hash::Hasher;

use spark_log::{Codec, Unframed, Unframer};
use twox_hash::XxHash32;

use super::pieces::pieces;

/// No more is handed on at once than the largest block.
const LARGEST_PIECE: usize = 32 << 20;

/// The beginning behind which arbitrary bytes mean something.
fn magic(codec: Codec) -> &'static [u8] {
    match codec {
        Codec::Plain => b"{",
        Codec::Zstd => b"\x28\xb5\x2f\xfd",
        Codec::Lz4 => b"LZ4Block",
        Codec::Snappy => b"\x82SNAPPY\0\0\0\0\x01\0\0\0\x01",
        Codec::Lzf => b"ZV\x01",
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    unframed: Unframed,
    hash: u64,
}

/// The first byte of `input` says whether the codec's magic number comes before the rest, and how the whole is cut.
pub(crate) fn check(codec: Codec, input: &[u8]) {
    let Some((&control, rest)) = input.split_first() else {
        return;
    };
    let stored = match control & 1 {
        0 => rest.to_vec(),
        _ => [magic(codec), rest].concat(),
    };
    let whole = outcome([&stored[..]]);
    assert_eq!(whole, outcome(pieces(&stored, control >> 1)));
    if stored.len() < 64 {
        assert_eq!(whole, outcome(stored.chunks(1)));
    }
    check_sums(&whole.unframed, &stored);
}

fn outcome<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut hash = XxHash32::with_seed(0);
    let mut sum = 0;
    let mut unframer = Unframer::default();
    let mut take = |plain: &[u8]| {
        assert!(!plain.is_empty() && plain.len() <= LARGEST_PIECE);
        hash.write(plain);
        sum += plain.len() as u64;
    };
    for piece in pieces {
        unframer.push(piece, &mut take);
    }
    let unframed = unframer.finish(&mut take);
    assert_eq!(unframed.plain_bytes, sum);
    Outcome {
        unframed,
        hash: hash.finish(),
    }
}

fn check_sums(unframed: &Unframed, stored: &[u8]) {
    let length = stored.len() as u64;
    assert_eq!(unframed.stored_bytes, length);
    // The densest that each format can be.
    let most = match unframed.codec {
        None => 0,
        Some(Codec::Plain) => length,
        Some(Codec::Zstd) => (length / 4) << 17,
        Some(Codec::Lz4) => length * 256,
        Some(Codec::Snappy) => length * 22,
        Some(Codec::Lzf) => length * 88,
    };
    assert!(unframed.plain_bytes <= most);
    if let Some(fault) = &unframed.fault {
        assert!(fault.to_string().len() > 20);
    } else if unframed.codec == Some(Codec::Plain) {
        assert_eq!(unframed.plain_bytes, length);
    }
}
