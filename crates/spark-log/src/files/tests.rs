//! Listings as they are found beside Spark, and what is made of them.

use super::LogFiles;
use crate::Gap;

fn among(names: &[&str]) -> Vec<LogFiles> {
    LogFiles::among(names.iter().copied())
}

/// The only log of a listing.
#[track_caller]
fn one(names: &[&str]) -> LogFiles {
    let mut logs = among(names);
    assert_eq!(logs.len(), 1, "{logs:?}");
    logs.remove(0)
}

#[test]
fn parts_are_ordered_by_their_numbers() {
    let names: Vec<String> = (1..=12)
        .map(|n| format!("eventlog_v2_app-1/events_{n}_app-1"))
        .collect();
    let mut listed: Vec<&str> = names.iter().map(String::as_str).collect();
    listed.push("eventlog_v2_app-1/appstatus_app-1");
    listed.sort_unstable();
    assert!(
        listed[1].contains("events_10_"),
        "a listing has another order"
    );
    let log = one(&listed);
    assert_eq!(
        (log.name.as_str(), log.parts, log.gaps),
        ("eventlog_v2_app-1", names, vec![])
    );
}

#[test]
fn codec_and_attempt_may_stand_in_a_name() {
    let log = one(&[
        "eventlog_v2_app_1_2/events_1_app_1_2.zstd",
        "eventlog_v2_app_1_2/events_2_app_1_2.lz4",
    ]);
    assert_eq!(log.parts.len(), 2);
    for name in [
        "app-1",
        "app_1_2",
        "app-1.zstd",
        "app-1.lz4",
        "app-1.snappy",
        "app-1.lzf",
    ] {
        let log = one(&[name]);
        assert_eq!((log.name.as_str(), log.gaps.len()), (name, 0));
    }
}

#[test]
fn what_is_still_written_is_said() {
    for names in [
        &["app-1.inprogress"][..],
        &["app-1.zstd.inprogress"],
        &[
            "eventlog_v2_a/events_1_a",
            "eventlog_v2_a/appstatus_a.inprogress",
        ],
        &["events_1_a", "appstatus_a.inprogress"],
    ] {
        assert_eq!(one(names).gaps, [Gap::StillOpen], "{names:?}");
    }
    assert_eq!(
        LogFiles::single("app-1.lz4.inprogress").gaps,
        [Gap::StillOpen]
    );
}

#[test]
fn a_closed_log_wins_over_its_open_copy() {
    let both = [
        "eventlog_v2_a/appstatus_a",
        "eventlog_v2_a/appstatus_a.inprogress",
        "eventlog_v2_a/events_1_a",
    ];
    assert_eq!(one(&both).gaps, []);
    for names in [["app", "app.inprogress"], ["app.inprogress", "app"]] {
        let log = one(&names);
        assert_eq!((log.name.as_str(), log.gaps.len()), ("app", 0));
    }
}

#[test]
fn missing_parts_are_named_by_number() {
    let log = one(&["events_2_a", "events_3_a", "events_11_a"]);
    assert_eq!(log.gaps, [Gap::MissingParts(vec![1, 4, 5, 6, 7, 8, 9, 10])]);
    assert_eq!(log.parts, ["events_2_a", "events_3_a", "events_11_a"]);
    assert_eq!(one(&["events_1_a", "events_2_a"]).gaps, []);
    assert_eq!(
        LogFiles::single("events_3_a.zstd").gaps,
        [Gap::MissingParts(vec![1, 2])]
    );
}

#[test]
fn a_number_beyond_reason_costs_no_memory() {
    let last = format!("events_{}_a", u64::MAX);
    let log = one(&["events_1_a", &last]);
    let [Gap::MissingParts(missing)] = &log.gaps[..] else {
        panic!("{log:?}")
    };
    assert_eq!((missing[0], missing.len()), (2, 100_000));
}

#[test]
fn the_newest_compact_file_replaces_all_up_to_its_number() {
    let listing = [
        "events_1_a",
        "events_2_a.compact",
        "events_3_a",
        "events_4_a",
        "events_4_a.zstd.compact",
        "events_5_a.zstd",
    ];
    let log = one(&listing);
    assert_eq!(log.parts, ["events_4_a.zstd.compact", "events_5_a.zstd"]);
    assert_eq!(
        log.gaps,
        [Gap::Compacted(4)],
        "the parts it replaces are not missing"
    );
    let log = one(&["events_2_a.compact", "events_4_a"]);
    assert_eq!(log.gaps, [Gap::Compacted(2), Gap::MissingParts(vec![3])]);
}

#[test]
fn a_second_file_with_the_same_number_is_said_and_not_read() {
    let names = [
        "eventlog_v2_b/events_1_b",
        "eventlog_v2_b/events_2_a",
        "eventlog_v2_b/events_2_b",
    ];
    let log = one(&names);
    assert_eq!(
        log.parts,
        ["eventlog_v2_b/events_1_b", "eventlog_v2_b/events_2_b"],
        "its own application's is kept"
    );
    assert_eq!(
        log.gaps[0].to_string(),
        "`events_2_a` is part 2 like `events_2_b`; it was not read"
    );
}

#[test]
fn leftovers_of_hadoop_and_other_files_are_no_logs() {
    let nothing = [
        "_SUCCESS",
        "_temporary",
        ".app-1.crc",
        ".DS_Store",
        "README.md",
        "run-record.json",
        "driver-stderr.gz",
        "",
        "other/app-1",
        "eventlog_v2_a/",
        "eventlog_v2_a/appstatus_a",
        "eventlog_v2_a/.events_1_a.crc",
        "deep/eventlog_v2_a/events_1_a",
        ".zstd",
        ".inprogress",
    ];
    assert_eq!(among(&nothing), []);
}

#[test]
fn several_logs_are_told_apart_and_sorted_by_name() {
    let names = [
        "spark-2.zstd",
        "eventlog_v2_spark-3/events_2_spark-3",
        "eventlog_v2_spark-3/events_1_spark-3",
        "spark-1",
        "spark-1_2",
        "run-record.json",
    ];
    let found: Vec<String> = among(&names).into_iter().map(|log| log.name).collect();
    assert_eq!(
        found,
        [
            "eventlog_v2_spark-3",
            "spark-1",
            "spark-1_2",
            "spark-2.zstd"
        ]
    );
}

#[test]
fn the_directory_of_a_rolled_log_is_one_log_whatever_else_lies_in_it() {
    let log = one(&["events_2_a", "appstatus_a", "events_1_a", "notes"]);
    assert_eq!(
        (log.name.as_str(), log.parts),
        ("", vec!["events_1_a".to_owned(), "events_2_a".to_owned()])
    );
}

#[test]
fn a_file_named_by_itself_may_be_called_anything() {
    for name in ["events.json", "my log.txt", ".hidden", "app"] {
        let log = LogFiles::single(name);
        assert_eq!((log.parts, log.gaps), (vec![name.to_owned()], vec![]));
    }
}
