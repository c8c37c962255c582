//! `cargo xtask e2e`: the demo, and then what must be true of its results.
//! Reads the result files as a user's script would; knows no type of the workspace.

mod cancelled;
mod checks;
mod clients;
mod destroyed;
mod policies;
mod result_files;

use crate::demo::{Desk, Options, Stage, chain::Chain, results::Results};
use crate::problem::{Problem, Result};

use checks::Checks;
use result_files::ResultFiles;

/// How the end-to-end test runs.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct HowToRun {
    /// Run each step in the container of its action's image.
    #[arg(long)]
    pub(crate) containers: bool,
}

/// Runs the demo into `target/e2e`, compares twice, cancels a run, takes everything away, and checks everything the project promises about it.
/// Where containers are asked for and cannot be had, nothing is run and that is said.
pub(crate) async fn run(how: &HowToRun, desk: &Desk) -> Result<()> {
    let engine = match how.containers {
        true => {
            let engine = Stage::engine(desk).await?;
            if engine.is_none() {
                desk.terminal
                    .line("not run: the actions in their containers, because there is no Docker engine here");
                return Ok(());
            }
            engine
        }
        false => None,
    };
    let options = Options::for_test();
    let stage = Stage::set(&options, engine, desk, desk.places.results("e2e")).await?;
    let mut checks = Checks::default();
    let outcome = play(&options, desk, &stage, &mut checks).await;
    desk.terminal.live("");
    let complaints = stage.cloud.complaints();
    stage.strike().await;
    outcome?;
    checks.outcome(
        "the local cloud had nothing to complain about",
        complaints.map_or(Ok(()), Err),
    );
    for line in checks.lines() {
        desk.terminal.line(&line);
    }
    match checks.failed() {
        0 => Ok(()),
        _ => Err(Problem::new("the demo's results are not what they must be")
            .help("the files that were checked are in target/e2e")),
    }
}

async fn play(options: &Options, desk: &Desk, stage: &Stage, checks: &mut Checks) -> Result<()> {
    let mut chain = stage.chain(options, desk)?;
    let ran = async {
        chain.run_all().await?;
        // The same pull request again: the comment must be updated, not added.
        chain.compare_from_the_bucket("compare again").await?;
        chain.upload("upload again").await
    }
    .await;
    let cleaned = chain.finish().await;
    ran.and(cleaned.map(drop))?;
    cancelled::check(stage, desk, checks).await?;
    let results = Results::collect(&stage.folder, &stage.cloud).await?;
    checks.results(&ResultFiles::read(&results.folder)?, &results.comments);
    checks.outcome(
        "the same scripts are the same set, and are not uploaded again",
        uploaded_once(&chain),
    );
    let entry_point = chain.output("upload", "entry-point-uri")?;
    clients::check(stage, &entry_point, desk, checks).await?;
    destroyed::check(&mut chain, stage, checks).await?;
    policies::check(
        chain.calls(),
        &desk.places.repository.join("actions"),
        checks,
    )
}

fn uploaded_once(chain: &Chain) -> std::result::Result<(), String> {
    let output = |step: &str, name: &str| {
        chain
            .output(step, name)
            .map_err(|problem| problem.to_string())
    };
    let sets = [output("upload", "hash")?, output("upload again", "hash")?];
    let counts = ["uploaded", "unchanged"].map(|name| output("upload again", name));
    match (sets[0] == sets[1], counts) {
        (true, [Ok(uploaded), Ok(unchanged)]) if uploaded == "0" && unchanged == "3" => Ok(()),
        (same, counts) => Err(format!(
            "same set: {same}, uploaded and unchanged: {counts:?}"
        )),
    }
}
