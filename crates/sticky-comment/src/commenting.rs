//! Commenting as far as it is wished and possible, and saying why when it is not.

use std::collections::BTreeSet;

use gha::{Failure, Runner};

use crate::{
    comment,
    github::{Calls, PostError},
    pull_request::{Existing, Posted, PullRequest},
    settings::{CommentMode, Settings},
};

const PERMISSION: &str = "give the job `permissions: pull-requests: write`, or set `comment: never`; a pull request from a fork has a read-only token";

/// Posts the comment of an action; gives its address, or nothing when none was posted.
///
/// # Errors
/// When it was to be posted in any case and could not be.
pub async fn comment_on(
    runner: &Runner,
    action: &str,
    settings: &Settings,
    markdown: &str,
) -> Result<Option<String>, Failure> {
    if settings.mode == CommentMode::Never {
        return Ok(None);
    }
    let target = match target(runner, settings) {
        Ok(target) => target,
        Err((input, missing)) if settings.mode == CommentMode::Always => {
            return Err(Failure::bad_input(input, missing));
        }
        // At a desk nobody waits for a comment.
        Err(_) if runner.context.repository.is_none() => return Ok(None),
        Err((_, missing)) => {
            runner
                .log
                .notice("No comment", &format!("No comment was posted: {missing}."));
            return Ok(None);
        }
    };
    let marker = comment::marker(action, &settings.key);
    let body = comment::body(&marker, markdown);
    match post(&target, &marker, &body).await {
        Ok(url) => Ok(Some(url)),
        Err(error) if settings.mode == CommentMode::Auto && error.is_permission() => {
            let place = format!("{} pull request {}", target.repository, target.number);
            let hint = hint(&target, &error);
            runner.log.notice(
                "No comment",
                &format!("No comment was posted on {place}: {error}. To have one, {hint}."),
            );
            Ok(None)
        }
        Err(error) => Err(failure(&target, &error)),
    }
}

/// Updates our comment unless it says the same already, or creates it and says if the next run would not find it.
///
/// # Errors
/// What GitHub refused.
pub async fn post(target: &PullRequest<'_>, marker: &str, body: &str) -> Result<String, PostError> {
    let (github, log) = (target.calls.client()?, target.calls.log);
    let mut found = target.find(&github, marker).await?;
    if found.ours.len() > 1 {
        log.warning("Several comments", &several(&found.ours));
    }
    for ours in &found.ours {
        if ours.hidden {
            log.notice(
                "Hidden comment",
                &format!("Somebody has hidden the comment {}. It is kept up to date and stays hidden; delete it to get a new one.", ours.url),
            );
        }
        if comment::is_same(&ours.body, body) {
            log.info(&format!(
                "Comment left as it is, as nothing has changed: {}",
                ours.url
            ));
            return Ok(ours.url.clone());
        }
        if let Some(posted) = target.update(&github, ours.id, body).await? {
            log.info(&format!("Comment updated: {}", posted.url));
            return Ok(posted.url);
        }
        // Deleted between finding and updating.
        found.others.clear();
    }
    if !found.others.is_empty() {
        log.warning("Comments of others", &of_others(target, &found.others));
    }
    let posted = target.create(&github, body).await?;
    log.info(&format!("Comment created: {}", posted.url));
    if let Some(lost) = lost(target, &posted) {
        log.warning("Wrong comment-author", &lost);
    }
    Ok(posted.url)
}

/// What is said of comments that two jobs have created at the same time.
fn several(ours: &[Existing]) -> String {
    let rest: Vec<&str> = ours
        .iter()
        .skip(1)
        .map(|comment| comment.url.as_str())
        .collect();
    format!(
        "This pull request has {} comments of this action, most likely because two jobs created one at the same time. \
         The oldest is kept up to date; delete {}. A `concurrency` group for the job prevents this.",
        ours.len(),
        rest.join(" and ")
    )
}

fn of_others(target: &PullRequest<'_>, others: &BTreeSet<String>) -> String {
    let others: Vec<String> = others.iter().map(|login| format!("`{login}`")).collect();
    format!(
        "This pull request has a comment with the marker of this action by {}, and none by `{}`, the `comment-author`: \
         it is left alone and a new comment is created. If the token belongs to that account, set `comment-author` to it: \
         as it is, the next run adds another comment.",
        others.join(" and "),
        target.author,
    )
}

/// Why the next run would not find the comment, if so.
fn lost(target: &PullRequest<'_>, posted: &Posted) -> Option<String> {
    let author = posted
        .author
        .as_ref()
        .filter(|login| !target.is_author(login))?;
    Some(format!(
        "The token belongs to `{author}`, but `comment-author` is `{}`: the next run does not find this comment and adds \
         another. Set `comment-author: {author}`.",
        target.author
    ))
}

/// The failure of a comment that could not be posted.
#[must_use]
pub fn failure(target: &PullRequest<'_>, error: &PostError) -> Failure {
    let place = format!(
        "{} pull request {} at {}",
        target.repository, target.number, target.calls.api_url
    );
    Failure::outside("Cannot comment", format!("cannot comment on {place}"))
        .because(error)
        .help(hint(target, error))
}

fn hint(target: &PullRequest<'_>, error: &PostError) -> String {
    match error.status() {
        Some(401) => "check the input `token`: the token is wrong or no longer valid".to_owned(),
        Some(403) => PERMISSION.to_owned(),
        Some(404) => format!(
            "check the number {}, which may be wrong: it comes from {}. Or the token cannot see {}",
            target.number, target.number_from, target.repository
        ),
        _ => "run again later, or set `comment: never`; the report was written before".to_owned(),
    }
}

/// Where to comment, or which input is missing and why.
fn target<'a>(
    runner: &'a Runner,
    settings: &'a Settings,
) -> Result<PullRequest<'a>, (&'static str, &'static str)> {
    let context = &runner.context;
    let of_event = || {
        context
            .event
            .as_ref()?
            .get("pull_request")?
            .get("number")?
            .as_u64()
    };
    let given = settings
        .pull_request
        .map(|number| (number.0, "the input `pull-request`"));
    let (number, number_from) = given
        .or_else(|| Some((of_event()?, "the event of this workflow run")))
        .ok_or((
            "pull-request",
            "this run does not belong to a pull request, and `pull-request` is not set",
        ))?;
    let repository = context
        .repository
        .as_deref()
        .ok_or(("pull-request", "`GITHUB_REPOSITORY` is not set"))?;
    let token = settings
        .token
        .as_ref()
        .ok_or(("token", "`token` is not set"))?;
    Ok(PullRequest {
        calls: Calls {
            api_url: &context.api_url,
            token,
            log: &runner.log,
        },
        repository,
        number,
        number_from,
        author: &settings.author,
    })
}
