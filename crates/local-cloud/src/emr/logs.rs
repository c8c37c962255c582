//! What the driver prints: kept, shown through the Kubernetes API while it runs, and put where EMR puts it.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    task::JoinHandle,
    time::Instant,
};

use super::{pods::Role, shapes::JobRun, spark_run::s3_parts};
use crate::{cloudwatch_logs::LogGroups, kubernetes::Store, objects::Objects};

/// How often the API server's copy of the log is renewed.
const RENEWAL: Duration = Duration::from_millis(500);

#[derive(Debug, Default)]
struct Text {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    both: Vec<u8>,
}

/// Which of the two.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stream {
    Stdout,
    Stderr,
}

/// The driver's output so far. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct DriverLog {
    text: Arc<Mutex<Text>>,
    store: Store,
    namespace: String,
    pod: String,
}

impl DriverLog {
    pub(super) fn new(store: &Store, namespace: &str, pod: &str) -> Self {
        Self {
            text: Arc::default(),
            store: store.clone(),
            namespace: namespace.to_owned(),
            pod: pod.to_owned(),
        }
    }

    fn text(&self) -> MutexGuard<'_, Text> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds to one of the streams.
    pub(super) fn add(&self, stream: Stream, bytes: &[u8]) {
        let mut text = self.text();
        text.both.extend_from_slice(bytes);
        match stream {
            Stream::Stdout => text.stdout.extend_from_slice(bytes),
            Stream::Stderr => text.stderr.extend_from_slice(bytes),
        }
    }

    /// Reads a pipe to its end.
    pub(super) fn follow(
        &self,
        stream: Stream,
        mut pipe: impl AsyncRead + Unpin + Send + 'static,
    ) -> JoinHandle<()> {
        let log = self.clone();
        tokio::spawn(async move {
            let mut buffer = vec![0; 16 * 1024];
            let mut renewed = Instant::now();
            while let Ok(count @ 1..) = pipe.read(&mut buffer).await {
                log.add(stream, &buffer[..count]);
                if renewed.elapsed() >= RENEWAL {
                    log.show();
                    renewed = Instant::now();
                }
            }
            log.show();
        })
    }

    /// Renews the API server's copy.
    pub(super) fn show(&self) {
        let text = String::from_utf8_lossy(&self.text().both).into_owned();
        self.store
            .set_log(&self.namespace, &self.pod, Role::Driver.container(), text);
    }

    /// The last line of the standard error that names an exception, for the job run's details.
    pub(super) fn last_exception(&self) -> Option<String> {
        let text = self.text();
        let stderr = String::from_utf8_lossy(&text.stderr);
        let is_exception = |line: &&str| {
            let name = line.split(':').next().unwrap_or_default();
            !name.contains(' ')
                && (name.ends_with("Exception")
                    || name.ends_with("Error")
                    || name.ends_with("Exit"))
        };
        stderr.lines().rev().find(is_exception).map(str::to_owned)
    }

    /// Puts both streams into a CloudWatch log group, in EMR's layout.
    pub(super) fn publish_streams(
        &self,
        groups: &LogGroups,
        group: &str,
        prefix: &str,
        run: &JobRun,
    ) {
        let directory = self.directory(&run.virtual_cluster_id, &run.id);
        let folder = match prefix {
            "" => directory,
            prefix => format!("{prefix}/{directory}"),
        };
        let text = self.text();
        for (name, bytes) in [("stdout", &text.stdout), ("stderr", &text.stderr)] {
            let lines = String::from_utf8_lossy(bytes);
            groups.add(group, &format!("{folder}/{name}"), &lines);
        }
    }

    /// Where EMR keeps the driver's streams, under the log URI and in stream names alike.
    fn directory(&self, cluster: &str, job: &str) -> String {
        format!("{cluster}/jobs/{job}/containers/spark-{job}/{}", self.pod)
    }

    /// Puts both streams under the job's S3 log URI, in EMR's layout.
    pub(super) async fn publish(
        &self,
        objects: &Objects,
        log_uri: &str,
        cluster: &str,
        job: &str,
    ) -> io::Result<()> {
        let Some((bucket, prefix)) = s3_parts(log_uri) else {
            return Ok(());
        };
        let directory = self.directory(cluster, job);
        let files = {
            let text = self.text();
            [
                ("stdout.gz", gzip(&text.stdout)?),
                ("stderr.gz", gzip(&text.stderr)?),
            ]
        };
        for (name, bytes) in files {
            let parts = [prefix.trim_matches('/'), &directory, name];
            let key = parts
                .iter()
                .filter(|part| !part.is_empty())
                .copied()
                .collect::<Vec<_>>()
                .join("/");
            objects.put(bucket, &key, bytes).await?;
        }
        Ok(())
    }
}

fn gzip(bytes: &[u8]) -> io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    Ok(Bytes::from(encoder.finish()?))
}
