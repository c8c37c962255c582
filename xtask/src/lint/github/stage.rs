//! The folder in which steps run against GitHub, with the events that they are started by.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::REPOSITORY;
use super::scenes::{Scene, WRITES};
use crate::places::Places;
use crate::problem::{Result, WhileDoing as _};

/// The commit of every pull request on the local GitHub.
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// Where the scenes are played.
pub(super) struct Stage {
    folder: tempfile::TempDir,
    binaries: PathBuf,
    fixtures: PathBuf,
    github: String,
}

impl Stage {
    /// A folder with the events that steps are started by.
    pub(super) fn new(places: &Places, github: &str) -> Result<Self> {
        let folder = tempfile::tempdir().while_doing(|| "make a temporary folder".into())?;
        let stage = Self {
            folder,
            binaries: places.binaries.clone(),
            fixtures: places.repository.join("fixtures"),
            github: github.to_owned(),
        };
        let run = |owner: &str| {
            serde_json::json!({ "workflow_run": {
                "id": 77, "head_sha": COMMIT, "head_branch": "change",
                "head_repository": { "full_name": format!("{owner}/threadsleep") }, "pull_requests": [],
            } })
        };
        for (name, event) in [
            (
                "pull-request.json",
                serde_json::json!({ "pull_request": { "number": 1 } }),
            ),
            ("demo.json", run("demo")),
            ("stranger.json", run("stranger")),
        ] {
            std::fs::write(stage.path(name), event.to_string())
                .while_doing(|| format!("write `{name}`"))?;
        }
        Ok(stage)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A comment that somebody else's program writes.
    pub(super) fn write_comment(&self, number: usize) -> Result<()> {
        let address = format!("{}/repos/{REPOSITORY}/issues/1/comments", self.github);
        ureq::post(&address)
            .header("authorization", format!("Bearer {WRITES}"))
            .send_json(serde_json::json!({ "body": format!("comment {number}") }))
            .map(drop)
            .while_doing(|| format!("write a comment at {address}"))
    }

    /// The step of a scene, with the variables of its runner and no others.
    pub(super) fn command(&self, scene: &Scene, outputs: &Path) -> Command {
        let artifact = self.path("artifact");
        let mut command;
        if scene.follows.is_some() {
            command = Command::new(self.binaries.join("compare-dra-comment"));
            command.arg("--report").arg(&artifact);
        } else {
            let log = |variant: &str| {
                let name = format!("event-logs/{}-{variant}", scene.runs);
                self.fixtures.join(name)
            };
            command = Command::new(self.binaries.join("compare-dra"));
            command
                .args(["--prices", "never"])
                .arg("--static")
                .arg(log("static"))
                .arg("--dra")
                .arg(log("dra"))
                .arg("--report-dir")
                .arg(&artifact);
        }
        let event = match scene.follows {
            Some(owner) => format!("{owner}.json"),
            None => "pull-request.json".to_owned(),
        };
        command
            .args(&scene.options)
            .env_clear()
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_API_URL", &self.github)
            .env("GITHUB_SERVER_URL", "https://github.com")
            .env("GITHUB_REPOSITORY", &scene.repository)
            .env("GITHUB_RUN_ID", "42")
            .env("GITHUB_EVENT_NAME", "pull_request")
            .env("GITHUB_EVENT_PATH", self.path(&event))
            .env("GITHUB_OUTPUT", outputs)
            .env("GITHUB_STEP_SUMMARY", self.path("summary"))
            .env("INPUT_TOKEN", scene.token);
        if scene.follows.is_some() {
            command.env("GITHUB_EVENT_NAME", "workflow_run");
        }
        command
    }
}
