//! What the user asked for: declared once, parsed once, every problem reported together.

use std::path::PathBuf;

use aws_setup::Region;
use gha::{Action, Failure, Fields, Input, Output};

use sticky_comment::Settings;

use crate::{metrics, place::Place, policy::Condition, prices::PricesFrom};

/// The action's contract, the same as in action.yml.
pub(crate) const ACTION: Action = Action {
    name: "compare-dra",
    about: "Compare Spark runs with and without Dynamic Resource Allocation and comment on the pull request.",
    version: env!("CARGO_PKG_VERSION"),
    inputs: &[
        Input::new("static", "Runs with a fixed number of executors, one a line: run-record.json files, directories with them, s3:// URIs of either, or Spark event logs.").kind("lines of paths or S3 URIs").required().several(),
        Input::new("dra", "Runs with Dynamic Resource Allocation, given in the same way.").kind("lines of paths or S3 URIs").required().several(),
        Input::new("report-dir", "Where report.json, report.html, report.md, timeline.svg and comment.md are written.").kind("path").default("dra-report"),
        Input::new("fail-on", "What is not accepted, one condition a line: `dra slower than 20 %`, `dra costs more`, `worse`, `executor-seconds more than 5 %`. When one holds or cannot be checked, the step fails with exit code 5, after the report is written and posted.").kind("lines of conditions").lines(),
        Input::new("prices", "Where prices come from: auto asks AWS when the credentials allow `pricing:GetProducts` and `ec2:DescribeSpotPriceHistory`, never asks nobody; or a path or s3:// URI of a price file.").kind("auto, never, path or S3 URI").default("auto"),
        Input::new("comment", "Whether to comment on the pull request: auto, always or never. With auto a missing pull request or permission is a notice.").kind("auto, always or never").default("auto"),
        Input::new("token", "GitHub token with `pull-requests: write`.").kind("token").secret().workflow_default("${{ github.token }}"),
        Input::new("pull-request", "Number of the pull request. Default: the one of the event.").kind("whole number"),
        Input::new("key", "Tells comments of several comparisons on one pull request apart.").kind("name").default("default"),
        Input::new("comment-author", "Login of the account the token belongs to. Only its comments are updated.").kind("login").default("github-actions[bot]"),
        Input::new("region", "AWS region of the bucket, when runs are read from S3.").kind("AWS region"),
    ],
    outputs: &[
        Output::new("verdict", "better, worse, mixed, cannot-tell or not-comparable.").kind("word"),
        Output::new("sentence", "The verdict with its magnitude, in one sentence."),
        Output::new("policy", "kept, or broken when a condition of `fail-on` holds or cannot be checked. Not set without `fail-on`.").kind("word"),
        Output::new("report-json", "Path of report.json.").kind("path"),
        Output::new("report-markdown", "Path of report.md.").kind("path"),
        Output::new("report-html", "Path of report.html, the report with an interactive timeline, in one file.").kind("path"),
        Output::new("timeline-svg", "Path of timeline.svg. Not set when the runs have no time to draw.").kind("path"),
        Output::new("comment-url", "Address of the comment. Not set when none was posted.").kind("URL"),
        Output::new("comment-posted", "true when the comment was created or updated.").kind("true or false"),
    ],
    commands: &[metrics::COMMAND],
};

/// The inputs, parsed.
#[derive(Debug)]
pub(crate) struct Inputs {
    pub(crate) fixed: Vec<Place>,
    pub(crate) dra: Vec<Place>,
    pub(crate) report_dir: PathBuf,
    pub(crate) fail_on: Vec<Condition>,
    pub(crate) prices: PricesFrom,
    pub(crate) comment: Settings,
    pub(crate) region: Option<Region>,
}

impl Inputs {
    /// Parses all inputs.
    pub(crate) fn parse(mut fields: Fields) -> Result<Self, Failure> {
        let fixed = places(&mut fields, "static");
        let dra = places(&mut fields, "dra");
        let report_dir = fields.required("report-dir");
        let fail_on = conditions(&mut fields);
        let prices = fields.required("prices");
        let comment = Settings::parse(&mut fields);
        let region = fields.optional("region");
        fields.finish()?;
        let (Some(report_dir), Some(prices), Some(comment)) = (report_dir, prices, comment) else {
            return Err(Failure::bug("an input without a value passed the checks"));
        };
        Ok(Self {
            fixed,
            dra,
            report_dir,
            fail_on,
            prices,
            comment,
            region,
        })
    }
}

fn conditions(fields: &mut Fields) -> Vec<Condition> {
    let mut conditions = Vec::new();
    for line in fields.lines("fail-on") {
        match line.parse() {
            Ok(condition) => conditions.push(condition),
            Err(error) => fields.problem("fail-on", format!("`{line}`: {error}")),
        }
    }
    conditions
}

fn places(fields: &mut Fields, name: &str) -> Vec<Place> {
    // Records the problem of an input that is not set.
    let _: Option<String> = fields.required(name);
    let mut places: Vec<Place> = Vec::new();
    for line in fields.lines(name) {
        match line.parse::<Place>() {
            Ok(place) if places.contains(&place) => {
                fields.problem(name, format!("`{line}` is listed twice"))
            }
            Ok(place) => places.push(place),
            Err(error) => fields.problem(name, format!("`{line}`: {error}")),
        }
    }
    places
}
