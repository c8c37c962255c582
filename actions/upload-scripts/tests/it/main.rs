//! The program against a local cloud.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod at_once;
mod bad_inputs;
mod broken_off;
mod bucket;
mod faults;
mod long_files;
mod moto;
mod permissions;
mod refused;
mod step;
mod stub;
mod templates;
mod uploads;
