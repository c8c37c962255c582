//! The local cloud in a release build, as a process of its own, and what its buckets hold after an upload.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use indexmap::IndexMap;
use rustix::process::Signal;
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use super::clients::Client;
use super::files::Files;
use crate::children::Group;
use crate::interrupt::Interrupt;
use crate::problem::{Problem, Result, WhileDoing as _};

/// One for each folder.
pub(super) const BUCKETS: [&str; 2] = ["small", "large"];
const START: Duration = Duration::from_secs(60);
const END: Duration = Duration::from_secs(45);

#[derive(Debug, Deserialize)]
struct Ready {
    endpoints: Endpoints,
    environment: IndexMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct Endpoints {
    s3: String,
    inspect: String,
}

/// A running S3 with empty buckets.
#[derive(Debug)]
pub(super) struct Endpoint {
    process: Group,
    pub(super) s3: String,
    inspect: String,
    /// The variables that make clients use it.
    pub(super) environment: IndexMap<String, String>,
}

impl Endpoint {
    /// Starts it and waits until it answers.
    pub(super) async fn start(
        program: &Path,
        round_trip_ms: u64,
        folder: &Path,
        interrupt: &Interrupt,
    ) -> Result<Self> {
        let log = folder.join("local-cloud.log");
        let messages =
            std::fs::File::create(&log).while_doing(|| format!("create `{}`", log.display()))?;
        let mut command = Command::new(program);
        for bucket in BUCKETS {
            command.args(["--bucket", bucket]);
        }
        command
            .args(["--s3-round-trip-ms", &round_trip_ms.to_string()])
            .arg("--end-with-stdin")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(messages);
        let mut process = Group::start(command)?;
        let mut line = String::new();
        if let Some(stdout) = process.stdout() {
            let mut stdout = BufReader::new(stdout);
            tokio::select! {
                // Whether it said nothing, or too late: the line is empty then.
                _ = tokio::time::timeout(START, stdout.read_line(&mut line)) => {}
                () = interrupt.raised() => return Err(Problem::interrupted()),
            }
        }
        let ready: Ready = serde_json::from_str(&line).map_err(|cause| {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            Problem::new(format!(
                "the local cloud did not start: {cause}\n{}",
                said.trim_end()
            ))
        })?;
        Ok(Self {
            process,
            s3: ready.endpoints.s3,
            inspect: ready.endpoints.inspect,
            environment: ready.environment,
        })
    }

    /// Refuses an upload of which something is missing. There may be more than the folder's files: ours adds some.
    pub(super) fn holds(&self, bucket: &str, source: &Files, client: &Client) -> Result<()> {
        let state: serde_json::Value = ureq::get(format!("{}/state", self.inspect))
            .call()
            .and_then(|mut answer| answer.body_mut().read_json())
            .while_doing(|| "ask the local cloud what it holds".into())?;
        missing(&state["s3"][bucket], source).map_or(Ok(()), |missing| {
            Err(Problem::new(format!(
                "{} ended well, but {missing}",
                client.name()
            )))
        })
    }

    pub(super) async fn end(self) {
        self.process.end(Signal::TERM, END).await;
    }
}

/// What a bucket lacks of a folder's files; none if it has at least as many and as much.
fn missing(held: &serde_json::Value, source: &Files) -> Option<String> {
    let (Some(keys), Some(bytes)) = (held["keys"].as_u64(), held["bytes"].as_u64()) else {
        return Some("the local cloud does not say what is in the bucket".into());
    };
    (keys < source.count as u64 || bytes < source.bytes).then(|| {
        format!(
            "the bucket holds {keys} of {} files, {bytes} of {} bytes",
            source.count, source.bytes
        )
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Files, missing};

    #[test]
    fn a_bucket_with_fewer_files_or_bytes_is_refused() {
        let source = Files {
            folder: "scripts".into(),
            count: 3,
            bytes: 100,
        };
        assert_eq!(missing(&json!({ "keys": 3, "bytes": 100 }), &source), None);
        assert_eq!(missing(&json!({ "keys": 6, "bytes": 900 }), &source), None);
        let fewer = missing(&json!({ "keys": 2, "bytes": 100 }), &source).unwrap();
        assert_eq!(fewer, "the bucket holds 2 of 3 files, 100 of 100 bytes");
        assert!(missing(&json!({ "keys": 3, "bytes": 99 }), &source).is_some());
        assert!(missing(&json!(null), &source).is_some());
    }
}
