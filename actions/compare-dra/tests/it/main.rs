//! The real binary, against the local cloud's GitHub and S3.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod bench;
mod commenting;
mod event_logs;
mod reading;
mod reporting;
