//! Replays what fuzzing found to be worth keeping, so that no one needs a fuzzer to see that it still holds.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod any_bytes;
mod any_lines;
mod pieces;

use spark_log::Codec;

fn replay(target: &str, check: impl Fn(&[u8])) {
    let folder = format!("{}/fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    let mut replayed = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        check(&std::fs::read(entry.unwrap().path()).unwrap());
        replayed += 1;
    }
    assert!(replayed > 10, "the corpus is there");
}

#[test]
fn the_corpus_of_zstd_holds() {
    replay("zstd", |input| any_bytes::check(Codec::Zstd, input));
}

#[test]
fn the_corpus_of_lz4_holds() {
    replay("lz4", |input| any_bytes::check(Codec::Lz4, input));
}

#[test]
fn the_corpus_of_snappy_holds() {
    replay("snappy", |input| any_bytes::check(Codec::Snappy, input));
}

#[test]
fn the_corpus_of_lzf_holds() {
    replay("lzf", |input| any_bytes::check(Codec::Lzf, input));
}

#[test]
fn the_corpus_of_the_decoder_holds() {
    replay("decoder", any_lines::check);
}
