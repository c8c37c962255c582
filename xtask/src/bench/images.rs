//! How large the images are, and how long a container takes from its start to the program's first call: what a step
//! costs before it does anything. The call goes to a socket that never answers.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::build::ACTIONS;
use crate::children::{self, Group};
use crate::demo::Desk;
use crate::environment::Workshop;
use crate::environment::docker::{Docker, Engine};
use crate::images::{self, docker_build, size};
use crate::problem::{Problem, Result, WhileDoing as _};

/// These images are for measuring alone.
const LABELS: docker_build::Labels<'static> = docker_build::Labels {
    source: None,
    version: "measured",
};
/// How long a container may take to call.
const PATIENCE: Duration = Duration::from_secs(30);

/// Builds the images, measures and prints; with an engine of its own where none is running.
pub(super) async fn run(runs: u32, desk: &Desk) -> Result<()> {
    let workshop = Workshop::new(&desk.places.cache, &desk.terminal, &desk.interrupt)?;
    let engine = Engine::prepare(&workshop)
        .await?
        .ok_or_else(|| Problem::new("there is no Docker engine to run containers"))?;
    let measured = measure(runs, &engine, desk).await;
    engine.end().await;
    measured
}

async fn measure(runs: u32, engine: &Engine, desk: &Desk) -> Result<()> {
    images::stage(&ACTIONS, desk).await?;
    desk.terminal
        .line("image                 size   container start to first API call (fastest of the runs, then all)");
    for action in ACTIONS {
        let tag = docker_build::build(engine, action, &LABELS, desk).await?;
        let mut times = Vec::new();
        for _ in 0..runs {
            times.push(cold_start(&engine.docker, &tag, action, desk).await?);
        }
        let bytes = image_size(&engine.docker, &tag, desk).await?;
        let fastest = times.iter().min().copied().unwrap_or_default();
        let all: Vec<String> = times.iter().map(|time| milliseconds(*time)).collect();
        desk.terminal.line(&format!(
            "{action:<16} {:>9}   {:>7} ms   ({})",
            size::megabytes(bytes),
            milliseconds(fastest),
            all.join(", ")
        ));
    }
    Ok(())
}

fn milliseconds(time: Duration) -> String {
    format!("{}", time.as_millis())
}

/// Time from `docker run` until the program has connected to where AWS would be.
async fn cold_start(docker: &Docker, tag: &str, action: &str, desk: &Desk) -> Result<Duration> {
    // A fresh one each time: what is ended in the middle leaves half of its files.
    let workspace = workspace(&desk.places.repository)?;
    let listener =
        TcpListener::bind(("127.0.0.1", 0)).while_doing(|| "listen on loopback".into())?;
    let port = listener
        .local_addr()
        .while_doing(|| "read the port".into())?
        .port();
    let name = format!("emr-eks-actions-bench-{}", uuid::Uuid::new_v4().simple());
    let mut command = docker.command();
    command.args(["run", "--rm", "--network", "host", "--name", &name]);
    command
        .arg("-v")
        .arg(format!("{}:/github/workspace", workspace.path().display()));
    command.args(["--workdir", "/github/workspace"]);
    for variable in [
        format!("AWS_ENDPOINT_URL=http://127.0.0.1:{port}"),
        // Terraform's backend knows these only.
        format!("AWS_ENDPOINT_URL_S3=http://127.0.0.1:{port}"),
        format!("AWS_ENDPOINT_URL_STS=http://127.0.0.1:{port}"),
        "AWS_ACCESS_KEY_ID=none".into(),
        "AWS_SECRET_ACCESS_KEY=none".into(),
        "AWS_REGION=us-east-1".into(),
        "AWS_EC2_METADATA_DISABLED=true".into(),
    ] {
        command.args(["-e", &variable]);
    }
    command.arg(tag).args(arguments(action));
    let said = tempfile::NamedTempFile::new().while_doing(|| "make a file".into())?;
    let output = || said.reopen().while_doing(|| "open a file".into());
    command
        .stdin(Stdio::null())
        .stdout(output()?)
        .stderr(output()?);
    let began = Instant::now();
    let container = Group::start(command)?;
    let accepted = tokio::task::spawn_blocking(move || first_connection(&listener));
    let time = match accepted.await {
        Ok(Some(at)) => Ok(at.duration_since(began)),
        _ => {
            let said = std::fs::read_to_string(said.path()).unwrap_or_default();
            Err(Problem::new(format!(
                "the container of {action} made no call; it said:\n{}",
                said.trim_end()
            )))
        }
    };
    let mut remove = docker.command();
    remove.args(["rm", "--force", &name]);
    children::output(remove, &desk.interrupt).await?;
    drop(container);
    time
}

/// When the first connection came; none if it did not come in time.
fn first_connection(listener: &TcpListener) -> Option<Instant> {
    listener.set_nonblocking(true).ok()?;
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if listener.accept().is_ok() {
            return Some(Instant::now());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    None
}

/// Inputs with which an action has something to ask AWS.
fn arguments(action: &str) -> Vec<&'static str> {
    let job = [
        "--mode=static",
        "--virtual-cluster-id=abcdefghijklmnopqrstuvwxy",
        "--execution-role-arn=arn:aws:iam::000000000000:role/bench",
        "--entry-point=s3://bench/job.py",
        "--event-log-uri=s3://bench/spark-events/",
    ];
    match action {
        "provision-infra" => vec![
            "--command=output",
            "--working-directory=infra",
            "--backend-config=bucket=bench\nkey=state\nregion=us-east-1",
        ],
        "upload-scripts" => vec![
            "--source=scripts",
            "--bucket=bench",
            "--entry-point=src/threadsleep.py",
        ],
        "run-spark-job" => job.to_vec(),
        _ => vec!["--static=s3://bench/static/", "--dra=s3://bench/dra/"],
    }
}

/// The scripts and the root module of the demo.
fn workspace(repository: &Path) -> Result<tempfile::TempDir> {
    let folder = tempfile::tempdir().while_doing(|| "make a workspace".into())?;
    for (from, to) in [
        ("fixtures/threadsleep/src", "scripts/src"),
        ("xtask/demo/infra", "infra"),
    ] {
        copy(&repository.join(from), &folder.path().join(to))?;
    }
    Ok(folder)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let copy = || -> std::io::Result<()> {
        std::fs::create_dir_all(to)?;
        for entry in std::fs::read_dir(from)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                std::fs::copy(entry.path(), to.join(PathBuf::from(entry.file_name())))?;
            }
        }
        Ok(())
    };
    copy().while_doing(|| format!("copy `{}`", from.display()))
}

async fn image_size(docker: &Docker, tag: &str, desk: &Desk) -> Result<u64> {
    let mut command = docker.command();
    command.args(["image", "inspect", "--format", "{{.Size}}", tag]);
    let text = children::succeed(command, &desk.interrupt).await?;
    text.trim()
        .parse()
        .while_doing(|| format!("read the size of {tag}"))
}
