//! Workflow runs: whether one is over. Tests say so; nothing runs here.

use super::answers::Links;
use super::caller::{Caller, Refusal};
use super::hub::Hub;
use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

/// What GitHub says of a workflow run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowRun {
    /// `owner/name`.
    pub repository: String,
    /// The same for every attempt.
    pub id: u64,
    /// `queued`, `in_progress`, `completed` and others.
    pub status: String,
    /// `success`, `failure`, `cancelled` and others, once it is completed.
    pub conclusion: Option<String>,
}

impl crate::LocalCloud {
    /// Says what becomes of a workflow run; GitHub knows of no other.
    pub fn set_workflow_run(&self, run: WorkflowRun) {
        self.github.set_workflow_run(run);
    }
}

pub(super) async fn run(
    State(hub): State<Hub>,
    caller: Caller,
    Path((owner, name, id)): Path<(String, String, String)>,
) -> Result<Json<Value>, Refusal> {
    let id = id.parse().map_err(|_| Refusal::not_found())?;
    let repository = format!("{owner}/{name}");
    let run = hub
        .workflow_run(&repository, id)
        .ok_or_else(Refusal::not_found)?;
    let links = Links::new(&caller.base, &repository);
    Ok(Json(answer(&run, &links, &hub.started_at)))
}

fn answer(run: &WorkflowRun, links: &Links<'_>, at: &str) -> Value {
    let id = run.id;
    let api = |path: &str| links.api(&format!("/actions/runs/{id}{path}"));
    json!({
        "id": id, "node_id": format!("WFR_{id}"), "name": "benchmark", "display_title": "Change the job",
        "head_branch": "change", "head_sha": super::hub::COMMIT, "path": ".github/workflows/benchmark.yml",
        "run_number": 1, "run_attempt": 1, "event": "pull_request", "workflow_id": 1,
        "status": run.status, "conclusion": run.conclusion,
        "created_at": at, "updated_at": at, "run_started_at": at,
        "head_commit": null, "pull_requests": [],
        "repository": links.repository(at), "head_repository": links.repository(at),
        "url": api(""), "jobs_url": api("/jobs"), "logs_url": api("/logs"), "cancel_url": api("/cancel"),
        "rerun_url": api("/rerun"), "artifacts_url": api("/artifacts"),
        "html_url": links.page(&format!("/actions/runs/{id}")),
        "check_suite_url": links.api("/check-suites/1"), "workflow_url": links.api("/actions/workflows/1"),
    })
}
