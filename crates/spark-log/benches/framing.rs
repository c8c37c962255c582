//! How many bytes of log come out of each codec in a second. A plain log is not measured: it is not even copied.
//!
//! The log is a small one of Spark's own, repeated with other numbers. zstd is measured twice: with a frame for every
//! two lines, the smallest that Spark's flushes make, and with frames of many blocks, as a stage of many tasks makes
//! them: Spark does not flush at the events of tasks.
#![allow(missing_docs, reason = "criterion's macros make public functions")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use spark_log::{Codec, Unframer};

#[path = "../tests/framing/encoders.rs"]
#[allow(clippy::unwrap_used, reason = "they are made for tests")]
mod encoders;

/// The blocks of Spark's lz4 and snappy.
const BLOCK: usize = 32 << 10;
/// As files are read.
const PIECE: usize = 256 << 10;
const COPIES: usize = 1000;

fn log() -> Vec<u8> {
    let one = include_bytes!("../../../fixtures/event-logs/threadsleep-dra");
    let mut log = one.repeat(COPIES);
    let mut state = 1_u32;
    let mut digits = 0;
    for byte in &mut log {
        digits = if byte.is_ascii_digit() { digits + 1 } else { 0 };
        // From the fourth digit on: times, sizes and counts, and none of the keys.
        if digits > 3 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = b'0' + state.to_be_bytes()[0] % 10;
        }
    }
    log
}

fn lines_at_once(log: &[u8], lines: usize) -> Vec<u8> {
    let lines_of_log: Vec<&[u8]> = log.split_inclusive(|&byte| byte == b'\n').collect();
    lines_of_log
        .chunks(lines)
        .flat_map(|lines| encoders::zstd_frame(&lines.concat(), &[level()]))
        .collect()
}

/// Spark's default.
fn level() -> zstd_safe::CParameter {
    zstd_safe::CParameter::CompressionLevel(1)
}

fn unframe(stored: &[u8]) -> Option<Codec> {
    let mut unframer = Unframer::default();
    for piece in stored.chunks(PIECE) {
        unframer.push(piece, &mut |plain| {
            black_box(plain);
        });
    }
    let unframed = unframer.finish(&mut |_| {});
    assert_eq!(unframed.fault, None);
    unframed.codec
}

fn framing(criterion: &mut Criterion) {
    let log = log();
    let mut group = criterion.benchmark_group("framing");
    group.throughput(Throughput::Bytes(log.len() as u64));
    group.sample_size(20);
    for (name, stored) in [
        ("zstd, a frame for each 2 lines", lines_at_once(&log, 2)),
        (
            "zstd, a frame for each 5000 lines",
            lines_at_once(&log, 5000),
        ),
        ("lz4", encoders::lz4(&log, BLOCK)),
        ("snappy", encoders::snappy(&log, BLOCK)),
        ("lzf", encoders::lzf(&log, usize::from(u16::MAX))),
    ] {
        group.bench_function(name, |bencher| bencher.iter(|| unframe(black_box(&stored))));
    }
    group.finish();
}

criterion_group!(benches, framing);
criterion_main!(benches);
