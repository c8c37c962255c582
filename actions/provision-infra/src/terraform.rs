//! Terraform as this action uses it: init, plan, apply, show, output on one root module.
//! Decides nothing: what is run, and what becomes of the results, is for `action` to say.

mod failure;
mod lock;
mod process;
mod program;
mod progress;
mod show;
mod stream;

pub(crate) use program::Program;
pub(crate) use progress::span;

use crate::bundled;
use crate::changes::Changes;
use crate::diagnostic::{Diagnostic, Severity};
use crate::review::{Goal, Reviewed};
use failure::StepFailure;
use gha::{Failure, Log};
use process::{Finished, Invocation, Source};
use progress::Progress;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Instant;
use stream::{Event, Line};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// A plan on disk, and what it says. The folder goes away with it, since a plan holds secrets in clear text.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) changes: Changes,
    pub(crate) reviewed: Reviewed,
    pub(crate) file: PathBuf,
    _folder: TempDir,
}

/// One root module and the program to run on it.
pub(crate) struct Terraform {
    pub(crate) program: Program,
    /// As the user wrote it, for messages.
    pub(crate) root: PathBuf,
    /// Values for the configuration's variables.
    pub(crate) variables: Vec<(String, String)>,
    /// Hash of the Karpenter objects that follow an apply, to be held to the review with it.
    pub(crate) node_pools: Option<String>,
    /// `AWS_REGION` for the program, when the user chose one.
    pub(crate) region: Option<String>,
    /// Whether each of Terraform's errors becomes an annotation; if not, the failure carries them all.
    pub(crate) annotates: bool,
    pub(crate) log: Log,
    pub(crate) cancel: CancellationToken,
}

/// What the lines of one step told.
#[derive(Debug, Default)]
struct Told {
    /// Absent until Terraform has said it.
    changes: Option<Changes>,
    errors: Vec<Diagnostic>,
    /// Resources that were done before the step ended.
    done: Vec<String>,
}

impl Terraform {
    /// Prepares the root module: backend, providers, modules.
    ///
    /// # Errors
    /// When Terraform refuses, or when cancelled.
    pub(crate) async fn init(&self, backend: &[(String, String)]) -> Result<(), Failure> {
        let mut arguments: Vec<OsString> =
            vec!["init".into(), "-input=false".into(), "-no-color".into()];
        if self.program.init_speaks_json() {
            arguments.push("-json".into());
        }
        for (key, value) in backend {
            arguments.push(format!("-backend-config={key}={value}").into());
        }
        self.step("init", arguments, None).await.map(drop)
    }

    /// Whether the state is a file beside the root module, as far as `init` has left word of its backend.
    pub(crate) fn keeps_state_here(&self) -> bool {
        let data = self.root.join(".terraform/terraform.tfstate");
        let Ok(text) = std::fs::read(data) else {
            return true;
        };
        let read: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
        matches!(read["backend"]["type"].as_str(), None | Some("local"))
    }

    /// Plans and keeps the plan for [`Terraform::apply`]. Changes nothing.
    ///
    /// # Errors
    /// When Terraform refuses, or when cancelled.
    pub(crate) async fn plan(&self, goal: Goal) -> Result<Plan, Failure> {
        let folder = tempfile::Builder::new()
            .prefix("provision-infra-")
            .tempdir()
            .map_err(|error| {
                Failure::outside(
                    "No temporary folder",
                    "cannot make a folder for the plan file",
                )
                .because(&error)
            })?;
        let file = folder.path().join("plan.tfplan");
        let mut out = OsString::from("-out=");
        out.push(&file);
        let mut arguments: Vec<OsString> =
            vec!["plan".into(), "-input=false".into(), out, "-json".into()];
        if goal == Goal::Nothing {
            arguments.push("-destroy".into());
        }
        for (name, value) in &self.variables {
            arguments.push(format!("-var={name}={value}").into());
        }
        let told = self.step("plan", arguments, None).await?;
        let changes = told.changes.ok_or_else(|| {
            Failure::outside(
                "Terraform plan cannot be read",
                format!(
                    "{} made a plan but did not say what it changes",
                    self.program
                ),
            )
            .help("use Terraform 1.5 or later, or OpenTofu 1.6 or later")
        })?;
        Ok(Plan {
            changes,
            reviewed: self.review(goal, &file).await?,
            file,
            _folder: folder,
        })
    }

    /// Carries out exactly the plan of that file, which makes so many `changes`.
    ///
    /// # Errors
    /// When Terraform refuses, when a resource fails, or when cancelled; the message says what was done by then.
    pub(crate) async fn apply(&self, file: &Path, changes: Changes) -> Result<(), Failure> {
        let arguments = vec![
            "apply".into(),
            "-input=false".into(),
            "-json".into(),
            file.as_os_str().to_owned(),
        ];
        let progress = Progress::new(changes.add + changes.change + changes.destroy);
        self.step("apply", arguments, Some(progress))
            .await
            .map(drop)
    }

    /// Runs one subcommand and shows its lines in a group, then its diagnostics. With `progress`, what it does is followed
    /// line by line and the group comes afterwards.
    async fn step(
        &self,
        step: &'static str,
        arguments: Vec<OsString>,
        mut progress: Option<Progress>,
    ) -> Result<Told, Failure> {
        self.go_on(step)?;
        let mut told = Told::default();
        let mut diagnostics = Vec::new();
        let mut folded = Vec::new();
        let started = Instant::now();
        let title = format!("Terraform {step}");
        let mut group = progress.is_none().then(|| self.log.group(&title));
        let finished = process::run(self.invocation(arguments), &self.cancel, |source, line| {
            let parsed = match source {
                Source::Output => stream::parse(line),
                Source::Error => Line::Text(line.to_owned()),
            };
            let text = match parsed {
                Line::Text(text) => Some(text),
                Line::Event { event, message } => {
                    if let Some(progress) = &mut progress
                        && let Some(line) = progress.note(&event, started.elapsed())
                    {
                        self.log.info(&line);
                    }
                    // Diagnostics are shown below, each once.
                    let shown = !matches!(event, Event::Diagnostic(_));
                    told.note(event, &mut diagnostics);
                    shown.then_some(message)
                }
            };
            match text {
                Some(text) if group.is_some() => self.log.info(&text),
                text => folded.extend(text),
            }
        })
        .await;
        if !folded.is_empty() {
            group = Some(self.log.group(&format!("{title}: everything it said")));
            folded.iter().for_each(|line| self.log.info(line));
        }
        drop(group);
        let placed = diagnostics
            .iter()
            .any(|diagnostic| diagnostic.range.is_some());
        for diagnostic in diagnostics {
            // After the mistakes in the files, init adds an error that only says that there are some.
            let is_error = diagnostic.severity == Severity::Error;
            if step == "init" && placed && is_error && diagnostic.says_only_a_summary() {
                self.log.debug(&diagnostic.text());
            } else if is_error {
                told.errors.push(diagnostic);
            } else {
                self.show(&diagnostic);
            }
        }
        let checked = self.check(step, finished, &told);
        if self.annotates || checked.is_ok() {
            told.errors.iter().for_each(|error| self.show(error));
        }
        checked.map(|()| told)
    }

    /// Starts nothing once a signal has come.
    fn go_on(&self, step: &str) -> Result<(), Failure> {
        if self.cancel.is_cancelled() {
            Err(Failure::cancelled(
                "Cancelled",
                format!("terraform {step} was not started"),
            ))
        } else {
            Ok(())
        }
    }

    fn invocation(&self, mut arguments: Vec<OsString>) -> Invocation<'_> {
        let mut root = OsString::from("-chdir=");
        root.push(&self.root);
        arguments.insert(0, root);
        let mut environment = vec![
            ("TF_IN_AUTOMATION", "1".to_owned()),
            ("TF_INPUT", "0".to_owned()),
        ];
        if let Some(region) = &self.region {
            environment.push(("AWS_REGION", region.clone()));
        }
        Invocation {
            program: &self.program.path,
            arguments,
            environment,
        }
    }

    fn show(&self, diagnostic: &Diagnostic) {
        // GitHub could show nothing beside a line of a file that is not in the repository.
        let foreign = bundled::is_here(&self.root);
        let message = if foreign {
            diagnostic.text_with_place()
        } else {
            diagnostic.text()
        };
        let place = diagnostic.location(&self.root).filter(|_| !foreign);
        let place = place.map(|(file, line)| (file.display().to_string(), line));
        match (diagnostic.severity, place) {
            (Severity::Error, Some((file, line))) => {
                self.log.error_at(&file, line, "Terraform", &message);
            }
            (Severity::Error, None) => self.log.error("Terraform", &message),
            (Severity::Warning, Some((file, line))) => {
                self.log.warning_at(&file, line, "Terraform", &message);
            }
            (Severity::Warning, None) => self.log.warning("Terraform", &message),
        }
    }

    fn check(
        &self,
        step: &'static str,
        finished: std::io::Result<Finished>,
        told: &Told,
    ) -> Result<(), Failure> {
        let finished = finished.map_err(|error| {
            Failure::outside(
                "Terraform does not start",
                format!("cannot run `{}`", self.program.path.display()),
            )
            .because(&error)
        })?;
        if finished.status.success() && !finished.interrupted {
            return Ok(());
        }
        Err(StepFailure {
            step,
            root: &self.root,
            finished: &finished,
            errors: &told.errors,
            annotated: self.annotates,
            variables: &self.variables,
            done: &told.done,
        }
        .into())
    }
}

impl Told {
    fn note(&mut self, event: Event, diagnostics: &mut Vec<Diagnostic>) {
        match event {
            Event::ChangeSummary(changes) => self.changes = Some(changes),
            Event::Applied(hook) => self.done.push(hook.address),
            // The same mistake is often found twice.
            Event::Diagnostic(diagnostic) if !diagnostics.contains(&diagnostic) => {
                diagnostics.push(diagnostic)
            }
            _ => {}
        }
    }
}
