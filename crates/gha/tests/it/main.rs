//! The contract with the runner, checked on a real program: `examples/probe.rs`.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod commands;
mod failures;
mod inputs;
mod left_behind;
mod log_lines;
mod probe;
mod runner_model;
mod signals;
