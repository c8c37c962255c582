//! The numbers of `compare-dra metrics` against Spark's own: real applications are run on two versions of Spark, and
//! their logs are read by the binary, by the History Server of that version, and by a plain reader of this test.
//!
//! | module         | idea |
//! |----------------|------|
//! | `installation` | a version of Spark: runs applications, copies logs without compression |
//! | `server`       | a History Server, and what its REST API says of an application |
//! | `raw`          | a log held whole, line by line: what happened, in the simplest words |
//! | `sums`         | the numbers that follow from it, by their definitions |
//! | `compacted`    | a rolled log that a History Server has made shorter |
//! | `reversed`     | a log with two lines in the other order that Spark also writes |
//! | `measured`     | the binary, and what it printed |
//! | `against_lines`   | what has to be equal to the lines of the log |
//! | `against_history` | what has to be equal to the History Server, and by how much it differs where it errs |
//! | `comparison`   | gathers what is not equal |
//! | `shown`        | what each application is there to show, so that none passes by showing nothing |
//! | `version`      | everything for one version of Spark |
//! | `group`        | a process and all it started |
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod against_history;
mod against_lines;
mod compacted;
mod comparison;
mod group;
mod installation;
mod measured;
mod raw;
mod reversed;
mod server;
mod shown;
mod sums;
mod version;

use std::path::{Path, PathBuf};

use comparison::Differences;
use measured::measure;
use raw::Raw;
use version::{Run, Version};

/// A run by the name of its application, with settings of Spark for its event log.
const fn run(application: &'static str, settings: &'static str, codec: &'static str) -> Run {
    Run {
        application,
        settings,
        codec,
    }
}

/// Spark 3.5 writes a plain file unless told otherwise.
const SPARK_3: Version = Version {
    python: "LOCAL_CLOUD_PYTHON",
    major: "3.5.",
    runs: &[
        run("static", "", "plain"),
        run("dra", "", "plain"),
        run(
            "failing",
            "spark.eventLog.compress=true,spark.eventLog.compression.codec=lz4",
            "lz4",
        ),
        run(
            "killed",
            "spark.eventLog.compress=true,spark.eventLog.compression.codec=snappy",
            "snappy",
        ),
        run(
            "profiles",
            "spark.eventLog.compress=true,spark.eventLog.compression.codec=lzf",
            "lzf",
        ),
        run("local", "", "plain"),
        run(
            "many",
            "spark.eventLog.rolling.enabled=true,spark.eventLog.rolling.maxFileSize=10m",
            "plain",
        ),
        run(
            "never-ends",
            "spark.eventLog.compress=true,spark.eventLog.compression.codec=zstd",
            "zstd",
        ),
    ],
};

/// Spark 4 writes a rolled log with zstd unless told otherwise.
const SPARK_4: Version = Version {
    python: "SPARK_4_PYTHON",
    major: "4.",
    runs: &[
        run("static", "", "zstd"),
        run(
            "dra",
            "spark.eventLog.rolling.enabled=false,spark.eventLog.compression.codec=lz4",
            "lz4",
        ),
        run(
            "failing",
            "spark.eventLog.rolling.enabled=false,spark.eventLog.compression.codec=lzf",
            "lzf",
        ),
        run(
            "killed",
            "spark.eventLog.rolling.enabled=false,spark.eventLog.compress=false",
            "plain",
        ),
        run(
            "profiles",
            "spark.eventLog.rolling.enabled=false,spark.eventLog.compression.codec=snappy",
            "snappy",
        ),
        run("local", "spark.eventLog.rolling.enabled=false", "zstd"),
        run("many", "spark.eventLog.rolling.maxFileSize=10m", "zstd"),
        run("never-ends", "", "zstd"),
    ],
};

#[test]
fn spark_and_the_history_server_agree_with_what_is_measured() {
    // Both at once: an application of either version often waits.
    let differences: Vec<String> = std::thread::scope(|scope| {
        let versions = [&SPARK_3, &SPARK_4].map(|version| scope.spawn(|| version.differences()));
        versions
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences.join("\n")
    );
}

#[test]
fn every_version_is_measured_as_its_lines_say() {
    let folder = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap())
        .join("../../fixtures/event-logs/versions");
    let entries = std::fs::read_dir(&folder).unwrap();
    let logs: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    assert!(logs.len() >= 8, "{logs:?}");
    let paths: Vec<&Path> = logs.iter().map(|log| &**log).collect();
    let mut differences = Vec::new();
    for (log, measured) in logs.iter().zip(measure(&paths)) {
        let name = log.file_name().unwrap().to_str().unwrap();
        let mut found = Differences::at(name);
        let version = measured["application"]["spark_version"].as_str();
        found.equal("version", version, name.strip_prefix("spark-"));
        found.equal("complete", measured["complete"].as_bool(), Some(true));
        let raw = Raw::read(&std::fs::read_to_string(log).unwrap());
        against_lines::compare(&mut found, &measured, &raw);
        differences.extend(found.all());
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
