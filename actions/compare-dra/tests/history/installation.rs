//! A version of Spark as a Python package: runs the applications of the fixtures, and copies logs with Spark's own eyes.
//! Compares nothing.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use crate::group::Group;

/// All applications together, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(800);

/// A Python with PySpark, a Java, and a folder for everything they write.
pub(crate) struct Installation {
    python: PathBuf,
    java_home: PathBuf,
    folder: PathBuf,
}

impl Installation {
    /// `python` names the variable that holds the path of the Python.
    pub(crate) fn of(python: &str, folder: &Path) -> Self {
        let path = |name: &str| {
            let value = std::env::var_os(name).filter(|value| !value.is_empty());
            PathBuf::from(
                value.unwrap_or_else(|| panic!("{name} is not set: run through `cargo xtask ci`")),
            )
        };
        Self {
            python: path(python),
            java_home: path("LOCAL_CLOUD_JAVA_HOME"),
            folder: folder.to_owned(),
        }
    }

    /// Runs applications one after another; gives their application ids.
    pub(crate) fn run(&self, logs: &Path, runs: &[String]) -> Vec<String> {
        let scratch = self.folder.join("scratch");
        let mut arguments = vec![logs.into(), scratch.into_os_string()];
        arguments.extend(runs.iter().map(Into::into));
        let said = self.script("applications", &arguments);
        let started = said.lines().filter_map(|line| line.split_once(' '));
        started.map(|(_, id)| id.to_owned()).collect()
    }

    /// Copies logs without compression, each as one file. What Spark cannot read to its end is copied as far as it can.
    pub(crate) fn copy_plain(&self, logs_and_copies: &[(&Path, &Path)]) {
        let mut arguments = vec!["--plain".into()];
        for (log, copy) in logs_and_copies {
            arguments.extend([log.as_os_str().to_owned(), copy.as_os_str().to_owned()]);
        }
        self.script("copies", &arguments);
    }

    fn script(&self, name: &str, arguments: &[std::ffi::OsString]) -> String {
        let script = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap())
            .join("../../fixtures/spark-applications/run.py");
        let mut command = Command::new(&self.python);
        command.arg(script).args(arguments);
        let [stdout, stderr] =
            ["stdout", "stderr"].map(|stream| self.folder.join(format!("{name}.{stream}")));
        let mut group = Group::start(
            self.environment(&mut command)
                .stdin(Stdio::null())
                .stdout(File::create(&stdout).unwrap())
                .stderr(File::create(&stderr).unwrap()),
        );
        let status = group.wait(PATIENCE);
        let said = |file| String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned();
        assert!(status.success(), "{command:?}: {status}\n{}", said(&stderr));
        said(&stdout)
    }

    /// A program of Spark, as `spark-class` runs it; what it says goes to `log`.
    pub(crate) fn class(&self, class: &str, arguments: &[&str], log: &Path) -> Group {
        let home = Command::new(&self.python)
            .args([
                "-c",
                "import os, pyspark; print(os.path.dirname(pyspark.__file__))",
            ])
            .output()
            .unwrap();
        let home = PathBuf::from(String::from_utf8(home.stdout).unwrap().trim());
        let mut command = Command::new(home.join("bin/spark-class"));
        command.arg(class).args(arguments);
        let log = File::create(log).unwrap();
        Group::start(
            self.environment(&mut command)
                .env("SPARK_HOME", home)
                .env(
                    "SPARK_HISTORY_OPTS",
                    format!("-Djava.io.tmpdir={}", self.folder.display()),
                )
                .stdin(Stdio::null())
                .stdout(log.try_clone().unwrap())
                .stderr(log),
        )
    }

    /// Nothing of the person who runs the test but where programs are.
    fn environment<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let settings = self.folder.join("settings");
        std::fs::create_dir_all(&settings).unwrap();
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &self.folder)
            .env("JAVA_HOME", &self.java_home)
            .env("SPARK_CONF_DIR", settings)
            .env("SPARK_LOCAL_IP", "127.0.0.1")
    }
}
