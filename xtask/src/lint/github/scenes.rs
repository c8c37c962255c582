//! What compare-dra does on GitHub, one run of the binary after the other on one pull request.

use super::REPOSITORY;
use super::stage::Stage;
use crate::children;
use crate::interrupt::Interrupt;
use crate::problem::{Problem, Result, WhileDoing as _};
use crate::runner::file_commands;

/// A token that may write, one that may only read, and one that is none; the local GitHub knows the first two.
pub(super) const WRITES: &str = "local-cloud-token";
const READS: &str = "local-cloud-read-only";
const STALE: &str = "stale";
/// Runs of the two variants; other ones give another comment.
const THREADSLEEP: &str = "threadsleep";
const ORIGIN: &str = "origin";

/// Calls that must be among those that Prism saw: method, a part of the path, status.
pub(super) const CALLS: [(&str, &str, u16); 19] = [
    ("GET", "/issues/1/comments?per_page=100&page=1", 200),
    ("GET", "/issues/1/comments?per_page=100&page=2", 200),
    ("POST", "/issues/1/comments", 201),
    ("POST", "/issues/1/comments", 403),
    ("PATCH", "/issues/comments/", 200),
    ("PATCH", "/issues/comments/", 403),
    ("GET", "/issues/1/comments", 401),
    ("GET", "/issues/99/comments", 404),
    ("GET", "/commits/0123456789abcdef", 200),
    ("GET", "/pulls?state=open&head=stranger%3Achange", 200),
    ("GET", "/commits/0123456789abcdef", 401),
    ("GET", "/repos/answers/get-404/", 404),
    ("GET", "/repos/answers/get-410/", 410),
    ("POST", "/repos/answers/post-403/", 403),
    ("POST", "/repos/answers/post-404/", 404),
    ("POST", "/repos/answers/post-410/", 410),
    ("POST", "/repos/answers/post-422/", 422),
    ("GET", "/repos/answers/post-422/", 200),
    ("POST", "/repos/answers/get-200/", 201),
];

/// One run of the binary, and what must come of it.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub(super) runs: &'static str,
    pub(super) token: &'static str,
    pub(super) repository: String,
    pub(super) options: Vec<&'static str>,
    /// The owner of the repository whose workflow run is followed, if one is.
    pub(super) follows: Option<&'static str>,
    /// Comments of others that are there before.
    others: usize,
    exits: i32,
    posted: bool,
}

impl Scene {
    fn comparing(runs: &'static str) -> Self {
        Self {
            runs,
            token: WRITES,
            repository: REPOSITORY.to_owned(),
            options: Vec::new(),
            follows: None,
            others: 0,
            exits: 0,
            posted: true,
        }
    }

    /// As the step of a workflow that follows one of a repository of `owner`.
    fn following(owner: &'static str) -> Self {
        Self {
            follows: Some(owner),
            ..Self::comparing(THREADSLEEP)
        }
    }

    fn with(self, token: &'static str, options: &[&'static str]) -> Self {
        Self {
            token,
            options: options.to_vec(),
            ..self
        }
    }

    fn fails(self) -> Self {
        Self {
            exits: 3,
            posted: false,
            ..self
        }
    }

    fn posts_nothing(self) -> Self {
        Self {
            posted: false,
            ..self
        }
    }

    /// Runs the binary, and says what did not come out as it must.
    pub(super) async fn play(&self, stage: &Stage, interrupt: &Interrupt) -> Result<Vec<String>> {
        for number in 0..self.others {
            stage.write_comment(number)?;
        }
        let outputs = stage.path("outputs");
        std::fs::write(&outputs, "").while_doing(|| "empty the file of outputs".into())?;
        let finished = children::output(stage.command(self, &outputs), interrupt).await?;
        let mut problems = Vec::new();
        if finished.status.code() != Some(self.exits) {
            let said = finished.stdout + &finished.stderr;
            let errors: Vec<&str> = said.lines().filter(|line| line.starts_with("::")).collect();
            problems.push(format!(
                "{self:?} ended with {}:\n{}",
                finished.status,
                errors.join("\n")
            ));
        }
        let text = std::fs::read_to_string(&outputs).while_doing(|| "read the outputs".into())?;
        let written = file_commands::parse(&text).map_err(Problem::new)?;
        let posted = written.iter().rfind(|(name, _)| name == "comment-posted");
        if posted.is_some_and(|(_, value)| value == "true") != self.posted {
            problems.push(format!("{self:?}: comment-posted is {posted:?}"));
        }
        Ok(problems)
    }
}

/// In this order, because the comment of one scene is found by the next.
pub(super) fn all() -> Vec<Scene> {
    let always = ["--comment", "always"];
    let mut scenes = vec![
        Scene::comparing(THREADSLEEP),
        // Nothing has changed.
        Scene::comparing(THREADSLEEP),
        Scene::comparing(ORIGIN),
        // Its comment is not on the only page any more.
        Scene {
            others: 100,
            ..Scene::comparing(THREADSLEEP)
        },
        Scene::comparing(ORIGIN).with(READS, &[]).posts_nothing(),
        Scene::comparing(ORIGIN)
            .with(READS, &["--key", "other"])
            .posts_nothing(),
        Scene::comparing(ORIGIN).with(STALE, &always).fails(),
        Scene::comparing(ORIGIN)
            .with(WRITES, &["--comment", "always", "--pull-request", "99"])
            .fails(),
        // The report that was written last, by the second entry of the action.
        Scene::following("demo"),
        Scene::following("stranger").posts_nothing(),
        Scene::following("demo").with(STALE, &[]).fails(),
    ];
    // GitHub's own examples of what it answers.
    for refusal in [
        "get-404", "get-410", "post-403", "post-404", "post-410", "post-422",
    ] {
        scenes.push(Scene {
            repository: format!("answers/{refusal}"),
            ..Scene::comparing(ORIGIN).with(WRITES, &always).fails()
        });
    }
    scenes.push(Scene {
        repository: "answers/get-200".to_owned(),
        ..Scene::comparing(ORIGIN).with(WRITES, &always)
    });
    scenes
}
