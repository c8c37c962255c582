//! The binary, and what it printed of a log.

use std::{path::Path, process::Command};

use serde_json::Value;

/// `compare-dra metrics` of several logs: one object for each, in their order.
pub(crate) fn measure(logs: &[&Path]) -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_compare-dra"))
        .env_clear()
        .arg("metrics")
        .args(logs)
        .args(["--format", "json"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    let objects: Vec<Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(objects.len(), logs.len(), "{said}");
    objects
}
