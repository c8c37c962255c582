//! Everything for one version of Spark: the applications, their logs in every form, and who says what of them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{
    against_history, against_lines, compacted::Compacted, comparison::Differences,
    installation::Installation, measured, raw::Raw, reversed, server::HistoryServer, shown,
};

/// A version of Spark and what is run on it.
pub(crate) struct Version {
    /// The variable that names its Python.
    pub(crate) python: &'static str,
    /// How its version number begins.
    pub(crate) major: &'static str,
    pub(crate) runs: &'static [Run],
}

/// One application, with settings for its event log and the codec that they lead to.
pub(crate) struct Run {
    pub(crate) application: &'static str,
    pub(crate) settings: &'static str,
    pub(crate) codec: &'static str,
}

/// A log that an application left, and the same without compression and in one file.
struct Log {
    application: &'static str,
    codec: &'static str,
    id: String,
    path: PathBuf,
    plain: String,
    /// Whether it tells everything.
    whole: bool,
}

impl Version {
    /// All differences between what is measured, what the History Server says, and what the lines of the logs say.
    pub(crate) fn differences(&self) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let installation = Installation::of(self.python, folder);
        let logs_folder = folder.join("logs");
        let mut logs = self.run(&installation, &logs_folder);

        let many = with_name(&logs, "many");
        let compacted = Compacted::of(&installation, &many.path, folder);
        logs.push(Log {
            application: "many, compacted",
            codec: many.codec,
            id: many.id.clone(),
            path: compacted.log,
            plain: String::new(),
            whole: false,
        });
        copy_plain(&mut logs, &installation, folder);
        let mut differences = self.compare(&logs.split_off(logs.len() - 1), &compacted.server);

        logs.push(reverse(with_name(&logs, "killed"), &logs_folder));
        let server = HistoryServer::start(&installation, &logs_folder, folder, &[]);
        differences.extend(self.compare(&logs, &server));
        differences
    }

    /// Runs the applications; the logs' plain copies are not made yet.
    fn run(&self, installation: &Installation, folder: &Path) -> Vec<Log> {
        let runs = self.runs.iter();
        let arguments: Vec<String> = runs
            .map(|run| format!("{}:{}", run.application, run.settings))
            .collect();
        let ids = installation.run(folder, &arguments);
        assert_eq!(ids.len(), self.runs.len(), "{ids:?}");
        let runs = self.runs.iter().zip(ids);
        runs.map(|(run, id)| Log {
            application: run.application,
            codec: run.codec,
            path: log_of(&id, folder),
            id,
            plain: String::new(),
            whole: run.application != "never-ends",
        })
        .collect()
    }

    fn compare(&self, logs: &[Log], server: &HistoryServer) -> Vec<String> {
        let paths: Vec<&Path> = logs.iter().map(|log| &*log.path).collect();
        let measured = measured::measure(&paths);
        let logs = logs.iter().zip(&measured);
        logs.flat_map(|(log, ours)| self.compare_one(log, ours, server))
            .collect()
    }

    fn compare_one(&self, log: &Log, ours: &Value, server: &HistoryServer) -> Vec<String> {
        let raw = Raw::read(&log.plain);
        let mut found = Differences::at(&format!("Spark {}x, {}", self.major, log.application));
        shown::check(&mut found, log.application, &raw, &log.path);
        found.equal("codec", ours["codec"].as_str(), Some(log.codec));
        found.equal("complete", ours["complete"].as_bool(), Some(log.whole));
        let application = &ours["application"];
        found.equal("application", application["id"].as_str(), Some(&*log.id));
        let version = application["spark_version"].as_str();
        let is_expected = version.is_some_and(|version| version.starts_with(self.major));
        found.equal(&format!("{version:?} is expected"), is_expected, true);
        against_lines::compare(&mut found, ours, &raw);
        against_history::compare(&mut found, ours, &raw, &server.of(&log.id));
        found.all()
    }
}

fn with_name<'a>(logs: &'a [Log], application: &str) -> &'a Log {
    let mut logs = logs.iter();
    logs.find(|log| log.application == application).unwrap()
}

/// Lets Spark write every log without compression and as one file.
fn copy_plain(logs: &mut [Log], installation: &Installation, folder: &Path) {
    let copies: Vec<PathBuf> = (0..logs.len())
        .map(|number| folder.join(format!("plain-{number}")))
        .collect();
    let pairs: Vec<(&Path, &Path)> = logs
        .iter()
        .zip(&copies)
        .map(|(log, copy)| (&*log.path, &**copy))
        .collect();
    installation.copy_plain(&pairs);
    for (log, copy) in logs.iter_mut().zip(copies) {
        log.plain = fs::read_to_string(copy).unwrap();
    }
}

/// The file, or the folder of a rolled log, that is an application's.
fn log_of(id: &str, logs: &Path) -> PathBuf {
    let entries = fs::read_dir(logs).unwrap();
    let mut paths = entries.map(|entry| entry.unwrap().path());
    let is_its = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().contains(id);
    paths
        .find(is_its)
        .unwrap_or_else(|| panic!("no log of {id} in {}", logs.display()))
}

fn reverse(killed: &Log, logs: &Path) -> Log {
    let id = format!("{}-removal-first", killed.id);
    let plain = reversed::removal_first(&killed.plain, &killed.id, &id);
    let path = logs.join(&id);
    fs::write(&path, &plain).unwrap();
    Log {
        application: "killed, removal first",
        codec: "plain",
        id,
        path,
        plain,
        whole: true,
    }
}
