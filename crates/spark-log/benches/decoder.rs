//! How many bytes of a plain log are read in a second, in memory and on one core: finding the lines alone, with their
//! events, and with the timeline.
//!
//! What bounds each is in the README of this crate: lines are found at the speed of memory, events by checking the rest
//! of task lines and by finding strings, the timeline by its maps.
//!
//! The task events are Spark's own, with other task ids and times. `EVENT_LOG` names a log to be read instead.
#![allow(missing_docs, reason = "criterion's macros make public functions")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use spark_log::{Decoder, TimelineBuilder};

/// As files are read.
const PIECE: usize = 256 << 10;
/// Tasks of the log that is made up: about 34 MB.
const TASKS: usize = 10_000;

fn log() -> Vec<u8> {
    if let Some(path) = std::env::var_os("EVENT_LOG") {
        return std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    let one = include_str!("../../../fixtures/event-logs/threadsleep-static");
    let is_task = |line: &&str| line.starts_with("{\"Event\":\"SparkListenerTask");
    let (head, tail) = one.split_at(
        one.find("{\"Event\":\"SparkListenerStageCompleted")
            .unwrap_or(0),
    );
    let tasks: Vec<&str> = one.lines().filter(is_task).collect();
    let others = head.lines().filter(|line| !is_task(line));
    let mut log: String = others.map(|line| format!("{line}\n")).collect();
    for n in 0..TASKS / 5 {
        for line in &tasks {
            let line = line.replace("\"Task ID\":", &format!("\"Task ID\":{}", n + 1));
            log.push_str(&line);
            log.push('\n');
        }
    }
    (log + tail).into_bytes()
}

fn decoder(criterion: &mut Criterion) {
    let log = log();
    let mut group = criterion.benchmark_group("decoder");
    group.throughput(Throughput::Bytes(log.len() as u64));
    group.bench_function("lines", |bench| {
        bench.iter(|| black_box(memchr::memchr_iter(b'\n', &log).count()));
    });
    group.bench_function("events", |bench| {
        bench.iter(|| {
            let mut decoder = Decoder::default();
            for piece in log.chunks(PIECE) {
                decoder.push(piece, &mut |event| drop(black_box(event)));
            }
            decoder.finish(&mut |event| drop(black_box(event)))
        });
    });
    group.bench_function("timeline", |bench| {
        bench.iter(|| {
            let mut timeline = TimelineBuilder::default();
            let mut decoder = Decoder::default();
            for piece in log.chunks(PIECE) {
                decoder.push(piece, &mut |event| timeline.add(event));
            }
            let counts = decoder.finish(&mut |event| timeline.add(event));
            timeline.finish(counts)
        });
    });
    group.finish();
}

criterion_group!(benches, decoder);
criterion_main!(benches);
