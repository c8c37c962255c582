//! A History Server, and what its REST API says of an application. Loopback HTTP only.

use std::{path::Path, time::Duration};

use serde_json::Value;

use crate::{
    group::{Group, poll},
    installation::Installation,
};

const PATIENCE: Duration = Duration::from_secs(120);

/// A running History Server.
pub(crate) struct HistoryServer {
    address: String,
    _process: Group,
}

/// What it says of one application.
pub(crate) struct History {
    pub(crate) application: Value,
    pub(crate) executors: Vec<Value>,
    pub(crate) jobs: Vec<Value>,
    pub(crate) stages: Vec<Value>,
}

impl HistoryServer {
    /// Starts one over a folder of logs, on a port of its own choice.
    pub(crate) fn start(
        installation: &Installation,
        logs: &Path,
        folder: &Path,
        settings: &[&str],
    ) -> Self {
        let (file, log) = (folder.join("history.conf"), folder.join("history.log"));
        let directory = format!("spark.history.fs.logDirectory file://{}", logs.display());
        let always = [
            &*directory,
            "spark.history.ui.port 0",
            "spark.history.fs.update.interval 1s",
        ];
        std::fs::write(&file, [&always, settings].concat().join("\n")).unwrap();
        let class = "org.apache.spark.deploy.history.HistoryServer";
        let arguments = ["--properties-file", file.to_str().unwrap()];
        let mut process = installation.class(class, &arguments, &log);
        let address = poll(PATIENCE, "the History Server has started", || {
            let said = std::fs::read_to_string(&log).unwrap();
            assert!(
                process.ended().is_none(),
                "the History Server ended:\n{said}"
            );
            let (_, port) = said
                .split_once("Bound HistoryServer to ")?
                .1
                .split_once("started at http://")?;
            let port = port.lines().next()?.rsplit_once(':')?.1;
            Some(format!("http://127.0.0.1:{port}/api/v1/applications"))
        });
        Self {
            address,
            _process: process,
        }
    }

    /// Everything about an application; waits until the server has found its log.
    pub(crate) fn of(&self, application: &str) -> History {
        let listed = poll(PATIENCE, &format!("{application} is listed"), || {
            let listed = self.get("");
            let mut listed = listed.as_array().unwrap().iter();
            listed.find(|listed| listed["id"] == application).cloned()
        });
        let all = |what: &str| {
            let answer = self.get(&format!("/{application}/{what}"));
            answer.as_array().unwrap().clone()
        };
        History {
            application: listed["attempts"][0].clone(),
            executors: all("allexecutors"),
            jobs: all("jobs"),
            stages: all("stages?details=false"),
        }
    }

    fn get(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.address);
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .build()
            .into();
        let answer = agent.get(&url).call();
        let mut answer = answer.unwrap_or_else(|cause| panic!("{url}: {cause}"));
        answer.body_mut().read_json().unwrap()
    }
}
