//! A step as a real container: the image that action.yml names, called as the runner calls `docker run`, with its
//! mounts, its translated paths and its environment by name. Decides nothing about a step's end.
//!
//! One thing differs from the runner: containers use the host's network, because the local cloud is on loopback.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::variables::Environment;
use crate::children;
use crate::environment::docker::Docker;
use crate::interrupt::Interrupt;
use crate::problem::{Problem, Result};

/// Where the runner shows the workspace to a container.
const WORKSPACE: &str = "/github/workspace";
/// HOME of every container step, whatever the image or the workflow says.
const HOME: &str = "/github/home";

/// The containers of one job.
#[derive(Debug)]
pub(crate) struct Containers {
    docker: Docker,
    /// Tells this job's containers apart from all others.
    label: String,
    built: HashMap<PathBuf, String>,
    started: u32,
}

/// The folders of a job that containers see.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mounts<'a> {
    pub(crate) temp: &'a Path,
    pub(crate) home: &'a Path,
    pub(crate) workflow: &'a Path,
    pub(crate) file_commands: &'a Path,
    pub(crate) workspace: &'a Path,
}

impl<'a> Mounts<'a> {
    fn pairs(&self) -> [(&'a Path, &'static str); 5] {
        [
            (self.temp, "/github/runner_temp"),
            (self.home, HOME),
            (self.workflow, "/github/workflow"),
            (self.file_commands, "/github/file_commands"),
            (self.workspace, WORKSPACE),
        ]
    }

    /// What a container sees of a path of this machine; other texts stay as they are.
    fn translate(&self, value: &str) -> String {
        let inside = |(from, to): &(&Path, &str)| {
            let rest = value.strip_prefix(from.to_str()?)?;
            (rest.is_empty() || rest.starts_with('/')).then(|| format!("{to}{rest}"))
        };
        let found = self.pairs().iter().find_map(inside);
        found.unwrap_or_else(|| value.to_owned())
    }
}

/// A call of `docker run`, ready to be made.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<String>,
    pub(crate) environment: Environment,
}

/// What a container is to run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) image: &'a str,
    pub(crate) entrypoint: &'a str,
    pub(crate) args: &'a [String],
    pub(crate) environment: &'a Environment,
}

impl Containers {
    pub(crate) fn new(docker: Docker) -> Self {
        Self {
            docker,
            label: format!("emr-eks-actions-job-{}", uuid::Uuid::new_v4().simple()),
            built: HashMap::new(),
            started: 0,
        }
    }

    /// The image of an action: a published one by its name, else built from the Dockerfile, with the folder that the
    /// Dockerfile is in as the context, as the runner does it.
    pub(crate) async fn image(
        &mut self,
        action: &Path,
        image: &str,
        interrupt: &Interrupt,
    ) -> Result<String> {
        if let Some(published) = image.strip_prefix("docker://") {
            return Ok(published.to_owned());
        }
        let dockerfile = action.join(image);
        let dockerfile = std::fs::canonicalize(&dockerfile).map_err(|_| {
            let shown = dockerfile.display();
            Problem::new(format!("'{image}' should be either '[path]/Dockerfile' or 'docker://image[:tag]'; there is no {shown}"))
        })?;
        if let Some(built) = self.built.get(&dockerfile) {
            return Ok(built.clone());
        }
        let context = dockerfile.parent().unwrap_or(action);
        let name = context.file_name().unwrap_or_default().to_string_lossy();
        let tag = format!("{}:{}", name.to_lowercase(), self.label);
        let mut command = self.docker.command();
        command.args(["build", "--quiet", "--tag", &tag, "--file"]);
        command.arg(&dockerfile).arg(context);
        children::succeed(command, interrupt).await?;
        self.built.insert(dockerfile.clone(), tag.clone());
        Ok(tag)
    }

    /// How the runner would call `docker run`.
    pub(crate) fn call(&mut self, asked: Asked<'_>, mounts: Mounts<'_>) -> Call {
        self.started += 1;
        let environment: Environment = asked
            .environment
            .iter()
            .map(|(name, value)| (name.clone(), mounts.translate(value)))
            .chain([("HOME".to_owned(), HOME.to_owned())])
            .collect();
        let name = format!("{}-{}", self.label, self.started);
        let words = |words: &[&str]| {
            words
                .iter()
                .map(|word| (*word).to_owned())
                .collect::<Vec<_>>()
        };
        let mut args = self.docker.arguments();
        args.extend(words(&["run", "--name", &name, "--label", &self.label]));
        args.extend(words(&[
            "--workdir",
            WORKSPACE,
            "--rm",
            "--network",
            "host",
        ]));
        for variable in environment.keys() {
            args.extend(words(&["-e", variable]));
        }
        args.extend(words(&["-e", "GITHUB_ACTIONS=true", "-e", "CI=true"]));
        args.extend(words(&["--entrypoint", asked.entrypoint]));
        let socket = (self.docker.socket(), "/var/run/docker.sock");
        args.extend(mount(&socket.0, socket.1));
        for (from, to) in mounts.pairs() {
            args.extend(mount(from, to));
        }
        args.push(asked.image.to_owned());
        args.extend(asked.args.iter().cloned());
        Call {
            program: self.docker.program().to_owned(),
            args,
            environment,
        }
    }

    /// Ends what is still running of this job, as the end of a hosted runner's machine does, and removes its images.
    pub(crate) async fn end(&mut self, interrupt: &Interrupt) -> Result<usize> {
        let left = self.running(interrupt).await?;
        if !left.is_empty() {
            let mut command = self.docker.command();
            command.args(["rm", "--force"]).args(&left);
            children::succeed(command, interrupt).await?;
        }
        let images: Vec<String> = self.built.drain().map(|(_, tag)| tag).collect();
        if !images.is_empty() {
            let mut command = self.docker.command();
            command.args(["rmi", "--force"]).args(images);
            children::output(command, interrupt).await?;
        }
        Ok(left.len())
    }

    /// The containers of this job that have not gone.
    async fn running(&self, interrupt: &Interrupt) -> Result<Vec<String>> {
        let mut command: Command = self.docker.command();
        let filter = format!("label={}", self.label);
        command.args(["ps", "--all", "--quiet", "--filter", &filter]);
        let text = children::succeed(command, interrupt).await?;
        Ok(text.split_whitespace().map(str::to_owned).collect())
    }
}

fn mount(from: &Path, to: &str) -> [String; 2] {
    ["-v".to_owned(), format!("{}:{to}", from.display())]
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{Asked, Containers, Mounts};
    use crate::environment::docker::Docker;
    use crate::runner::variables::Environment;

    fn mounts() -> Mounts<'static> {
        Mounts {
            temp: Path::new("/job/temp"),
            home: Path::new("/job/home"),
            workflow: Path::new("/job/workflow"),
            file_commands: Path::new("/job/file_commands"),
            workspace: Path::new("/home/repository"),
        }
    }

    #[test]
    fn paths_are_those_of_the_container() {
        let mounts = mounts();
        for (value, seen) in [
            ("/job/workflow/event.json", "/github/workflow/event.json"),
            ("/home/repository", "/github/workspace"),
            ("/home/repository-2/a", "/home/repository-2/a"),
            ("see /job/temp", "see /job/temp"),
        ] {
            assert_eq!(mounts.translate(value), seen);
        }
    }

    #[test]
    fn values_are_in_the_environment_and_never_on_the_command_line() {
        let mut containers = Containers::new(Docker::at("docker"));
        let environment = Environment::from([
            ("INPUT_ROLE-ARN".to_owned(), "one\ntwo".to_owned()),
            ("HOME".to_owned(), "/job/home".to_owned()),
        ]);
        let asked = Asked {
            image: "sample",
            entrypoint: "/sample",
            args: &[],
            environment: &environment,
        };
        let call = containers.call(asked, mounts());
        assert_eq!(call.program, PathBuf::from("docker"));
        assert_eq!(call.environment["INPUT_ROLE-ARN"], "one\ntwo");
        assert_eq!(call.environment["HOME"], "/github/home");
        let pair = |a: &str, b: &str| call.args.windows(2).any(|two| two == [a, b]);
        assert!(pair("-e", "INPUT_ROLE-ARN") && pair("--entrypoint", "/sample"));
        assert!(pair("-v", "/job/file_commands:/github/file_commands"));
        assert!(!call.args.iter().any(|arg| arg.contains('\n')));
        assert_eq!(call.args.last().map(String::as_str), Some("sample"));
    }
}
