//! `compare-dra metrics` on rolled logs: the order of parts, and what is said when they are not all there.

use serde_json::json;

use crate::{
    bench::Bench,
    logs::{LOG, compressed, log, pieces, rolled, write},
    metrics::{because, expected, numbers, one},
};

#[test]
fn parts_of_a_rolled_log_are_read_in_the_order_of_their_numbers() {
    let bench = Bench::new();
    let expected = expected(&bench);
    let mut files = rolled(12);
    // What begins with the second part would be another application behind the end, which is in the twelfth.
    let again = pieces(12)[0]
        .split_inclusive(|byte| *byte == b'\n')
        .next()
        .unwrap()
        .to_vec();
    files[1].1.splice(0..0, again);
    write(&bench.path("eventlog_v2_app-1"), &files);
    let mut document = one(&bench, "eventlog_v2_app-1");
    assert_eq!(because(&document), [""; 0]);
    assert_eq!(
        document["events"]["read"].as_i64().unwrap(),
        expected["events"]["read"].as_i64().unwrap() + 1
    );
    for field in ["events", "log_bytes"] {
        document[field] = expected[field].clone();
    }
    assert_eq!(numbers(document), expected);
}

#[test]
fn compact_file_replaces_the_parts_before_it_and_is_said() {
    let bench = Bench::new();
    let mut files = rolled(12);
    let compact = [&files[0].1[..], &files[1].1, &files[2].1].concat();
    // It would be read twice.
    files[0].1 = compact.clone();
    files.push(("events_3_app-1.compact".to_owned(), compact));
    write(&bench.path("eventlog_v2_app-1"), &files);
    let document = one(&bench, "eventlog_v2_app-1");
    assert_eq!(
        because(&document),
        [
            "the Spark History Server compacted parts 1 to 3: tasks of jobs that had ended are left out"
        ]
    );
    assert_eq!(document["tasks"], expected(&bench)["tasks"]);
    assert_eq!(document["log_bytes"], log(LOG).len());
}

#[test]
fn missing_and_unreadable_parts_are_said_and_the_others_are_read() {
    let bench = Bench::new();
    let folder = bench.path("eventlog_v2_app-1");
    write(&folder, &rolled(12));
    std::fs::remove_file(folder.join("events_4_app-1")).unwrap();
    std::fs::remove_file(folder.join("events_6_app-1")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.join("events_6_app-1")).unwrap();
    std::fs::write(folder.join("events_8_app-1"), b"\x1f\x8b\x08\0\0\0\0\0\0\0").unwrap();
    let document = one(&bench, "eventlog_v2_app-1");
    let reasons = because(&document);
    assert_eq!(reasons[0], "part 4 of the log is missing");
    assert!(
        reasons[1].starts_with("`events_6_app-1` cannot be opened: "),
        "{reasons:?}"
    );
    assert!(
        reasons[2].starts_with("`events_8_app-1` is gzip, which is not a codec"),
        "{reasons:?}"
    );
    assert_eq!(
        document["application_end_ms"],
        expected(&bench)["application_end_ms"]
    );
}

#[test]
fn parts_may_have_different_codecs_which_is_said() {
    let bench = Bench::new();
    let folder = bench.path("eventlog_v2_app-1");
    let other = b"{\"Event\":\"Other\"}\n".to_vec();
    write(&folder, &[("events_2_app-1".to_owned(), other)]);
    std::fs::copy(compressed("zstd"), folder.join("events_1_app-1.zstd")).unwrap();
    let document = one(&bench, "eventlog_v2_app-1");
    assert_eq!(
        (&document["codec"], &document["complete"]),
        (&"zstd".into(), &true.into())
    );
    assert_eq!(
        document["notes"],
        json!(["the parts have different codecs: zstd, plain"])
    );
    assert_eq!(document["events"]["unknown"], 1);
}

#[test]
fn part_of_a_rolled_log_by_itself_misses_the_others() {
    let bench = Bench::new();
    write(&bench.path("parts"), &rolled(3));
    let document = one(&bench, "parts/events_3_app-1");
    assert_eq!(
        because(&document)[0],
        "parts 1 and 2 of the log are missing"
    );
    assert_eq!(
        because(&one(&bench, "parts")),
        [""; 0],
        "a directory may be called anything"
    );
}

#[test]
fn empty_part_of_a_rolled_log_is_named() {
    let bench = Bench::new();
    let mut files = rolled(12);
    files[2].1.clear();
    write(&bench.path("eventlog_v2_app-1"), &files);
    let document = one(&bench, "eventlog_v2_app-1");
    assert_eq!(document["complete"], false);
    let name = &files[2].0;
    assert!(
        because(&document).contains(&format!("`{name}` is empty").as_str()),
        "{document}"
    );
}
