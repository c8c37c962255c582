//! A benchmark that is cancelled while its job runs, as by a newer push: afterwards nothing may run.

use std::time::Duration;

use serde_json::Value;

use super::checks::Checks;
use crate::demo::chain::{Chain, Experiment};
use crate::demo::step_view::Detail;
use crate::demo::{Desk, Stage, fetch};
use crate::interrupt::Interrupt;
use crate::problem::{Problem, Result};

/// Time between two looks at the local cloud.
const PAUSE: Duration = Duration::from_millis(200);
/// How long the job may take to run, and how long it may take to be over after the job of the workflow.
const PATIENCE: Duration = Duration::from_secs(120);

/// Starts a job that would take minutes, cancels the workflow once it runs, and looks at what is left.
pub(super) async fn check(stage: &Stage, desk: &Desk, checks: &mut Checks) -> Result<()> {
    let earlier = job_runs(stage).await?.len();
    let (cancel, interrupt) = Interrupt::by_hand();
    let cancelled_desk = Desk {
        interrupt,
        ..desk.clone()
    };
    let experiment = Experiment {
        unit_seconds: 60,
        consolidate_after: "10s".into(),
        detail: Detail::Folded,
    };
    let mut chain = Chain::new(
        experiment,
        stage,
        &stage.folder.join("cancelled"),
        &cancelled_desk,
    )?;
    chain.provision().await?;
    chain.upload("upload").await?;
    let cancel_when_running = async {
        let running = until(stage, |runs| {
            runs[earlier..].iter().any(|run| run["state"] == "RUNNING")
        })
        .await;
        cancel.send_modify(|count| *count += 1);
        running
    };
    let (ended, running) = tokio::join!(chain.run_job("static"), cancel_when_running);
    let left = chain.finish().await;
    running?;
    checks.outcome(
        "cancelled: the step says so",
        match ended {
            Err(problem) if problem.is_interrupt() => Ok(()),
            other => Err(format!("{other:?}")),
        },
    );
    checks.outcome(
        "cancelled: the step ended by itself, within the runner's patience",
        match left {
            Ok(0) => Ok(()),
            Ok(count) => Err(format!("{count} container(s) were still running")),
            Err(problem) => Err(problem.to_string()),
        },
    );
    // The post step has asked for the end of the job run; EMR takes a moment to bring it about.
    let over = until(stage, |runs| runs.iter().all(is_final)).await;
    let states: Vec<Value> = job_runs(stage).await?[earlier..]
        .iter()
        .map(|run| run["state"].clone())
        .collect();
    checks.outcome(
        "cancelled: no job run is left running",
        over.map_err(|_| format!("{states:?}")),
    );
    checks.equal(
        "cancelled: the one job run was cancelled",
        states,
        vec![Value::from("CANCELLED")],
    );
    Ok(())
}

async fn until(stage: &Stage, done: impl Fn(&[Value]) -> bool) -> Result<()> {
    let wait = async {
        loop {
            if done(&job_runs(stage).await?) {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait)
        .await
        .unwrap_or_else(|_| Err(Problem::new("the job run did not get there in time")))
}

async fn job_runs(stage: &Stage) -> Result<Vec<Value>> {
    let state = fetch::json(format!("{}/state", stage.cloud.endpoints.inspect)).await?;
    let runs = state["emr"]["job_runs"].as_array();
    Ok(runs.cloned().unwrap_or_default())
}

fn is_final(run: &Value) -> bool {
    ["COMPLETED", "FAILED", "CANCELLED"]
        .iter()
        .any(|state| run["state"] == *state)
}
