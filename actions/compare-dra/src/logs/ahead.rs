//! One compressed file on two threads: one reads and unpacks, the other decodes. Unpacking costs about as much as
//! decoding, so the two together take little longer than unpacking alone.

use std::{
    sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    thread,
};

use spark_log::{Codec, Decoder, Event, Unframed, Unframer};

use super::{part::PartRead, stored::Stored};

/// Room for unpacked bytes that is handed to and fro between the threads.
const BLOCK: usize = 256 << 10;
/// How many of them there are.
const BLOCKS: usize = 6;

/// Reads a file to its end and hands on its events, as [`super::part::read`] does.
pub(super) fn read(stored: Stored, event: &mut impl FnMut(Event)) -> PartRead {
    let (full, unpacked) = sync_channel(BLOCKS);
    let (empty, blocks) = channel();
    for _ in 0..BLOCKS {
        // The other end lives until the thread ends.
        let _ = empty.send(Vec::with_capacity(BLOCK));
    }
    // What is moved in is dropped when this thread panics, and lets the other one end.
    thread::scope(move |scope| {
        let unpacking = scope.spawn(move || unpack(stored, Blocks::new(full, blocks)));
        let mut decoder = Decoder::default();
        decode(unpacked, empty, &mut decoder, event);
        let (unframed, broken_off) = unpacking
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        PartRead {
            counts: decoder.finish(event),
            unframed,
            broken_off,
        }
    })
}

/// Whether the first bytes are those of a compressed file.
pub(super) fn is_worth_it(first: &[u8]) -> bool {
    let mut unframer = Unframer::default();
    // The longest mark of a codec is shorter.
    unframer.push(&first[..first.len().min(64)], &mut |_| ());
    !matches!(unframer.codec(), None | Some(Codec::Plain))
}

fn decode(
    unpacked: Receiver<Vec<u8>>,
    empty: Sender<Vec<u8>>,
    decoder: &mut Decoder,
    event: &mut impl FnMut(Event),
) {
    for mut block in unpacked {
        decoder.push(&block, event);
        block.clear();
        // At the end nobody needs it any more.
        let _ = empty.send(block);
    }
}

fn unpack(mut stored: Stored, mut blocks: Blocks) -> (Unframed, Option<String>) {
    let mut unframer = Unframer::default();
    let broken_off = loop {
        match stored.next() {
            Ok([]) => break None,
            Ok(piece) => unframer.push(piece, &mut |plain| blocks.fill(plain)),
            Err(why) => break Some(why),
        }
    };
    let unframed = unframer.finish(&mut |plain| blocks.fill(plain));
    blocks.hand_on();
    (unframed, broken_off)
}

/// The blocks on the side that fills them.
struct Blocks {
    full: SyncSender<Vec<u8>>,
    empty: Receiver<Vec<u8>>,
    open: Vec<u8>,
}

impl Blocks {
    fn new(full: SyncSender<Vec<u8>>, empty: Receiver<Vec<u8>>) -> Self {
        Self {
            full,
            empty,
            open: Vec::new(),
        }
    }

    fn fill(&mut self, mut plain: &[u8]) {
        while !plain.is_empty() {
            if self.open.capacity() == 0 {
                self.open = self.empty.recv().unwrap_or_default();
            }
            let room = BLOCK.saturating_sub(self.open.len()).min(plain.len());
            self.open.extend_from_slice(&plain[..room]);
            plain = &plain[room..];
            if self.open.len() >= BLOCK {
                self.hand_on();
            }
        }
    }

    fn hand_on(&mut self) {
        // Without a receiver the other thread has panicked, which is told there.
        let _ = self.full.send(std::mem::take(&mut self.open));
    }
}
