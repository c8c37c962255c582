//! Compare Spark runs with and without Dynamic Resource Allocation.
//!
//! | module                                  | idea |
//! |-----------------------------------------|------|
//! | `inputs`                                | what the user asked for |
//! | `place`, `load`, `files`, `s3`, `event_log`, `unread` | where runs are, and reading them |
//! | `run`, `nodes`, `measure`, `metric`     | one run and its numbers |
//! | `gate`, `verdict`, `why`, `advice`, `report`      | two sides compared |
//! | `curve`, `number`, `prose`, `escape`, `cells`, `view`, `run_view`, `render`, `terminal` | the comparison in words |
//! | `comment`, `commenting`, `pull_request` | the sticky comment, and GitHub |
//! | `action`                                | the four steps, in order |

mod action;
mod advice;
mod cells;
mod comment;
mod commenting;
mod curve;
mod escape;
mod event_log;
mod files;
mod gate;
mod inputs;
mod load;
mod measure;
mod metric;
mod nodes;
mod number;
mod place;
mod prose;
mod pull_request;
mod render;
mod report;
mod run;
mod run_view;
mod s3;
mod terminal;
mod unread;
mod verdict;
mod view;
mod why;

#[cfg(test)]
mod tests;

fn main() -> std::process::ExitCode {
    gha::run(&inputs::ACTION, action::run)
}
