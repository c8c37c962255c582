//! What the user asked for.

use std::path::PathBuf;

use gha::{Action, Failure, Fields, Input, Output};

use sticky_comment::{PullNumber, Token, comment::Key};

/// The action's contract, the same as in comment/action.yml.
pub(crate) const ACTION: Action = Action {
    name: "compare-dra-comment",
    about: "Comment on a pull request with a report that its own workflow run made but could not post.",
    version: env!("CARGO_PKG_VERSION"),
    inputs: &[
        Input::new("report", "Path of the report.json, or of the directory with it, as downloaded from the workflow run. Nothing in it is trusted.").kind("path").required(),
        Input::new("token", "GitHub token with `pull-requests: write`.").kind("token").secret().workflow_default("${{ github.token }}"),
        Input::new("pull-request", "Number of the pull request. With the event `workflow_run` it must be one that the run's commit belongs to, and is only needed when there are several.").kind("whole number"),
        Input::new("key", "Tells comments of several comparisons on one pull request apart.").kind("name").default("default"),
        Input::new("comment-author", "Login of the account the token belongs to. Only its comments are updated.").kind("login").default("github-actions[bot]"),
    ],
    outputs: &[
        Output::new("pull-request", "Number of the pull request. Not set when none was found.").kind("whole number"),
        Output::new("comment-url", "Address of the comment. Not set when none was posted.").kind("URL"),
        Output::new("comment-posted", "true when the comment is there: created, updated, or the same already.").kind("true or false"),
    ],
    commands: &[],
};

/// The inputs, parsed.
#[derive(Debug)]
pub(super) struct Inputs {
    pub(super) report: PathBuf,
    pub(super) token: Token,
    pub(super) pull_request: Option<PullNumber>,
    pub(super) key: Key,
    pub(super) comment_author: String,
}

impl Inputs {
    /// Parses all inputs.
    pub(super) fn parse(mut fields: Fields) -> Result<Self, Failure> {
        let report = fields.required("report");
        let token = fields.text("token").map(Token);
        if token.is_none() {
            fields.problem(
                "token",
                "is not set, and nothing can be posted without it".to_owned(),
            );
        }
        let pull_request = fields.optional("pull-request");
        let key = fields.required("key");
        let comment_author = fields.required("comment-author");
        fields.finish()?;
        let (Some(report), Some(token), Some(key), Some(comment_author)) =
            (report, token, key, comment_author)
        else {
            return Err(Failure::bug("an input without a value passed the checks"));
        };
        Ok(Self {
            report,
            token,
            pull_request,
            key,
            comment_author,
        })
    }
}
