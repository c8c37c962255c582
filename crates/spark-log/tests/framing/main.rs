//! What comes out of stored bytes: whole, cut, damaged and hostile ones of every codec. What the log says is
//! tested elsewhere.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

#[path = "../corpus/any_bytes.rs"]
mod any_bytes;
mod encoders;
mod faults;
mod lz4;
#[path = "../corpus/pieces.rs"]
mod pieces;
mod properties;
mod reading;
mod real;
mod words;
mod zstd;
