//! The parts of a log to one result. What is wrong with a part becomes a gap; only when no part could be opened there is
//! no result.

use spark_log::{Codec, Counts, Gap, TimelineBuilder};

use super::{
    Log, Logs, NotALog, ReadLog, ahead, parallel,
    part::{self, PartRead},
    stored::Stored,
};
use crate::{place::Place, unread::Unread};

/// Reads a log on at most so many threads.
pub(super) fn read(logs: &Logs, log: &Log, threads: usize) -> Result<ReadLog, Unread> {
    let mut builder = TimelineBuilder::default();
    let mut add = |event| builder.add(event);
    let mut sum = Sum {
        many: log.parts().len() > 1,
        ..Sum::default()
    };
    match log.parts() {
        [only] if threads > 1 => {
            let read = Stored::open(logs, only).map(|mut stored| {
                match ahead::is_worth_it(stored.peek()) {
                    true => ahead::read(stored, &mut add),
                    false => part::read(stored, &mut add),
                }
            });
            sum.add(only, read);
        }
        parts if threads > 1 => {
            let read = parallel::read(logs, parts, threads, parallel::WAITING, &mut add);
            for (part, read) in parts.iter().zip(read) {
                sum.add(part, read);
            }
        }
        parts => {
            for part in parts {
                let read = Stored::open(logs, part);
                sum.add(part, read.map(|stored| part::read(stored, &mut add)));
            }
        }
    }
    sum.finish(builder, log.gaps.clone())
}

/// What all parts come to.
#[derive(Default)]
struct Sum {
    counts: Counts,
    gaps: Vec<Gap>,
    codecs: Vec<Codec>,
    stored_bytes: u64,
    log_bytes: u64,
    opened: bool,
    /// A rolled log, of which no part is empty.
    many: bool,
    /// Why the first one could not be opened.
    unopened: Option<Unread>,
    /// What the first one is, when it is no log or not whole.
    fault: Option<NotALog>,
}

impl Sum {
    fn add(&mut self, part: &Place, read: Result<PartRead, Unread>) {
        let why = match read {
            Ok(read) => {
                self.opened = true;
                self.counts.add(read.counts);
                self.stored_bytes += read.unframed.stored_bytes;
                self.log_bytes += read.unframed.plain_bytes;
                if let Some(codec) = read.unframed.codec.filter(|c| !self.codecs.contains(c)) {
                    self.codecs.push(codec);
                }
                let empty = read.unframed.stored_bytes == 0 && self.many;
                let Some(why) = read.fault().or(empty.then(|| "is empty".to_owned())) else {
                    return;
                };
                let outside = read.broken_off.is_some() && matches!(part, Place::S3(_));
                let what = why.clone();
                self.fault
                    .get_or_insert(NotALog::Unreadable { what, outside });
                why
            }
            Err(unread) => {
                let what = unread.what.clone();
                self.unopened.get_or_insert(unread);
                what
            }
        };
        let file = part.name();
        self.gaps.push(Gap::Unreadable { file, why });
    }

    fn finish(self, builder: TimelineBuilder, named: Vec<Gap>) -> Result<ReadLog, Unread> {
        if let (false, Some(unopened)) = (self.opened, self.unopened) {
            return Err(unopened);
        }
        let counts = self.counts;
        let not_a_log = (counts.events == counts.unknown).then(|| {
            self.fault.unwrap_or(match counts.lines {
                0 => NotALog::Empty,
                lines => NotALog::NoEvents(lines),
            })
        });
        let mut timeline = builder.finish(counts);
        // What is missing comes before what follows from it.
        timeline.gaps = [named, self.gaps, timeline.gaps].concat();
        Ok(ReadLog {
            timeline,
            codecs: self.codecs,
            stored_bytes: self.stored_bytes,
            log_bytes: self.log_bytes,
            not_a_log,
        })
    }
}
