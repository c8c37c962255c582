//! Goes on reading a log after its connection was lost: from when to ask, and which lines came before. Pure.
//!
//! The Kubernetes API can be asked for lines since a whole second only, so some come again. Each line has the time at
//! which the container wrote it; several can have the same.

use jiff::Timestamp;

/// Where reading has come to.
#[derive(Debug, Default)]
pub(crate) struct Resume {
    /// The time of the last line, and how many lines of that time there were.
    last: Option<(Timestamp, usize)>,
    /// How many lines of the last time are still to come again.
    again: usize,
}

impl Resume {
    /// From when to ask; absent for the whole log.
    pub(crate) fn since(&mut self) -> Option<Timestamp> {
        let (last, count) = self.last?;
        self.again = count;
        // A rounded time could lie after lines that were not read.
        Timestamp::from_second(last.as_second()).ok()
    }

    /// The text of a line that begins with its time, unless it came before. A line without a time is kept.
    pub(crate) fn new_line<'a>(&mut self, line: &'a str) -> Option<&'a str> {
        let timed = line.split_once(' ').unwrap_or((line, ""));
        let Ok(at) = timed.0.parse::<Timestamp>() else {
            return Some(line);
        };
        match &mut self.last {
            Some((last, _)) if at < *last => return None,
            Some((last, count)) if at == *last => {
                if self.again > 0 {
                    self.again -= 1;
                    return None;
                }
                *count += 1;
            }
            last => {
                *last = Some((at, 1));
                self.again = 0;
            }
        }
        Some(timed.1)
    }
}

#[cfg(test)]
mod tests {
    use super::Resume;

    fn read(resume: &mut Resume, lines: &[&str]) -> Vec<String> {
        lines
            .iter()
            .filter_map(|line| resume.new_line(line))
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn lines_that_come_again_are_left_out_also_when_they_have_the_same_time() {
        let log = [
            "2026-11-22T15:00:00.1Z a",
            "2026-11-22T15:00:00.25Z b",
            "2026-11-22T15:00:00.250Z b",
            "2026-11-22T15:00:00.25Z b",
            "2026-11-22T15:00:01Z ",
        ];
        let mut resume = Resume::default();
        assert_eq!(resume.since(), None);
        // The connection breaks after two of three equal lines.
        assert_eq!(read(&mut resume, &log[..3]), ["a", "b", "b"]);
        let since = resume.since().map(|since| since.to_string());
        assert_eq!(since.as_deref(), Some("2026-11-22T15:00:00Z"));
        assert_eq!(read(&mut resume, &log), ["b", ""]);
        // And again, after a full second.
        resume.since();
        assert_eq!(read(&mut resume, &log[4..]), Vec::<String>::new());
    }

    #[test]
    fn a_line_without_a_time_is_kept() {
        let mut resume = Resume::default();
        assert_eq!(
            read(&mut resume, &["unable to retrieve"]),
            ["unable to retrieve"]
        );
    }
}
