//! A Docker engine: the machine's, when one is running, else one of our own for as long as it is needed.
//! An own engine keeps everything in a folder of its own and answers on a socket in it, so it disturbs no other.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tokio::process::Command;

use super::component::Workshop;
use super::{apt, search_path};
use crate::children::{self, Group};
use crate::interrupt::Interrupt;
use crate::problem::{Result, WhileDoing as _};

/// How long an own engine may take to answer.
const START: Duration = Duration::from_secs(60);
/// How long it may take to end its containers and itself.
const END: Duration = Duration::from_secs(30);
/// What an engine mounts below its folder for the host's network.
const NETWORK: &str = "exec/netns/default";
/// Time between two questions whether it answers.
const PAUSE: Duration = Duration::from_millis(100);

/// The Docker program, told which engine to use.
#[derive(Debug, Clone)]
pub(crate) struct Docker {
    program: PathBuf,
    socket: Option<PathBuf>,
}

impl Docker {
    /// Docker with the engine that it uses by itself.
    pub(crate) fn at(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            socket: None,
        }
    }

    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// The arguments that choose the engine, to be given first.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let socket = self.socket.as_ref();
        socket.map_or_else(Vec::new, |socket| {
            vec!["--host".to_owned(), format!("unix://{}", socket.display())]
        })
    }

    /// The engine's socket, which the runner shows to every container.
    pub(crate) fn socket(&self) -> PathBuf {
        let machines = || PathBuf::from("/var/run/docker.sock");
        self.socket.clone().unwrap_or_else(machines)
    }

    /// A call of it, to be completed.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(self.arguments());
        command
    }

    async fn answers(&self, interrupt: &Interrupt) -> Result<bool> {
        let mut command = self.command();
        command.args(["version", "--format", "{{.Server.Version}}"]);
        Ok(children::output(command, interrupt).await?.status.success())
    }
}

/// An engine that answers.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) docker: Docker,
    own: Option<Own>,
}

/// An engine that this process started.
#[derive(Debug)]
struct Own {
    daemon: Group,
    /// Everything of the engine; removed with it.
    folder: tempfile::TempDir,
}

impl Engine {
    /// The engine that is running on this machine, if there is one.
    pub(crate) async fn running(interrupt: &Interrupt) -> Result<Option<Self>> {
        let Some(program) = search_path::find("docker") else {
            return Ok(None);
        };
        let docker = Docker::at(program);
        let answers = docker.answers(interrupt).await?;
        Ok(answers.then_some(Self { docker, own: None }))
    }

    /// The running engine, else one of our own, installed first if that is possible.
    /// None when there is no way to have one; why is said.
    pub(crate) async fn prepare(workshop: &Workshop) -> Result<Option<Self>> {
        if let Some(engine) = Self::running(&workshop.interrupt).await? {
            return Ok(Some(engine));
        }
        if !search_path::is_root() {
            workshop.say("no Docker engine is running, and only root can start one");
            return Ok(None);
        }
        if search_path::find("dockerd").is_none() && apt::is_available() {
            let installed = apt::install("docker.io", workshop).await;
            workshop.interrupt.check()?;
            if let Err(problem) = installed {
                workshop.say(&format!("Docker cannot be installed: {problem}"));
            }
        }
        let (Some(program), Some(dockerd)) =
            (search_path::find("docker"), search_path::find("dockerd"))
        else {
            workshop.say("no Docker engine is installed");
            return Ok(None);
        };
        Self::start(program, &dockerd, workshop).await
    }

    async fn start(program: PathBuf, dockerd: &Path, workshop: &Workshop) -> Result<Option<Self>> {
        let folder = tempfile::Builder::new()
            .prefix("emr-eks-actions-docker-")
            .tempdir()
            .while_doing(|| "make a folder for a Docker engine".into())?;
        let socket = folder.path().join("docker.sock");
        let log = folder.path().join("log");
        let messages =
            std::fs::File::create(&log).while_doing(|| format!("create `{}`", log.display()))?;
        let errors = messages
            .try_clone()
            .while_doing(|| format!("write `{}`", log.display()))?;
        let mut command = Command::new(dockerd);
        command
            .arg("--host")
            .arg(format!("unix://{}", socket.display()))
            .arg("--data-root")
            .arg(folder.path().join("data"))
            .arg("--exec-root")
            .arg(folder.path().join("exec"))
            .arg("--pidfile")
            .arg(folder.path().join("pid"))
            // Containers use the host's network, so the engine needs none of its own, nor any rule of the firewall.
            .args(["--bridge=none", "--iptables=false", "--ip-forward=false"])
            .stdin(Stdio::null())
            .stdout(messages)
            .stderr(errors);
        let engine = Self {
            docker: Docker {
                program,
                socket: Some(socket),
            },
            own: Some(Own {
                daemon: Group::start(command)?,
                folder,
            }),
        };
        let began = Instant::now();
        while began.elapsed() < START {
            if engine.docker.answers(&workshop.interrupt).await? {
                return Ok(Some(engine));
            }
            tokio::time::sleep(PAUSE).await;
        }
        let said = std::fs::read_to_string(&log).unwrap_or_default();
        let last = said.trim().lines().last().unwrap_or("it said nothing");
        workshop.say(&format!("a Docker engine does not start here: {last}"));
        engine.end().await;
        Ok(None)
    }

    /// Ends an own engine with all it runs; leaves the machine's alone.
    pub(crate) async fn end(self) {
        let Some(Own { daemon, folder }) = self.own else {
            return;
        };
        daemon.end(Signal::TERM, END).await;
        // The engine leaves the name of its network mounted, and a folder with a mount in it cannot be removed.
        let network = folder.path().join(NETWORK);
        let _ = rustix::mount::unmount(&network, rustix::mount::UnmountFlags::DETACH);
    }
}
