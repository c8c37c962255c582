//! The real binary with a real Terraform, against the local cloud where a cluster or a bucket is needed.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod cluster;
mod commands;
mod commenting;
mod destroying;
mod failures;
mod harness;
mod killed;
mod node_pool_files;
mod remote_state;
mod reviewed;
mod signals;
