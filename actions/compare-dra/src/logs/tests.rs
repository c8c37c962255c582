//! The same log on one thread and on several, and what happens when something breaks in between.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
};

use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::{Logs, ReadLog, ahead, parallel, stored::Stored, whole};
use crate::{place::Place, s3::S3};

/// Logs, and the runtime that must outlive them. There is no S3 here.
fn logs() -> (Logs, Runtime) {
    let runtime = Builder::new_current_thread().build().unwrap();
    let logs = Logs {
        s3: Arc::new(S3::nowhere()),
        runtime: runtime.handle().clone(),
    };
    (logs, runtime)
}

fn fixture(name: &str) -> Vec<u8> {
    let folder =
        Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../../fixtures/event-logs");
    std::fs::read(folder.join(name)).unwrap()
}

/// A rolled log of so many parts with all lines of a fixture.
fn rolled(parts: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let bytes = fixture("threadsleep-dra");
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    for part in 0..parts {
        let from = |part: usize| lines.len() * part / parts;
        let piece = lines[from(part)..from(part + 1)].concat();
        let name = format!("events_{}_app", part + 1);
        std::fs::write(folder.path().join(name), piece).unwrap();
    }
    folder
}

fn read(logs: &Logs, runtime: &Runtime, path: &Path, threads: usize) -> ReadLog {
    let place = Place::Local(path.to_owned());
    let found = runtime.block_on(logs.find(&place)).unwrap();
    assert_eq!(found.len(), 1);
    whole::read(logs, &found[0], threads).unwrap()
}

#[test]
fn parts_give_the_same_on_any_number_of_threads() {
    let (logs, runtime) = logs();
    let whole = tempfile::tempdir().unwrap();
    std::fs::write(whole.path().join("app"), fixture("threadsleep-dra")).unwrap();
    let plain = read(&logs, &runtime, &whole.path().join("app"), 1);
    for parts in [1, 2, 3, 12, 30] {
        let folder = rolled(parts);
        for threads in [1, 2, 4, 8] {
            let read = read(&logs, &runtime, folder.path(), threads);
            assert_eq!(
                read.timeline, plain.timeline,
                "{parts} parts, {threads} threads"
            );
            assert_eq!(read.log_bytes, plain.log_bytes);
        }
    }
}

#[test]
fn parts_come_in_order_however_few_events_may_wait() {
    let (logs, _runtime) = logs();
    let folder = rolled(12);
    let part = |number: usize| Place::Local(folder.path().join(format!("events_{number}_app")));
    let parts: Vec<Place> = (1..=12).map(part).collect();
    let mut expected = Vec::new();
    parallel::read(&logs, &parts, 1, parallel::WAITING, |event| {
        expected.push(event)
    });
    for waiting in [0, 1, 3000] {
        let mut events = Vec::new();
        let ends = parallel::read(&logs, &parts, 4, waiting, |event| events.push(event));
        assert_eq!(
            (events, ends.len()),
            (expected.clone(), 12),
            "{waiting} bytes may wait"
        );
    }
}

#[test]
fn compressed_log_gives_the_same_on_one_thread_and_on_two() {
    let (logs, runtime) = logs();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app");
    for codec in ["zstd", "lz4", "snappy", "lzf"] {
        let bytes = fixture(&format!("codecs/threadsleep-dra.{codec}"));
        for end in [bytes.len(), bytes.len() - 1, bytes.len() * 2 / 3] {
            std::fs::write(&path, &bytes[..end]).unwrap();
            let [one, two] = [1, 2].map(|threads| read(&logs, &runtime, &path, threads));
            assert_eq!(one.timeline, two.timeline, "{codec}, {end} bytes");
            assert_eq!((one.codecs, one.log_bytes), (two.codecs, two.log_bytes));
            assert_eq!(one.stored_bytes, end as u64);
        }
    }
}

#[test]
fn panic_of_the_receiver_ends_all_threads() {
    let (logs, _runtime) = logs();
    let folder = rolled(12);
    let part = |number: usize| Place::Local(folder.path().join(format!("events_{number}_app")));
    let parts: Vec<Place> = (1..=12).map(part).collect();
    let broken = catch_unwind(AssertUnwindSafe(|| {
        parallel::read(&logs, &parts, 4, 0, |_| panic!("no more"))
    }));
    assert!(broken.is_err());

    let path = folder.path().join("app");
    std::fs::write(&path, fixture("codecs/threadsleep-dra.lz4").repeat(100)).unwrap();
    let stored = Stored::open(&logs, &Place::Local(path)).unwrap();
    let broken = catch_unwind(AssertUnwindSafe(|| {
        ahead::read(stored, &mut |_| panic!("no more"))
    }));
    assert!(broken.is_err());
}

#[test]
fn pieces_are_the_same_after_a_look_at_the_first_one() {
    let (logs, _runtime) = logs();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app");
    std::fs::write(&path, b"first").unwrap();
    let mut stored = Stored::open(&logs, &Place::Local(path)).unwrap();
    assert_eq!(stored.peek(), b"first");
    assert_eq!(stored.next(), Ok(&b"first"[..]));
    assert_eq!(stored.next(), Ok(&b""[..]));
}
