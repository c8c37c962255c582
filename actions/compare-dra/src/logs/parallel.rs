//! Several parts of one log at once. Each part is decoded by one thread; the events of all of them go in the order of
//! the parts to whoever called. What is decoded before its turn waits, and only so much may wait.

use std::{
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

use spark_log::Event;

use super::{
    Logs,
    part::{self, PartRead},
    stored::Stored,
};
use crate::{place::Place, unread::Unread};

/// How many bytes of events are handed on together.
const BATCH: usize = 64 << 10;
/// How many bytes of events may wait for their turn: those of about 250,000 events, which is four parts of 128 MiB,
/// Spark's default.
pub(super) const WAITING: usize = 32 << 20;
/// How many more the part whose turn it is may have, so that it never waits for those behind it.
const OWN: usize = 1 << 20;
/// What an event costs in memory, besides longer texts in it.
const EVENT: usize = size_of::<Event>() + 32;

enum Message {
    Events { batch: Vec<Event>, bytes: usize },
    End(Result<PartRead, Unread>),
}

/// Reads the parts of a log on so many threads, of whose events at most so many bytes wait.
pub(super) fn read(
    logs: &Logs,
    parts: &[Place],
    threads: usize,
    most_waiting: usize,
    mut event: impl FnMut(Event),
) -> Vec<Result<PartRead, Unread>> {
    let queue = Queue {
        most_waiting,
        state: Mutex::default(),
        changed: Condvar::new(),
    };
    let next = AtomicUsize::new(0);
    let (senders, receivers): (Vec<_>, Vec<_>) = parts.iter().map(|_| channel()).unzip();
    let senders = Mutex::new(senders.into_iter().map(Some).collect::<Vec<_>>());
    let take = || {
        let part = next.fetch_add(1, Ordering::Relaxed);
        let sender = lock(&senders).get_mut(part)?.take()?;
        Some((part, sender))
    };
    thread::scope(|scope| {
        for _ in 0..threads.min(parts.len()) {
            // In order, so that the part whose turn it is always has a thread.
            scope.spawn(|| {
                while let Some((part, sender)) = take() {
                    let outbox = Outbox {
                        part,
                        sender,
                        queue: &queue,
                    };
                    outbox.read(logs, &parts[part]);
                }
            });
        }
        let drain = Draining(&queue);
        let ends = receivers.into_iter().enumerate().map(|(part, receiver)| {
            drain.0.turn_of(part);
            drain.0.receive(receiver, &mut event)
        });
        // A part without an end is that of a thread that panicked, which the scope tells.
        ends.map_while(|end| end).collect()
    })
}

/// Where a thread leaves the events of its part.
struct Outbox<'a> {
    part: usize,
    sender: Sender<Message>,
    queue: &'a Queue,
}

impl Outbox<'_> {
    fn read(self, logs: &Logs, place: &Place) {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        let end = Stored::open(logs, place).map(|stored| {
            part::read(stored, &mut |event| {
                if batch.capacity() == 0 {
                    batch.reserve_exact(BATCH / EVENT);
                }
                bytes += EVENT + text(&event);
                batch.push(event);
                if bytes >= BATCH {
                    self.send(std::mem::take(&mut batch), std::mem::take(&mut bytes));
                }
            })
        });
        self.send(batch, bytes);
        let _ = self.sender.send(Message::End(end));
    }

    fn send(&self, batch: Vec<Event>, bytes: usize) {
        self.queue.wait_for_room(self.part, bytes);
        // Without a receiver the caller has panicked, which ends everything.
        let _ = self.sender.send(Message::Events { batch, bytes });
    }
}

/// Bytes of the texts in an event that may be long.
fn text(event: &Event) -> usize {
    match event {
        Event::StageSubmitted(info) | Event::StageCompleted(info) => info.name.len(),
        Event::ExecutorRemoved { reason, .. } => reason.len(),
        Event::Environment { properties } => {
            let lengths = properties
                .iter()
                .map(|(key, value)| key.len() + value.len());
            lengths.sum()
        }
        _ => 0,
    }
}

/// How much is waiting, and whose turn it is.
struct Queue {
    most_waiting: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Bytes.
    waiting: usize,
    turn: usize,
    /// Nobody takes anything any more.
    closed: bool,
}

impl Queue {
    /// Waits until so many bytes of this part may be left here.
    fn wait_for_room(&self, part: usize, bytes: usize) {
        let full = |state: &mut State| {
            let own = if part == state.turn { OWN } else { 0 };
            state.waiting >= self.most_waiting + own && !state.closed
        };
        let state = self.changed.wait_while(lock(&self.state), full);
        state.unwrap_or_else(PoisonError::into_inner).waiting += bytes;
    }

    fn turn_of(&self, part: usize) {
        lock(&self.state).turn = part;
        self.changed.notify_all();
    }

    /// Hands on what a part has left until it ends.
    fn receive(
        &self,
        from: Receiver<Message>,
        event: &mut impl FnMut(Event),
    ) -> Option<Result<PartRead, Unread>> {
        for message in from {
            match message {
                Message::Events { batch, bytes } => {
                    batch.into_iter().for_each(&mut *event);
                    lock(&self.state).waiting -= bytes;
                    self.changed.notify_all();
                }
                Message::End(end) => return Some(end),
            }
        }
        None
    }
}

/// Lets everyone go when the caller panics, who would wait for them.
struct Draining<'a>(&'a Queue);

impl Drop for Draining<'_> {
    fn drop(&mut self) {
        lock(&self.0.state).closed = true;
        self.0.changed.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
