//! Any bytes behind any beginning, and any log through every writer, cut anywhere.

use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use proptest::sample::{Index, select};
use spark_log::Codec;
use zstd_safe::CParameter;

use crate::any_bytes::check;
use crate::encoders::{lz4, lzf, snappy, zstd_frame};
use crate::reading::read_in_pieces;

/// Text that repeats itself as logs do, between noise.
fn logs() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        vec(any::<u8>(), 0..40),
        Just(b"{\"Event\":\"SparkListenerTaskEnd\",\"Stage ID\":".to_vec()),
        (any::<u8>(), 1..3000_usize).prop_map(|(byte, count)| vec![byte; count]),
    ];
    vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

/// Cuts `stored` at any places.
fn cut<'a>(stored: &'a [u8], places: &[Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = places
        .iter()
        .map(|place| place.index(stored.len() + 1))
        .collect();
    places.sort_unstable();
    let mut pieces = Vec::new();
    let mut from = 0;
    for place in places.into_iter().chain([stored.len()]) {
        pieces.push(&stored[from..place]);
        from = place;
    }
    pieces
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_behind_any_magic_number_keep_the_bounds(
        codec in select(&[Codec::Zstd, Codec::Lz4, Codec::Snappy, Codec::Lzf][..]),
        input in vec(any::<u8>(), 0..300),
    ) {
        check(codec, &input);
    }

    #[test]
    fn any_log_is_read_back_from_zstd(
        log in logs(),
        flushes in vec(any::<Index>(), 0..20),
        places in vec(any::<Index>(), 0..20),
        checksum in any::<bool>(),
    ) {
        let stored: Vec<u8> = cut(&log, &flushes)
            .into_iter()
            .flat_map(|piece| zstd_frame(piece, &[CParameter::ChecksumFlag(checksum)]))
            .collect();
        assert_eq!(read_in_pieces(cut(&stored, &places)).whole(), log);
    }

    #[test]
    fn any_log_is_read_back_from_lz4(
        log in logs(),
        size in 1..70_000_usize,
        places in vec(any::<Index>(), 0..20),
    ) {
        let stored = lz4(&log, size.min(1 << 16));
        assert_eq!(read_in_pieces(cut(&stored, &places)).whole(), log);
    }

    #[test]
    fn any_log_is_read_back_from_snappy(
        log in logs(),
        size in 1..70_000_usize,
        places in vec(any::<Index>(), 0..20),
    ) {
        let stored = snappy(&log, size);
        assert_eq!(read_in_pieces(cut(&stored, &places)).whole(), log);
    }

    #[test]
    fn any_log_is_read_back_from_lzf(
        log in logs(),
        size in 1..=65_535_usize,
        places in vec(any::<Index>(), 0..20),
    ) {
        let stored = lzf(&log, size);
        assert_eq!(read_in_pieces(cut(&stored, &places)).whole(), log);
    }

    #[test]
    fn any_plain_log_passes(log in logs(), places in vec(any::<Index>(), 0..20)) {
        let stored = [b"{", &log[..]].concat();
        assert_eq!(read_in_pieces(cut(&stored, &places)).whole(), stored);
    }
}
