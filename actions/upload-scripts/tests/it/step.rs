//! Starts the program as a step, in an environment made for one test.

use local_cloud::{Config, LocalCloud};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};
use tempfile::TempDir;

/// The bucket every test's cloud has.
pub(crate) const BUCKET: &str = "bench";

/// A checked-out repository and the step's environment.
pub(crate) struct Step {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

/// What the step left.
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) log: String,
    pub(crate) outputs: Vec<(String, String)>,
    pub(crate) summary: String,
}

pub(crate) async fn cloud() -> LocalCloud {
    LocalCloud::start(Config {
        buckets: vec![BUCKET.to_owned()],
        ..Config::default()
    })
    .await
    .unwrap()
}

impl Step {
    /// A repository with the sample job as `scripts/`, and inputs that upload it.
    pub(crate) fn new(cloud: &LocalCloud) -> Self {
        Self::in_environment(cloud.environment())
    }

    /// The same, with an S3 that is not the cloud's.
    pub(crate) fn at(endpoint: &str) -> Self {
        let environment = [
            ("AWS_ENDPOINT_URL_S3", endpoint),
            ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "example"),
            ("AWS_REGION", "eu-west-1"),
        ];
        Self::in_environment(
            environment
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
        )
    }

    fn in_environment(environment: Vec<(String, String)>) -> Self {
        let step = Self {
            folder: TempDir::new().unwrap(),
            environment,
        };
        let sample = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap())
            .join("../../fixtures/threadsleep/src/threadsleep.py");
        step.write(
            "scripts/src/threadsleep.py",
            fs::read_to_string(sample).unwrap(),
        );
        step.set("INPUT_BUCKET", BUCKET)
            .set("INPUT_ENTRY-POINT", "src/threadsleep.py")
    }

    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(set, _)| set != name);
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    pub(crate) fn write(&self, relative: &str, text: impl AsRef<[u8]>) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs the program to its end, aside, so that the cloud in this test can answer.
    pub(crate) async fn run(&self) -> Outcome {
        self.end(self.start()).await
    }

    /// Starts the program.
    pub(crate) fn start(&self) -> Child {
        let (outputs, summary) = (self.path("GITHUB_OUTPUT"), self.path("GITHUB_STEP_SUMMARY"));
        let _ = fs::remove_file(&outputs);
        let _ = fs::remove_file(&summary);
        Command::new(env!("CARGO_BIN_EXE_upload-scripts"))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_WORKSPACE", self.folder.path())
            .env("GITHUB_OUTPUT", outputs)
            .env("GITHUB_STEP_SUMMARY", summary)
            // A test of failures should not wait for every attempt.
            .env("AWS_MAX_ATTEMPTS", "2")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Waits for a program that was started.
    pub(crate) async fn end(&self, child: Child) -> Outcome {
        let Output {
            status,
            stdout,
            stderr,
        } = tokio::task::spawn_blocking(move || child.wait_with_output())
            .await
            .unwrap()
            .unwrap();
        let text = |name: &str| fs::read_to_string(self.path(name)).unwrap_or_default();
        Outcome {
            code: status.code(),
            log: format!(
                "{}{}",
                String::from_utf8(stdout).unwrap(),
                String::from_utf8(stderr).unwrap()
            ),
            outputs: entries(&text("GITHUB_OUTPUT")),
            summary: text("GITHUB_STEP_SUMMARY"),
        }
    }
}

impl Outcome {
    /// The same, after it has succeeded.
    pub(crate) fn succeeded(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.log);
        self
    }

    /// What was uploaded, was there already, and was deleted.
    pub(crate) fn counts(&self) -> (&str, &str, &str) {
        let counts = ["uploaded", "unchanged", "deleted"].map(|name| self.output(name));
        (counts[0], counts[1], counts[2])
    }

    /// Whether the log has all of the parts.
    pub(crate) fn says(&self, parts: &[&str]) {
        for part in parts {
            assert!(self.log.contains(part), "{part}:\n{}", self.log);
        }
    }
    pub(crate) fn output(&self, name: &str) -> &str {
        let found = self.outputs.iter().find(|(output, _)| output == name);
        found.map_or_else(
            || panic!("output `{name}` is not set:\n{}", self.log),
            |(_, value)| value,
        )
    }
}

/// `NAME<<DELIMITER`, value, delimiter; every value here has one line.
fn entries(text: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = text.lines().collect();
    lines
        .chunks(3)
        .map(|entry| {
            (
                entry[0].split("<<").next().unwrap().to_owned(),
                entry[1].to_owned(),
            )
        })
        .collect()
}
