//! The program's second entry: comments with a report that another workflow run made, and trusts nothing in it.
//!
//! A `workflow_run` workflow has the right to comment that the workflow of a fork's pull request lacks. What it gets
//! from that one is an artifact, which a stranger may have written. So the comment is rendered anew from the data, its
//! marker is made of the inputs, and the pull request is found by the commit that GitHub names in the event.

mod event;
mod find;
mod inputs;
pub(crate) mod read;

use gha::{Failure, Runner};

use self::{event::Origin, inputs::Inputs};
pub(crate) use inputs::ACTION;

use crate::{render, view::View};
use sticky_comment::{Calls, PullRequest, comment};

/// What a reader must know of a report that was only passed on.
const NOTE: &str = "The report was made by the workflow run of this pull request. This comment shows its numbers; only their form was checked.";

const PERMISSION: &str = "give the job `permissions: pull-requests: write`";

/// Runs the action.
pub(crate) async fn run(mut runner: Runner) -> Result<(), Failure> {
    let inputs = Inputs::parse(runner.fields.take())?;
    let cancel = runner.cancel.clone();
    tokio::select! {
        () = cancel.cancelled() => Err(Failure::cancelled("Cancelled", "the comment may not have been posted")),
        done = pass_on(&runner, &inputs) => done,
    }
}

async fn pass_on(runner: &Runner, inputs: &Inputs) -> Result<(), Failure> {
    let origin = Origin::of(&runner.context)?;
    let comment = rendered(runner, inputs, &origin).await?;
    let calls = Calls {
        api_url: &runner.context.api_url,
        token: &inputs.token,
        log: &runner.log,
    };
    let url = match find::pull_request(&calls, &origin, inputs).await? {
        Some(number) => Some(post(runner, inputs, &origin, calls, number, &comment).await?),
        None => None,
    };
    runner.outputs.set("comment-posted", url.is_some())?;
    match url {
        Some(url) => runner.outputs.set("comment-url", url),
        None => Ok(()),
    }
}

/// The comment without its marker, made of the report's data alone.
async fn rendered(runner: &Runner, inputs: &Inputs, origin: &Origin) -> Result<String, Failure> {
    let mut report = read::report(&inputs.report).await?;
    report.key = inputs.key.to_string();
    let link = origin.link(&runner.context.server_url);
    let view = View::of(&report, link).with_note(NOTE);
    let pages = render::pages(&view)
        .map_err(|error| Failure::bug("the report could not be rendered").because(&error))?;
    Ok(pages.comment)
}

async fn post(
    runner: &Runner,
    inputs: &Inputs,
    origin: &Origin,
    calls: Calls<'_>,
    number: u64,
    comment: &str,
) -> Result<String, Failure> {
    let target = PullRequest {
        calls,
        repository: &origin.repository,
        number,
        number_from: "the input `pull-request`, or the commit of the event",
        author: &inputs.comment_author,
    };
    let marker = comment::marker(crate::inputs::ACTION.name, &inputs.key);
    let body = comment::body(&marker, comment);
    runner.outputs.set("pull-request", number)?;
    sticky_comment::post(&target, &marker, &body)
        .await
        .map_err(|error| {
            let failure = sticky_comment::failure(&target, &error);
            match error.status() {
                Some(403) => failure.help(PERMISSION),
                Some(_) => failure,
                None => failure.help("run again later"),
            }
        })
}
