//! The clients and how each of them is called: as a person would, with the defaults, and `aws` also with more requests
//! at once, which is the setting people change.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::endpoint::{BUCKETS, Endpoint};
use super::files::{ENTRY_POINT, Files};
use crate::problem::{Result, WhileDoing as _};

const MORE_AT_ONCE: &str = "[default]\ns3 =\n  max_concurrent_requests = 64\n";
const PREFIX: &str = "scripts";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    UploadScripts,
    Aws,
    AwsMoreAtOnce,
    S5cmd,
}

/// A program that uploads a folder.
#[derive(Debug)]
pub(super) struct Client {
    kind: Kind,
    program: PathBuf,
    /// Its home folder, with no configuration but its own.
    home: PathBuf,
}

/// The clients, ours first. `python` is the one that the others' programs are installed beside.
pub(super) fn all(ours: PathBuf, python: &Path, folder: &Path) -> Result<Vec<Client>> {
    let (plain, configured) = (folder.join("home"), folder.join("home-64"));
    let config = configured.join(".aws/config");
    std::fs::create_dir_all(&plain)
        .and_then(|()| std::fs::create_dir_all(configured.join(".aws")))
        .and_then(|()| std::fs::write(&config, MORE_AT_ONCE))
        .while_doing(|| format!("write `{}`", config.display()))?;
    let client = |kind, program: PathBuf, home: &PathBuf| Client {
        kind,
        program,
        home: home.clone(),
    };
    let aws = python.with_file_name("aws");
    Ok(vec![
        client(Kind::UploadScripts, ours, &plain),
        client(Kind::S5cmd, python.with_file_name("s5cmd"), &plain),
        client(Kind::Aws, aws.clone(), &plain),
        client(Kind::AwsMoreAtOnce, aws, &configured),
    ])
}

impl Client {
    pub(super) fn name(&self) -> &'static str {
        match self.kind {
            Kind::UploadScripts => "upload-scripts",
            Kind::S5cmd => "s5cmd sync",
            Kind::Aws => "aws s3 sync",
            Kind::AwsMoreAtOnce => "aws s3 sync, 64 at once",
        }
    }

    /// The call that uploads a folder to one of the buckets.
    pub(super) fn command(&self, source: &Files, bucket: &str, endpoint: &Endpoint) -> Command {
        debug_assert!(BUCKETS.contains(&bucket));
        let mut command = Command::new(&self.program);
        // Nothing of the person's own AWS configuration, and nothing of a runner this may be running on.
        command.env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command
            .envs(&endpoint.environment)
            .env("HOME", &self.home)
            .env("AWS_ENDPOINT_URL_S3", &endpoint.s3)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .args(self.arguments(&source.folder, bucket, &endpoint.s3));
        command
    }

    fn arguments(&self, folder: &Path, bucket: &str, s3: &str) -> Vec<OsString> {
        let to = format!("s3://{bucket}/{PREFIX}/");
        let words: Vec<&str> = match self.kind {
            Kind::UploadScripts => vec!["--bucket", bucket, "--prefix", PREFIX, "--entry-point"],
            Kind::S5cmd => vec!["--endpoint-url", s3, "sync"],
            Kind::Aws | Kind::AwsMoreAtOnce => vec!["--endpoint-url", s3, "s3", "sync"],
        };
        let mut arguments: Vec<OsString> = words.into_iter().map(OsString::from).collect();
        match self.kind {
            Kind::UploadScripts => {
                arguments.extend([ENTRY_POINT.into(), "--source".into(), folder.into()]);
            }
            // Without the separator at its end it would put the folder itself there.
            Kind::S5cmd => arguments.extend([folder.join("").into(), to.into()]),
            Kind::Aws | Kind::AwsMoreAtOnce => arguments.extend([folder.into(), to.into()]),
        }
        arguments
    }
}
