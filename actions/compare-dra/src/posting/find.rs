//! Which pull request the report belongs to: the open one whose head is the commit of the workflow run.

use std::collections::BTreeSet;

use gha::Failure;
use serde::Deserialize;

use super::{
    Inputs,
    event::{Origin, Run},
};
use sticky_comment::{Call, Calls, PostError};

/// A pull request in a list.
#[derive(Debug, Deserialize)]
struct Listed {
    number: u64,
    state: String,
    head: Side,
    base: Side,
}

#[derive(Debug, Deserialize)]
struct Side {
    sha: String,
    /// Absent when the fork is gone.
    repo: Option<Repository>,
}

#[derive(Debug, Deserialize)]
struct Repository {
    full_name: String,
}

/// The number, or nothing when no open pull request has the commit as its head: it was closed, or has got a newer one.
pub(super) async fn pull_request(
    calls: &Calls<'_>,
    origin: &Origin,
    inputs: &Inputs,
) -> Result<Option<u64>, Failure> {
    let given = inputs.pull_request.map(|number| number.0);
    let Some(run) = &origin.run else {
        return given.or(origin.pull_request).map(Some).ok_or_else(|| {
            Failure::bad_input(
                "pull-request",
                "the event of this workflow run names no other run and no pull request, and `pull-request` is not set",
            )
            .help("start this workflow by `workflow_run`, or set `pull-request`")
        });
    };
    let found = heads(calls, origin, run).await.map_err(|error| {
        Failure::outside(
            "Cannot find the pull request",
            format!(
                "cannot look for the pull requests of commit {} in {}",
                run.head_sha, origin.repository
            ),
        )
        .because(&error)
        .help("give the job `permissions: pull-requests: write`, or run again later")
    })?;
    choose(calls, &found, given, run)
}

fn choose(
    calls: &Calls<'_>,
    found: &BTreeSet<u64>,
    given: Option<u64>,
    run: &Run,
) -> Result<Option<u64>, Failure> {
    let sha = &run.head_sha;
    let listed = || {
        found
            .iter()
            .map(|number| format!("#{number}"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match (given, found.len()) {
        (_, 0) => {
            let said = format!(
                "No comment was posted: commit {sha} is not the head of an open pull request. It was closed, or has a newer commit, whose own run comes."
            );
            calls.log.notice("No comment", &said);
            Ok(None)
        }
        (Some(given), _) if found.contains(&given) => Ok(Some(given)),
        (Some(given), _) => Err(Failure::bad_input(
            "pull-request",
            format!("commit {sha} is not the head of #{given}, but of {}", listed()),
        )
        .help("leave `pull-request` out: the number is found by the commit; one from the artifact proves nothing")),
        (None, 1) => Ok(found.first().copied()),
        (None, _) => Err(Failure::bad_input(
            "pull-request",
            format!("commit {sha} is the head of several open pull requests: {}", listed()),
        )
        .help("set `pull-request` to one of them")),
    }
}

/// The open pull requests of this repository with the run's commit as their head.
///
/// By commit GitHub finds those of the repository's own branches, by branch also those of forks.
async fn heads(calls: &Calls<'_>, origin: &Origin, run: &Run) -> Result<BTreeSet<u64>, PostError> {
    let github = calls.client()?;
    let same = |a: &Option<Repository>, b: &str| {
        a.as_ref()
            .is_some_and(|repository| repository.full_name.eq_ignore_ascii_case(b))
    };
    let is_head = |pull: &Listed| {
        pull.state == "open"
            && pull.head.sha.eq_ignore_ascii_case(&run.head_sha)
            && same(&pull.base.repo, &origin.repository)
            && run
                .head_repository
                .as_ref()
                .is_none_or(|name| same(&pull.head.repo, name))
    };
    let mut found = BTreeSet::new();
    for (place, route) in routes(origin, run).into_iter().enumerate() {
        let call = Call::<()>::get(route);
        let listed: Vec<Listed> = match calls.send(&github, "list pull requests", &call).await {
            Ok(listed) => listed,
            // GitHub's answer to the first question when the commit is not in this repository, as with a fork's. To the
            // second it means that the token may not see the repository.
            Err(error) if place == 0 && matches!(error.status(), Some(404 | 422)) => Vec::new(),
            Err(error) => return Err(error),
        };
        found.extend(
            listed
                .iter()
                .filter(|pull| is_head(pull))
                .map(|pull| pull.number),
        );
    }
    Ok(found)
}

fn routes(origin: &Origin, run: &Run) -> Vec<String> {
    let base = format!("/repos/{}", origin.repository);
    let mut routes = vec![format!(
        "{base}/commits/{}/pulls?per_page=100",
        run.head_sha
    )];
    let owner = run
        .head_repository
        .as_deref()
        .and_then(|name| name.split('/').next());
    if let Some((owner, branch)) = owner.zip(run.head_branch.as_deref()) {
        let head = format!("{owner}:{branch}");
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("state", "open")
            .append_pair("head", &head)
            .append_pair("per_page", "100")
            .finish();
        routes.push(format!("{base}/pulls?{query}"));
    }
    routes
}
