//! A job: steps in order, each through its action.yml, then the post steps in reverse order.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::container::Mounts;
use super::file_commands;
use super::github::GitHub;
use super::log::{Annotation, Level, StepLog, View};
use super::masks::Masks;
use super::metadata::{ActionMetadata, Runs};
use super::process::{self, Ended};
use super::programs::{Entry, Programs};
use super::variables::{self, Environment, FILE_COMMANDS, Inputs, StepFiles};
use crate::interrupt::Interrupt;
use crate::problem::{Problem, Result, WhileDoing as _};

/// What a job needs to know of this machine.
#[derive(Debug)]
pub(crate) struct Settings {
    /// What stands for the images.
    pub(crate) programs: Programs,
    /// The checked-out repository.
    pub(crate) workspace: PathBuf,
    pub(crate) github: GitHub,
    /// The `env:` of the workflow; PATH comes from here as it would from the image.
    pub(crate) environment: Environment,
}

/// One `uses:` step of a workflow.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) id: String,
    /// The folder of the action.
    pub(crate) action: PathBuf,
    pub(crate) with: IndexMap<String, String>,
}

/// How a step ended, in the runner's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conclusion {
    Success,
    Failure,
    Cancelled,
}

/// What is left of a step when it is over.
#[derive(Debug)]
pub(crate) struct StepOutcome {
    pub(crate) conclusion: Conclusion,
    pub(crate) exit_code: Option<i32>,
    pub(crate) outputs: IndexMap<String, String>,
    pub(crate) annotations: Vec<Annotation>,
    pub(crate) summary: String,
}

/// An emulated job. `finish` must be called for its post steps to run.
#[derive(Debug)]
pub(crate) struct Job {
    settings: Settings,
    files: tempfile::TempDir,
    masks: Masks,
    interrupt: Interrupt,
    posts: Vec<Post>,
    steps: usize,
}

/// A post step that waits for the end of the job.
#[derive(Debug)]
struct Post {
    step: Step,
    runs: Runs,
    entrypoint: String,
    inputs: Environment,
    state: Vec<(String, String)>,
}

impl Job {
    pub(crate) fn new(settings: Settings, interrupt: Interrupt) -> Result<Self> {
        let files = tempfile::Builder::new()
            .prefix("emr-eks-actions-job-")
            .tempdir()
            .while_doing(|| "make a folder for the job's files".into())?;
        for folder in ["home", "temp", "workflow", "file_commands"] {
            create_folder(&files.path().join(folder))?;
        }
        write(
            &files.path().join("workflow/event.json"),
            &settings.github.event().to_string(),
        )?;
        let masks = Masks::default();
        masks.add(&settings.github.token);
        Ok(Self {
            settings,
            files,
            masks,
            interrupt,
            posts: Vec::new(),
            steps: 0,
        })
    }

    /// Runs a step. A failed step is an outcome, not an error; an error means it could not be run.
    pub(crate) async fn run(&mut self, step: &Step, view: &mut dyn View) -> Result<StepOutcome> {
        let action = ActionMetadata::read(&step.action)?;
        let inputs = Inputs::resolve(&action, &step.with, &self.settings.github)?;
        let mut log = StepLog::new(self.masks.clone(), false);
        if !inputs.unexpected.is_empty() {
            let known = action
                .inputs
                .keys()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join("', '");
            let unexpected = inputs.unexpected.join("', '");
            let message =
                format!("Unexpected input(s) '{unexpected}', valid inputs are ['{known}']");
            view.show(log.annotate(Level::Warning, None, &message));
        }
        for message in &inputs.deprecated {
            view.show(log.annotate(Level::Warning, None, message));
        }
        let mut environment = Environment::new();
        for (name, value) in &inputs.values {
            environment.insert(Inputs::variable(name), value.clone());
        }
        for (name, value) in &action.runs.env {
            environment
                .entry(name.clone())
                .or_insert(inputs.evaluate(value)?);
        }
        let args = action
            .runs
            .args
            .iter()
            .map(|arg| inputs.evaluate(arg))
            .collect::<Result<Vec<_>>>()?;

        // The runner registers the post step before the main one starts, so it runs whatever happens.
        let post = action.runs.post_entrypoint.as_ref().map(|entrypoint| Post {
            step: step.clone(),
            runs: action.runs.clone(),
            entrypoint: entrypoint.clone(),
            inputs: environment.clone(),
            state: Vec::new(),
        });
        let (outcome, state) = self
            .execute(
                &Execution {
                    id: &step.id,
                    action: &step.action,
                    runs: &action.runs,
                    entrypoint: action.entrypoint()?,
                    args,
                    environment,
                    outputs: Some(&action),
                    cancellable: true,
                },
                log,
                view,
            )
            .await?;
        if let Some(mut post) = post {
            post.state = state;
            self.posts.push(post);
        }
        Ok(outcome)
    }

    /// Runs the post steps, last first. They run after a failure and after a cancel too.
    /// How many containers of the job were still running after them.
    pub(crate) async fn finish(&mut self, view: &mut dyn View) -> Result<usize> {
        let mut failed = None;
        while let Some(post) = self.posts.pop() {
            let mut environment = post.inputs;
            for (key, value) in post.state {
                environment.insert(format!("STATE_{key}"), value);
            }
            let log = StepLog::new(self.masks.clone(), false);
            let (outcome, _) = self
                .execute(
                    &Execution {
                        id: &post.step.id,
                        action: &post.step.action,
                        runs: &post.runs,
                        entrypoint: &post.entrypoint,
                        args: Vec::new(),
                        environment,
                        outputs: None,
                        cancellable: false,
                    },
                    log,
                    view,
                )
                .await?;
            if outcome.conclusion != Conclusion::Success {
                failed.get_or_insert(post.step.id);
            }
        }
        // A job's machine is given back when it ends, and what a cancelled step left running ends with it.
        let left = self.settings.programs.end(&self.interrupt.next()).await?;
        match failed {
            Some(id) => Err(Problem::new(format!("the post step of `{id}` failed"))),
            None => Ok(left),
        }
    }

    async fn execute(
        &mut self,
        execution: &Execution<'_>,
        mut log: StepLog,
        view: &mut dyn View,
    ) -> Result<(StepOutcome, Vec<(String, String)>)> {
        let commands = self.new_command_files()?;
        let mut environment = self.settings.environment.clone();
        for (name, value) in &execution.environment {
            environment
                .entry(name.clone())
                .or_insert_with(|| value.clone());
        }
        let files = StepFiles {
            home: &self.files.path().join("home"),
            temp: &self.files.path().join("temp"),
            event: &self.files.path().join("workflow/event.json"),
            commands: &commands,
            workspace: &self.settings.workspace,
            action: execution.action,
        };
        environment.extend(variables::runner_variables(
            execution.id,
            &self.settings.github,
            files,
        ));
        let interrupt = if execution.cancellable {
            self.interrupt.clone()
        } else {
            self.interrupt.next()
        };
        let entry = Entry {
            action: execution.action,
            runs: execution.runs,
            entrypoint: execution.entrypoint,
            args: &execution.args,
            environment: &environment,
        };
        let mounts = Mounts {
            temp: files.temp,
            home: files.home,
            workflow: &self.files.path().join("workflow"),
            file_commands: &self.files.path().join("file_commands"),
            workspace: files.workspace,
        };
        let programs = &mut self.settings.programs;
        let program = programs.program(entry, mounts, &interrupt).await?;
        let ended = process::run(&program, &interrupt, |line| {
            if let Some(shown) = log.read(line) {
                view.show(shown);
            }
        })
        .await?;

        let mut problems = Vec::new();
        let outputs = self.read_entries(&commands, "output", &mut problems);
        let state = self.read_entries(&commands, "state", &mut problems);
        self.take_environment(&commands, &mut problems);
        if let Some(action) = execution.outputs {
            problems.extend(undeclared(action, &outputs));
        }
        for problem in &problems {
            view.show(log.annotate(Level::Error, None, problem));
        }
        let (conclusion, exit_code) = match ended {
            Ended::Cancelled(code) => (Conclusion::Cancelled, code),
            Ended::Exit(Some(0)) if problems.is_empty() => (Conclusion::Success, Some(0)),
            Ended::Exit(code) => (Conclusion::Failure, code),
        };
        let summary = file_commands::summary(&commands.join("step_summary"));
        if let Err(problem) = &summary {
            view.show(log.annotate(Level::Error, None, problem));
        }
        let outcome = StepOutcome {
            conclusion,
            exit_code,
            outputs: outputs.into_iter().collect(),
            annotations: log.into_annotations(),
            summary: self.masks.apply(&summary.unwrap_or_default()),
        };
        Ok((outcome, state))
    }

    /// Fresh, empty files for one step's answers.
    fn new_command_files(&mut self) -> Result<PathBuf> {
        self.steps += 1;
        let folder = self
            .files
            .path()
            .join(format!("file_commands/{}", self.steps));
        create_folder(&folder)?;
        for name in FILE_COMMANDS {
            write(&folder.join(name), "")?;
        }
        Ok(folder)
    }

    fn read_entries(
        &self,
        commands: &Path,
        name: &str,
        problems: &mut Vec<String>,
    ) -> Vec<(String, String)> {
        let parsed = std::fs::read_to_string(commands.join(name))
            .map_err(|cause| cause.to_string())
            .and_then(|text| file_commands::parse(&text));
        parsed.unwrap_or_else(|problem| {
            let variable = format!("GITHUB_{}", name.to_uppercase());
            problems.push(format!(
                "Unable to process file command '{variable}' successfully. {problem}"
            ));
            Vec::new()
        })
    }

    /// What the step wants later steps to see.
    fn take_environment(&mut self, commands: &Path, problems: &mut Vec<String>) {
        for (name, value) in self.read_entries(commands, "env", problems) {
            if name == "NODE_OPTIONS" {
                problems.push(
                    "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.".into(),
                );
            } else {
                self.settings.environment.insert(name, value);
            }
        }
        let added = std::fs::read_to_string(commands.join("path")).unwrap_or_default();
        for folder in added.lines().filter(|line| !line.is_empty()) {
            let path = self.settings.environment.entry("PATH".into()).or_default();
            *path = format!("{folder}:{path}");
        }
    }
}

/// What differs between a main step and a post step.
struct Execution<'a> {
    id: &'a str,
    action: &'a Path,
    runs: &'a Runs,
    entrypoint: &'a str,
    args: Vec<String>,
    environment: Environment,
    /// The action whose outputs may be written; a post step's outputs go nowhere.
    outputs: Option<&'a ActionMetadata>,
    cancellable: bool,
}

/// Stricter than the runner: an output that action.yml does not declare is a mistake.
fn undeclared(action: &ActionMetadata, outputs: &[(String, String)]) -> Vec<String> {
    outputs
        .iter()
        .filter(|(name, _)| !action.outputs.contains_key(name))
        .map(|(name, _)| format!("the output `{name}` is not declared in action.yml"))
        .collect()
}

fn create_folder(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path).while_doing(|| format!("create `{}`", path.display()))
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).while_doing(|| format!("write `{}`", path.display()))
}
