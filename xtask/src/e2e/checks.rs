//! What the end-to-end test asserts, one named check each, so that one failure does not hide the next.

use std::fmt::Debug;

use super::result_files::{Node, ResultFiles};

/// What a comparison of two comparable runs can conclude.
const VERDICTS: [&str; 4] = ["better", "worse", "mixed", "cannot-tell"];
/// The start-up time the demo's local cloud is configured with, in seconds.
const NODE_STARTUP_SECONDS: f64 = 8.0;

/// Names of checks with what was wrong, if anything.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    done: Vec<(String, Option<String>)>,
}

impl Checks {
    /// Every promise about the demo's files and its comment.
    pub(crate) fn results(&mut self, files: &ResultFiles, comments: &[String]) {
        self.static_run(files);
        self.dra_run(files);
        self.nodes(files);
        self.comparison(files);
        self.comment(comments);
    }

    /// A check that was made elsewhere.
    pub(crate) fn outcome(&mut self, name: &str, outcome: Result<(), String>) {
        self.done.push((name.to_owned(), outcome.err()));
    }

    fn static_run(&mut self, files: &ResultFiles) {
        let log = &files.static_log;
        self.equal("static: executors that registered", log.executors.len(), 15);
        self.equal(
            "static: executors that never ran a task",
            log.never_used(),
            10,
        );
        self.equal("static: tasks that finished", log.tasks, 5);
    }

    fn dra_run(&mut self, files: &ResultFiles) {
        let log = &files.dra_log;
        self.equal("dra: tasks that finished", log.tasks, 5);
        self.holds(
            "dra: never more than 5 executors",
            log.executors.len() <= 5,
            &log.executors.len(),
        );
        self.equal(
            "dra: wanted executors while they ramp up",
            files.dra_wanted_ramp(),
            vec![1, 2, 4, 5],
        );
        self.holds(
            "dra: executors are released before the application ends",
            log.released_before_end() > 0,
            &log.executors,
        );
    }

    fn nodes(&mut self, files: &ResultFiles) {
        for (variant, nodes) in [("static", &files.static_nodes), ("dra", &files.dra_nodes)] {
            self.holds(
                &format!("{variant}: nodes were recorded"),
                nodes.len() >= 2,
                nodes,
            );
            let took_time = |node: &Node| {
                node.ready_after()
                    .is_some_and(|seconds| seconds >= NODE_STARTUP_SECONDS - 1.0)
            };
            self.holds(
                &format!("{variant}: each node took its start-up time"),
                nodes.iter().all(took_time),
                nodes,
            );
            self.holds(
                &format!("{variant}: nodes are gone before watching ends"),
                nodes.iter().all(|node| node.terminated.is_some()),
                nodes,
            );
        }
    }

    fn comparison(&mut self, files: &ResultFiles) {
        let (fixed, dra) = (
            files.static_log.executor_seconds(),
            files.dra_log.executor_seconds(),
        );
        self.holds(
            "dra used fewer executor-seconds",
            dra < fixed,
            &(dra, fixed),
        );
        for (variant, log) in [("static", &files.static_log), ("dra", &files.dra_log)] {
            // Computed here once more, by other code, from the same log.
            #[expect(
                clippy::cast_precision_loss,
                reason = "a few thousand seconds, a few executors"
            )]
            let expected = [
                ("executor-seconds", log.executor_seconds() as f64, 1.0),
                ("never-used-executors", log.never_used() as f64, 0.0),
            ];
            for (metric, expected, tolerance) in expected {
                let found = files.metric(metric, variant);
                self.holds(
                    &format!("{variant}: the report's {metric} are those of the event log"),
                    found.is_some_and(|found| (found - expected).abs() <= tolerance),
                    &(found, expected),
                );
            }
        }
        let verdict = files.report["verdict"].as_str().unwrap_or_default();
        self.holds(
            "the report has a verdict",
            VERDICTS.contains(&verdict),
            &verdict,
        );
        self.equal(
            "nothing forbids the comparison",
            files.report["concerns"].as_array().map(|concerns| {
                let blocks = |concern: &&serde_json::Value| concern["blocks"] != false;
                concerns.iter().filter(blocks).count()
            }),
            Some(0),
        );
    }

    fn comment(&mut self, comments: &[String]) {
        self.equal("one comment after two comparisons", comments.len(), 1);
        let body = comments.first().map(String::as_str).unwrap_or_default();
        for (name, needle) in [
            (
                "a metric table",
                "| | static<br>15 executors | DRA<br>1 to 10 | difference |",
            ),
            ("executor-seconds", "\n| Executor-seconds | "),
            ("a chart of both timelines", "```mermaid\nxychart-beta"),
            ("the static timeline as text", "\nstatic joined"),
            ("the DRA timeline as text", "\nDRA joined"),
        ] {
            self.holds(
                &format!("the comment has {name}"),
                body.contains(needle),
                &"not found",
            );
        }
    }

    pub(crate) fn equal<T: PartialEq + Debug>(&mut self, name: &str, found: T, expected: T) {
        let wrong = (found != expected).then(|| format!("found {found:?}, expected {expected:?}"));
        self.done.push((name.to_owned(), wrong));
    }

    fn holds(&mut self, name: &str, holds: bool, found: &impl Debug) {
        self.done.push((
            name.to_owned(),
            (!holds).then(|| format!("found {found:?}")),
        ));
    }

    pub(crate) fn failed(&self) -> usize {
        self.done
            .iter()
            .filter(|(_, wrong)| wrong.is_some())
            .count()
    }

    /// One line for each check, and the count of both kinds.
    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |(name, wrong): &(String, Option<String>)| match wrong {
            None => format!("  ok      {name}"),
            Some(wrong) => format!("  FAILED  {name}: {wrong}"),
        };
        let mut lines: Vec<String> = self.done.iter().map(line).collect();
        lines.push(format!(
            "{} passed, {} failed",
            self.done.len() - self.failed(),
            self.failed()
        ));
        lines
    }
}
