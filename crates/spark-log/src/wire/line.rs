//! What becomes of one line: the fast way for task events, the thorough way for the other used events, and next to
//! nothing for all others.

use super::{
    cursor::Cursor,
    fast::task_event,
    names::{Name, UsedEvent, classify},
    typed,
};
use crate::Event;

/// What became of a line.
#[derive(Debug)]
pub(crate) enum Line {
    Event(Event),
    /// An event with a name that is not used here.
    Passed {
        known: bool,
    },
    /// Nothing but white space.
    Empty,
    /// Not JSON, no event name, or a used event without the fields it needs.
    Damaged,
    /// Longer than is kept.
    Overlong,
}

/// Longer than any class name.
const LONGEST_NAME: usize = 1000;

/// Reads a line.
pub(crate) fn read_line(line: &[u8]) -> Line {
    let line = line.trim_ascii();
    if line.is_empty() {
        return Line::Empty;
    }
    if let Some((name, after)) = leading_name(line) {
        let name = match classify(name) {
            Name::Used(name) => name,
            other if line.ends_with(b"}") => return passed(other),
            _ => return Line::Damaged,
        };
        let fast = match name {
            UsedEvent::TaskStart => task_event(after, false),
            UsedEvent::TaskEnd => task_event(after, true),
            _ => None,
        };
        let event = fast.or_else(|| typed::read_event(name, line));
        return event.map_or(Line::Damaged, Line::Event);
    }
    let Some(name) = typed::event_name(line) else {
        return Line::Damaged;
    };
    match classify(name.as_bytes()) {
        Name::Used(name) => typed::read_event(name, line).map_or(Line::Damaged, Line::Event),
        other => passed(other),
    }
}

/// Whether nothing in a line that begins with `line` is needed; then, whether its event is known.
pub(crate) fn is_passed_over(line: &[u8]) -> Option<bool> {
    let (name, _) = leading_name(line)?;
    match classify(name) {
        Name::Used(_) => None,
        Name::Passed => Some(true),
        Name::Unknown => Some(false),
    }
}

fn passed(name: Name) -> Line {
    Line::Passed {
        known: name == Name::Passed,
    }
}

/// The event's name and what follows it, in a line that begins with it, as all of Spark's do.
fn leading_name(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut cursor = Cursor::new(line);
    cursor.literal(b"{\"Event\":")?;
    let name = cursor.string()?;
    (name.len() <= LONGEST_NAME).then_some((name, cursor.rest()))
}
