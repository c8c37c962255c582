//! An emulator of the GitHub runner for container actions: a job whose steps go through their action.yml.
//! It gives a binary exactly what the runner would (inputs, environment, files, signals) and reads its
//! answers as strictly. An entry point is a binary of this workspace, or one in the real container.

pub(crate) mod command_line;
pub(crate) mod container;
pub(crate) mod expression;
pub(crate) mod file_commands;
pub(crate) mod github;
pub(crate) mod job;
pub(crate) mod log;
pub(crate) mod masks;
pub(crate) mod metadata;
pub(crate) mod process;
pub(crate) mod programs;
pub(crate) mod variables;

#[cfg(test)]
mod tests;

pub(crate) use github::GitHub;
pub(crate) use job::{Conclusion, Job, Settings, Step, StepOutcome};
pub(crate) use log::{Annotation, Level, Shown, View};
pub(crate) use programs::Programs;
