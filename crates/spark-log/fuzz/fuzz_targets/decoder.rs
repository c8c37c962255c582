//! Arbitrary bytes as the lines of a log.
#![no_main]

#[path = "../../tests/corpus/any_lines.rs"]
mod any_lines;
#[path = "../../tests/corpus/pieces.rs"]
mod pieces;

libfuzzer_sys::fuzz_target!(|input: &[u8]| any_lines::check(input));
