//! A folder with the origin's two runs, and the binary started in it with a scrubbed environment.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use local_cloud::{Config, LocalCloud, PullRequestHead, PullRequestSeed, Token, config};
use serde_json::Value;

pub(crate) const REPOSITORY: &str = "octo/threadsleep";
/// The token of the account `mallory`.
pub(crate) const MALLORY: &str = "token-of-another-account";

/// One use of the binary.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// What it wrote to GITHUB_OUTPUT.
    pub(crate) outputs: String,
    pub(crate) summary: String,
}

impl Ran {
    /// Asserts the exit code and shows everything if it differs.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    /// Everything a person sees.
    pub(crate) fn said(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// One output, from the heredoc form.
    pub(crate) fn output(&self, name: &str) -> Option<&str> {
        let start = format!("{name}<<");
        let mut lines = self.outputs.lines();
        lines.find(|line| line.starts_with(&start))?;
        lines.next()
    }
}

/// The folder and, if needed, the cloud.
pub(crate) struct Bench {
    pub(crate) folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

impl Bench {
    /// The origin's runs in `runs/static` and `runs/dra`.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for variant in ["static", "dra"] {
            let runs = folder.path().join("runs").join(variant);
            std::fs::create_dir_all(&runs).unwrap();
            let name = format!("origin-{variant}");
            std::fs::copy(
                fixture(&format!("run-records/{name}.json")),
                runs.join("run-record.json"),
            )
            .unwrap();
            std::fs::copy(fixture(&format!("event-logs/{name}")), runs.join(&name)).unwrap();
        }
        Self {
            folder,
            environment: Vec::new(),
        }
    }

    /// The same, as a step of a workflow on pull request 1 of a repository on this cloud.
    pub(crate) fn on(cloud: &LocalCloud) -> Self {
        let mut bench = Self::new();
        let event = bench.folder.path().join("event.json");
        std::fs::write(&event, r#"{"pull_request": {"number": 1}}"#).unwrap();
        bench.environment = cloud.environment();
        bench.set("GITHUB_ACTIONS", "true");
        bench.set("GITHUB_REPOSITORY", REPOSITORY);
        bench.set("GITHUB_RUN_ID", "42");
        bench.set("GITHUB_SERVER_URL", "https://github.com");
        bench.set("GITHUB_EVENT_NAME", "pull_request");
        bench.set("GITHUB_EVENT_PATH", event.to_str().unwrap());
        bench.set("INPUT_TOKEN", config::TOKEN);
        bench
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Runs the binary on both folders.
    pub(crate) fn compare(&self, arguments: &[&str]) -> Ran {
        let both = ["--static", "runs/static", "--dra", "runs/dra"];
        self.run(&[&both[..], arguments].concat())
    }

    /// Runs the binary by its other name, as a step of a workflow that follows another one.
    pub(crate) fn pass_on(&self, arguments: &[&str]) -> Ran {
        let link = self.path("compare-dra-comment");
        if !link.exists() {
            std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_compare-dra"), &link).unwrap();
        }
        self.start(&link, arguments)
    }

    /// Runs the binary by its third name, on the report in `dra-report`.
    pub(crate) fn trend(&self, arguments: &[&str]) -> Ran {
        let link = self.path("compare-dra-trend");
        if !link.exists() {
            std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_compare-dra"), &link).unwrap();
        }
        self.start(&link, &[&["--report", "dra-report"], arguments].concat())
    }

    /// Runs the binary.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.start(Path::new(env!("CARGO_BIN_EXE_compare-dra")), arguments)
    }

    fn start(&self, program: &Path, arguments: &[&str]) -> Ran {
        let path = |name: &str| self.folder.path().join(name);
        let (outputs, summary) = (path("outputs"), path("summary"));
        for file in [&outputs, &summary] {
            std::fs::write(file, "").unwrap();
        }
        let done = Command::new(program)
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            // Nobody waits for the answer of an instance that is not there.
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("GITHUB_OUTPUT", &outputs)
            .env("GITHUB_STEP_SUMMARY", &summary)
            .envs(self.environment.clone())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran {
            code: done.status.code().unwrap(),
            stdout: text(done.stdout),
            stderr: text(done.stderr),
            outputs: std::fs::read_to_string(outputs).unwrap(),
            summary: std::fs::read_to_string(summary).unwrap(),
        }
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Changes a run record as JSON.
    pub(crate) fn edit(&self, record: &str, change: impl FnOnce(&mut Value)) {
        let path = self.path(record);
        let mut value: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        change(&mut value);
        std::fs::write(&path, value.to_string()).unwrap();
    }
}

pub(crate) fn fixture(path: &str) -> PathBuf {
    Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap())
        .join("../../fixtures")
        .join(path)
}

/// A cloud with pull request 1, and tokens of the Actions bot and of another account.
pub(crate) async fn cloud() -> LocalCloud {
    cloud_with(Vec::new()).await
}

/// The same, with pull requests of these heads.
pub(crate) async fn cloud_with(heads: Vec<PullRequestHead>) -> LocalCloud {
    let mut config = Config {
        buckets: vec!["bench".to_owned()],
        ..Config::default()
    };
    let numbers = heads.iter().map(|head| head.number).chain([1]);
    config.pull_requests = numbers
        .map(|number| PullRequestSeed {
            repository: REPOSITORY.to_owned(),
            number,
        })
        .collect();
    config.pull_request_heads = heads;
    config.tokens.push(Token {
        token: MALLORY.to_owned(),
        login: "mallory".to_owned(),
        write: true,
    });
    LocalCloud::start(config).await.unwrap()
}

/// Runs a blocking use of the binary beside the cloud's own tasks.
pub(crate) async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// All comments the cloud holds.
pub(crate) fn comments(cloud: &LocalCloud) -> Vec<Value> {
    cloud.state()["github"]["comments"]
        .as_array()
        .unwrap()
        .clone()
}
