//! Lines of a log to events: Spark's JSON, read no further than it is needed.

mod cursor;
mod fast;
mod line;
mod names;
mod properties;
mod structure;
mod typed;

pub(crate) use line::{Line, is_passed_over, read_line};
pub use properties::is_kept_property;
