//! Runs the steps of the demo through the emulated runner: shows them, keeps their logs, hands on their outputs.
//! Which steps there are, and with which inputs, is the chain's.

use std::path::{Path, PathBuf};
use std::time::Instant;

use indexmap::IndexMap;
use serde_json::Value;

use super::Desk;
use super::cloud::Endpoints;
use super::fetch;
use super::progress::LiveLine;
use super::step_view::{Detail, StepView, prefixed};
use crate::problem::{Problem, Result, WhileDoing as _};
use crate::runner::{Conclusion, Job, Level, Settings, Step, StepOutcome};

/// A job and what its steps left behind.
#[derive(Debug)]
pub(crate) struct Workflow {
    desk: Desk,
    job: Job,
    endpoints: Endpoints,
    /// Logs and summaries of the steps go here.
    folder: PathBuf,
    started: Instant,
    finished: IndexMap<String, Finished>,
    calls: Vec<StepCalls>,
}

/// The calls that reached the local cloud while a step ran, as its inspector has them.
#[derive(Debug)]
pub(crate) struct StepCalls {
    pub(crate) action: String,
    pub(crate) calls: Vec<Value>,
}

/// A step that succeeded.
#[derive(Debug)]
struct Finished {
    outputs: IndexMap<String, String>,
    log: String,
}

impl Workflow {
    pub(crate) fn new(
        settings: Settings,
        endpoints: &Endpoints,
        results: &Path,
        desk: &Desk,
    ) -> Result<Self> {
        Ok(Self {
            job: Job::new(settings, desk.interrupt.clone())?,
            desk: desk.clone(),
            endpoints: endpoints.clone(),
            folder: results.join("steps"),
            started: Instant::now(),
            finished: IndexMap::new(),
            calls: Vec::new(),
        })
    }

    /// Runs one step; a failed one is an error that names it and repeats what it said.
    pub(crate) async fn step(
        &mut self,
        id: &str,
        action: &str,
        detail: Detail,
        with: impl IntoIterator<Item = (&str, String)>,
    ) -> Result<()> {
        self.desk.interrupt.check()?;
        let step = Step {
            id: id.to_owned(),
            action: self.desk.places.repository.join("actions").join(action),
            with: with
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        };
        let began = Instant::now();
        let before = self.all_calls().await?.len();
        let mut view = StepView::new(id, self.started, &self.desk.terminal, detail);
        view.line(&format!("── {action}"));
        let live = (action == "run-spark-job" && self.desk.terminal.is_interactive())
            .then(|| LiveLine::start(id, self.started, &self.endpoints, &self.desk.terminal));
        let outcome = self.job.run(&step, &mut view).await;
        drop(live);
        let failed = !matches!(&outcome, Ok(outcome) if outcome.conclusion == Conclusion::Success);
        let log = view.end(failed);
        self.keep(id, "log", &log)?;
        let outcome = outcome?;
        self.keep(id, "summary.md", &outcome.summary)?;
        conclude(id, action, &outcome)?;
        let took = format!("done in {:.1} s", began.elapsed().as_secs_f32());
        self.desk.terminal.line(&prefixed(self.started, id, &took));
        self.calls.push(StepCalls {
            action: action.to_owned(),
            calls: self.all_calls().await?.split_off(before),
        });
        self.finished.insert(
            id.to_owned(),
            Finished {
                outputs: outcome.outputs,
                log,
            },
        );
        Ok(())
    }

    /// What each step that succeeded has called.
    pub(crate) fn calls(&self) -> &[StepCalls] {
        &self.calls
    }

    async fn all_calls(&self) -> Result<Vec<Value>> {
        let calls = fetch::json(format!("{}/calls", self.endpoints.inspect)).await?;
        Ok(calls.as_array().cloned().unwrap_or_default())
    }

    /// Runs the post steps; call it whatever happened before. How many containers had to be ended for it.
    pub(crate) async fn finish(&mut self) -> Result<usize> {
        let mut view = StepView::new(
            "clean up",
            self.started,
            &self.desk.terminal,
            Detail::Folded,
        );
        self.job.finish(&mut view).await
    }

    /// An output of a step that has run, as `${{ steps.<step>.outputs.<name> }}`; here a missing one is an error.
    pub(crate) fn output(&self, step: &str, name: &str) -> Result<String> {
        let outputs = self.finished.get(step).map(|finished| &finished.outputs);
        let value = outputs
            .and_then(|outputs| outputs.get(name))
            .filter(|value| !value.is_empty());
        value
            .cloned()
            .ok_or_else(|| Problem::new(format!("step `{step}` set no output `{name}`")))
    }

    /// What a step printed.
    pub(crate) fn log_of(&self, step: &str) -> &str {
        self.finished.get(step).map_or("", |finished| &finished.log)
    }

    /// Keeps what a step said beside the results.
    fn keep(&self, id: &str, kind: &str, text: &str) -> Result<()> {
        let path = self.folder.join(format!("{}.{kind}", id.replace(' ', "-")));
        std::fs::create_dir_all(&self.folder)
            .and_then(|()| std::fs::write(&path, text))
            .while_doing(|| format!("write `{}`", path.display()))
    }
}

/// A failed step as an error.
fn conclude(id: &str, action: &str, outcome: &StepOutcome) -> Result<()> {
    match outcome.conclusion {
        Conclusion::Success => Ok(()),
        Conclusion::Cancelled => Err(Problem::interrupted()),
        Conclusion::Failure => {
            let code = outcome
                .exit_code
                .map_or("killed by a signal".to_owned(), |code| {
                    format!("exit code {code}")
                });
            let errors = outcome
                .annotations
                .iter()
                .filter(|annotation| annotation.level == Level::Error);
            let said: Vec<&str> = errors
                .map(|annotation| annotation.message.as_str())
                .collect();
            Err(Problem::new(format!(
                "step `{id}` ({action}) failed, {code}: {}",
                said.join("; ")
            )))
        }
    }
}
