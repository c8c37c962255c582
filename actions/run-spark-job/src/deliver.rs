//! Handing over: the record's file, its copy in S3, the outputs. Decides nothing.

use std::path::{Path, PathBuf};

use aws_setup::S3Uri;
use gha::{Context, Failure, Outputs};
use run_record::RunRecord;
use tokio::fs;

use crate::{inputs::Inputs, job::Job, s3::S3};

/// The record's file name.
const RECORD: &str = "run-record.json";
/// Its name while it is written: whoever reads the record never sees half of one.
const UNFINISHED: &str = ".run-record.json.part";

/// The directory of one run's files.
#[derive(Debug, Clone)]
pub(crate) struct Directory {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// How the outputs name it: relative to the workspace if it lies there.
    pub(crate) named: PathBuf,
}

impl Directory {
    /// Makes the directory, before anything costs money.
    ///
    /// # Errors
    /// It cannot be made.
    pub(crate) async fn make(context: &Context, inputs: &Inputs) -> Result<Self, Failure> {
        let path = context.workspace.join(&inputs.directory);
        let named = inputs
            .directory
            .strip_prefix(&context.workspace)
            .unwrap_or(&inputs.directory)
            .to_owned();
        fs::create_dir_all(&path).await.map_err(|error| {
            Failure::bad_input("directory", format!("cannot make `{}`", path.display()))
                .because(&error)
        })?;
        Ok(Self { path, named })
    }

    /// The directory an earlier process made.
    pub(crate) fn at(path: PathBuf) -> Self {
        Self {
            named: path.clone(),
            path,
        }
    }
}

/// Keeps what is known before the submission, when there is no job run yet: the record's file under its unfinished
/// name. The first [`write()`] replaces it.
///
/// # Errors
/// It cannot be written.
pub(crate) async fn sketch(directory: &Directory, record: &RunRecord) -> Result<(), Failure> {
    let unfinished = directory.path.join(UNFINISHED);
    fs::write(&unfinished, json(record)?)
        .await
        .map_err(|error| unwritable(&unfinished, &error))
}

/// The record of the job run with this token, as far as an earlier process wrote it.
pub(crate) async fn read(directory: &Directory, client_token: &str) -> Option<RunRecord> {
    for name in [RECORD, UNFINISHED] {
        let Ok(bytes) = fs::read(directory.path.join(name)).await else {
            continue;
        };
        // Half a file, or the record of another job run.
        match RunRecord::from_json(&bytes) {
            Ok(record) if record.job_run.client_token == client_token => return Some(record),
            _ => {}
        }
    }
    None
}

fn json(record: &RunRecord) -> Result<String, Failure> {
    record
        .to_json()
        .map_err(|error| Failure::bug("the record cannot be written as JSON").because(&error))
}

fn unwritable(file: &Path, error: &std::io::Error) -> Failure {
    Failure::outside(
        "Record not written",
        format!("cannot write `{}`", file.display()),
    )
    .because(error)
    .help("check the input `directory` and the free space")
}

/// Writes the record's file.
///
/// # Errors
/// It cannot be written.
pub(crate) async fn write(directory: &Directory, record: &RunRecord) -> Result<(), Failure> {
    let json = json(record)?;
    let file = directory.path.join(RECORD);
    let unfinished = directory.path.join(UNFINISHED);
    let written = async {
        fs::write(&unfinished, json).await?;
        fs::rename(&unfinished, &file).await
    };
    written.await.map_err(|error| unwritable(&file, &error))
}

/// Copies record and event log to `record-uri`; the URI of the record's copy.
///
/// # Errors
/// A file cannot be copied.
pub(crate) async fn copy(
    s3: &S3,
    record_uri: Option<&S3Uri>,
    directory: &Directory,
    record: &RunRecord,
) -> Result<Option<S3Uri>, Failure> {
    let Some(root) = record_uri else {
        return Ok(None);
    };
    let folder = root.join(&format!("{}/{}/", record.variant, record.job_run.id));
    if let Some(log) = &record.event_log.file {
        for file in files(&directory.path, log).await? {
            s3.upload(
                &directory.path.join(&file),
                &folder.join(&file),
                "record-uri",
            )
            .await?;
        }
    }
    let copy = folder.join(RECORD);
    // The record comes last: where it is, everything it names is.
    s3.upload(&directory.path.join(RECORD), &copy, "record-uri")
        .await?;
    Ok(Some(copy))
}

/// Sets the outputs about the job run's end.
///
/// # Errors
/// The runner's file cannot be written.
pub(crate) fn end(outputs: &Outputs, job: &Job) -> Result<(), Failure> {
    let state = outputs.set("state", job.state());
    let seconds = job
        .duration_seconds()
        .map_or(Ok(()), |seconds| outputs.set("duration-seconds", seconds));
    state.and(seconds)
}

/// Sets the outputs about the record, as far as it was `written`.
///
/// # Errors
/// The runner's file cannot be written.
pub(crate) fn outputs(
    outputs: &Outputs,
    directory: &Directory,
    record: &RunRecord,
    written: bool,
) -> Result<(), Failure> {
    let file = match written {
        true => outputs.set("record", directory.named.join(RECORD).display()),
        false => Ok(()),
    };
    let uri = record
        .event_log
        .uri
        .as_ref()
        .map_or(Ok(()), |uri| outputs.set("event-log-uri", uri));
    file.and(uri)
}

/// The event log's files relative to the directory: itself, or the files of a rolled log.
async fn files(directory: &Path, log: &str) -> Result<Vec<String>, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::outside(
            "File not read",
            format!("cannot read `{}`", directory.join(log).display()),
        )
        .because(&error)
    };
    if fs::metadata(directory.join(log))
        .await
        .map_err(unreadable)?
        .is_file()
    {
        return Ok(vec![log.to_owned()]);
    }
    let mut entries = fs::read_dir(directory.join(log))
        .await
        .map_err(unreadable)?;
    let mut files = Vec::new();
    while let Some(entry) = entries.next_entry().await.map_err(unreadable)? {
        files.push(format!("{log}/{}", entry.file_name().to_string_lossy()));
    }
    Ok(files)
}
