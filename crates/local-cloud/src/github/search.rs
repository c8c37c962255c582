//! Which pull requests there are: by the branch they come from, or by a commit.

use super::answers::Links;
use super::caller::{Caller, Refusal};
use super::hub::{COMMIT, Hub, PullRequest};
use super::pages::Paging;
use crate::config::PullRequestHead;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

/// The filters of a list of pull requests that are modelled.
#[derive(Debug, Deserialize)]
pub(super) struct Filter {
    /// `open`, which is the default, `closed` or `all`.
    state: Option<String>,
    /// `owner:branch`.
    head: Option<String>,
}

/// `GET /repos/{owner}/{repo}/pulls`.
pub(super) async fn by_branch(
    State(hub): State<Hub>,
    caller: Caller,
    Path((owner, repo)): Path<(String, String)>,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<Value>, Refusal> {
    let wanted = |head: &PullRequestHead| {
        let owner = head.repository.split('/').next().unwrap_or_default();
        let state = match filter.state.as_deref() {
            Some("all") => true,
            Some("closed") => !head.open,
            _ => head.open,
        };
        let from = format!("{owner}:{}", head.branch);
        state && filter.head.as_ref().is_none_or(|wanted| *wanted == from)
    };
    let all = existing(&hub, &owner, &repo)?;
    let found = all.into_iter().filter(|(_, head)| wanted(head)).collect();
    Ok(shown(&hub, &caller, &paging, found))
}

/// `GET /repos/{owner}/{repo}/commits/{sha}/pulls`. It finds nothing for commits of forks, as on GitHub, where the
/// commit is not in the repository.
pub(super) async fn by_commit(
    State(hub): State<Hub>,
    caller: Caller,
    Path((owner, repo, sha)): Path<(String, String, String)>,
    Query(paging): Query<Paging>,
) -> Result<Json<Value>, Refusal> {
    let all = existing(&hub, &owner, &repo)?;
    if sha != COMMIT && !all.iter().any(|(_, head)| head.sha == sha) {
        return Err(Refusal::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "No commit found for SHA",
        ));
    }
    let here = |(pull, head): &(PullRequest, PullRequestHead)| {
        head.sha == sha && head.repository == pull.repository
    };
    let found = all.into_iter().filter(here).collect();
    Ok(shown(&hub, &caller, &paging, found))
}

type Found = Vec<(PullRequest, PullRequestHead)>;

/// The pull requests of a repository that exists: one with at least one of them.
fn existing(hub: &Hub, owner: &str, repo: &str) -> Result<Found, Refusal> {
    let all = hub.pull_requests(&format!("{owner}/{repo}"));
    if all.is_empty() {
        return Err(Refusal::not_found());
    }
    Ok(all)
}

fn shown(hub: &Hub, caller: &Caller, paging: &Paging, found: Found) -> Json<Value> {
    let page = paging.cut(found);
    let answers = page.iter().map(|(pull, head)| {
        let comments = hub.comments(pull).len();
        Links::new(&caller.base, &pull.repository).pull_request(head, comments, &hub.started_at)
    });
    Json(answers.collect())
}
