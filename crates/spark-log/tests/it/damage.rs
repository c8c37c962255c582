//! Damaged logs give what can be had and say what is missing; they are never an error.

use spark_log::{Gap, Metrics};

use crate::log::{Log, read};

fn whole() -> Vec<u8> {
    let mut log = Log::started();
    log.executor("1", 10.0);
    log.job(12.0, 1);
    log.task("1", 12.0, 42.0);
    log.job_ended(42.0, 1);
    log.ended(43.0).bytes()
}

fn damaged(first: u64) -> Gap {
    Gap::DamagedLines {
        lines: 1,
        first,
        overlong: 0,
    }
}

#[test]
fn log_cut_at_any_byte_gives_a_timeline_and_says_so() {
    let bytes = whole();
    for cut in 0..bytes.len() - 1 {
        let timeline = read(&[&bytes[..cut]]);
        assert!(!timeline.gaps.is_empty(), "cut at {cut}");
        let metrics = Metrics::of(&timeline);
        assert!(
            metrics
                .executor_seconds
                .is_none_or(|seconds| (0.0..=33.0).contains(&seconds))
        );
    }
    assert_eq!(
        read(&[&bytes[..bytes.len() - 1]]).gaps,
        [],
        "only the last line feed is missing"
    );
}

#[test]
fn damaged_line_in_the_middle_is_counted_and_the_rest_is_read() {
    let bytes = whole();
    let text =
        String::from_utf8(bytes)
            .unwrap()
            .replacen("\"SparkListenerTaskStart\"", "\u{fffd}", 1);
    let timeline = read(&[text.as_bytes()]);
    assert_eq!(timeline.gaps, [damaged(7)]);
    assert_eq!(
        timeline.task_counts.total, 1,
        "the end of the task tells its start"
    );
}

#[test]
fn used_event_without_its_fields_is_damaged() {
    let timeline = read(&[
        &whole(),
        b"{\"Event\":\"SparkListenerExecutorAdded\",\"Timestamp\":\"x\"}\n",
    ]);
    assert_eq!(timeline.gaps, [damaged(12)]);
}

#[test]
fn bytes_that_are_no_log_give_no_number() {
    for bytes in [
        &b"\x28\xb5\x2f\xfd\0\0\x01"[..],
        b"",
        b"\n\n",
        b"<html>",
        b"[]",
        b"{\"a\":1}",
    ] {
        let timeline = read(&[bytes]);
        assert_eq!(timeline.gaps, [Gap::NoEvents], "{bytes:?}");
        assert_eq!(Metrics::of(&timeline), Metrics::default());
    }
}

#[test]
fn concatenated_parts_of_one_log_read_as_one() {
    let bytes = whole();
    let middle = bytes.iter().position(|b| *b == b'\n').unwrap() + 1;
    let again = [&bytes[..middle], &bytes[..middle], &bytes[middle..]].concat();
    let (mut again, once) = (read(&[&again]), read(&[&bytes]));
    assert_eq!(again.counts.lines, once.counts.lines + 1);
    again.counts = once.counts;
    assert_eq!(again, once);
}
