//! `cargo xtask demo`: the whole benchmark on this machine, from provisioning to the pull-request comment.

pub(crate) mod chain;
pub(crate) mod cloud;
pub(crate) mod fetch;
pub(crate) mod progress;
pub(crate) mod results;
pub(crate) mod step_view;
pub(crate) mod workflow;

use std::fs::File;
use std::path::PathBuf;

use crate::build;
use crate::environment::docker::Engine;
use crate::environment::{Environment, Workshop};
use crate::images;
use crate::interrupt::Interrupt;
use crate::places::Places;
use crate::problem::{Problem, Result};
use crate::runner::Programs;
use crate::runner::container::Containers;
use crate::terminal::Terminal;

use chain::{Chain, Experiment};
use cloud::Cloud;
use results::Results;
use step_view::Detail;

/// Runs the benchmark without and with Dynamic Resource Allocation on this machine, and compares.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// How long the shortest task sleeps, in seconds; the longest sleeps five times that. 20 is the origin's experiment.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=3600))]
    unit_seconds: u32,
    /// Leave the local cloud up afterwards, until Ctrl-C, and say how to reach it.
    #[arg(long)]
    keep: bool,
    /// How long a node stays when it is empty.
    #[arg(long, value_name = "DURATION", default_value = "10s")]
    consolidate_after: String,
    /// Run each step in the container of its action's image, as GitHub does. Starts a Docker engine if none is running.
    #[arg(long)]
    containers: bool,
    /// Show everything that the steps print, also what GitHub would fold away.
    #[arg(long)]
    verbose: bool,
}

impl Options {
    /// What the end-to-end test runs: the shortest experiment that still shows the difference.
    pub(crate) fn for_test() -> Self {
        Self {
            unit_seconds: 4,
            keep: false,
            consolidate_after: "10s".into(),
            containers: false,
            verbose: false,
        }
    }
}

/// What all commands have at hand.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    pub(crate) places: Places,
    pub(crate) terminal: Terminal,
    pub(crate) interrupt: Interrupt,
}

/// Runs the demo; results go to `target/demo` of the repository.
pub(crate) async fn run(options: &Options, desk: &Desk) -> Result<()> {
    let engine = match options.containers {
        true => Some(Stage::engine(desk).await?.ok_or_else(|| {
            Problem::new("there is no Docker engine to run containers")
                .help("start one, or leave out `--containers`")
        })?),
        false => None,
    };
    let stage = Stage::set(options, engine, desk, desk.places.results("demo")).await?;
    let outcome = show(options, desk, &stage).await;
    desk.terminal.live("");
    if let Some(complaints) = stage.cloud.complaints() {
        desk.terminal.line(&format!(
            "the local cloud complained (see local-cloud.log beside the results):\n{complaints}"
        ));
    }
    stage.strike().await;
    outcome
}

async fn show(options: &Options, desk: &Desk, stage: &Stage) -> Result<()> {
    let mut chain = stage.chain(options, desk)?;
    let ran = chain.run_all().await;
    let cleaned = chain.finish().await;
    ran.and(cleaned.map(drop))?;
    let results = Results::collect(&stage.folder, &stage.cloud).await?;
    desk.terminal.line("");
    for line in chain.verdict().lines() {
        desk.terminal.line(line);
    }
    for line in results.closing_lines(&desk.places.repository) {
        desk.terminal.line(&line);
    }
    if options.keep {
        for line in stage.cloud.how_to_reach(&stage.environment) {
            desk.terminal.line(&line);
        }
        desk.interrupt.raised().await;
    }
    Ok(())
}

/// Everything a chain stands on: built binaries, programs, an empty results folder and a running local cloud.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) environment: Environment,
    pub(crate) cloud: Cloud,
    pub(crate) folder: PathBuf,
    /// Where containers run, when steps are containers.
    engine: Option<Engine>,
    /// Keeps other demos out of the folder.
    _lock: File,
}

impl Stage {
    /// Steps run in containers of `engine` if there is one, else as processes. The engine is ended with the stage.
    pub(crate) async fn set(
        options: &Options,
        engine: Option<Engine>,
        desk: &Desk,
        folder: PathBuf,
    ) -> Result<Self> {
        let unit = options.unit_seconds;
        desk.terminal.line(&format!("The origin's experiment with tasks of {unit} to {} s, on a cluster emulated on this machine.", 5 * unit));
        desk.terminal.line("Spark, its executors and all times are real; nodes are processes, so sizes and speeds are this machine's.");
        match Self::furnish(engine.is_some(), desk, folder).await {
            Ok(stage) => Ok(Self { engine, ..stage }),
            Err(problem) => {
                if let Some(engine) = engine {
                    engine.end().await;
                }
                Err(problem)
            }
        }
    }

    async fn furnish(containers: bool, desk: &Desk, folder: PathBuf) -> Result<Self> {
        let environment =
            Environment::prepare(&desk.places, &desk.terminal, &desk.interrupt).await?;
        build::binaries(&desk.places, &desk.interrupt).await?;
        if containers {
            desk.terminal
                .line("Each step runs in the container of its action's image.");
            images::stage(&build::ACTIONS, desk).await?;
        }
        let lock = results::take(&folder)?;
        let cloud = Cloud::start(&desk.places, &environment, &folder, &desk.interrupt).await?;
        Ok(Self {
            environment,
            cloud,
            folder,
            engine: None,
            _lock: lock,
        })
    }

    /// An engine for containers; none where none can be had, which is said.
    pub(crate) async fn engine(desk: &Desk) -> Result<Option<Engine>> {
        let workshop = Workshop::new(&desk.places.cache, &desk.terminal, &desk.interrupt)?;
        Engine::prepare(&workshop).await
    }

    pub(crate) fn in_containers(&self) -> bool {
        self.engine.is_some()
    }

    /// What the steps are run as.
    fn programs(&self, desk: &Desk) -> Programs {
        match &self.engine {
            Some(engine) => Programs::Containers(Containers::new(engine.docker.clone())),
            None => Programs::Processes(desk.places.binaries.clone()),
        }
    }

    pub(crate) fn chain(&self, options: &Options, desk: &Desk) -> Result<Chain> {
        let experiment = Experiment {
            unit_seconds: options.unit_seconds,
            consolidate_after: options.consolidate_after.clone(),
            detail: if options.verbose {
                Detail::Everything
            } else {
                Detail::Folded
            },
        };
        Chain::new(experiment, self, &self.folder, desk)
    }

    /// Ends the local cloud and everything it runs, and an engine that was started for this.
    pub(crate) async fn strike(self) {
        self.cloud.end().await;
        if let Some(engine) = self.engine {
            engine.end().await;
        }
    }
}
