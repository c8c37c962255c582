//! Checks of workflows and action files, of the diagrams in reports, of Terraform modules, and of calls to GitHub,
//! mostly by programs that others wrote. These come from PyPI and npm, pinned, once into the cache; from then on nothing
//! here needs a network.
//! What action.yml has to do with the programs is looked at in `tidy`.

#[cfg(test)]
mod decisions;
mod diagrams;
mod exceptions;
mod github;
mod language;
mod rules;
mod schemas;
mod scripts;
mod shell;
mod subjects;
mod terraform;
mod workflow;
mod zizmor;

use std::path::PathBuf;
use std::time::Instant;

use crate::build;
use crate::demo::Desk;
use crate::environment::{self, Workshop};
use crate::problem::{Problem, Result};
use crate::tidy::tracked;
use subjects::Subjects;

/// Checks workflows, action files and Dependabot's settings.
pub(crate) async fn workflows(desk: &Desk) -> Result<()> {
    let workshop = Workshop::new(&desk.places.cache, &desk.terminal, &desk.interrupt)?;
    let python = environment::prepare_linters(&workshop).await?;
    let root = &desk.places.repository;
    let packages = environment::prepare_packages("checks", root, &workshop).await?;
    let files = tracked::files(root, &desk.interrupt).await?;
    let subjects = Subjects::among(&files)?;
    let mut broken = Broken::new(desk);

    broken.note(
        "zizmor",
        zizmor::check(&python, root, &subjects, &desk.interrupt).await,
    )?;
    broken.note("exceptions", exceptions::check(&files))?;
    let parsed = workflow::among(&files, &subjects)?;
    broken.note("rules", rules::check(&parsed, &files))?;
    broken.note(
        "shell",
        shell::check(&python, &parsed, &files, &desk.interrupt).await,
    )?;
    broken.note(
        "schemas",
        schemas::check(&python, root, &subjects, &desk.interrupt).await,
    )?;
    let documents: Vec<PathBuf> = files
        .iter()
        .filter(|file| file.path.ends_with(".md"))
        .map(|file| PathBuf::from(&file.path))
        .collect();
    let found = language::check(&packages, root, &subjects, &documents, &desk.interrupt).await;
    broken.note("language", found)?;
    broken.verdict()
}

/// Checks the diagrams in documents, in snapshots of tests, and in reports that compare-dra makes of the fixtures now.
pub(crate) async fn diagrams(desk: &Desk) -> Result<()> {
    let workshop = Workshop::new(&desk.places.cache, &desk.terminal, &desk.interrupt)?;
    let root = &desk.places.repository;
    let packages = environment::prepare_packages("checks", root, &workshop).await?;
    build::build(&desk.places, &desk.interrupt, &["compare-dra"]).await?;
    let files = tracked::files(root, &desk.interrupt).await?;
    let reports = diagrams::reports(&desk.places, &desk.interrupt).await?;

    let written = files.iter().map(|file| file.path.as_str());
    let written = written.filter(|path| path.ends_with(".md") || path.ends_with(".snap"));
    let paths: Vec<PathBuf> = written
        .map(|path| root.join(path))
        .chain(reports.files())
        .collect();
    let said = diagrams::check(&packages, &paths, &desk.interrupt).await?;
    desk.terminal.line(&format!("  {said}"));
    Ok(())
}

/// Checks the Terraform modules and the IAM policies.
pub(crate) async fn terraform(desk: &Desk) -> Result<()> {
    terraform::check(desk).await
}

/// Checks compare-dra's calls to GitHub, and the answers of the local one, by GitHub's own description.
pub(crate) async fn github(desk: &Desk) -> Result<()> {
    let workshop = Workshop::new(&desk.places.cache, &desk.terminal, &desk.interrupt)?;
    let python = environment::prepare_linters(&workshop).await?;
    let root = &desk.places.repository;
    let packages = environment::prepare_packages("github", root, &workshop).await?;
    build::build(
        &desk.places,
        &desk.interrupt,
        &["compare-dra", build::LOCAL_CLOUD],
    )
    .await?;
    let mut broken = Broken::new(desk);

    let copy = github::description::check(&python, &packages, root, &desk.interrupt).await;
    broken.note("description", copy)?;
    broken.note(
        "calls",
        github::check(&packages, &desk.places, &desk.interrupt).await,
    )?;
    broken.verdict()
}

/// Runs every check although one failed, because a person mends them together.
struct Broken<'a> {
    desk: &'a Desk,
    checks: Vec<&'static str>,
    began: Instant,
}

impl<'a> Broken<'a> {
    fn new(desk: &'a Desk) -> Self {
        Self {
            desk,
            checks: Vec::new(),
            began: Instant::now(),
        }
    }

    /// Prints what a check found; only an interrupt ends the others.
    fn note(&mut self, check: &'static str, result: Result<String>) -> Result<()> {
        let took = self.began.elapsed().as_secs_f32();
        self.began = Instant::now();
        match result {
            Ok(what) => self
                .desk
                .terminal
                .line(&format!("  {check:<12} {took:>5.1} s  {what}")),
            Err(problem) if problem.is_interrupt() => return Err(problem),
            Err(problem) => {
                self.desk
                    .terminal
                    .line(&format!("  {check:<12} {took:>5.1} s  failed\n{problem}"));
                if let Some(advice) = problem.advice() {
                    self.desk.terminal.line(&format!("    mend: {advice}"));
                }
                self.checks.push(check);
            }
        }
        Ok(())
    }

    fn verdict(self) -> Result<()> {
        if self.checks.is_empty() {
            return Ok(());
        }
        Err(Problem::new(format!(
            "found something wrong, as said above: {}",
            self.checks.join(", ")
        )))
    }
}

/// What a test needs of the prepared programs; one that is missing fails the test and says how to get it.
#[cfg(test)]
mod prepared {
    use std::path::PathBuf;

    use crate::environment::{NODE, NODE_CHECKS, NODE_GITHUB, Packages};

    pub(super) fn checks() -> Packages {
        Packages {
            node: path(NODE),
            folder: path(NODE_CHECKS),
        }
    }

    pub(super) fn github() -> Packages {
        Packages {
            node: path(NODE),
            folder: path(NODE_GITHUB),
        }
    }

    pub(super) fn path(variable: &str) -> PathBuf {
        std::env::var_os(variable)
            .unwrap_or_else(|| {
                panic!("{variable} is not set; get it by: eval \"$(cargo xtask environment)\"")
            })
            .into()
    }
}
