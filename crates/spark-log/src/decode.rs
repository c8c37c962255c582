//! The push decoder: bytes of a plain log in, events out. It never fails; what it could not read, it counts.

use crate::{
    Event,
    wire::{Line, read_line},
};

/// A line longer than this (64 MiB) is counted as damaged instead of being kept in memory.
pub const MAX_LINE_BYTES: usize = 64 << 20;

/// What the decoder has seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines, with the last one if it has no line feed.
    pub lines: u64,
    /// Events that are used here.
    pub events: u64,
    /// Lines in the middle of the log that could not be read.
    pub damaged: u64,
    /// The last line had no line feed and could not be read: the log was cut.
    pub cut_last_line: bool,
}

/// Turns the bytes of a log into events. Any split of the same bytes gives the same events and counts.
#[derive(Debug, Default)]
pub struct Decoder {
    rest: Vec<u8>,
    overlong: bool,
    counts: Counts,
}

impl Decoder {
    /// Takes the next bytes and gives the events they complete.
    pub fn push(&mut self, mut bytes: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.keep(&bytes[..end]);
            bytes = &bytes[end + 1..];
            match self.take_line() {
                Line::Event(event) => events.push(*event),
                Line::Passed => {}
                Line::Damaged => self.counts.damaged += 1,
            }
        }
        self.keep(bytes);
        self.counts.events += events.len() as u64;
        events
    }

    /// Ends the log: gives the event of a last line without line feed, if it is whole, and the counts.
    #[must_use]
    pub fn finish(mut self) -> (Option<Event>, Counts) {
        if self.rest.is_empty() && !self.overlong {
            return (None, self.counts);
        }
        let event = match self.take_line() {
            Line::Event(event) => Some(*event),
            Line::Passed => None,
            Line::Damaged => {
                self.counts.cut_last_line = true;
                None
            }
        };
        self.counts.events += u64::from(event.is_some());
        (event, self.counts)
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.overlong || self.rest.len() + bytes.len() > MAX_LINE_BYTES {
            self.overlong = true;
            self.rest = Vec::new();
        } else {
            self.rest.extend_from_slice(bytes);
        }
    }

    fn take_line(&mut self) -> Line {
        self.counts.lines += 1;
        let line = if std::mem::take(&mut self.overlong) {
            Line::Damaged
        } else {
            read_line(&self.rest)
        };
        self.rest.clear();
        line
    }
}
