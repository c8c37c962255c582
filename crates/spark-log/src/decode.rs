//! The push decoder: bytes of a plain log in, events out. It never fails; what it could not read, it counts.

use crate::{
    Event,
    wire::{Line, is_passed_over, read_line},
};

/// A line longer than this (16 MiB) of an event that is used is counted as damaged instead of being kept in memory.
pub const MAX_LINE_BYTES: usize = 16 << 20;
/// From this size on an unfinished line is looked at: if nothing in it is needed, it is not kept.
const LOOK_BYTES: usize = 64 << 10;

/// What the decoder has seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines that are not empty, with the last one if it has no line feed.
    pub lines: u64,
    /// Events, the unused and the unknown ones among them.
    pub events: u64,
    /// Events that are used here.
    pub used: u64,
    /// Events with names that this version of the crate does not know.
    pub unknown: u64,
    /// Lines that could not be read; a cut last line is not among them.
    pub damaged: u64,
    /// The first line that could not be read, from 1. Empty lines are not counted.
    pub first_damaged: Option<u64>,
    /// Damaged lines that were longer than [`MAX_LINE_BYTES`].
    pub overlong: u64,
    /// The last line had no line feed and could not be read: the log was cut.
    pub cut_last_line: bool,
}

impl Counts {
    /// Adds what was counted in the following part of the same log.
    pub fn add(&mut self, next: Self) {
        let before = self.lines;
        self.lines += next.lines;
        self.events += next.events;
        self.used += next.used;
        self.unknown += next.unknown;
        // Only the end of the whole log may be a cut line; at the end of another part it is damage.
        if self.cut_last_line {
            self.damaged += 1;
            self.first_damaged.get_or_insert(before);
        }
        self.damaged += next.damaged;
        self.first_damaged = self
            .first_damaged
            .or(next.first_damaged.map(|line| before + line));
        self.overlong += next.overlong;
        self.cut_last_line = next.cut_last_line;
    }
}

/// Turns the bytes of a log into events. Any split of the same bytes gives the same events and counts.
#[derive(Debug, Default)]
pub struct Decoder {
    /// The beginning of a line whose end has not come yet.
    rest: Vec<u8>,
    long: Long,
    counts: Counts,
}

/// What is done with a line that is too long to be kept.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Long {
    /// It is kept.
    #[default]
    No,
    /// Nothing in it is needed. Only its end matters.
    PassedOver { known: bool, last: u8 },
    /// Too long.
    Overlong,
}

impl Decoder {
    /// Takes the next bytes and hands out the events they complete.
    pub fn push(&mut self, mut bytes: &[u8], event: &mut impl FnMut(Event)) {
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            let line = &bytes[..end];
            bytes = &bytes[end + 1..];
            if self.rest.is_empty() && self.long == Long::No {
                // A whole line: read where it lies.
                self.count(read_bounded(line), event);
            } else {
                self.keep(line);
                let line = self.take_line();
                self.count(line, event);
            }
        }
        self.keep(bytes);
    }

    /// Ends the log: hands out the event of a last line without line feed, if it is whole, and gives the counts.
    pub fn finish(mut self, event: &mut impl FnMut(Event)) -> Counts {
        if !self.rest.is_empty() || self.long != Long::No {
            let overlong = self.long == Long::Overlong;
            match self.take_line() {
                Line::Damaged if !overlong => {
                    self.counts.lines += 1;
                    self.counts.cut_last_line = true;
                }
                line => self.count(line, event),
            }
        }
        self.counts
    }

    fn count(&mut self, line: Line, event: &mut impl FnMut(Event)) {
        self.counts.lines += u64::from(!matches!(line, Line::Empty));
        match line {
            Line::Event(found) => {
                self.counts.events += 1;
                self.counts.used += 1;
                event(found);
            }
            Line::Passed { known } => {
                self.counts.events += 1;
                self.counts.unknown += u64::from(!known);
            }
            Line::Damaged | Line::Overlong => {
                self.counts.overlong += u64::from(matches!(line, Line::Overlong));
                self.counts.damaged += 1;
                self.counts.first_damaged.get_or_insert(self.counts.lines);
            }
            Line::Empty => {}
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        match &mut self.long {
            Long::No => {}
            Long::PassedOver { last, .. } => {
                *last = last_byte(bytes).unwrap_or(*last);
                return;
            }
            Long::Overlong => return,
        }
        let looked_at = self.rest.len() > LOOK_BYTES;
        if self.rest.len() + bytes.len() > MAX_LINE_BYTES && looked_at {
            self.rest = Vec::new();
            self.long = Long::Overlong;
            return;
        }
        // Room for what has come, not for twice as much: lines are long rarely, and memory is bounded.
        let room = self.rest.len() + bytes.len();
        if room > self.rest.capacity() {
            let most = MAX_LINE_BYTES.max(room);
            let wanted = (room + room / 2).min(most);
            self.rest.reserve_exact(wanted - self.rest.len());
        }
        self.rest.extend_from_slice(bytes);
        if !looked_at && self.rest.len() > LOOK_BYTES {
            self.look();
        }
    }

    /// Drops a long line in which nothing is needed, or which is too long.
    fn look(&mut self) {
        if let Some(known) = is_passed_over(&self.rest) {
            let last = last_byte(&self.rest).unwrap_or(b' ');
            self.long = Long::PassedOver { known, last };
            self.rest = Vec::new();
        } else if self.rest.len() > MAX_LINE_BYTES {
            self.long = Long::Overlong;
            self.rest = Vec::new();
        }
    }

    fn take_line(&mut self) -> Line {
        match std::mem::take(&mut self.long) {
            Long::No => {
                let line = read_bounded(&self.rest);
                self.rest.clear();
                line
            }
            Long::PassedOver { known, last: b'}' } => Line::Passed { known },
            Long::PassedOver { .. } => Line::Damaged,
            Long::Overlong => Line::Overlong,
        }
    }
}

/// Reads a line as if it had come in many pieces, so that no split makes a difference.
fn read_bounded(line: &[u8]) -> Line {
    if line.len() > MAX_LINE_BYTES && is_passed_over(line).is_none() {
        return Line::Overlong;
    }
    read_line(line)
}

/// The last byte that is not white space.
fn last_byte(bytes: &[u8]) -> Option<u8> {
    bytes.trim_ascii_end().last().copied()
}

#[cfg(test)]
mod tests {
    use super::{Counts, Decoder, LOOK_BYTES, MAX_LINE_BYTES};

    /// Pushes `head`, then so many bytes of filler, then `tail`; gives the most that was kept, and the counts.
    fn push_long(head: &str, filler: usize, tail: &str) -> (usize, Counts) {
        let mut decoder = Decoder::default();
        let mut most = 0;
        let piece = vec![b'x'; 1 << 20];
        decoder.push(head.as_bytes(), &mut |_| {});
        let mut left = filler;
        while left > 0 {
            let bytes = left.min(piece.len());
            decoder.push(&piece[..bytes], &mut |_| {});
            most = most.max(decoder.rest.capacity());
            left -= bytes;
        }
        decoder.push(tail.as_bytes(), &mut |_| {});
        (most, decoder.finish(&mut |_| {}))
    }

    const END: &str = "\"}\n{\"Event\":\"SparkListenerApplicationEnd\",\"Timestamp\":1}\n";

    #[test]
    fn line_without_end_is_not_kept_in_memory_and_the_next_one_is_read() {
        let (most, counts) = push_long(
            "{\"Event\":\"SparkListenerJobStart\",\"x\":\"",
            1 << 30,
            END,
        );
        assert!(most <= MAX_LINE_BYTES, "{most} bytes");
        assert_eq!((counts.damaged, counts.overlong, counts.used), (1, 1, 1));
        assert_eq!(counts.first_damaged, Some(1));
    }

    #[test]
    fn line_of_an_event_that_is_not_used_may_be_of_any_length() {
        let name = "{\"Event\":\"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart\",\"x\":\"";
        let (most, counts) = push_long(name, 1 << 27, END);
        assert!(most <= 2 * ((1 << 20) + LOOK_BYTES), "{most} bytes");
        assert_eq!((counts.damaged, counts.events, counts.used), (0, 2, 1));
        // Unless its end is missing.
        let (_, cut) = push_long(name, 1 << 21, "");
        assert!(cut.cut_last_line && cut.damaged == 0);
        let (_, damaged) = push_long(name, 1 << 21, "\n");
        assert_eq!(damaged.damaged, 1);
    }

    #[test]
    fn longest_line_that_is_kept_is_read() {
        let head = "{\"Event\":\"SparkListenerApplicationEnd\",\"Timestamp\":1,\"x\":\"";
        let room = MAX_LINE_BYTES - head.len() - 2;
        let (_, counts) = push_long(head, room, "\"}\n");
        assert_eq!((counts.used, counts.damaged), (1, 0));
        let (_, counts) = push_long(head, room + 1, "\"}\n");
        assert_eq!((counts.used, counts.overlong), (0, 1));
    }

    #[test]
    fn counts_of_parts_add_up() {
        let part = |text: &str| {
            let mut decoder = Decoder::default();
            decoder.push(text.as_bytes(), &mut |_| {});
            decoder.finish(&mut |_| {})
        };
        let end = "{\"Event\":\"SparkListenerApplicationEnd\",\"Timestamp\":1}";
        let mut all = part(&format!("{end}\n{end}\n{{\"Event\""));
        assert!(all.cut_last_line);
        all.add(part(&format!("{end}\nx\n{end}")));
        assert_eq!((all.lines, all.used, all.damaged), (6, 4, 2));
        assert_eq!(
            all.first_damaged,
            Some(3),
            "a line cut in the middle of the log is damage"
        );
        assert!(!all.cut_last_line);
    }
}
