//! What the user asked for: declared once, parsed once, every problem reported together.

use std::{str::FromStr, time::Duration};

use aws_setup::{Region, RoleArn, VirtualClusterId};
use gha::{Action, Failure, Fields, Input, Output};

use crate::span::Span;

/// The action's contract, the same as in action.yml.
pub(crate) const ACTION: Action = Action {
    name: "run-spark-job-sweep",
    about: "Cancel the EMR on EKS job runs of workflow runs that are over: what a lost runner left running and billed.",
    version: env!("CARGO_PKG_VERSION"),
    inputs: &[
        Input::new("virtual-cluster-id", "Ids of the virtual clusters to look at, one a line; all of the region that are RUNNING when empty.").kind("lines of ids").lines(),
        Input::new("older-than", "A job run whose workflow run cannot be asked about is cancelled when it is older than this. One whose workflow run is over is cancelled at once, one whose workflow run goes on is left alone.").kind("duration").default("6h"),
        Input::new("dry-run", "Whether to say only what would be cancelled.").kind("true or false").default("false"),
        Input::new("token", "GitHub token with `actions: read`, to ask whether a workflow run is over. It is asked about this repository's runs only.").kind("token").secret().workflow_default("${{ github.token }}"),
        Input::new("region", "AWS region; the usual AWS settings when empty.").kind("AWS region"),
        Input::new("role-to-assume", "ARN of the role to assume with the workflow's OIDC token (`id-token: write`); the usual AWS credentials when empty.").kind("ARN"),
    ],
    outputs: &[
        Output::new("found", "How many job runs of this project have not ended.").kind("whole number"),
        Output::new("cancelled", "How many of them were cancelled and have ended.").kind("whole number"),
        Output::new("would-cancel", "How many would be cancelled. Not 0 only with `dry-run`.").kind("whole number"),
        Output::new("still-running", "How many should have ended and have not; the step then fails.").kind("whole number"),
    ],
    commands: &[],
};

/// A GitHub token, never shown.
#[derive(Clone)]
pub(crate) struct Token(pub(crate) String);

impl FromStr for Token {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

/// The inputs, parsed.
pub(crate) struct Inputs {
    /// None: all that are running.
    pub(crate) virtual_clusters: Vec<VirtualClusterId>,
    pub(crate) older_than: Duration,
    pub(crate) dry_run: bool,
    pub(crate) token: Option<Token>,
    pub(crate) region: Option<Region>,
    pub(crate) role_to_assume: Option<RoleArn>,
}

impl Inputs {
    /// Parses every input and reports all problems together.
    pub(crate) fn parse(mut fields: Fields) -> Result<Self, Failure> {
        let older_than: Option<Span> = fields.required("older-than");
        let mut virtual_clusters = Vec::new();
        for line in fields.lines("virtual-cluster-id") {
            match line.parse() {
                Ok(id) => virtual_clusters.push(id),
                Err(error) => fields.problem("virtual-cluster-id", format!("`{line}`: {error}")),
            }
        }
        let inputs = Self {
            virtual_clusters,
            older_than: older_than.map_or(Duration::ZERO, |span| span.0),
            dry_run: fields.boolean("dry-run").unwrap_or(false),
            token: fields.optional("token"),
            region: fields.optional("region"),
            role_to_assume: fields.optional("role-to-assume"),
        };
        fields.finish()?;
        Ok(inputs)
    }
}
