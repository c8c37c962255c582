//! A workflow as far as the project's own rules look into it: its jobs, their steps, and what these use and run.

use std::path::Path;

use serde_json::Value;

use super::subjects::Subjects;
use crate::problem::{Result, WhileDoing as _};
use crate::tidy::tracked::TrackedFile;

/// A workflow's file, as text and as values.
#[derive(Debug)]
pub(super) struct Workflow<'a> {
    pub(super) path: &'a str,
    pub(super) text: &'a str,
    pub(super) value: Value,
}

/// A step of a job.
#[derive(Debug)]
pub(super) struct Step<'a> {
    /// `job, step 2`: YAML's lines are not known here.
    pub(super) place: String,
    pub(super) uses: Option<&'a str>,
    /// What it hands over to what it uses.
    pub(super) with: &'a Value,
    pub(super) run: Option<&'a str>,
    /// The shell it names, or its job or workflow does.
    pub(super) shell: Option<&'a str>,
}

/// Reads the workflows of the repository.
pub(super) fn among<'a>(
    files: &'a [TrackedFile],
    subjects: &Subjects,
) -> Result<Vec<Workflow<'a>>> {
    files
        .iter()
        .filter(|file| {
            subjects
                .workflows
                .iter()
                .any(|path| path == Path::new(&file.path))
        })
        .map(|file| Workflow::read(&file.path, &file.text))
        .collect()
}

impl<'a> Workflow<'a> {
    /// Fails on what is no YAML.
    pub(super) fn read(path: &'a str, text: &'a str) -> Result<Self> {
        let value = serde_saphyr::from_str(text).while_doing(|| format!("understand `{path}`"))?;
        Ok(Self { path, text, value })
    }

    /// The jobs with the names they have in the file.
    pub(super) fn jobs(&self) -> impl Iterator<Item = (&str, &Value)> {
        let jobs = self.value["jobs"].as_object().into_iter().flatten();
        jobs.map(|(name, job)| (name.as_str(), job))
    }

    /// The steps of a job.
    pub(super) fn steps<'s>(&'s self, name: &str, job: &'s Value) -> Vec<Step<'s>> {
        let text = |value: &'s Value| value.as_str();
        let shell_of = |value: &'s Value| value["defaults"]["run"]["shell"].as_str();
        let usual = shell_of(job).or(shell_of(&self.value));
        let steps = job["steps"].as_array().into_iter().flatten();
        steps
            .enumerate()
            .map(|(index, step)| Step {
                place: format!("{name}, step {}", index + 1),
                uses: text(&step["uses"]),
                with: &step["with"],
                run: text(&step["run"]),
                shell: text(&step["shell"]).or(usual),
            })
            .collect()
    }
}
