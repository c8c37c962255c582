//! What the GitHub Actions runner expects of a container action, in one place.
//!
//! An action declares its inputs and outputs as an [`Action`] and hands its body to [`run()`]:
//!
//! ```no_run
//! const ACTION: gha::Action = gha::Action {
//!     name: "greet",
//!     about: "Say hello.",
//!     version: "1.0.0",
//!     inputs: &[gha::Input::new("who", "Whom to greet.").default("you")],
//!     outputs: &[gha::Output::new("greeting", "What was said.")],
//!     commands: &[],
//! };
//!
//! async fn greet(mut runner: gha::Runner) -> Result<(), gha::Failure> {
//!     let mut fields = runner.fields.take();
//!     let who = fields.text("who");
//!     fields.finish()?;
//!     runner.outputs.set("greeting", format!("Hello, {}", who.unwrap_or_default()))
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     gha::run(&ACTION, greet)
//! }
//! ```
//!
//! The same program works as a step (`INPUT_WHO`) and by hand (`--who`).
//!
//! | module             | idea                                                           |
//! |--------------------|----------------------------------------------------------------|
//! | `action`           | what an action declares                                        |
//! | `command_line`     | the flags made from it                                         |
//! | `environment`      | one snapshot of the process environment                        |
//! | `fields`           | inputs: merged, parsed once, all problems reported together    |
//! | `context`          | repository, run and event                                      |
//! | `file_command`     | the file format of outputs and state                           |
//! | `outputs` `state` `summary` | what a step leaves behind                             |
//! | `workflow_command` | escaping and format of `::name::` lines                        |
//! | `log`              | everything a person reads                                      |
//! | `failure`          | what, where, how to fix, exit code                             |
//! | `standard_output`  | documents of a command that is used by hand                    |
//! | `signals`          | SIGINT and SIGTERM become a cancelled token                    |
//! | `run`              | the body of every `main`                                       |
//!
//! This is the only crate that touches the process environment, standard output and exit codes.
//! It knows no cloud and no Spark.

mod action;
mod command_line;
mod context;
mod environment;
mod failure;
mod fields;
mod file_command;
mod log;
mod outputs;
mod run;
mod signals;
mod standard_output;
mod state;
mod summary;
mod workflow_command;

pub use action::{Action, Command, Input, Output};
pub use context::Context;
pub use failure::{Exit, Failure};
pub use fields::Fields;
pub use log::{GroupGuard, Log};
pub use outputs::Outputs;
pub use run::{Invoked, Runner, is_called, run, run_parts};
pub use signals::Signals;
pub use standard_output::StandardOutput;
pub use state::State;
pub use summary::Summary;
