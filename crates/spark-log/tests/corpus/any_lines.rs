//! What must hold when any bytes at all are taken for the lines of a log, however they are cut. Shared by the
//! replayed corpus and the fuzz target.

use spark_log::{Counts, Decoder, Event, TimelineBuilder};

use super::pieces::pieces;

/// The first byte of `input` says how the rest is cut.
pub(crate) fn check(input: &[u8]) {
    let Some((&seed, log)) = input.split_first() else {
        return;
    };
    let whole = decoded([log]);
    assert_eq!(whole, decoded(pieces(log, seed)));
    if log.len() < 256 {
        assert_eq!(whole, decoded(log.chunks(1)));
    }
    let (events, counts) = whole;
    let mut timeline = TimelineBuilder::default();
    for event in events {
        timeline.add(event);
    }
    // Whatever the events say, it is a timeline.
    let _ = timeline.finish(counts);
}

fn decoded<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Event>, Counts) {
    let mut events = Vec::new();
    let mut decoder = Decoder::default();
    for piece in pieces {
        decoder.push(piece, &mut |event| events.push(event));
    }
    let counts = decoder.finish(&mut |event| events.push(event));
    (events, counts)
}
