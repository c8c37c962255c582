//! The command lines of a standalone master, a worker and a driver.
//!
//! Spark's shell scripts start a JVM only to print the command of the next one; here that command is given at once.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::process::Command;

use super::Installation;

/// What Spark's launcher opens for Java 17, from its `JavaModuleOptions`.
const MODULE_OPTIONS: [&str; 13] = [
    "-XX:+IgnoreUnrecognizedVMOptions",
    "--add-opens=java.base/java.lang=ALL-UNNAMED",
    "--add-opens=java.base/java.lang.invoke=ALL-UNNAMED",
    "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/java.net=ALL-UNNAMED",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.util=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent.atomic=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-opens=java.base/sun.security.action=ALL-UNNAMED",
    "-Djdk.reflect.useDirectMethodHandle=false",
];

/// Fifteen JVMs that start at once on a small machine spend their time compiling; the quick compiler is enough here.
const JAVA_TOOL_OPTIONS: &str = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

/// A worker stands for one node, or for a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WorkerSize {
    /// The node's own loopback address, so that the event log can tell nodes apart.
    pub(crate) host: String,
    pub(crate) cores: u32,
    pub(crate) memory_mib: u64,
}

/// The master, which stands for what Kubernetes does when it is asked for executors.
pub(crate) fn master(spark: &Installation) -> Command {
    let mut command = java(spark, "256m");
    command
        .arg("org.apache.spark.deploy.master.Master")
        .args(["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// A worker of the given size, logging to `log`.
pub(crate) fn worker(
    spark: &Installation,
    master_url: &str,
    size: &WorkerSize,
    directory: &Path,
) -> std::io::Result<Command> {
    let log = std::fs::File::create(directory.join("worker.log"))?;
    let mut command = java(spark, "256m");
    command
        .arg("org.apache.spark.deploy.worker.Worker")
        .args(["--host", &size.host, "--port", "0", "--webui-port", "0"])
        .args([
            "--cores",
            &size.cores.to_string(),
            "--memory",
            &format!("{}m", size.memory_mib),
        ])
        .arg("--work-dir")
        .arg(directory)
        .arg(master_url)
        .stdout(Stdio::null())
        .stderr(Stdio::from(log));
    Ok(command)
}

/// What a driver runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DriverProgram {
    /// Properties with the least precedence, as a file.
    pub(crate) properties_file: PathBuf,
    /// The user's own `spark-submit` parameters, then those that standalone needs.
    pub(crate) parameters: Vec<String>,
    /// The downloaded script or jar.
    pub(crate) entry_point: PathBuf,
    pub(crate) arguments: Vec<String>,
    /// The driver's heap, such as `1g`.
    pub(crate) memory: String,
}

/// The driver in client mode.
pub(crate) fn driver(spark: &Installation, program: &DriverProgram, directory: &Path) -> Command {
    let mut command = java(spark, &program.memory);
    command
        .arg("org.apache.spark.deploy.SparkSubmit")
        .arg("--properties-file")
        .arg(&program.properties_file)
        .args(&program.parameters)
        .arg(&program.entry_point)
        .args(&program.arguments)
        .current_dir(directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn java(spark: &Installation, heap: &str) -> Command {
    let mut command = Command::new(spark.java_home.join("bin/java"));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("JAVA_HOME", &spark.java_home)
        .env("JAVA_TOOL_OPTIONS", JAVA_TOOL_OPTIONS)
        .env("PYSPARK_PYTHON", &spark.python)
        .env("SPARK_HOME", &spark.spark_home)
        // Without it the user interfaces listen on every address.
        .env("SPARK_LOCAL_IP", "127.0.0.1")
        .env("SPARK_SCALA_VERSION", &spark.scala_version)
        // Log lines carry no time zone.
        .env("TZ", "UTC")
        .args(MODULE_OPTIONS)
        .arg(format!("-Xmx{heap}"))
        .arg("-cp")
        .arg(spark.spark_home.join("jars/*"))
        .stdin(Stdio::null());
    command
}
