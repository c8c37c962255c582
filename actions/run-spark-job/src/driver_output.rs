//! What a driver's output says when the job failed: its last lines and the exception. Pure.
//!
//! PySpark's traceback is on the driver's standard output: spark-submit merges Python's two streams into it. The
//! JVM's own exceptions and Spark's log are on standard error.

use std::{
    collections::VecDeque,
    io::{BufRead, Read},
};

use crate::driver_log::Steps;

/// How many of the last lines are kept.
const LAST: usize = 30;
/// Longest line that is kept, in characters: a plan or a row can be megabytes.
const WIDTH: usize = 500;

/// Longest piece that is read as one line, in bytes.
const LONGEST: u64 = 1 << 20;

/// One of the driver's streams, read line by line.
#[derive(Debug, Default)]
pub(crate) struct DriverOutput {
    /// How many executors were wanted; only standard error has it.
    pub(crate) steps: Steps,
    last: VecDeque<String>,
    reading: Reading,
    exception: Option<String>,
}

#[derive(Debug, Default, PartialEq)]
enum Reading {
    /// Ordinary lines.
    #[default]
    Text,
    /// Between `Traceback …` and the exception.
    Traceback,
    /// Just after a Python exception; Py4J puts the JVM's on the next line.
    Exception,
}

impl DriverOutput {
    /// Takes in a whole stream, up to its end or to where it can no longer be read. Bytes that are not UTF-8 are
    /// replaced. The stream is not held in memory.
    pub(crate) fn read(mut stream: impl BufRead) -> Self {
        let mut output = Self::default();
        let mut line = Vec::new();
        loop {
            line.clear();
            let more = Read::by_ref(&mut stream)
                .take(LONGEST)
                .read_until(b'\n', &mut line);
            if !line.is_empty() {
                output.line(&String::from_utf8_lossy(&line));
            }
            if !more.is_ok_and(|length| length > 0) {
                return output;
            }
        }
    }

    /// Takes in one line.
    pub(crate) fn line(&mut self, line: &str) {
        let line = line.trim_end();
        self.steps.line(line);
        self.look_for_exception(line);
        if line.is_empty() {
            return;
        }
        if self.last.len() == LAST {
            self.last.pop_front();
        }
        self.last.push_back(cut(line));
    }

    /// The last lines, oldest first.
    pub(crate) fn last_lines(&self) -> String {
        self.last
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// The last exception, on one line.
    pub(crate) fn exception(&self) -> Option<&str> {
        self.exception.as_deref()
    }

    fn look_for_exception(&mut self, line: &str) {
        if line.starts_with("Traceback (most recent call last)") {
            self.reading = Reading::Traceback;
        } else if self.reading == Reading::Traceback && !line.is_empty() && !line.starts_with(' ') {
            self.exception = Some(cut(line));
            self.reading = Reading::Exception;
        } else if self.reading == Reading::Exception {
            if let (Some(cause), Some(exception)) = (line.strip_prefix(": "), &mut self.exception) {
                *exception = cut(&format!("{}: {cause}", exception.trim_end_matches('.')));
            }
            self.reading = Reading::Text;
        } else if let Some(thrown) = line.strip_prefix("Exception in thread ") {
            // `Exception in thread "main" java.lang.…`
            self.exception = Some(cut(thrown
                .split_once("\" ")
                .map_or(thrown, |(_, thrown)| thrown)));
        }
    }
}

fn cut(line: &str) -> String {
    match line.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::DriverOutput;

    fn exception(output: &str) -> Option<String> {
        DriverOutput::read(output.as_bytes())
            .exception()
            .map(str::to_owned)
    }

    #[test]
    fn a_python_exception_is_the_line_after_the_frames() {
        let output = "rows: 0\nTraceback (most recent call last):\n  File \"/tmp/fail.py\", line 3, in <module>\n    raise ValueError(\"the input table is empty\")\nValueError: the input table is empty\n";
        assert_eq!(
            exception(output).as_deref(),
            Some("ValueError: the input table is empty")
        );
    }

    #[test]
    fn the_last_of_chained_exceptions_counts() {
        let output = "Traceback (most recent call last):\n  File \"a\"\nKeyError: 'x'\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"b\"\nRuntimeError: no x\n";
        assert_eq!(exception(output).as_deref(), Some("RuntimeError: no x"));
    }

    #[test]
    fn py4j_errors_keep_the_cause_of_the_jvm() {
        let output = "Traceback (most recent call last):\n  File \"a\"\npy4j.protocol.Py4JJavaError: An error occurred while calling o45.count.\n: org.apache.spark.SparkException: Job aborted due to stage failure\n\tat x\n";
        assert_eq!(
            exception(output).as_deref(),
            Some(
                "py4j.protocol.Py4JJavaError: An error occurred while calling o45.count: org.apache.spark.SparkException: Job aborted due to stage failure"
            )
        );
    }

    #[test]
    fn a_jvm_exception_is_found_without_its_thread() {
        let output = "26/11/22 15:00:00 INFO X: y\nException in thread \"main\" java.io.FileNotFoundException: No such file or directory: s3://bench/spark-events\n\tat a.b\n";
        assert_eq!(
            exception(output).as_deref(),
            Some(
                "java.io.FileNotFoundException: No such file or directory: s3://bench/spark-events"
            )
        );
        assert_eq!(exception("all is well\n"), None);
    }

    #[test]
    fn the_last_lines_are_bounded_in_number_and_width() {
        let mut many = ((0..100).map(|n| format!("line {n}\n")).collect::<String>()
            + &"x".repeat(2000))
            .into_bytes();
        many.push(0xff);
        let output = DriverOutput::read(many.as_slice());
        let last = output.last_lines();
        assert_eq!(last.lines().count(), 30);
        assert!(last.starts_with("line 71\n"), "{last}");
        assert!(last.lines().all(|line| line.chars().count() <= 501));
    }
}
