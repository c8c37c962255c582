//! How long the Spark History Server takes to read a log, by its own words: it says when it begins to parse an
//! application for its pages, and when it has done so.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::Signal;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader, Lines};
use tokio::process::Command;

use crate::children::Group;
use crate::environment::Environment;
use crate::interrupt::Interrupt;
use crate::problem::{Problem, Result, WhileDoing as _};

/// Longer than it takes for a log of half a gigabyte on a slow machine.
const PATIENCE: Duration = Duration::from_secs(600);
/// Milliseconds since 1970 before each message.
const LOGGING: &str = "rootLogger.level = info
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{UNIX_MILLIS} %m%n
";
const BOUND: &str = "Bound HistoryServer to ";
const BEGINS: &str = "Parsing ";
const ENDS: &str = "Finished parsing ";

/// Starts a History Server on a copy of the log in a folder of its own and asks for the application's executors.
pub(crate) async fn parsing_time(
    environment: &Environment,
    log: &Path,
    interrupt: &Interrupt,
) -> Result<Duration> {
    let folder = tempfile::tempdir().while_doing(|| "make a temporary folder".into())?;
    let logs = folder.path().join("logs");
    let logging = folder.path().join("log4j2.properties");
    let name = log.file_name().unwrap_or_default();
    std::fs::create_dir(&logs)
        .and_then(|()| std::os::unix::fs::symlink(log, logs.join(name)))
        .and_then(|()| std::fs::write(&logging, LOGGING))
        .while_doing(|| "prepare a folder for the History Server".into())?;
    let mut server = Group::start(command(environment, &logs, &logging, interrupt).await?)?;
    let measured = match server.stderr() {
        Some(said) => {
            let asking = ask(BufReader::new(said).lines());
            tokio::select! {
                measured = tokio::time::timeout(PATIENCE, asking) => measured
                    .unwrap_or_else(|_| Err(Problem::new("the History Server did not read the log in 10 minutes"))),
                () = interrupt.raised() => Err(Problem::interrupted()),
            }
        }
        None => Err(Problem::new("the History Server says nothing")),
    };
    server.end(Signal::TERM, Duration::from_secs(10)).await;
    measured
}

async fn command(
    environment: &Environment,
    logs: &Path,
    logging: &Path,
    interrupt: &Interrupt,
) -> Result<Command> {
    let mut where_is = Command::new(&environment.python);
    where_is.args([
        "-c",
        "import os, pyspark; print(os.path.dirname(pyspark.__file__))",
    ]);
    let spark = crate::children::succeed(where_is, interrupt).await?;
    let mut command = Command::new(environment.java_home.join("bin/java"));
    command
        .arg("-Xmx4g")
        .arg(format!("-Dlog4j2.configurationFile={}", logging.display()))
        .arg(format!(
            "-Dspark.history.fs.logDirectory=file://{}",
            logs.display()
        ))
        .arg("-Dspark.history.ui.port=0")
        .args([
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
        ])
        .args([
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/java.util=ALL-UNNAMED",
        ])
        .arg("-cp")
        .arg(format!("{}/jars/*", spark.trim()))
        .arg("org.apache.spark.deploy.history.HistoryServer")
        .env("SPARK_LOCAL_IP", "127.0.0.1")
        .env("SPARK_PUBLIC_DNS", "127.0.0.1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    Ok(command)
}

/// Waits for the port, asks until the application is parsed, and gives the time between the two messages.
async fn ask(mut said: Lines<BufReader<impl AsyncRead + Unpin>>) -> Result<Duration> {
    let mut began = None;
    while let Some(line) = said
        .next_line()
        .await
        .while_doing(|| "read what the History Server says".into())?
    {
        let (at, message) = line.split_once(' ').unwrap_or_default();
        if message.starts_with(BOUND) {
            let address = message
                .rsplit_once("http://")
                .map(|(_, address)| address.to_owned());
            let address =
                address.ok_or_else(|| Problem::new(format!("no address in `{message}`")))?;
            tokio::task::spawn_blocking(move || ask_for_executors(&address));
        } else if message.starts_with(BEGINS) && message.contains("re-build UI") {
            began = at.parse::<u64>().ok();
        } else if message.starts_with(ENDS)
            && let (Some(began), Ok(ended)) = (began, at.parse::<u64>())
        {
            return Ok(Duration::from_millis(ended.saturating_sub(began)));
        }
    }
    Err(Problem::new(
        "the History Server ended before it had read the log",
    ))
}

/// Asks until the server has found the application, and then for what needs all of its log.
fn ask_for_executors(address: &str) {
    let applications = format!("http://{address}/api/v1/applications");
    loop {
        let found = ureq::get(&applications)
            .call()
            .ok()
            .and_then(|mut answer| answer.body_mut().read_json::<serde_json::Value>().ok());
        // The server is ended by who started it, and then this ends too.
        let Some(found) = found else { return };
        if let Some(id) = found[0]["id"].as_str() {
            let _ = ureq::get(format!("{applications}/{id}/allexecutors")).call();
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
