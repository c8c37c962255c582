//! The project's own commands: `cargo xtask demo`, `ci` and `tidy`.
//! Imports no crate of the workspace: it drives their binaries, as a user does.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a test that fails here says so")
)]

mod bench;
mod build;
mod children;
mod ci;
mod demo;
mod docs;
mod e2e;
mod environment;
mod event_log;
mod images;
mod interrupt;
mod lint;
mod local_cloud;
mod places;
mod problem;
mod release;
mod root_module;
mod runner;
mod terminal;
mod tidy;

use std::process::ExitCode;

use clap::Parser;

use demo::Desk;
use interrupt::Interrupt;
use places::Places;
use problem::Result;
use terminal::Terminal;

/// What a shell reports for a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about, version)]
enum Command {
    Demo(demo::Options),
    Ci(ci::Options),
    Bench(bench::Options),
    /// Checks what no compiler checks: import rules, action.yml against the binaries, documents, file sizes.
    Tidy,
    /// Runs the demo and checks its results; part of `ci`.
    E2e(e2e::HowToRun),
    EventLog(event_log::Options),
    Images(images::Options),
    Docs(docs::Options),
    Cloud(local_cloud::Options),
    ReleaseActions(release::Options),
    /// Prepares the programs that tests need, and prints the variables that name them.
    Environment,
}

fn main() -> ExitCode {
    let command = Command::parse();
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(cause) => {
            terminal::complain(&format!("cannot start: {cause}"), None);
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(obey(command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) if problem.is_interrupt() => {
            terminal::complain("interrupted; nothing is left running", None);
            ExitCode::from(INTERRUPTED)
        }
        Err(problem) => {
            terminal::complain(&problem.to_string(), problem.advice());
            ExitCode::FAILURE
        }
    }
}

async fn obey(command: Command) -> Result<()> {
    let interrupt = Interrupt::install()?;
    let places = Places::find(&interrupt).await?;
    let desk = Desk {
        places,
        terminal: Terminal::new(),
        interrupt,
    };
    match command {
        Command::Demo(options) => demo::run(&options, &desk).await,
        Command::Ci(options) => ci::run(&options, &desk).await,
        Command::Bench(options) => bench::run(&options, &desk).await,
        Command::Tidy => tidy::run(&desk).await,
        Command::E2e(how) => e2e::run(&how, &desk).await,
        Command::EventLog(options) => event_log::run(&options, &desk).await,
        Command::Images(options) => images::run(&options, &desk).await,
        Command::Docs(options) => docs::run(&options, &desk).await,
        Command::Cloud(options) => local_cloud::run(&options, &desk).await,
        Command::ReleaseActions(options) => release::run(&options, &desk).await,
        Command::Environment => environment::show(&desk).await,
    }
}
