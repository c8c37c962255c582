//! Compare Spark runs with and without Dynamic Resource Allocation.
//!
//! | module                                  | idea |
//! |-----------------------------------------|------|
//! | `inputs`                                | what the user asked for |
//! | `place`, `load`, `logs`, `files`, `s3`, `unread` | where runs are, and reading them |
//! | `run`, `nodes`, `phases`, `measure`, `metric`     | one run and its numbers |
//! | `cost`, `prices`                      | what a run cost, and what AWS charges |
//! | `gate`, `statistics`, `difference`, `compared`, `verdict`, `policy`, `why`, `advice`, `spark_time`, `report`, `report_file` | two sides compared |
//! | `curve`, `gantt`, `number`, `prose`, `escape`, `cells`, `changes_view`, `view`, `run_view`, `cost_view`, `render`, `page`, `terminal` | the comparison in words |
//! | `posting`                               | what is done under the name compare-dra-comment: a report of another workflow run as a comment |
//! | `trend`                                 | what is done under the name compare-dra-trend: one document per run kept, and drift against earlier ones |
//! | `action`                                | the four steps, in order |
//! | `metrics`                               | what is done by hand instead: the numbers of event logs alone |

mod action;
mod advice;
mod cells;
mod changes_view;
mod compared;
mod cost;
mod cost_view;
mod curve;
mod difference;
mod drawing;
mod escape;
mod files;
mod gantt;
mod gate;
mod html;
mod inputs;
mod load;
mod logs;
mod measure;
mod metric;
mod metrics;
mod nodes;
mod number;
mod page;
mod phases;
mod place;
mod policy;
mod posting;
mod prices;
mod prose;
mod render;
mod report;
mod report_file;
mod run;
mod run_view;
mod s3;
mod spark_time;
mod statistics;
mod svg;
mod terminal;
mod timelines;
mod trend;
mod unread;
mod verdict;
mod view;
mod why;

#[cfg(test)]
mod tests;

fn main() -> std::process::ExitCode {
    if gha::is_called(posting::ACTION.name) {
        return gha::run(&posting::ACTION, posting::run);
    }
    if gha::is_called(trend::ACTION.name) {
        return gha::run(&trend::ACTION, trend::run);
    }
    gha::run(&inputs::ACTION, action::run)
}
