//! `cargo xtask ci`: everything that must hold before a change lands, in stages, stopping at the first that fails.

use std::path::PathBuf;
use std::time::Instant;

use tokio::process::Command;

use crate::children;
use crate::demo::Desk;
use crate::places::cargo;
use crate::problem::{Problem, Result};
use crate::{e2e, environment, lint, tidy};

/// Runs every check: what compilers and linters say, the tests, and the demo from end to end, as processes and in containers.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Run these stages alone.
    #[arg(long, value_enum, value_name = "STAGE", num_args = 1..)]
    only: Vec<Stage>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Stage {
    Format,
    Clippy,
    Tidy,
    Workflows,
    Diagrams,
    Github,
    Terraform,
    Docs,
    Tests,
    DocTests,
    E2e,
    Containers,
}

const STAGES: [Stage; 12] = [
    Stage::Format,
    Stage::Clippy,
    Stage::Tidy,
    Stage::Workflows,
    Stage::Diagrams,
    Stage::Github,
    Stage::Terraform,
    Stage::Docs,
    Stage::Tests,
    Stage::DocTests,
    Stage::E2e,
    Stage::Containers,
];

impl Stage {
    fn name(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Clippy => "clippy",
            Self::Tidy => "tidy",
            Self::Workflows => "workflows",
            Self::Diagrams => "diagrams",
            Self::Github => "github",
            Self::Terraform => "terraform",
            Self::Docs => "docs",
            Self::Tests => "tests",
            Self::DocTests => "doc-tests",
            Self::E2e => "e2e",
            Self::Containers => "containers",
        }
    }

    async fn run(self, desk: &Desk) -> Result<()> {
        match self {
            Self::Format => check(desk, &["fmt", "--all", "--check"], &[]).await,
            Self::Clippy => {
                let lints = [
                    "clippy",
                    "--workspace",
                    "--all-targets",
                    "--",
                    "--deny",
                    "warnings",
                ];
                check(desk, &lints, &[]).await
            }
            Self::Tidy => tidy::run(desk).await,
            Self::Workflows => lint::workflows(desk).await,
            Self::Diagrams => lint::diagrams(desk).await,
            Self::Github => lint::github(desk).await,
            Self::Terraform => lint::terraform(desk).await,
            Self::Docs => {
                let deny = [("RUSTDOCFLAGS", PathBuf::from("--deny warnings"))];
                check(
                    desk,
                    &[
                        "doc",
                        "--workspace",
                        "--no-deps",
                        "--document-private-items",
                    ],
                    &deny,
                )
                .await
            }
            Self::Tests => tests(desk).await,
            Self::DocTests => check(desk, &["test", "--workspace", "--doc", "--quiet"], &[]).await,
            Self::E2e => e2e::run(&e2e::HowToRun { containers: false }, desk).await,
            Self::Containers => e2e::run(&e2e::HowToRun { containers: true }, desk).await,
        }
    }
}

/// Runs the stages in order.
pub(crate) async fn run(options: &Options, desk: &Desk) -> Result<()> {
    let started = Instant::now();
    let mut passed = Vec::new();
    for stage in STAGES
        .into_iter()
        .filter(|stage| options.only.is_empty() || options.only.contains(stage))
    {
        let name = stage.name();
        desk.terminal.line(&format!("── {name}"));
        let began = Instant::now();
        if let Err(problem) = stage.run(desk).await {
            desk.terminal.line(&format!(
                "── {name} failed after {:.1} s",
                began.elapsed().as_secs_f32()
            ));
            if problem.is_interrupt() {
                return Err(problem);
            }
            let help = problem
                .advice()
                .map(|advice| format!("{advice}\n"))
                .unwrap_or_default();
            return Err(
                Problem::new(format!("stage {name}: {problem}")).help(format!(
                    "{help}run this stage again: cargo xtask ci --only {name}"
                )),
            );
        }
        let took = format!("{:>7.1} s", began.elapsed().as_secs_f32());
        desk.terminal
            .line(&format!("── {name} passed in {}", took.trim_start()));
        passed.push(format!("  {name:<10} {took}  passed"));
    }
    for line in passed {
        desk.terminal.line(&line);
    }
    desk.terminal.line(&format!(
        "all stages passed in {:.0} s",
        started.elapsed().as_secs_f32()
    ));
    Ok(())
}

/// All tests; nextest runs them when it is installed, because it knows which may run at once.
async fn tests(desk: &Desk) -> Result<()> {
    let variables = environment::for_tests(desk).await?;
    let without_chromium = !variables
        .iter()
        .any(|(name, _)| *name == environment::CHROMIUM);
    if without_chromium {
        desk.terminal.line(
            "not run: the tests that look at reports in a browser (chromium_…), because there is no Chromium here and \
             none can be installed",
        );
    }
    if has_nextest(desk).await? {
        let mut arguments = vec!["nextest", "run", "--workspace"];
        if without_chromium {
            arguments.extend(["-E", "not test(/^chromium_/)"]);
        }
        check(desk, &arguments, &variables).await
    } else {
        // Without nextest's test groups one thread keeps the Spark tests apart. No target is selected, because only
        // then cargo also builds the example that gha's tests drive.
        let mut all = vec!["test", "--workspace", "--", "--test-threads=1"];
        if without_chromium {
            all.extend(["--skip", "chromium_"]);
        }
        check(desk, &all, &variables).await
    }
}

async fn has_nextest(desk: &Desk) -> Result<bool> {
    let mut command = cargo(&desk.places.repository);
    command.args(["nextest", "--version"]);
    Ok(children::output(command, &desk.interrupt)
        .await?
        .status
        .success())
}

async fn check(desk: &Desk, arguments: &[&str], variables: &[(&str, PathBuf)]) -> Result<()> {
    let mut command: Command = cargo(&desk.places.repository);
    command
        .args(arguments)
        .envs(variables.iter().map(|(name, value)| (name, value)));
    let called = children::as_typed(&command);
    let status = children::pass_through(command, &desk.interrupt).await?;
    if status.success() {
        Ok(())
    } else {
        Err(Problem::new(format!("`{called}` ended with {status}")))
    }
}
