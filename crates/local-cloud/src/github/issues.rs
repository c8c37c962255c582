//! Issues that are no pull requests: listed, created, changed. Pull requests stand in the same list.

use super::answers::Links;
use super::caller::{Caller, Refusal};
use super::hub::{Hub, LONGEST_BODY};
use super::pages::Paging;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

/// An issue.
#[derive(Debug, Clone)]
pub(super) struct Issue {
    pub(super) repository: String,
    pub(super) number: u64,
    pub(super) login: String,
    pub(super) title: String,
    pub(super) body: String,
    pub(super) labels: Vec<String>,
    pub(super) open: bool,
    pub(super) created_at: String,
    pub(super) updated_at: String,
}

impl Issue {
    /// For the inspector.
    pub(super) fn state(&self) -> Value {
        json!({
            "repository": self.repository,
            "number": self.number,
            "author": self.login,
            "title": self.title,
            "body": self.body,
            "labels": self.labels,
            "state": if self.open { "open" } else { "closed" },
            "created_at": self.created_at,
            "updated_at": self.updated_at,
        })
    }
}

/// The filters of the list that are modelled.
#[derive(Debug, Deserialize)]
pub(super) struct Filter {
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    labels: Option<String>,
}

impl Filter {
    fn takes(&self, open: bool, labels: &[String]) -> bool {
        let state = match self.state.as_deref() {
            Some("all") => true,
            Some("closed") => !open,
            _ => open,
        };
        let wanted = self.labels.iter().flat_map(|labels| labels.split(','));
        state
            && wanted
                .into_iter()
                .all(|label| labels.iter().any(|has| has == label))
    }
}

/// What a request may set.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Change {
    pub(super) title: Option<String>,
    pub(super) body: Option<String>,
    pub(super) state: Option<String>,
    pub(super) labels: Option<Vec<String>>,
}

impl Change {
    fn read(request: &[u8]) -> Result<Self, Refusal> {
        let change: Self = serde_json::from_slice(request)
            .map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, "Problems parsing JSON"))?;
        let length = change.body.as_ref().map_or(0, |body| body.chars().count());
        if length > LONGEST_BODY {
            let message = "body is too long (maximum is 65536 characters)";
            return Err(Refusal::validation("custom", "body", message));
        }
        Ok(change)
    }
}

/// Newest first, as GitHub lists them.
pub(super) async fn list(
    State(hub): State<Hub>,
    caller: Caller,
    Path((owner, repo)): Path<(String, String)>,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Response, Refusal> {
    let repository = format!("{owner}/{repo}");
    let links = Links::new(&caller.base, &repository);
    let issues = hub.issues(&repository);
    let issues = issues.iter().rev();
    let mut all: Vec<Value> = issues
        .filter(|issue| filter.takes(issue.open, &issue.labels))
        .map(|issue| links.own_issue(issue))
        .collect();
    let pulls = hub.pull_requests(&repository);
    let pulls = pulls.iter().rev();
    all.extend(
        pulls
            .filter(|(_, head)| filter.takes(head.open, &[]))
            .map(|(pull, _)| links.issue(pull.number, hub.comments(pull).len(), &hub.started_at)),
    );
    let others = paging.links(&links.issues(), all.len());
    let mut answer = Json(paging.cut(all)).into_response();
    if let Some(link) = others.and_then(|link| HeaderValue::from_str(&link).ok()) {
        answer.headers_mut().insert(header::LINK, link);
    }
    Ok(answer)
}

pub(super) async fn create(
    State(hub): State<Hub>,
    caller: Caller,
    Path((owner, repo)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Refusal> {
    caller.may_write()?;
    let change = Change::read(&body)?;
    if change
        .title
        .as_deref()
        .unwrap_or_default()
        .trim()
        .is_empty()
    {
        return Err(Refusal::validation(
            "missing_field",
            "title",
            "title is missing",
        ));
    }
    let repository = format!("{owner}/{repo}");
    let issue = hub.create_issue(&repository, &caller.login, change);
    let answer = Links::new(&caller.base, &repository).own_issue(&issue);
    let location = [(
        header::LOCATION,
        answer["url"].as_str().unwrap_or_default().to_owned(),
    )];
    Ok((StatusCode::CREATED, location, Json(answer)).into_response())
}

pub(super) async fn update(
    State(hub): State<Hub>,
    caller: Caller,
    Path((owner, repo, number)): Path<(String, String, String)>,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let repository = format!("{owner}/{repo}");
    let number = number.parse().map_err(|_| Refusal::not_found())?;
    hub.issue(&repository, number)
        .ok_or_else(Refusal::not_found)?;
    caller.may_write()?;
    let issue = hub.update_issue(&repository, number, Change::read(&body)?);
    let issue = issue.ok_or_else(Refusal::not_found)?;
    Ok(Json(
        Links::new(&caller.base, &repository).own_issue(&issue),
    ))
}
