//! Values as Spark reads them (ConfigBuilder, JavaUtils.timeStringAs), and what was found wrong with them.

use std::collections::BTreeMap;

use crate::Finding;

/// The settings, and what was found so far.
#[derive(Debug)]
pub(super) struct Findings<'a> {
    effective: &'a BTreeMap<String, String>,
    pub(super) all: Vec<Finding>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(effective: &'a BTreeMap<String, String>) -> Self {
        Self {
            effective,
            all: Vec::new(),
        }
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.effective.keys().map(String::as_str)
    }

    /// The value, without the space around it, which Spark ignores.
    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.effective.get(key).map(|value| value.trim())
    }

    /// A whole number; `None` when it is not set or, which is said, is none or too small.
    pub(super) fn number(&mut self, key: &'static str, least: i32) -> Option<i32> {
        let value = self.text(key)?;
        let number = value.parse().ok().filter(|number| *number >= least);
        if number.is_none() {
            let problem = format!("`{key}` is `{value}`: expected a whole number from {least}");
            self.error(key, problem);
        }
        number
    }

    /// A time in milliseconds; `None` when it is not set or, which is said, is no time or below zero. `unit` is what a
    /// number without one counts, in milliseconds.
    pub(super) fn time(&mut self, key: &'static str, unit: i64) -> Option<i64> {
        let value = self.text(key)?;
        let time = milliseconds(value, unit).filter(|time| *time >= 0);
        if time.is_none() {
            let problem = format!(
                "`{key}` is `{value}`: expected a time such as `30s`, `500ms` or `2min`, in whole numbers and from 0"
            );
            self.error(key, problem);
        }
        time
    }

    /// `true` or `false`, or the default when it is not set or, which is said, is neither.
    pub(super) fn boolean(&mut self, key: &'static str, default: bool) -> bool {
        let Some(value) = self.text(key) else {
            return default;
        };
        match value.to_ascii_lowercase().parse() {
            Ok(boolean) => boolean,
            Err(_) => {
                let problem = format!("`{key}` is `{value}`: expected `true` or `false`");
                self.error(key, problem);
                default
            }
        }
    }

    /// Spark would refuse the job, or nothing could be learned from it.
    pub(super) fn error(&mut self, key: &str, problem: String) {
        self.add(key, problem, true);
    }

    /// The setting does nothing, or not what one expects.
    pub(super) fn warning(&mut self, key: &str, problem: String) {
        self.add(key, problem, false);
    }

    fn add(&mut self, key: &str, problem: String, is_error: bool) {
        self.all.push(Finding {
            key: key.to_owned(),
            problem,
            is_error,
            instead: None,
        });
    }

    /// The value that mends what was found last; without one it is mended by leaving the setting out.
    pub(super) fn instead(&mut self, value: &'static str) {
        if let Some(last) = self.all.last_mut() {
            last.instead = Some(value);
        }
    }
}

/// A whole number with one of Spark's units, as milliseconds rounded down.
fn milliseconds(text: &str, unit: i64) -> Option<i64> {
    let text = text.to_ascii_lowercase();
    let digits = text.trim_start_matches(|c: char| c == '-' || c.is_ascii_digit());
    let (number, suffix) = text.split_at(text.len() - digits.len());
    let number: i64 = number.parse().ok()?;
    match suffix {
        "" => number.checked_mul(unit),
        "us" => Some(number / 1000),
        "ms" => Some(number),
        "s" => number.checked_mul(1000),
        "m" | "min" => number.checked_mul(60_000),
        "h" => number.checked_mul(3_600_000),
        "d" => number.checked_mul(86_400_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn times_are_read_as_spark_reads_them() {
        for (text, expected) in [
            ("1", Some(1000)),
            ("500ms", Some(500)),
            ("2500us", Some(2)),
            ("1S", Some(1000)),
            ("2m", Some(120_000)),
            ("2min", Some(120_000)),
            ("1d", Some(86_400_000)),
            ("-1s", Some(-1000)),
            ("1.5s", None),
            ("1 s", None),
            ("1week", None),
            ("s", None),
            ("1-2s", None),
            ("", None),
        ] {
            assert_eq!(milliseconds(text, 1000), expected, "{text}");
        }
        assert_eq!(milliseconds("60", 1), Some(60));
    }
}
