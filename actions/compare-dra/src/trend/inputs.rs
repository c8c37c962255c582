//! What the user asked for.

use std::{path::PathBuf, str::FromStr};

use aws_setup::Region;
use gha::{Action, Failure, Fields, Input, Output};

use sticky_comment::{CommentMode, Token, comment::Key};

use crate::place::Place;

/// The action's contract, the same as in trend/action.yml.
pub(crate) const ACTION: Action = Action {
    name: "compare-dra-trend",
    about: "Keep one document per benchmark run, and say when a run has drifted from the earlier ones.",
    version: env!("CARGO_PKG_VERSION"),
    inputs: &[
        Input::new("report", "Path of the report.json of this run, or of the directory with it.").kind("path").required(),
        Input::new("history", "Where one document per run is kept: an `s3://` prefix or a directory. Nothing in it is ever changed.").kind("path or `s3://` prefix").required(),
        Input::new("workload", "Tells the histories of several benchmarks apart.").kind("name").default("default"),
        Input::new("window", "How many earlier runs are looked at, from 4 to 200.").kind("whole number").default("20"),
        Input::new("drift", "How far a number must be from the median of the earlier runs to have drifted, in percent of it. It must be outside of their usual range, too.").kind("percentage").default("15"),
        Input::new("issue", "Whether to open an issue when a run has drifted, and keep it up to date: `auto` when it is possible, `always` (it is an error when it is not), `never`.").kind("`auto`, `always` or `never`").default("auto"),
        Input::new("token", "GitHub token with `issues: write`.").kind("token").secret().workflow_default("${{ github.token }}"),
        Input::new("issue-author", "Login of the account the token belongs to. Only its issues are updated.").kind("login").default("github-actions[bot]"),
        Input::new("region", "AWS region of the bucket. Default: that of the AWS configuration.").kind("AWS region"),
        Input::new("trend-dir", "Directory for trend.md.").kind("path").default("dra-trend"),
    ],
    outputs: &[
        Output::new("drift", "`drifted`, `none`, or `unknown` when there are not enough earlier runs or this run failed.").kind("word"),
        Output::new("sentence", "The conclusion in one sentence.").kind("text"),
        Output::new("history-uri", "Where the document of this run is.").kind("path or `s3://` URI"),
        Output::new("runs", "Number of earlier runs that this run was held against.").kind("whole number"),
        Output::new("issue-url", "Address of the open issue. Not set when there is none.").kind("URL"),
        Output::new("issue-posted", "true when there is an open issue and it says what this run found.").kind("true or false"),
        Output::new("trend-markdown", "Path of trend.md.").kind("path"),
    ],
    commands: &[],
};

/// How many earlier runs are looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window(pub(super) usize);

impl FromStr for Window {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(runs) if (4..=200).contains(&runs) => Ok(Self(runs)),
            _ => Err("expected a whole number from 4 to 200"),
        }
    }
}

/// A part of the median.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part(pub(super) f64);

impl FromStr for Part {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim_end_matches('%').trim().parse::<f64>() {
            Ok(percent) if percent > 0.0 && percent <= 1000.0 => Ok(Self(percent / 100.0)),
            _ => Err("expected a percentage above 0, such as `15`"),
        }
    }
}

/// The inputs, parsed.
#[derive(Debug)]
pub(super) struct Inputs {
    pub(super) report: PathBuf,
    pub(super) history: Place,
    pub(super) workload: Key,
    pub(super) window: Window,
    pub(super) drift: Part,
    pub(super) issue: CommentMode,
    pub(super) token: Option<Token>,
    pub(super) issue_author: String,
    pub(super) region: Option<Region>,
    pub(super) trend_dir: PathBuf,
}

impl Inputs {
    /// Parses all inputs.
    pub(super) fn parse(mut fields: Fields) -> Result<Self, Failure> {
        let report = fields.required("report");
        let history = fields.required("history");
        let workload: Option<Key> = fields.required("workload");
        if workload
            .as_ref()
            .is_some_and(|key| key.to_string().chars().all(|c| c == '.'))
        {
            fields.problem("workload", "must not be only dots");
        }
        let window = fields.required("window");
        let drift = fields.required("drift");
        let issue = fields.required("issue");
        let token = fields.text("token").map(Token);
        let issue_author = fields.required("issue-author");
        let region = fields.optional("region");
        let trend_dir = fields.required("trend-dir");
        fields.finish()?;
        let (Some(report), Some(history), Some(workload), Some(window), Some(drift)) =
            (report, history, workload, window, drift)
        else {
            return Err(Failure::bug("an input without a value passed the checks"));
        };
        let (Some(issue), Some(issue_author), Some(trend_dir)) = (issue, issue_author, trend_dir)
        else {
            return Err(Failure::bug("an input without a value passed the checks"));
        };
        Ok(Self {
            report,
            history,
            workload,
            window,
            drift,
            issue,
            token,
            issue_author,
            region,
            trend_dir,
        })
    }
}
