//! Arbitrary bytes as snappy.
#![no_main]

#[path = "../../tests/corpus/any_bytes.rs"]
mod any_bytes;
#[path = "../../tests/corpus/pieces.rs"]
mod pieces;

libfuzzer_sys::fuzz_target!(|input: &[u8]| any_bytes::check(spark_log::Codec::Snappy, input));
