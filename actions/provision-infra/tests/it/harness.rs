//! One root module in a folder of its own, and the binary run on it as a step of a workflow.

use local_cloud::{Config, LocalCloud};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// A copy of a root module of `tests/modules`, and the files that the runner would give.
pub(crate) struct Scene {
    folder: TempDir,
}

/// How a step ended and everything it left behind.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    /// Standard output and standard error together.
    pub(crate) log: String,
    pub(crate) summary: String,
    outputs: String,
}

/// A cloud with nothing in it.
pub(crate) async fn cloud() -> LocalCloud {
    LocalCloud::start(Config::default()).await.unwrap()
}

/// The Terraform to test with.
pub(crate) fn terraform() -> PathBuf {
    std::env::var_os("LOCAL_CLOUD_TERRAFORM")
        .map(PathBuf::from)
        .expect("LOCAL_CLOUD_TERRAFORM is not set to a Terraform program: run the tests through `cargo xtask ci`")
}

impl Scene {
    pub(crate) fn new(module: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let source = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap())
            .join("tests/modules")
            .join(module);
        std::fs::create_dir(folder.path().join("infra")).unwrap();
        for entry in std::fs::read_dir(source).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(
                entry.path(),
                folder.path().join("infra").join(entry.file_name()),
            )
            .unwrap();
        }
        for file in ["output", "summary", "state"] {
            std::fs::write(folder.path().join(file), "").unwrap();
        }
        Self { folder }
    }

    /// A file of the workspace.
    pub(crate) fn workspace(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file of the root module's folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("infra").join(name)
    }

    /// The binary as a step with these inputs, in the scene's folder.
    pub(crate) fn step(
        &self,
        inputs: &[(&str, &str)],
        environment: &[(String, String)],
    ) -> Command {
        let mut command = self.bare_step(inputs, environment);
        command.env("INPUT_TERRAFORM", terraform());
        command
    }

    /// The same without a Terraform program.
    pub(crate) fn bare_step(
        &self,
        inputs: &[(&str, &str)],
        environment: &[(String, String)],
    ) -> Command {
        let folder = self.folder.path();
        let mut command = Command::new(env!("CARGO_BIN_EXE_provision-infra"));
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", folder)
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_WORKSPACE", folder)
            .env("GITHUB_OUTPUT", folder.join("output"))
            .env("GITHUB_STATE", folder.join("state"))
            .env("GITHUB_STEP_SUMMARY", folder.join("summary"))
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("INPUT_WORKING-DIRECTORY", "infra")
            // Nothing in these tests takes longer to come up.
            .env("INPUT_READY-TIMEOUT", "20s")
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        for (name, value) in inputs {
            command.env(format!("INPUT_{}", name.to_uppercase()), value);
        }
        command
    }

    /// Runs it as a command line tool: the inputs as flags, and no runner.
    pub(crate) async fn run_by_hand(&self, flags: &[&str]) -> Ended {
        let child = self.by_hand(flags).spawn().unwrap();
        self.end(child).await
    }

    /// The same, not started yet.
    pub(crate) fn by_hand(&self, flags: &[&str]) -> Command {
        let mut command = self.bare_step(&[], &[]);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .args([
                "--working-directory",
                "infra",
                "--node-pools",
                "false",
                "--terraform",
            ])
            .arg(terraform())
            .args(flags);
        command
    }

    /// Runs a step to its end.
    pub(crate) async fn run(
        &self,
        inputs: &[(&str, &str)],
        environment: &[(String, String)],
    ) -> Ended {
        self.end(self.step(inputs, environment).spawn().unwrap())
            .await
    }

    /// Runs a step that needs no cluster.
    pub(crate) async fn run_terraform_only(&self, inputs: &[(&str, &str)]) -> Ended {
        self.run(&[inputs, &[("node-pools", "false")]].concat(), &[])
            .await
    }

    /// Destroys, with a cloud behind it and no NodePools.
    pub(crate) async fn destroy(&self, inputs: &[(&str, &str)], cloud: &LocalCloud) -> Ended {
        let destroy = [("command", "destroy"), ("node-pools", "false")];
        let environment = cloud.environment();
        self.run(&[&destroy, inputs].concat(), &environment).await
    }

    /// Waits for a step and reads what it left behind. The files start empty again for the next step.
    pub(crate) async fn end(&self, child: Child) -> Ended {
        let output = child.wait_with_output().await.unwrap();
        let take = |name: &str| {
            let path = self.folder.path().join(name);
            let text = std::fs::read_to_string(&path).unwrap();
            std::fs::write(&path, "").unwrap();
            text
        };
        Ended {
            code: output.status.code(),
            log: String::from_utf8_lossy(&output.stdout).into_owned()
                + &String::from_utf8_lossy(&output.stderr),
            summary: take("summary"),
            outputs: take("output"),
        }
    }
}

impl Ended {
    /// Panics with the whole log unless the step succeeded.
    #[track_caller]
    pub(crate) fn succeeded(self) -> Self {
        self.ended_with(0)
    }

    /// Panics with the whole log unless the step ended with this code.
    #[track_caller]
    pub(crate) fn ended_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.log);
        self
    }

    /// Panics with the whole log unless it has this text.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Self {
        assert!(
            self.log.contains(text),
            "the log does not say `{text}`:\n{}",
            self.log
        );
        self
    }

    /// Panics with the whole log if it has this text.
    #[track_caller]
    pub(crate) fn never_says(&self, text: &str) -> &Self {
        assert!(
            !self.log.contains(text),
            "the log says `{text}`:\n{}",
            self.log
        );
        self
    }

    /// The lines that say, in this form, that something failed.
    pub(crate) fn lines_with(&self, start: &str) -> Vec<&str> {
        let lines = self.log.lines();
        lines.filter(|line| line.starts_with(start)).collect()
    }

    /// An output of the step: the line between the two delimiters.
    pub(crate) fn output(&self, name: &str) -> Option<&str> {
        let start = format!("{name}<<");
        let mut lines = self.outputs.lines();
        lines.find(|line| line.starts_with(&start))?;
        lines.next()
    }

    /// Whether the step set no output at all.
    pub(crate) fn has_no_outputs(&self) -> bool {
        self.outputs.is_empty()
    }
}
