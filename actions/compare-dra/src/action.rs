//! The action: read the runs, compare them, write the report, comment.

use std::path::Path;

use gha::{Context, Failure, Runner};

use crate::{
    comment, files,
    inputs::{CommentMode, Inputs},
    load::load,
    pull_request::{PostError, Posted, PullRequest},
    render::{self, Pages},
    report::Report,
    terminal,
    view::View,
};

const PERMISSION: &str = "give the job `permissions: pull-requests: write`, or set `comment: never`; a pull request from a fork has a read-only token";

/// Runs the action.
pub(crate) async fn run(mut runner: Runner) -> Result<(), Failure> {
    let inputs = Inputs::parse(runner.fields.take())?;
    let cancel = runner.cancel.clone();
    tokio::select! {
        () = cancel.cancelled() => Err(Failure::cancelled("Cancelled", "the comparison was stopped before it was done")),
        done = compare(&runner, &inputs) => done,
    }
}

async fn compare(runner: &Runner, inputs: &Inputs) -> Result<(), Failure> {
    let runs = load(inputs).await?;
    let report = Report::of(&inputs.key.to_string(), &runs.fixed, &runs.dra);
    let view = View::of(&report, run_link(&runner.context));
    let pages = render::pages(&view)
        .map_err(|error| Failure::bug("the report could not be rendered").because(&error))?;
    write(runner, inputs, &report, &pages).await?;
    runner.log.info(&terminal::text(&report));
    let url = comment_on(runner, inputs, &pages.comment).await?;
    runner.outputs.set("comment-posted", url.is_some())?;
    match url {
        Some(url) => runner.outputs.set("comment-url", url),
        None => Ok(()),
    }
}

async fn write(
    runner: &Runner,
    inputs: &Inputs,
    report: &Report,
    pages: &Pages,
) -> Result<(), Failure> {
    let json = serde_json::to_string_pretty(report)
        .map_err(|error| Failure::bug("the report is not JSON").because(&error))?;
    let json = write_one(&inputs.report_directory, "report.json", &(json + "\n")).await?;
    let markdown = write_one(&inputs.report_directory, "report.md", &pages.report).await?;
    write_one(&inputs.report_directory, "comment.md", &pages.comment).await?;
    runner.summary.append(&pages.report)?;
    runner.outputs.set("verdict", report.verdict)?;
    runner.outputs.set("sentence", &report.sentence)?;
    runner.outputs.set("report-json", json)?;
    runner.outputs.set("report-markdown", markdown)
}

async fn write_one(directory: &Path, name: &str, text: &str) -> Result<String, Failure> {
    let written = files::write(directory, name, text).await;
    let path = written.map_err(|error| {
        Failure::bad_input(
            "report-directory",
            format!("cannot write `{}`: {error}", directory.join(name).display()),
        )
    })?;
    Ok(path.display().to_string())
}

fn run_link(context: &Context) -> Option<String> {
    let (repository, id) = (context.repository.as_ref()?, context.run_id?);
    Some(format!(
        "{}/{repository}/actions/runs/{id}",
        context.server_url
    ))
}

/// Posts the comment as far as it is wished and possible; gives its address.
async fn comment_on(
    runner: &Runner,
    inputs: &Inputs,
    markdown: &str,
) -> Result<Option<String>, Failure> {
    if inputs.comment == CommentMode::Never {
        return Ok(None);
    }
    let target = match target(&runner.context, inputs) {
        Ok(target) => target,
        Err((input, missing)) if inputs.comment == CommentMode::Always => {
            return Err(Failure::bad_input(input, missing));
        }
        Err((_, missing)) => {
            runner
                .log
                .notice("No comment", &format!("No comment was posted: {missing}."));
            return Ok(None);
        }
    };
    let marker = comment::marker(&inputs.key);
    match target
        .post(&marker, &comment::body(&marker, markdown))
        .await
    {
        Ok(posted) => {
            let (Posted::Created(url) | Posted::Updated(url)) = &posted;
            let done = if matches!(posted, Posted::Created(_)) {
                "created"
            } else {
                "updated"
            };
            runner.log.info(&format!("Comment {done}: {url}"));
            Ok(Some(url.clone()))
        }
        Err(error) if inputs.comment == CommentMode::Auto && error.is_permission() => {
            let place = format!("{} pull request {}", target.repository, target.number);
            runner.log.notice(
                "No comment",
                &format!("No comment was posted on {place}: {error}. To have one, {PERMISSION}."),
            );
            Ok(None)
        }
        Err(error) => Err(post_failure(&target, &error)),
    }
}

fn post_failure(target: &PullRequest<'_>, error: &PostError) -> Failure {
    let place = format!(
        "{} pull request {} at {}",
        target.repository, target.number, target.api_url
    );
    let help = match error {
        error if error.is_permission() => PERMISSION,
        _ => "run again later, or set `comment: never`; the report was written before",
    };
    Failure::outside("Cannot comment", format!("cannot comment on {place}"))
        .because(error)
        .help(help)
}

/// Where to comment, or which input is missing and why.
fn target<'a>(
    context: &'a Context,
    inputs: &'a Inputs,
) -> Result<PullRequest<'a>, (&'static str, &'static str)> {
    let of_event = || {
        context
            .event
            .as_ref()?
            .get("pull_request")?
            .get("number")?
            .as_u64()
    };
    let number = inputs.pull_request.or_else(of_event).ok_or((
        "pull-request",
        "this run does not belong to a pull request, and `pull-request` is not set",
    ))?;
    let repository = context
        .repository
        .as_deref()
        .ok_or(("pull-request", "`GITHUB_REPOSITORY` is not set"))?;
    let token = inputs
        .token
        .as_ref()
        .ok_or(("token", "`token` is not set"))?;
    Ok(PullRequest {
        api_url: &context.api_url,
        token,
        repository,
        number,
        author: &inputs.comment_author,
    })
}
