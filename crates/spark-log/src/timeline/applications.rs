//! Whether a log is of one application. Parts of one application may be put together in any order.

use crate::Event;

/// What tells that a log is of more than one application.
#[derive(Debug, Default)]
pub(crate) struct Applications {
    starts: usize,
    ends: usize,
    log_starts: usize,
    /// Everything from here on is of another application.
    another: bool,
}

impl Applications {
    /// Counts the event; false when it is of another application than those before.
    pub(crate) fn own(&mut self, event: &Event) -> bool {
        match event {
            Event::ApplicationStart { .. } => {
                self.starts += 1;
                self.another |= self.starts > 1;
            }
            Event::ApplicationEnd { .. } => {
                self.ends += 1;
                self.another |= self.ends > 1;
            }
            // The parts of a log may each begin with one, but nothing begins after the end.
            Event::LogStart { .. } => {
                self.log_starts += 1;
                self.another |= self.log_starts > 1 && self.ends > 0;
            }
            _ => {}
        }
        !self.another
    }

    /// How many there are, as far as can be told.
    pub(crate) fn count(&self) -> usize {
        self.starts
            .max(self.ends)
            .max(1 + usize::from(self.another))
    }
}
