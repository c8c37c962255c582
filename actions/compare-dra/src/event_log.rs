//! The bytes of an event log, piece by piece, to a timeline; or what the bytes are instead. Pure.

use std::fmt;

use spark_log::{Decoder, Gap, Timeline, TimelineBuilder};

use crate::number::count;

/// How the files of Spark's codecs begin.
const CODECS: &[(&str, &[u8])] = &[
    ("zstd", b"\x28\xb5\x2f\xfd"),
    ("lz4", b"LZ4Block"),
    ("snappy", b"\x82SNAPPY\0"),
    ("lzf", b"ZV"),
    ("gzip", b"\x1f\x8b"),
];
/// The longest of those beginnings.
const HEAD: usize = 8;

/// Why bytes are not an event log that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotALog {
    /// Nothing, or nothing but white space.
    Empty,
    /// Written with this codec.
    Compressed(&'static str),
    /// None of so many lines is an event.
    NoEvents(u64),
}

impl fmt::Display for NotALog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "is empty"),
            Self::Compressed(codec) => write!(f, "is a compressed file ({codec})"),
            Self::NoEvents(lines) => {
                let lines = usize::try_from(*lines).unwrap_or(usize::MAX);
                let lines = count(lines, "line", "lines");
                write!(
                    f,
                    "is not a Spark event log: it has {lines} and not one event"
                )
            }
        }
    }
}

/// Takes an event log piece by piece.
#[derive(Debug, Default)]
pub(crate) struct LogReader {
    decoder: Decoder,
    timeline: TimelineBuilder,
    /// The first bytes.
    head: Vec<u8>,
    /// Something else than white space was seen.
    content: bool,
}

impl LogReader {
    /// Takes the next bytes.
    pub(crate) fn push(&mut self, piece: &[u8]) {
        let wanted = HEAD.saturating_sub(self.head.len()).min(piece.len());
        self.head.extend_from_slice(&piece[..wanted]);
        self.content |= !piece.trim_ascii().is_empty();
        for event in self.decoder.push(piece) {
            self.timeline.add(event);
        }
    }

    /// The timeline, or what was read instead of an event log.
    pub(crate) fn finish(mut self) -> Result<Timeline, NotALog> {
        let (last, counts) = self.decoder.finish();
        last.into_iter().for_each(|event| self.timeline.add(event));
        let timeline = self.timeline.finish(counts);
        if !timeline.gaps.contains(&Gap::NoEvents) {
            return Ok(timeline);
        }
        let codec = CODECS
            .iter()
            .find(|(_, begin)| self.head.starts_with(begin));
        Err(match codec {
            Some((name, _)) => NotALog::Compressed(name),
            None if !self.content => NotALog::Empty,
            None => NotALog::NoEvents(counts.lines),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{LogReader, NotALog};

    fn read(pieces: &[&[u8]]) -> Option<NotALog> {
        let mut reader = LogReader::default();
        pieces.iter().for_each(|piece| reader.push(piece));
        reader.finish().err()
    }

    #[test]
    fn what_is_no_log_is_called_what_it_is() {
        assert_eq!(read(&[]), Some(NotALog::Empty));
        assert_eq!(read(&[b"\n", b" \n"]), Some(NotALog::Empty));
        assert_eq!(
            read(&[b"<html>\n<body>\n"]),
            Some(NotALog::NoEvents(2)),
            "text of another kind"
        );
        assert_eq!(
            read(&[b"{\"Event\":\"SparkListenerLogStart\",\"Spark Version\":\"3.5.6\"}\n"]),
            None
        );
    }

    #[test]
    fn codec_is_seen_whatever_the_pieces() {
        for (bytes, codec) in [
            (&b"\x28\xb5\x2f\xfd\x04\x00"[..], "zstd"),
            (b"LZ4Block\x26\n\n", "lz4"),
            (b"\x82SNAPPY\0\0\0", "snappy"),
            (b"ZV\x01", "lzf"),
            (b"\x1f\x8b\x08", "gzip"),
        ] {
            let pieces: Vec<&[u8]> = bytes.chunks(1).collect();
            for pieces in [&[bytes][..], &pieces] {
                assert_eq!(read(pieces), Some(NotALog::Compressed(codec)));
            }
        }
    }
}
