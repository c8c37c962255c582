//! One file of a log, from its stored bytes to events. No threads here.

use spark_log::{Counts, Decoder, Event, FramingFault, Unframed, Unframer};

use super::stored::Stored;

/// What is known of a file after its last byte.
#[derive(Debug)]
pub(super) struct PartRead {
    pub(super) counts: Counts,
    pub(super) unframed: Unframed,
    /// Why reading ended before the file did, in words that go on after its name.
    pub(super) broken_off: Option<String>,
}

impl PartRead {
    /// What is wrong with the file, in words that go on after its name.
    pub(super) fn fault(&self) -> Option<String> {
        let framing = self.unframed.fault.as_ref();
        let framing = framing.map(|fault| match fault {
            FramingFault::Packed { .. } | FramingFault::NoLog { .. } => fault.to_string(),
            FramingFault::CutOff { .. } => format!("is {fault}"),
            _ => format!("cannot be unpacked to its end: {fault}"),
        });
        // Bytes that did not come also look like a file that was cut off.
        self.broken_off.clone().or(framing)
    }
}

/// Reads a file to its end on this thread and hands on its events.
pub(super) fn read(mut stored: Stored, event: &mut impl FnMut(Event)) -> PartRead {
    let mut unframer = Unframer::default();
    let mut decoder = Decoder::default();
    let broken_off = loop {
        match stored.next() {
            Ok([]) => break None,
            Ok(piece) => unframer.push(piece, &mut |plain| decoder.push(plain, event)),
            Err(why) => break Some(why),
        }
    };
    let unframed = unframer.finish(&mut |plain| decoder.push(plain, event));
    PartRead {
        counts: decoder.finish(event),
        unframed,
        broken_off,
    }
}
