//! The routes of GitHub's API that are served, and the rules of writing comments.

use super::answers::Links;
use super::caller::{Caller, Refusal};
use super::hub::{Comment, Hub, LONGEST_BODY, PullRequest};
use super::pages::Paging;
use super::{issues, runs, search};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use bytes::Bytes;
use serde_json::Value;

/// A comment larger than this many bytes is not even read.
const LARGEST_REQUEST: usize = 1 << 20;

/// GitHub's REST API over this state.
pub(crate) fn routes(hub: Hub) -> Router {
    Router::new()
        .route("/repos/{owner}/{repo}/pulls/{number}", get(pull_request))
        .route("/repos/{owner}/{repo}/pulls", get(search::by_branch))
        .route(
            "/repos/{owner}/{repo}/commits/{sha}/pulls",
            get(search::by_commit),
        )
        .route(
            "/repos/{owner}/{repo}/issues",
            get(issues::list).post(issues::create),
        )
        .route(
            "/repos/{owner}/{repo}/issues/{number}",
            get(issue).patch(issues::update),
        )
        .route(
            "/repos/{owner}/{repo}/issues/{number}/comments",
            get(list).post(create),
        )
        .route("/repos/{owner}/{repo}/actions/runs/{id}", get(runs::run))
        .route(
            "/repos/{owner}/{repo}/issues/comments/{id}",
            get(comment).patch(update).delete(delete),
        )
        .fallback(async |_: Caller| Refusal::not_found())
        // A known path with another method is as unknown to GitHub as any other.
        .method_not_allowed_fallback(async |_: Caller| Refusal::not_found())
        .layer(axum::extract::DefaultBodyLimit::max(LARGEST_REQUEST))
        .layer(axum::middleware::map_response(
            async |mut answer: Response| {
                let id = uuid::Uuid::new_v4().simple().to_string().to_uppercase();
                if let Ok(id) = HeaderValue::from_str(&id) {
                    answer
                        .headers_mut()
                        .insert(HeaderName::from_static("x-github-request-id"), id);
                }
                answer
            },
        ))
        .with_state(hub)
}

/// The path of a pull request or comment. GitHub answers 404 to a number that is none.
type Target = Path<(String, String, String)>;

fn target(Path((owner, repo, number)): Target) -> Result<(String, u64), Refusal> {
    let number = number.parse().map_err(|_| Refusal::not_found())?;
    Ok((format!("{owner}/{repo}"), number))
}

fn known_pull_request(hub: &Hub, path: Target) -> Result<PullRequest, Refusal> {
    let (repository, number) = target(path)?;
    hub.pull_request(&repository, number)
        .cloned()
        .ok_or_else(Refusal::not_found)
}

async fn pull_request(
    State(hub): State<Hub>,
    caller: Caller,
    path: Target,
) -> Result<Json<Value>, Refusal> {
    let pull_request = known_pull_request(&hub, path)?;
    let comments = hub.comments(&pull_request).len();
    let links = Links::new(&caller.base, &pull_request.repository);
    Ok(Json(links.pull_request(
        &hub.head(&pull_request),
        comments,
        &hub.started_at,
    )))
}

async fn issue(
    State(hub): State<Hub>,
    caller: Caller,
    path: Target,
) -> Result<Json<Value>, Refusal> {
    let (repository, number) = target(Path(path.0.clone()))?;
    if let Some(issue) = hub.issue(&repository, number) {
        let links = Links::new(&caller.base, &repository);
        return Ok(Json(links.own_issue(&issue)));
    }
    let pull_request = known_pull_request(&hub, path)?;
    let comments = hub.comments(&pull_request).len();
    let links = Links::new(&caller.base, &pull_request.repository);
    Ok(Json(links.issue(
        pull_request.number,
        comments,
        &hub.started_at,
    )))
}

async fn list(
    State(hub): State<Hub>,
    caller: Caller,
    path: Target,
    Query(paging): Query<Paging>,
) -> Result<Response, Refusal> {
    let pull_request = known_pull_request(&hub, path)?;
    let comments = hub.comments(&pull_request);
    let links = Links::new(&caller.base, &pull_request.repository);
    let others = paging.links(&links.comments_of(pull_request.number), comments.len());
    let page = paging
        .cut(comments)
        .iter()
        .map(|c| links.comment(c))
        .collect::<Vec<_>>();
    let mut answer = Json(page).into_response();
    if let Some(link) = others.and_then(|link| HeaderValue::from_str(&link).ok()) {
        answer.headers_mut().insert(header::LINK, link);
    }
    Ok(answer)
}

async fn create(
    State(hub): State<Hub>,
    caller: Caller,
    path: Target,
    body: Bytes,
) -> Result<Response, Refusal> {
    let pull_request = known_pull_request(&hub, path)?;
    caller.may_write()?;
    let comment = hub.create(&pull_request, &caller.login, comment_body(&body)?);
    let answer = shown(&caller, &comment);
    let location = [(
        header::LOCATION,
        answer["url"].as_str().unwrap_or_default().to_owned(),
    )];
    Ok((StatusCode::CREATED, location, Json(answer)).into_response())
}

async fn comment(
    State(hub): State<Hub>,
    caller: Caller,
    path: Target,
) -> Result<Json<Value>, Refusal> {
    let (repository, id) = target(path)?;
    let comment = hub
        .comment(&repository, id)
        .ok_or_else(Refusal::not_found)?;
    Ok(Json(shown(&caller, &comment)))
}

async fn update(
    State(hub): State<Hub>,
    caller: Caller,
    path: Target,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let (repository, id) = target(path)?;
    hub.comment(&repository, id)
        .ok_or_else(Refusal::not_found)?;
    caller.may_write()?;
    let comment = hub.update(&repository, id, comment_body(&body)?);
    Ok(Json(shown(
        &caller,
        &comment.ok_or_else(Refusal::not_found)?,
    )))
}

async fn delete(
    State(hub): State<Hub>,
    caller: Caller,
    path: Target,
) -> Result<StatusCode, Refusal> {
    let (repository, id) = target(path)?;
    hub.comment(&repository, id)
        .ok_or_else(Refusal::not_found)?;
    caller.may_write()?;
    hub.delete(&repository, id).ok_or_else(Refusal::not_found)?;
    Ok(StatusCode::NO_CONTENT)
}

fn shown(caller: &Caller, comment: &Comment) -> Value {
    Links::new(&caller.base, &comment.on.repository).comment(comment)
}

/// The `body` field of a request, if GitHub would take it.
fn comment_body(request: &[u8]) -> Result<String, Refusal> {
    let request: Value = serde_json::from_slice(request)
        .map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, "Problems parsing JSON"))?;
    let body = request["body"].as_str().unwrap_or_default();
    if body.trim().is_empty() {
        return Err(Refusal::validation(
            "unprocessable",
            "data",
            "Body cannot be blank",
        ));
    }
    if body.chars().count() > LONGEST_BODY {
        let message = "Body is too long (maximum is 65536 characters)";
        return Err(Refusal::validation("unprocessable", "data", message));
    }
    Ok(body.to_owned())
}
