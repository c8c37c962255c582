//! spark-log from the outside: bytes in, timeline and metrics out.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod damage;
mod executors;
mod fixtures;
mod golden;
mod log;
mod mixed;
mod properties;
mod splits;
mod tasks;
mod thorough;
