//! Where the report comes from, by the event: GitHub's word, not the artifact's.

use gha::{Context, Failure};
use serde_json::Value;

/// The workflow run behind the report, as far as the event names one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Origin {
    /// `owner/name`: where the pull request is.
    pub(super) repository: String,
    /// Absent when the event is another one than `workflow_run`.
    pub(super) run: Option<Run>,
    /// The event's own pull request, if it has one.
    pub(super) pull_request: Option<u64>,
}

/// The workflow run that made the report.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) id: Option<u64>,
    pub(super) head_sha: String,
    pub(super) head_branch: Option<String>,
    /// `owner/name`; a fork's is another one than the pull request's.
    pub(super) head_repository: Option<String>,
}

impl Origin {
    /// Reads the event.
    pub(super) fn of(context: &Context) -> Result<Self, Failure> {
        let repository = context.repository.clone().ok_or_else(|| {
            Failure::bad_input(
                "report",
                "`GITHUB_REPOSITORY` is not set, so it is unknown where to comment",
            )
            .help("set it to owner/name; in a workflow it is set")
        })?;
        let event = context.event.as_ref();
        let run = event.and_then(|event| event.get("workflow_run"));
        Ok(Self {
            repository,
            run: run.map(Run::of).transpose()?,
            pull_request: event.and_then(|event| event.pointer("/pull_request/number")?.as_u64()),
        })
    }

    /// The address of the run that made the report.
    pub(super) fn link(&self, server_url: &str) -> Option<String> {
        let id = self.run.as_ref()?.id?;
        Some(format!(
            "{server_url}/{}/actions/runs/{id}",
            self.repository
        ))
    }
}

impl Run {
    fn of(run: &Value) -> Result<Self, Failure> {
        let text = |place: &str| {
            run.pointer(place)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let head_sha = text("/head_sha").filter(|sha| is_sha(sha)).ok_or_else(|| {
            Failure::outside("Unknown event", "the event `workflow_run` names no commit")
                .help("start this workflow by `workflow_run: types: [completed]`")
        })?;
        Ok(Self {
            id: run.get("id").and_then(Value::as_u64),
            head_sha,
            head_branch: text("/head_branch"),
            head_repository: text("/head_repository/full_name"),
        })
    }
}

fn is_sha(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
